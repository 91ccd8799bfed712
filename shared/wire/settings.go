package wire

import (
	"slices"
	"strings"
	"time"

	"perennial/shared/merchant"
)

// Settings are a mode's settings, ours and not Dodo's. In a PATCH only what
// is given changes, and null brings the default back.
type Settings struct {
	Version       int64               `json:"version" required:"false" doc:"Counts the changes. Given in a PATCH, a change from an older version is refused with 409."`
	UpdatedAt     *string             `json:"updated_at" required:"false" readOnly:"true"`
	UpdatedBy     *string             `json:"updated_by" required:"false" readOnly:"true"`
	TimeZone      string              `json:"time_zone" required:"false" doc:"IANA zone that billing dates of new subscriptions are reckoned in." example:"Europe/Berlin"`
	Subscriptions SubscriptionRules   `json:"subscriptions" required:"false"`
	PlanChange    PlanChangeRules     `json:"plan_change" required:"false"`
	Recovery      Recovery            `json:"recovery" required:"false"`
	Branding      Branding            `json:"branding" required:"false"`
	Seller        Seller              `json:"seller" required:"false"`
	Reminders     Reminders           `json:"reminders" required:"false"`
	Manual        Manual              `json:"manual_renewals" required:"false"`
	Retention     Retention           `json:"retention" required:"false"`
	TestAddresses []TestAddress       `json:"test_addresses" required:"false" doc:"Besides the business's own, the addresses that mails of the test mode reach. Add one at a time: its reader is asked to confirm it."`
	Notifications map[string][]string `json:"notifications" required:"false" doc:"Recipients of each notification to the merchant; none switches it off."`
}

// TestAddress is an address that mails of the test mode reach.
type TestAddress struct {
	Email    string `json:"email"`
	Verified bool   `json:"verified" required:"false" readOnly:"true" doc:"Its reader has confirmed it; nothing is sent to it before."`
}

func toTestAddresses(all []merchant.TestAddress) []TestAddress {
	out := []TestAddress{}
	for _, t := range all {
		out = append(out, TestAddress{t.Email, !t.VerifiedAt.IsZero()})
	}
	return out
}

// fromTestAddresses keeps what is confirmed; the word of a request confirms
// nothing.
func fromTestAddresses(wanted []TestAddress, old []merchant.TestAddress) []merchant.TestAddress {
	var out []merchant.TestAddress
	for _, w := range wanted {
		t := merchant.TestAddress{Email: w.Email}
		for _, known := range old {
			if strings.EqualFold(known.Email, w.Email) {
				t = known
			}
		}
		out = append(out, t)
	}
	return out
}

// SubscriptionRules are what customers may do. Cancelling at the next billing
// date is always allowed.
type SubscriptionRules struct {
	Multiple          bool `json:"allow_multiple_subscriptions" required:"false" nullable:"true" doc:"Otherwise who has one that has not ended is refused another, by e-mail address."`
	ChangePlan        bool `json:"allow_customer_portal_sub_change_plan" required:"false" nullable:"true"`
	CancelNow         bool `json:"allow_customers_to_cancel_immediately" required:"false" nullable:"true" doc:"Cancelling at the next billing date is always allowed."`
	Pause             bool `json:"allow_customers_to_pause_subscription" required:"false" nullable:"true"`
	BillUsageAtPause  bool `json:"bill_usage_at_pause" required:"false" nullable:"true" doc:"Kept and shown; usage is not measured yet, so there is none to bill."`
	PreventTrialAbuse bool `json:"prevent_trial_misuse" required:"false" nullable:"true" doc:"Who has had a trial of a product, by e-mail address, gets it without one."`
	PlanChangeByLink  bool `json:"collect_plan_change_payments_by_link" required:"false" nullable:"true" doc:"What a change in the portal costs at once is paid on a hosted page."`
	CancelTrial       bool `json:"cancel_trial_without_payment_method" required:"false" nullable:"true" doc:"Otherwise it goes on hold, and the first paid period starts when it is paid."`
	EditProfile       bool `json:"allow_customers_to_edit_profile" required:"false" nullable:"true" doc:"Name, phone and e-mail address in the portal; otherwise they are only shown."`
}

// PlanChangeRules are how customers' plan changes are priced and dated.
type PlanChangeRules struct {
	UpgradeAt          string `json:"effective_at_on_upgrade" required:"false" nullable:"true" doc:"immediately or next_billing_date"`
	DowngradeAt        string `json:"effective_at_on_downgrade" required:"false" nullable:"true" doc:"immediately or next_billing_date"`
	UpgradeProration   string `json:"proration_billing_mode_on_upgrade" required:"false" nullable:"true" doc:"prorated_immediately, difference_immediately or full_immediately"`
	DowngradeProration string `json:"proration_billing_mode_on_downgrade" required:"false" nullable:"true"`
	OnFailure          string `json:"on_payment_failure" required:"false" nullable:"true" doc:"Of changes in the portal: prevent_change or apply_change"`
	Restart            bool   `json:"restart_billing_cycle" required:"false" nullable:"true"`
	Days               bool   `json:"count_days" required:"false" nullable:"true" doc:"Count local days instead of seconds."`
	FullDifference     bool   `json:"credit_full_difference" required:"false" nullable:"true" doc:"A cheaper plan by difference_immediately gives back used time too, as at Dodo."`
}

// Recovery is what happens when a renewal fails.
type Recovery struct {
	GraceDays  int       `json:"grace_days" required:"false" nullable:"true" doc:"Days past_due with access; 0 goes straight to on_hold."`
	WindowDays int       `json:"window_days" required:"false" nullable:"true" doc:"Days from the first failure to the end action."`
	Timing     string    `json:"retry_timing" required:"false" nullable:"true" doc:"smart: chosen for the kind of decline; list: the delays below; dodo: Dodo's own schedule"`
	Holdout    int       `json:"holdout_percent" required:"false" nullable:"true" doc:"Share of failures that get the delays below although the timing is smart, to measure the difference; 0 to 50."`
	Retries    []float64 `json:"retry_delay_hours" required:"false" doc:"Hours from each attempt to the next one. Changing them chooses list, unless retry_timing changes too."`
	RetryVague bool      `json:"retry_vague_declines" required:"false" nullable:"true"`
	EndAction  string    `json:"end_action" required:"false" nullable:"true" doc:"stay_on_hold or cancel"`
	KeepDays   int       `json:"keep_days" required:"false" nullable:"true" doc:"Dues paid within this many days of their date keep the billing dates."`
}

// Reminders are how many days before a charge its customer is told of it.
type Reminders struct {
	Renewal int `json:"renewal_days" required:"false" nullable:"true" doc:"Before renewals after at least four weeks and at most six months; 0 for none."`
	Long    int `json:"long_renewal_days" required:"false" nullable:"true" doc:"Before renewals after more than six months: 7 to 30, mandatory."`
	Trial   int `json:"trial_days" required:"false" nullable:"true" doc:"Before a trial becomes a paid subscription: 7 to 30, mandatory."`
	Card    int `json:"card_expiry_days" required:"false" nullable:"true" doc:"Before a charge that comes after the card has expired; 0 for none."`
}

// Manual says when customers who renew by themselves are asked to pay.
type Manual struct {
	Lead  int `json:"invoice_days" required:"false" nullable:"true" doc:"Days before the due date on which the invoice is issued and its link mailed: 1 to 60, at most half the period."`
	Grace int `json:"grace_days" required:"false" nullable:"true" doc:"Days past_due with access after the due date, then the subscription expires: 1 to 60."`
}

// Retention is how long personal data is kept.
type Retention struct {
	CancelReasons int `json:"cancellation_reason_days" required:"false" nullable:"true" doc:"Days until the reason and comment of a cancellation are erased: 1 to 1095. A change counts for cancellations from then on."`
}

// fromRetention reads what a merchant wrote: 0 is no default, and refused.
func fromRetention(r Retention) merchant.Retention {
	if r.CancelReasons == 0 {
		r.CancelReasons = -1
	}
	return merchant.Retention(r).Bare()
}

// fromManual reads what a merchant wrote: 0 is no default, and refused.
func fromManual(m Manual) merchant.Manual {
	days := func(n int) int {
		if n == 0 {
			return -1
		}
		return n
	}
	return merchant.Manual{Lead: days(m.Lead), Grace: days(m.Grace)}.Bare()
}

func toReminders(l merchant.Leads) Reminders {
	l = l.Filled()
	return Reminders{max(0, l.Renewal), l.Long, l.Trial, max(0, l.Card)}
}

// fromReminders reads what toReminders wrote: 0 is no default, but none. For
// a mandatory notice that is refused.
func fromReminders(r Reminders) merchant.Leads {
	days := func(n int) int {
		if n == 0 {
			return merchant.Never
		}
		return n
	}
	return merchant.Leads{Renewal: days(r.Renewal), Long: days(r.Long), Trial: days(r.Trial), Card: days(r.Card)}.Bare()
}

// Branding is how the portal and hosted pages look.
type Branding struct {
	Name       string  `json:"name" required:"false" nullable:"true"`
	LogoURL    string  `json:"logo_url" required:"false" nullable:"true"`
	Light      Palette `json:"light" required:"false"`
	Dark       Palette `json:"dark" required:"false"`
	Font       string  `json:"font" required:"false" nullable:"true"`
	Radius     string  `json:"radius" required:"false" nullable:"true"`
	Theme      string  `json:"theme_mode" required:"false" nullable:"true"`
	Support    string  `json:"support_email" required:"false" nullable:"true"`
	ReturnURL  string  `json:"return_url" required:"false" nullable:"true"`
	PrivacyURL string  `json:"privacy_url" required:"false" nullable:"true"`
	TermsURL   string  `json:"terms_url" required:"false" nullable:"true"`
}

// Palette is four colours such as #14694a.
type Palette struct {
	Accent     string `json:"accent" required:"false" nullable:"true"`
	OnAccent   string `json:"on_accent" required:"false" nullable:"true"`
	Background string `json:"background" required:"false" nullable:"true"`
	Text       string `json:"text" required:"false" nullable:"true"`
}

// ToSettings converts a state's settings, the defaults written out.
func ToSettings(s merchant.State) Settings {
	p, r := s.Settings.PlanChange.Filled(), s.Settings.Subscriptions
	out := Settings{
		Version: s.Settings.Revision, TimeZone: s.Business.Zone,
		Subscriptions: SubscriptionRules{
			r.AllowsMultiple(), r.AllowsChangePlan(), r.AllowsCancelNow(), r.AllowsPause(),
			r.BillsUsageAtPause(), r.PreventsTrialAbuse(), r.CollectsByLink(), r.CancelsTrials(),
			r.AllowsEditProfile(),
		},
		PlanChange: PlanChangeRules{
			p.UpgradeAt, p.DowngradeAt, p.UpgradeProration, p.DowngradeProration, p.PortalFailure,
			p.RestartsCycle(), p.CountsDays(), p.CreditsFullDifference(),
		},
		Recovery: toRecovery(s.Recovery), Branding: toBranding(s), Seller: toSeller(s.Seller), Reminders: toReminders(s.Settings.Reminders),
		TestAddresses: toTestAddresses(s.Settings.Testers),
		Manual:        Manual(s.Settings.Manual.Filled()), Retention: Retention(s.Settings.Retention.Filled()), Notifications: map[string][]string{},
	}
	for n := range merchant.Notices {
		out.Notifications[string(n)] = append([]string{}, s.Recipients(n)...)
	}
	if s.Settings.Revision > 0 {
		at := Wall(s.Settings.ChangedAt)
		out.UpdatedAt, out.UpdatedBy = &at, &s.Settings.ChangedBy
	}
	return out
}

func toRecovery(r merchant.Recovery) Recovery {
	out := Recovery{
		GraceDays: r.GraceDays, WindowDays: r.WindowDays, Timing: or(string(r.Timing), timingList), Holdout: r.Holdout,
		Retries: []float64{}, RetryVague: r.RetryVague, EndAction: string(r.EndAction), KeepDays: r.KeepDays,
	}
	for _, delay := range r.Retries {
		out.Retries = append(out.Retries, delay.Hours())
	}
	return out
}

func toBranding(s merchant.State) Branding {
	b := s.Settings.Branding
	return Branding{
		Name: or(b.Name, s.Business.Name), LogoURL: b.LogoURL,
		Light: Palette(b.Light.Filled(merchant.LightPalette)), Dark: Palette(b.Dark.Filled(merchant.DarkPalette)),
		Font: or(b.Font, merchant.Fonts[0]), Radius: or(b.Radius, merchant.Radii[0]), Theme: or(b.Theme, merchant.Themes[0]),
		Support: or(b.Support, s.Business.SupportEmail), ReturnURL: b.ReturnURL, PrivacyURL: b.PrivacyURL, TermsURL: b.TermsURL,
	}
}

// FromSettings puts settings into a state. What is at its default stays
// unset, so that it follows the default.
func FromSettings(w Settings, s merchant.State) merchant.State {
	old := ToSettings(merchant.State{Business: s.Business, Recovery: merchant.DefaultRecovery()})
	r, p := w.Subscriptions, w.PlanChange
	s.Business.Zone = or(w.TimeZone, s.Business.Zone)
	s.Settings.Subscriptions = merchant.SubscriptionRules{
		Multiple: merchant.SwitchOf(r.Multiple, true), ChangePlan: merchant.SwitchOf(r.ChangePlan, false),
		CancelNow: merchant.SwitchOf(r.CancelNow, true), Pause: merchant.SwitchOf(r.Pause, false),
		BillUsageAtPause: merchant.SwitchOf(r.BillUsageAtPause, true), PreventTrialAbuse: merchant.SwitchOf(r.PreventTrialAbuse, false),
		PlanChangeByLink: merchant.SwitchOf(r.PlanChangeByLink, false), CancelTrial: merchant.SwitchOf(r.CancelTrial, false),
		EditProfile: merchant.SwitchOf(r.EditProfile, true),
	}
	s.Settings.PlanChange = merchant.PlanChangeRules{
		UpgradeAt: unless(p.UpgradeAt, old.PlanChange.UpgradeAt), DowngradeAt: unless(p.DowngradeAt, old.PlanChange.DowngradeAt),
		UpgradeProration:   unless(p.UpgradeProration, old.PlanChange.UpgradeProration),
		DowngradeProration: unless(p.DowngradeProration, old.PlanChange.DowngradeProration),
		PortalFailure:      unless(p.OnFailure, old.PlanChange.OnFailure), Restart: merchant.SwitchOf(p.Restart, false),
		Days: merchant.SwitchOf(p.Days, false), FullDifference: merchant.SwitchOf(p.FullDifference, false),
	}
	s.Recovery, s.Seller = fromRecovery(w.Recovery, s.Recovery), fromSeller(w.Seller, s.Seller)
	s.Settings.Branding = fromBranding(w.Branding, old.Branding)
	s.Settings.Reminders, s.Settings.Manual = fromReminders(w.Reminders), fromManual(w.Manual)
	s.Settings.Retention = fromRetention(w.Retention)
	s.Settings.Testers = fromTestAddresses(w.TestAddresses, s.Settings.Testers)
	s.Settings.Notices = nil
	for name, to := range w.Notifications {
		if byDefault, known := old.Notifications[name]; known && slices.Equal(to, byDefault) {
			continue
		}
		if s.Settings.Notices == nil {
			s.Settings.Notices = map[merchant.Notice][]string{}
		}
		s.Settings.Notices[merchant.Notice(name)] = append([]string{}, to...)
	}
	return s
}

// timingList is what the wire calls the merchant's own list.
const timingList = "list"

func fromRecovery(r Recovery, old merchant.Recovery) merchant.Recovery {
	out := merchant.Recovery{
		GraceDays: r.GraceDays, WindowDays: r.WindowDays, RetryVague: r.RetryVague,
		EndAction: merchant.EndAction(r.EndAction), KeepDays: r.KeepDays,
		Timing: merchant.Timing(unless(r.Timing, timingList)), Holdout: r.Holdout,
	}
	const most = 10_000 // hours; more is refused, and would overflow
	for _, hours := range r.Retries {
		out.Retries = append(out.Retries, time.Duration(min(max(hours, 0), most)*float64(time.Hour)))
	}
	if out.Timing == old.Timing && !slices.Equal(out.Retries, old.Retries) {
		out.Timing = merchant.TimingList // who gives a list wants it used
	}
	return out
}

func fromBranding(b, old Branding) merchant.Branding {
	return merchant.Branding{
		Name: unless(b.Name, old.Name), LogoURL: b.LogoURL,
		Light: fromPalette(b.Light, merchant.LightPalette), Dark: fromPalette(b.Dark, merchant.DarkPalette),
		Font: unless(b.Font, old.Font), Radius: unless(b.Radius, old.Radius), Theme: unless(b.Theme, old.Theme),
		Support: unless(b.Support, old.Support), ReturnURL: b.ReturnURL, PrivacyURL: b.PrivacyURL, TermsURL: b.TermsURL,
	}
}

func fromPalette(p Palette, by merchant.Palette) merchant.Palette {
	return merchant.Palette{
		Accent: unless(p.Accent, by.Accent), OnAccent: unless(p.OnAccent, by.OnAccent),
		Background: unless(p.Background, by.Background), Text: unless(p.Text, by.Text),
	}
}

func or(word, byDefault string) string {
	if word == "" {
		return byDefault
	}
	return word
}

func unless(word, byDefault string) string {
	if word == byDefault {
		return ""
	}
	return word
}

// Business is the merchant as its own programs see it.
type Business struct {
	BusinessID   string `json:"business_id"`
	Name         string `json:"name"`
	Email        string `json:"email"`
	SupportEmail string `json:"support_email"`
	Country      string `json:"country"`
	TimeZone     string `json:"time_zone"`
	Mode         string `json:"mode" enum:"test,live"`
	CreatedAt    string `json:"created_at"`
	PortalLink   string `json:"portal_link" doc:"The static link: customers enter their address there. It never expires."`
}

// ToBusiness converts a business; portal is the base of its mode's portal.
func ToBusiness(s merchant.State, portal string) Business {
	b := s.Business
	return Business{
		BusinessID: b.ID, Name: b.Name, Email: b.Email, SupportEmail: or(s.Settings.Branding.Support, b.SupportEmail), Country: b.Country,
		TimeZone: b.Zone, Mode: string(s.Scope.Mode), CreatedAt: Wall(b.CreatedAt), PortalLink: portal + "/login/" + b.ID,
	}
}
