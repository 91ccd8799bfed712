package merchant

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"perennial/shared/fault"
)

// Trigger is what begins a sequence of mails to a customer.
type Trigger string

// The triggers.
const (
	TriggerConfirm   Trigger = "authentication" // the bank wants its customer to confirm a renewal
	TriggerPastDue   Trigger = "past_due"
	TriggerOnHold    Trigger = "on_hold"
	TriggerCancelled Trigger = "cancelled" // by the customer, or by the merchant who asks for it
)

// Basis is why a merchant may write to customers who have cancelled (rules 22).
type Basis string

// The bases; without one no such mail is sent.
const (
	BasisNone      Basis = ""
	BasisConsent   Basis = "consent"            // of each customer, recorded
	BasisCustomers Basis = "existing_customers" // documented by the merchant
)

// MailStep is one mail of a sequence.
type MailStep struct {
	ID       string // unique among the steps; a case gets each of them once
	Trigger  Trigger
	Delay    time.Duration // after the trigger, or
	Before   time.Duration // before the renewal that will not come
	Off      bool
	Texts    map[string]MailText // by language; ours in the others
	Discount string              // id of a discount whose code the mail gives, of TriggerCancelled alone
}

// Gives is the id of the discount whose code the mail gives, empty for none.
// Only who has cancelled gets one: the dues of a failed renewal are an issued
// invoice, which no code changes. Older records may name one elsewhere.
func (s MailStep) Gives() string {
	if s.Trigger != TriggerCancelled {
		return ""
	}
	return s.Discount
}

// Words are the texts of the step without those that promise a code which it
// does not give.
func (s MailStep) Words() map[string]MailText {
	if s.Gives() != "" {
		return s.Texts
	}
	words := map[string]MailText{}
	for language, t := range s.Texts {
		if !t.namesCode() {
			words[language] = t
		}
	}
	return words
}

// MailText is what a step says in one language: plain text with places such
// as {name}; an empty line begins a paragraph.
type MailText struct{ Subject, Body string }

// Sequences are the mails that one mode's customers get while a renewal is
// unpaid, and after they cancelled.
type Sequences struct {
	Version int64
	Steps   []MailStep
	Basis   Basis
}

// SequencesID names the one record of a mode's sequences.
const SequencesID = "sequences"

// Day is a day of a sequence, whatever the calendar.
const Day = 24 * time.Hour

// DefaultSequences are those of a mode that has none of its own: a mail at
// once where the bank asks or access goes on, one that announces a hold and
// three after it, and one to win a customer back, which waits for a basis.
func DefaultSequences() Sequences {
	return Sequences{Steps: []MailStep{
		announcement(TriggerConfirm),
		{ID: "past_due_1", Trigger: TriggerPastDue},
		announcement(TriggerOnHold),
		{ID: "on_hold_1", Trigger: TriggerOnHold, Delay: 3 * Day},
		{ID: "on_hold_2", Trigger: TriggerOnHold, Delay: 7 * Day},
		{ID: "on_hold_3", Trigger: TriggerOnHold, Delay: 14 * Day},
		{ID: "win_back", Trigger: TriggerCancelled, Before: 30 * Day},
	}}
}

// Of are the steps of a trigger that are switched on.
func (q Sequences) Of(t Trigger) []MailStep {
	var on []MailStep
	for _, s := range q.Steps {
		if s.Trigger == t && !s.Off {
			on = append(on, s)
		}
	}
	return on
}

// Step finds a step by its id.
func (q Sequences) Step(id string) (MailStep, bool) {
	i := slices.IndexFunc(q.Steps, func(s MailStep) bool { return s.ID == id })
	if i < 0 {
		return MailStep{}, false
	}
	return q.Steps[i], true
}

// Places are what a text of the merchant's own may name in braces.
var Places = []string{"name", "product", "merchant", "amount", "price", "card", "reason", "date", "end", "coupon", "discount"}

// Bounds of sequences.
const (
	mostSteps   = 6 // of one trigger, besides its announcement
	mostDelay   = 90 * Day
	mostSubject = 200
	mostBody    = 4000
	mostTexts   = 100_000 // bytes of all texts together: they are one record
)

var (
	place  = regexp.MustCompile(`\{[^{}]*\}?|\}`)
	stepID = regexp.MustCompile(`^[a-z0-9_-]{1,40}$`)
)

// Check names everything that is wrong with sequences; languages are those
// that mails are written in.
func (q Sequences) Check(languages []string) error {
	var check fault.Check
	seen, perTrigger, size := map[string]bool{}, map[Trigger]int{}, 0
	check.That(slices.Contains([]Basis{BasisNone, BasisConsent, BasisCustomers}, q.Basis), "win_back_basis", "must be none, consent or existing_customers")
	for i, s := range q.Steps {
		field := stepField(i)
		check.That(stepID.MatchString(s.ID) && !seen[s.ID], field+".id", "must be unique, of at most 40 letters a to z, digits, - and _")
		seen[s.ID] = true
		if !q.Announces(s) {
			perTrigger[s.Trigger]++
		}
		check.That(perTrigger[s.Trigger] <= mostSteps, field, "at most 6 steps of one trigger, besides the mail that announces it")
		s.check(&check, field, languages)
		for _, t := range s.Texts {
			size += len(t.Subject) + len(t.Body)
		}
	}
	q.checkAnnouncements(&check)
	check.That(size <= mostTexts, "steps", "all texts together may have at most 100000 bytes")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The mail sequences are not valid.")
}

func stepField(i int) string { return fmt.Sprintf("steps[%d]", i) }

func (s MailStep) check(check *fault.Check, field string, languages []string) {
	known := []Trigger{TriggerConfirm, TriggerPastDue, TriggerOnHold, TriggerCancelled}
	check.That(slices.Contains(known, s.Trigger), field+".trigger", "must be authentication, past_due, on_hold or cancelled")
	check.That(s.Delay >= 0 && s.Delay <= mostDelay, field+".delay_hours", "must be 0 to 2160")
	check.That(s.Before >= 0 && s.Before <= mostDelay, field+".days_before_renewal", "must be 0 to 90")
	check.That(s.Before == 0 || s.Trigger == TriggerCancelled && s.Delay == 0, field+".days_before_renewal", "is for cancelled alone, and in place of delay_hours")
	check.That(s.Discount == s.Gives(), field+".discount_id", "is for cancelled alone: what is due is an issued invoice, which no code changes")
	for _, language := range slices.Sorted(maps.Keys(s.Texts)) {
		text, at := s.Texts[language], field+".texts."+language
		check.That(slices.Contains(languages, language), at, "mails are not written in this language")
		text.Check(check, at, s.Discount != "")
		check.That(s.Trigger != TriggerCancelled || !text.Names("reason"), at, NoReason)
	}
}

// NoReason refuses {reason} in a mail that is about no failed charge.
const NoReason = "{reason} is of a payment that failed"

// Names reports whether a text has a place.
func (t MailText) Names(place string) bool { return strings.Contains(t.Subject+t.Body, "{"+place+"}") }

// Check notes what is wrong with a text that stands at a field; coupon tells
// whether there is one to name.
func (t MailText) Check(check *fault.Check, field string, coupon bool) {
	check.That(strings.TrimSpace(t.Subject) != "" && utf8.RuneCountInString(t.Subject) <= mostSubject, field+".subject", "must have 1 to 200 characters")
	check.That(strings.TrimSpace(t.Body) != "" && utf8.RuneCountInString(t.Body) <= mostBody, field+".body", "must have 1 to 4000 characters")
	check.That(!strings.ContainsAny(t.Subject, "\r\n"), field+".subject", "must be one line")
	for _, p := range append(strangers(t.Subject), strangers(t.Body)...) {
		check.That(false, field, p+" is no place; known are {"+strings.Join(Places, "}, {")+"}")
	}
	if !coupon {
		check.That(!t.namesCode(), field, "{coupon} and {discount} need a discount_id")
	}
}

func (t MailText) namesCode() bool { return t.Names("coupon") || t.Names("discount") }

// strangers are what a text has in braces that is no place.
func strangers(text string) []string {
	var wrong []string
	for _, found := range place.FindAllString(text, -1) {
		if !strings.HasSuffix(found, "}") || !slices.Contains(Places, strings.Trim(found, "{}")) {
			wrong = append(wrong, found)
		}
	}
	return wrong
}
