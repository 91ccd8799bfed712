package merchant

import "perennial/shared/fault"

// Leads are how many days before a charge its customer is told of it. Zero
// is the default, Never switches a notice off where the law allows that.
type Leads struct {
	Renewal int // before renewals after at least four weeks and at most six months; default 3
	Long    int // before renewals after more than six months, 7 to 30; default 14
	Trial   int // before a trial becomes a paid subscription, 7 to 30; default 7
	Card    int // before a charge that a card will not live to see; default 14
}

// Never, in place of days, switches a notice off.
const Never = -1

// Bounds and defaults of notices (rules 13).
const (
	mostLead = 30
	leastLaw = 7 // days before trial conversions and renewals after more than six months

	leadRenewal, leadLong, leadTrial, leadCard = 3, 14, 7, 14
)

// Filled gives the leads with the defaults written out.
func (l Leads) Filled() Leads {
	def := func(days *int, byDefault int) {
		if *days == 0 {
			*days = byDefault
		}
	}
	def(&l.Renewal, leadRenewal)
	def(&l.Long, leadLong)
	def(&l.Trial, leadTrial)
	def(&l.Card, leadCard)
	return l
}

// Bare gives the leads with the defaults left out, so that what nobody has
// chosen follows the defaults.
func (l Leads) Bare() Leads {
	undef := func(days *int, byDefault int) {
		if *days == byDefault {
			*days = 0
		}
	}
	undef(&l.Renewal, leadRenewal)
	undef(&l.Long, leadLong)
	undef(&l.Trial, leadTrial)
	undef(&l.Card, leadCard)
	return l
}

func (l Leads) check(check *fault.Check) {
	l = l.Filled()
	free := func(days int) bool { return days == Never || days >= 1 && days <= mostLead }
	check.That(free(l.Renewal), "reminders.renewal_days", "must be 1 to 30, or 0 for none")
	check.That(free(l.Card), "reminders.card_expiry_days", "must be 1 to 30, or 0 for none")
	check.That(l.Long >= leastLaw && l.Long <= mostLead, "reminders.long_renewal_days", "must be 7 to 30: this notice is mandatory")
	check.That(l.Trial >= leastLaw && l.Trial <= mostLead, "reminders.trial_days", "must be 7 to 30: this notice is mandatory")
}
