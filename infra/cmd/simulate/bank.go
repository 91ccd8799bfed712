package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

//go:embed banks/*.json
var banks embed.FS

// bank is how customers' banks behave: the world that no policy knows.
type bank struct {
	Name           string             `json:"name"`
	About          string             `json:"about"`
	Zone           string             `json:"zone"`
	Country        string             `json:"country"`
	Causes         map[string]float64 `json:"causes"`
	SaidVaguely    float64            `json:"money_said_vaguely"`
	Pay            map[string]float64 `json:"pay"`
	WageHour       [2]int             `json:"wage_hour"`
	WageSuffices   float64            `json:"wage_suffices"`
	MoneyDays      float64            `json:"money_lasts_days"`
	OtherMoney     float64            `json:"other_money_per_day"`
	OutageHours    float64            `json:"outage_hours"`
	VagueNever     float64            `json:"vague_never"`
	VagueClears    float64            `json:"vague_clears_per_day"`
	NightRefusals  float64            `json:"night_refusals"`
	HasteRefusals  float64            `json:"haste_refusals"`
	PerAttempt     float64            `json:"per_attempt"`
	UpdaterExpired float64            `json:"updater_expired"`
	UpdaterHard    float64            `json:"updater_hard"`
	UpdaterDays    float64            `json:"updater_days"`
	Acts           float64            `json:"customer_acts"`
	ActsDays       float64            `json:"customer_days"`
	Sources        []string           `json:"sources"`

	zone *time.Location
}

func load(name string) (*bank, error) {
	raw, err := banks.ReadFile("banks/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var b bank
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, fmt.Errorf("bank %s: %w", name, err)
	}
	b.zone, err = time.LoadLocation(b.Zone)
	return &b, err
}

// customer is one failing subscription's owner. Everything about it is drawn
// before the first retry, so that all policies meet the same people.
type customer struct {
	failed  time.Time
	cause   string
	code    string
	funds   [][2]time.Time // when there is money
	clears  time.Time      // when the bank is well again, or changes its mind
	updated time.Time      // when the card updater brings a new card; zero: never
	acts    time.Time      // when the customer gives a new card unasked by a retry
	seed    uint64
}

// horizon is how long the simulation lasts.
const horizon = 60 * 24 * time.Hour

var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// person draws the i-th customer.
func (b *bank) person(seed uint64, i int) customer {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	start := time.Date(2027, 1, 4, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(30*24*60)) * time.Minute)
	c := customer{failed: start, seed: r.Uint64(), clears: never, acts: never}
	c.cause = pick(r, b.Causes, []string{"money", "technical", "vague", "expired", "hard", "authentication"})
	c.code = map[string]string{
		"money": "insufficient_funds", "technical": "issuer_not_available", "vague": "do_not_honor",
		"expired": "expired_card", "hard": "lost_card", "authentication": "authentication_required",
	}[c.cause]
	after := func(mean float64, unit time.Duration) time.Time {
		return start.Add(time.Duration(r.ExpFloat64() * mean * float64(unit)))
	}
	day := 24 * time.Hour
	funds, said := b.wages(r, start), r.Float64() < b.SaidVaguely
	outage, mind, stubborn := after(b.OutageHours, time.Hour), after(1/b.VagueClears, day), r.Float64() < b.VagueNever
	updated, hasUpdate := after(b.UpdaterDays, day), r.Float64()
	acts, willAct := after(b.ActsDays, day), r.Float64()
	switch {
	case c.cause == "money":
		c.funds = funds
		if said {
			c.code = "do_not_honor"
		}
	case c.cause == "technical":
		c.clears = outage
	case c.cause == "vague" && !stubborn:
		c.clears = mind
	case c.cause == "expired" && hasUpdate < b.UpdaterExpired, c.cause == "hard" && hasUpdate < b.UpdaterHard:
		c.updated = updated
	}
	if willAct < b.Acts {
		c.acts = acts
	}
	return c
}

// wages draws when a customer has money: after pay days, and by chance.
func (b *bank) wages(r *rand.Rand, start time.Time) [][2]time.Time {
	kind := pick(r, b.Pay, []string{"weekly", "biweekly", "semimonthly", "monthly"})
	odd, when := r.IntN(2), r.IntN(3)
	var out [][2]time.Time
	local := start.In(b.zone)
	for d := 0; d <= int(horizon.Hours()/24); d++ {
		day := time.Date(local.Year(), local.Month(), local.Day()+d, 0, 0, 0, 0, b.zone)
		paid := b.pays(kind, day, odd, when) && r.Float64() < b.WageSuffices
		hour := b.WageHour[0] + r.IntN(max(1, b.WageHour[1]-b.WageHour[0]))
		if !paid && r.Float64() >= b.OtherMoney {
			continue
		}
		from := day.Add(time.Duration(hour) * time.Hour)
		out = append(out, [2]time.Time{from, from.Add(time.Duration(r.ExpFloat64() * b.MoneyDays * 24 * float64(time.Hour)))})
	}
	return out
}

// pays reports whether a kind of wage arrives on a day.
func (b *bank) pays(kind string, day time.Time, odd, when int) bool {
	friday := day.Weekday() == time.Friday
	switch kind {
	case "weekly":
		return friday
	case "biweekly":
		_, week := day.ISOWeek()
		return friday && week%2 == odd
	case "semimonthly":
		return day.Day() == 15 || day.Day() == 1
	}
	return when == 0 && day.Day() == 1 || when == 1 && day.Day() == 15 || when == 2 && lastWorkingDay(day)
}

// lastWorkingDay reports the last Monday to Friday of a month. The world has
// its own calendar: it may not know what the policy takes for a pay day.
func lastWorkingDay(day time.Time) bool {
	if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		return false
	}
	next := day.AddDate(0, 0, 1)
	if day.Weekday() == time.Friday {
		next = day.AddDate(0, 0, 3)
	}
	return next.Month() != day.Month()
}

// charge is one attempt: an empty code is a success. Chance depends on the
// customer and the time alone, never on the policy.
func (b *bank) charge(c customer, n int, at, before time.Time) string {
	r := rand.New(rand.NewPCG(c.seed, uint64(at.Unix()/3600)))
	switch {
	case c.mended(at):
		return ""
	case b.PerAttempt > 0 && c.cause != "expired" && c.cause != "hard" && c.cause != "authentication":
		if rand.New(rand.NewPCG(c.seed, uint64(n))).Float64() < b.PerAttempt {
			return ""
		}
		return c.code
	case r.Float64() < b.NightRefusals && at.In(b.zone).Hour() < 6:
		return "do_not_honor"
	case r.Float64() < b.HasteRefusals*math.Exp(-at.Sub(before).Hours()/12) && c.cause != "technical":
		return "do_not_honor"
	case !c.clears.After(at):
		return ""
	}
	for _, f := range c.funds {
		if !at.Before(f[0]) && at.Before(f[1]) {
			return ""
		}
	}
	return c.code
}

// mended reports whether there is another card.
func (c customer) mended(at time.Time) bool {
	return !c.updated.IsZero() && !c.updated.After(at) || !c.acts.After(at)
}

func pick(r *rand.Rand, shares map[string]float64, order []string) string {
	x := r.Float64()
	for _, name := range order {
		if x -= shares[name]; x < 0 {
			return name
		}
	}
	return order[0]
}
