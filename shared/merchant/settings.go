package merchant

import (
	"slices"
	"time"

	"perennial/shared/fault"
)

// Settings are a merchant's choices for one mode, besides its recovery policy
// and time zone, which State keeps. The zero value means the defaults, so a
// state that was stored before a setting existed behaves as before.
type Settings struct {
	Revision      int64 // counts the merchant's changes
	ChangedAt     time.Time
	ChangedBy     string // actor of the last change, such as "key:4f2a"
	Subscriptions SubscriptionRules
	PlanChange    PlanChangeRules
	Branding      Branding
	Reminders     Leads
	Manual        Manual
	Retention     Retention
	Notices       map[Notice][]string // recipients; an empty list switches a notice off
	Testers       []TestAddress       // that mails of the test mode reach
}

// Switch is a setting that is on, off or left at its default.
type Switch string

// The positions of a switch.
const (
	SwitchDefault Switch = ""
	SwitchOn      Switch = "on"
	SwitchOff     Switch = "off"
)

// Or is whether the switch is on, by its default when nobody has set it.
func (s Switch) Or(byDefault bool) bool {
	return s == SwitchOn || s == SwitchDefault && byDefault
}

// SwitchOf sets a switch; at its default it stays unset.
func SwitchOf(on, byDefault bool) Switch {
	switch {
	case on == byDefault:
		return SwitchDefault
	case on:
		return SwitchOn
	}
	return SwitchOff
}

// SubscriptionRules are what customers may do, and how subscriptions behave
// where nothing else says so. Cancelling at the next billing date is always
// allowed (rules 23); the switch concerns cancelling at once.
type SubscriptionRules struct {
	Multiple          Switch // one customer may hold several subscriptions; on
	ChangePlan        Switch // customers change plans in the portal; off (R110)
	CancelNow         Switch // customers cancel at once in the portal; on
	Pause             Switch // customers pause in the portal; off
	BillUsageAtPause  Switch // usage so far is billed when pausing; on. Usage is not measured yet: nothing reads it
	PreventTrialAbuse Switch // a customer gets one trial of a product; off
	PlanChangeByLink  Switch // customers pay plan changes on a hosted page; off
	EditProfile       Switch // customers change their name, phone and e-mail address in the portal; on (R095)
	CancelTrial       Switch // a trial that ends without a payment method is cancelled instead of put on hold; off
}

// CancelsTrials: a trial that ends without a payment method is cancelled
// (rules 12). Default false: it is put on hold.
func (r SubscriptionRules) CancelsTrials() bool { return r.CancelTrial.Or(false) }

// AllowsEditProfile: customers change their name, phone and e-mail address in
// the portal. Default true; otherwise the portal only shows them (R094).
func (r SubscriptionRules) AllowsEditProfile() bool { return r.EditProfile.Or(true) }

// AllowsMultiple: a customer may hold several subscriptions. Default true.
func (r SubscriptionRules) AllowsMultiple() bool { return r.Multiple.Or(true) }

// AllowsChangePlan: customers may change plans in the portal. Default false.
func (r SubscriptionRules) AllowsChangePlan() bool { return r.ChangePlan.Or(false) }

// AllowsCancelNow: customers may cancel at once in the portal. Default true.
func (r SubscriptionRules) AllowsCancelNow() bool { return r.CancelNow.Or(true) }

// AllowsPause: customers may pause in the portal. Default false.
func (r SubscriptionRules) AllowsPause() bool { return r.Pause.Or(false) }

// BillsUsageAtPause: usage so far is billed when pausing. Default true. Usage is
// not measured yet, so there is none to bill.
func (r SubscriptionRules) BillsUsageAtPause() bool { return r.BillUsageAtPause.Or(true) }

// PreventsTrialAbuse: a customer gets one trial of a product. Default false.
func (r SubscriptionRules) PreventsTrialAbuse() bool { return r.PreventTrialAbuse.Or(false) }

// CollectsByLink: plan changes are paid on a hosted page. Default false.
func (r SubscriptionRules) CollectsByLink() bool { return r.PlanChangeByLink.Or(false) }

// PlanChangeRules are how customers' plan changes are priced and dated. Empty
// words mean the defaults; a product collection's own words stand above them.
// The words are the wire's.
type PlanChangeRules struct {
	UpgradeAt          string // immediately or next_billing_date; default immediately
	DowngradeAt        string // default next_billing_date
	UpgradeProration   string // one of Prorations; default prorated_immediately
	DowngradeProration string // default prorated_immediately
	PortalFailure      string // one of OnFailures; default prevent_change (rules 3)
	Restart            Switch // a change starts a new billing cycle; off (rules 1)
	Days               Switch // time is counted in days instead of seconds; off
	FullDifference     Switch // a cheaper plan by difference gives back used time too, as at Dodo; off (rules 2)
}

// The words of plan changes.
var (
	ChangeTimes = []string{"immediately", "next_billing_date"}
	Prorations  = []string{"prorated_immediately", "difference_immediately", "full_immediately"}
	OnFailures  = []string{"prevent_change", "apply_change"}
)

// Filled gives the rules with the defaults written out.
func (r PlanChangeRules) Filled() PlanChangeRules {
	def := func(word *string, byDefault string) {
		if *word == "" {
			*word = byDefault
		}
	}
	def(&r.UpgradeAt, "immediately")
	def(&r.DowngradeAt, "next_billing_date")
	def(&r.UpgradeProration, "prorated_immediately")
	def(&r.DowngradeProration, "prorated_immediately")
	def(&r.PortalFailure, "prevent_change")
	return r
}

// RestartsCycle: a plan change starts a new billing cycle. Default false.
func (r PlanChangeRules) RestartsCycle() bool { return r.Restart.Or(false) }

// CountsDays: plan changes count local days instead of seconds. Default false.
func (r PlanChangeRules) CountsDays() bool { return r.Days.Or(false) }

// CreditsFullDifference: a cheaper plan by difference gives back the whole
// difference of the prices, used time included. Default false (rules 2).
func (r PlanChangeRules) CreditsFullDifference() bool { return r.FullDifference.Or(false) }

// Check names everything that is wrong with the settings.
func (s Settings) Check(check *fault.Check) {
	r := s.PlanChange.Filled()
	oneOf(check, "plan_change.effective_at_on_upgrade", r.UpgradeAt, ChangeTimes)
	oneOf(check, "plan_change.effective_at_on_downgrade", r.DowngradeAt, ChangeTimes)
	oneOf(check, "plan_change.proration_billing_mode_on_upgrade", r.UpgradeProration, Prorations)
	oneOf(check, "plan_change.proration_billing_mode_on_downgrade", r.DowngradeProration, Prorations)
	oneOf(check, "plan_change.on_payment_failure", r.PortalFailure, OnFailures)
	if r.RestartsCycle() {
		const refused = "difference_immediately cannot start a new billing cycle"
		check.That(r.UpgradeProration != "difference_immediately", "plan_change.proration_billing_mode_on_upgrade", refused)
		check.That(r.DowngradeProration != "difference_immediately", "plan_change.proration_billing_mode_on_downgrade", refused)
	}
	s.Branding.check(check)
	s.Reminders.check(check)
	s.Manual.check(check)
	s.Retention.check(check)
	s.checkNotices(check)
	s.checkTesters(check)
}

func oneOf(check *fault.Check, field, word string, words []string) {
	check.That(slices.Contains(words, word), field, "must be "+list(words))
}
