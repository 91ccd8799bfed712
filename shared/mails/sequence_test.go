package mails_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/email"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// stepped commits that a step of a sequence goes out, as lifecycle does.
func (b *bench) stepped(t merchant.Trigger, status billing.Status, step string, more ...any) record.DueItem {
	s := b.change(func(s *billing.Subscription) {
		s.Status, s.HoldEpoch = status, 1
		s.Mails = billing.Campaign{Trigger: t, At: calendar.At(noon), Sent: []string{step}, Next: calendar.At(noon)}
		s.Cancel.AtPeriodEnd = t == merchant.TriggerCancelled && status == billing.StatusActive
		for _, m := range more {
			if d, ok := m.(billing.Discount); ok && s.Cancel.AtPeriodEnd {
				s.Mails.Offer = d.ID
			}
		}
		s.Failure = billing.Failure{At: calendar.At(noon), Decline: billing.Decline{Code: "insufficient_funds", Class: billing.ClassMoney}, Method: visa}
	})
	s = record.Next(s)
	b.commit(record.Commit{
		Put: []any{s}, Attach: append([]any{
			billing.Invoice{ID: "inv_1", Subscription: "sub_1", Status: billing.InvoiceOpen, Total: money.Of(3800, "USD")},
		}, more...),
		Events: []billing.Event{{Type: billing.EventDunningMail, Object: "sub_1", Reason: string(t)}},
	})
	return b.mail()
}

// R311: the reminder names the dues, the card and a page to pay on.
func TestAStepOfASequenceIsMailed(t *testing.T) {
	t.Parallel()
	b := secretive(t)
	b.Checkout = "https://pay"
	sent := b.deliver(b.stepped(merchant.TriggerOnHold, billing.StatusOnHold, "on_hold_1"))
	if len(sent) != 1 || sent[0].Subject != string(mails.OnHoldAgain) || !strings.HasPrefix(sent[0].Text, "https://pay/session/") {
		t.Fatalf("sent %+v", sent)
	}
	l := b.office.letters[0]
	if l.Amount != money.Of(3800, "USD") || l.Card != visa || l.Reason == "" || l.Unsubscribe == "" {
		t.Errorf("the letter says %+v", l)
	}
}

// Rules 21: the mail about a hold is a step like the others, in the words of
// the merchant, and still goes out when the step was taken out meanwhile.
func TestAHoldIsAnnouncedInTheWordsOfItsStep(t *testing.T) {
	t.Parallel()
	own := merchant.MailStep{ID: "on_hold_0", Trigger: merchant.TriggerOnHold, Texts: map[string]merchant.MailText{"de": {Subject: "Angehalten", Body: "Hallo"}}}
	for name, steps := range map[string][]merchant.MailStep{"written": {own}, "taken out": nil} {
		b := newBench(t)
		b.commit(record.Commit{Put: []any{merchant.Sequences{Steps: steps}}})
		s := b.change(func(s *billing.Subscription) {
			s.Status, s.HoldEpoch = billing.StatusOnHold, 1
			s.Mails = billing.Campaign{Trigger: merchant.TriggerOnHold, At: calendar.At(noon), Sent: []string{"on_hold_0"}, Next: calendar.At(noon)}
		})
		b.commit(record.Commit{
			Put:    []any{record.Next(s), billing.Hold{Subscription: "sub_1", Epoch: 1, Customer: "cus_1"}},
			Attach: []any{billing.Invoice{ID: "inv_1", Subscription: "sub_1", Status: billing.InvoiceOpen, Total: money.Of(3800, "USD")}},
			Events: []billing.Event{{Type: billing.EventNotice, Object: "sub_1:1", Reason: "on_hold"}},
		})
		sent := b.deliver(b.mail())
		if len(sent) != 1 || sent[0].Subject != string(mails.OnHold) || b.office.letters[0].Unsubscribe != "" {
			t.Fatalf("%s: sent %+v", name, sent)
		}
		if got := b.office.letters[0].Texts["de"].Subject; (got == "Angehalten") != (len(steps) > 0) {
			t.Errorf("%s: its words are %q", name, got)
		}
	}
}

func TestAStepIsNotMailedOnceItsCaseIsOver(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*billing.Subscription){
		"paid":      func(s *billing.Subscription) { s.Status, s.Mails = billing.StatusActive, billing.Campaign{} },
		"held anew": func(s *billing.Subscription) { s.Mails.At++ },
		"disputed":  func(s *billing.Subscription) { *s = s.Withhold("dp_1") },
	} {
		b := newBench(t)
		item := b.stepped(merchant.TriggerOnHold, billing.StatusOnHold, "on_hold_1")
		b.change(change)
		if sent := b.deliver(item); len(sent) != 0 {
			t.Errorf("%s: sent %v", name, sent)
		}
	}
	b := newBench(t)
	item := b.stepped(merchant.TriggerOnHold, billing.StatusOnHold, "on_hold_1")
	b.commit(record.Commit{Put: []any{merchant.Sequences{Steps: []merchant.MailStep{{ID: "on_hold_1", Trigger: merchant.TriggerOnHold, Off: true}}}}})
	if sent := b.deliver(item); len(sent) != 0 {
		t.Errorf("switched off meanwhile: sent %v", sent)
	}
}

// A step that may have gone out is not repeated; one that surely did not, is.
func TestAStepIsMailedAtMostOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fail error
		want int
	}{
		"SES did not answer": {fmt.Errorf("send: %w", email.ErrUnanswered), 0},
		"SES was busy":       {errors.New("SES answered TooManyRequestsException"), 1},
	} {
		b := newBench(t)
		item := b.stepped(merchant.TriggerOnHold, billing.StatusOnHold, "on_hold_1")
		b.office.fail = c.fail
		_ = b.Event(t.Context(), item) // what it answers is the queue's matter
		b.office.fail = nil
		b.clock.Advance(time.Hour)
		for range 2 {
			if err := b.Event(t.Context(), item); err != nil {
				t.Fatal(err)
			}
			b.clock.Advance(time.Hour)
		}
		if len(b.office.sent) != c.want {
			t.Errorf("%s: sent %d times", name, len(b.office.sent))
		}
	}
}

// The process dies between the mail and the mark that it was sent.
func TestACrashAfterAStepWasMailedDoesNotRepeatIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	item := b.stepped(merchant.TriggerOnHold, billing.StatusOnHold, "on_hold_1")
	b.store.Before = func(c record.Commit) error {
		if m, ok := c.Put[0].(record.Mail); ok && len(b.office.sent) > 0 && !m.SentAt.IsZero() {
			return errors.New("died")
		}
		return nil
	}
	if err := b.Event(t.Context(), item); err == nil {
		t.Fatal("it did not die")
	}
	b.store.Before = nil
	b.clock.Advance(time.Hour)
	if err := b.Event(t.Context(), item); err != nil || len(b.office.sent) != 1 {
		t.Errorf("sent %d times: %v", len(b.office.sent), err)
	}
}

// R214: who has left is led to a page on which the code is filled in; who is
// still there, to the portal.
func TestWinningBackLeadsToWhereItIsDone(t *testing.T) {
	t.Parallel()
	coupon := billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2000}
	for _, gone := range []bool{true, false} {
		b := secretive(t)
		b.Checkout = "https://pay"
		b.commit(record.Commit{Put: []any{merchant.Sequences{Basis: merchant.BasisCustomers, Steps: []merchant.MailStep{
			{ID: "win_back", Trigger: merchant.TriggerCancelled, Discount: "dsc_1"},
		}}}})
		status := billing.StatusActive
		if gone {
			status = billing.StatusCancelled
		}
		sent := b.deliver(b.stepped(merchant.TriggerCancelled, status, "win_back", coupon))
		if len(sent) != 1 || b.office.letters[0].Coupon.Code != "STAY20" || b.office.letters[0].Stays == gone {
			t.Fatalf("gone %v: sent %+v", gone, sent)
		}
		if strings.HasPrefix(sent[0].Text, "https://pay/session/") != gone {
			t.Errorf("gone %v: it leads to %s", gone, sent[0].Text)
		}
		if !gone && !strings.HasSuffix(sent[0].Text, "?next=%2Fsubscriptions%2Fsub_1%2Fkeep") {
			t.Errorf("it leads to %s, not to where the code is applied", sent[0].Text)
		}
		if gone {
			page := b.page(sent[0].Text)
			if page.Cart == nil || page.Cart.Items[0].Product != "pdt_1" || page.Cart.Codes[0] != "STAY20" || page.Cart.Customer != "cus_1" || !page.Page.Veiled {
				t.Errorf("the page is %+v", page.Cart)
			}
		}
	}
}

// A code is not mailed that keeping the subscription does not apply.
func TestNoCodeIsMailedThatIsNotOffered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.commit(record.Commit{Put: []any{merchant.Sequences{Basis: merchant.BasisCustomers, Steps: []merchant.MailStep{
		{ID: "win_back", Trigger: merchant.TriggerCancelled, Discount: "dsc_1"},
	}}}})
	item := b.stepped(merchant.TriggerCancelled, billing.StatusActive, "win_back", billing.Discount{ID: "dsc_1", Code: "STAY20"})
	b.change(func(s *billing.Subscription) { s.Mails.Offer = "" })
	if sent := b.deliver(item); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
}

// page is the hosted page of an address.
func (b *bench) page(address string) record.Checkout {
	b.t.Helper()
	_, page, err := record.Lookup[record.Checkout](b.t.Context(), b.store, address[strings.LastIndex(address, "/")+1:])
	if err != nil {
		b.t.Fatal(err)
	}
	return page
}
