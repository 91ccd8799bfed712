package portal

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// filter is what of the billing history is shown. Only words that mean
// something are kept, so that nothing of a visitor's own is repeated.
type filter struct {
	asked    url.Values // year and kind as they came: an unknown one fits nothing
	years    []choice
	kinds    []choice
	from, to bound
	wrong    []string
}

// bound is a day in the business's time zone; zero when none was given.
type bound struct {
	text  string // as a date field has it
	begin time.Time
}

// filter reads the wishes of a query. A day that is none is told and left out.
func (v visit) filter(q url.Values, all []historyLine) filter {
	f := filter{asked: q}
	f.years = []choice{{"", v.say("All years"), false}}
	for _, l := range all {
		if !slices.ContainsFunc(f.years, func(c choice) bool { return c.Value == l.year }) {
			f.years = append(f.years, choice{l.year, l.year, false})
		}
	}
	f.kinds = []choice{
		{"", v.say("Everything"), false}, {"paid", v.say("Paid"), false}, {"failed", v.say("Not paid"), false}, {"refund", v.say("Refunds"), false},
	}
	choose(f.years, q.Get("year"))
	choose(f.kinds, q.Get("kind"))
	f.from = v.bound(q.Get("from"), v.say("First day"), &f.wrong)
	f.to = v.bound(q.Get("to"), v.say("Last day"), &f.wrong)
	return f
}

func choose(from []choice, value string) {
	for i := range from {
		from[i].Chosen = from[i].Value == value
	}
}

func (v visit) bound(text, name string, wrong *[]string) bound {
	if text == "" {
		return bound{}
	}
	day, err := time.ParseInLocation(time.DateOnly, text, v.zone)
	if err != nil {
		*wrong = append(*wrong, name+": "+v.say("must be a date"))
		return bound{}
	}
	return bound{text, day}
}

// keeps reports whether a line is to be shown; both days count.
func (f filter) keeps(l historyLine) bool {
	at := l.at.CreatedAt.Time()
	year, kind := f.asked.Get("year"), f.asked.Get("kind")
	return (year == "" || l.year == year) && (kind == "" || l.kind == kind) &&
		(f.from.text == "" || !at.Before(f.from.begin)) &&
		(f.to.text == "" || at.Before(f.to.begin.AddDate(0, 0, 1)))
}

// page is the path of another page of what is shown.
func (f filter) page(number int) string {
	q := url.Values{"page": {strconv.Itoa(number)}}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("year", chosen(f.years))
	set("kind", chosen(f.kinds))
	set("from", f.from.text)
	set("to", f.to.text)
	return "/billing?" + q.Encode()
}

func chosen(from []choice) string {
	if i := slices.IndexFunc(from, func(c choice) bool { return c.Chosen }); i >= 0 {
		return from[i].Value
	}
	return ""
}
