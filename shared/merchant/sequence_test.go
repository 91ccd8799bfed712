package merchant_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/fault"
	"perennial/shared/merchant"
)

func TestTheDefaultSequencesAreValid(t *testing.T) {
	t.Parallel()
	if err := merchant.DefaultSequences().Check(nil); err != nil {
		t.Error(err)
	}
}

// Everything that is wrong is named at once.
func TestSequencesAreCheckedWhole(t *testing.T) {
	t.Parallel()
	good := merchant.MailText{Subject: "Hello {name}", Body: "Pay {amount}.\n\nThank you"}
	for name, c := range map[string]struct {
		step merchant.MailStep
		want []string // fields
	}{
		"good":             {merchant.MailStep{ID: "a", Trigger: "on_hold", Texts: map[string]merchant.MailText{"de": good}}, nil},
		"unknown trigger":  {merchant.MailStep{ID: "a", Trigger: "birthday"}, []string{"steps[0].trigger"}},
		"id with a slash":  {merchant.MailStep{ID: "a/b", Trigger: "on_hold"}, []string{"steps[0].id"}},
		"unknown place":    {merchant.MailStep{ID: "a", Trigger: "on_hold", Texts: map[string]merchant.MailText{"de": {Subject: "{email}", Body: "{name"}}}, []string{"steps[0].texts.de", "steps[0].texts.de"}},
		"template trick":   {merchant.MailStep{ID: "a", Trigger: "on_hold", Texts: map[string]merchant.MailText{"de": {Subject: "x", Body: "{{.Secret}}"}}}, []string{"steps[0].texts.de", "steps[0].texts.de", "steps[0].texts.de"}},
		"header injection": {merchant.MailStep{ID: "a", Trigger: "on_hold", Texts: map[string]merchant.MailText{"de": {Subject: "x\r\nBcc: y", Body: "x"}}}, []string{"steps[0].texts.de.subject"}},
		"coupon of none":   {merchant.MailStep{ID: "a", Trigger: "on_hold", Texts: map[string]merchant.MailText{"de": {Subject: "{coupon}", Body: "x"}}}, []string{"steps[0].texts.de"}},
		"code for dues":    {merchant.MailStep{ID: "a", Trigger: "on_hold", Discount: "dsc_1", Texts: map[string]merchant.MailText{"de": good}}, []string{"steps[0].discount_id"}},
		"code while late":  {merchant.MailStep{ID: "a", Trigger: "past_due", Discount: "dsc_1"}, []string{"steps[0].discount_id"}},
		"code to stay":     {merchant.MailStep{ID: "a", Trigger: "cancelled", Discount: "dsc_1"}, nil},
		"reason of none":   {merchant.MailStep{ID: "a", Trigger: "cancelled", Texts: map[string]merchant.MailText{"de": {Subject: "x", Body: "{reason}"}}}, []string{"steps[0].texts.de"}},
		"Klingon":          {merchant.MailStep{ID: "a", Trigger: "on_hold", Texts: map[string]merchant.MailText{"tlh": good}}, []string{"steps[0].texts.tlh"}},
		"before a hold":    {merchant.MailStep{ID: "a", Trigger: "on_hold", Before: merchant.Day}, []string{"steps[0].days_before_renewal"}},
		"too far":          {merchant.MailStep{ID: "a", Trigger: "cancelled", Delay: 91 * merchant.Day}, []string{"steps[0].delay_hours"}},
		"empty":            {merchant.MailStep{ID: "a", Trigger: "on_hold", Texts: map[string]merchant.MailText{"de": {}}}, []string{"steps[0].texts.de.subject", "steps[0].texts.de.body"}},
		"endless":          {merchant.MailStep{ID: "a", Trigger: "on_hold", Texts: map[string]merchant.MailText{"de": {Subject: "x", Body: strings.Repeat("x", 4001)}}}, []string{"steps[0].texts.de.body"}},
	} {
		err := merchant.Sequences{Steps: []merchant.MailStep{c.step}}.Check([]string{"de", "en"})
		var got []string
		if f := fault.Of(err); f != nil {
			for _, p := range f.Problems {
				got = append(got, p.Field)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestOneTriggerHasSixStepsAtMost(t *testing.T) {
	t.Parallel()
	var q merchant.Sequences
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "f"} {
		q.Steps = append(q.Steps, merchant.MailStep{ID: id, Trigger: merchant.TriggerOnHold, Delay: merchant.Day})
	}
	if err := q.Check(nil); err == nil || len(fault.Of(err).Problems) != 2 {
		t.Errorf("seven steps, two of one name: %v", err)
	}
}

// A step that was kept before codes for dues were refused promises none.
func TestAStepGivesACodeOnlyToWhoHasCancelled(t *testing.T) {
	t.Parallel()
	texts := map[string]merchant.MailText{"en": {Subject: "Take {coupon}", Body: "x"}, "de": {Subject: "Noch offen", Body: "x"}}
	step := merchant.MailStep{ID: "a", Trigger: merchant.TriggerOnHold, Discount: "dsc_1", Texts: texts}
	if words := step.Words(); step.Gives() != "" || len(words) != 1 || words["de"] != texts["de"] {
		t.Errorf("it gives %q and says %v", step.Gives(), words)
	}
	step.Trigger = merchant.TriggerCancelled
	if words := step.Words(); step.Gives() != "dsc_1" || len(words) != 2 {
		t.Errorf("it gives %q and says %v", step.Gives(), words)
	}
}

// Rules 21: that a hold has begun is a step of the sequence, in the merchant's
// words if there are any, and cannot be taken away. What was stored before it
// was a step is valid as it is read.
func TestTheAnnouncementIsAStepThatStays(t *testing.T) {
	t.Parallel()
	held := func(id string, days int) merchant.MailStep {
		return merchant.MailStep{ID: id, Trigger: merchant.TriggerOnHold, Delay: time.Duration(days) * merchant.Day}
	}
	off := held("draft", 0)
	off.Off = true
	for name, c := range map[string]struct {
		steps     []merchant.MailStep
		want      []string
		announces string
	}{
		"none":               {nil, []string{"on_hold_0"}, "on_hold_0"},
		"reminders alone":    {[]merchant.MailStep{{ID: "p", Trigger: merchant.TriggerPastDue}, held("a", 3)}, []string{"p", "on_hold_0", "a"}, "on_hold_0"},
		"their own at once":  {[]merchant.MailStep{held("a", 3), held("own", 0)}, []string{"a", "own"}, "own"},
		"one switched off":   {[]merchant.MailStep{off}, []string{"on_hold_0", "draft"}, "on_hold_0"},
		"the name is taken":  {[]merchant.MailStep{held("on_hold_0", 1)}, []string{"on_hold_0_0", "on_hold_0"}, "on_hold_0_0"},
		"six and ours":       {[]merchant.MailStep{held("a", 1), held("b", 2), held("c", 3), held("d", 4), held("e", 5), held("f", 6)}, []string{"on_hold_0", "a", "b", "c", "d", "e", "f"}, "on_hold_0"},
		"shipped, unchanged": {merchant.DefaultSequences().Steps, []string{"past_due_1", "on_hold_0", "on_hold_1", "on_hold_2", "on_hold_3", "win_back"}, "on_hold_0"},
	} {
		q := merchant.Sequences{Steps: c.steps}.Complete()
		var got, announcing []string
		confirms := 0
		for _, s := range q.Steps {
			if s.Trigger == merchant.TriggerConfirm {
				confirms += 1
				continue
			}
			got = append(got, s.ID)
			if q.Announces(s) {
				announcing = append(announcing, s.ID)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" || len(announcing) != 1 || announcing[0] != c.announces || confirms != 1 {
			t.Errorf("%s: %s announced by %v, with %d requests to confirm", name, diff, announcing, confirms)
		}
		if err := q.Check(nil); err != nil {
			t.Errorf("%s: as it is read it cannot be written: %v", name, err)
		}
	}
	if err := (merchant.Sequences{Steps: []merchant.MailStep{off}}).Check(nil); err == nil || fault.Of(err).Problems[0].Field != "steps[0].enabled" {
		t.Errorf("the announcement is switched off: %v", err)
	}
}
