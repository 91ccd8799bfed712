package mails_test

import (
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/mails"
	"perennial/shared/money"
	"perennial/shared/record"
)

// A payment that is under way and comes to nothing does not swallow the mail
// that asks for it.
func TestAnInvoiceIsAskedForAfterAPaymentThatCameToNothing(t *testing.T) {
	t.Parallel()
	for reason, paid := range map[billing.Reminder]bool{billing.RemindInvoice: false, billing.RemindOverdue: true} {
		b := newBench(t)
		invoice := billing.Invoice{
			ID: "inv_1", Customer: "cus_1", Subscription: "sub_1", Status: billing.InvoiceOpen,
			Total: money.Of(3800, "USD"), DueAt: calendar.At(noon.AddDate(0, 1, 0)),
		}
		b.commit(record.Commit{Put: []any{invoice}})
		mail := b.told(billing.EventReminder, string(reason), func(s *billing.Subscription) {
			s.Manual.On, s.Open = true, []string{invoice.ID}
			s.Lock = billing.Lock{Payment: "pay_1", State: billing.LockAction}
		})
		b.send(mail)
		if len(b.office.sent) != 0 {
			t.Fatalf("while it is being paid: %v", b.subjects())
		}
		b.change(func(s *billing.Subscription) {
			s.Lock = billing.Lock{}
			if paid {
				s.Open = nil
			}
		})
		b.clock.Advance(billing.LeaseChallenge + time.Second)
		b.send(mail)
		want := 1
		if paid {
			want = 0
		}
		if len(b.office.letters) != want || want == 1 && b.office.letters[0].Template != mails.InvoiceIssued {
			t.Errorf("after it, paid %v: %v", paid, b.subjects())
		}
	}
}
