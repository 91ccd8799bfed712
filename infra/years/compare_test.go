package years

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/years/oracle"
	"perennial/shared/billing"
	"perennial/shared/calendar"
)

// inexact is one minor unit for each position of a plan and its tax.
const inexact = 2 * 3

// adopt compares the credit that a plan change left. Both sides round every
// position once, but may divide a discount or tax between positions in
// another order: one minor unit for each position and its tax is allowed
// (rules 25), and the oracle goes on with the engine's figure, so that nothing
// adds up.
func (tn *town) adopt(m *member) {
	tn.t.Helper()
	last := &m.o.Bills[len(m.o.Bills)-1]
	balance := tn.engine(m).Balance().Minor
	news := tn.witness.peek(m.sub)
	if len(news) == 0 && len(m.o.Carried) > 0 { // the change was too little to be charged
		if gap := balance - m.o.Credit; gap < -inexact || gap > inexact {
			tn.fail(m, "a change that is carried left %d, the oracle says %d", balance, m.o.Credit)
		}
		m.o.Credit = balance
		return
	}
	if last.Cause != "change" || len(news) == 0 {
		if balance != m.o.Credit {
			tn.fail(m, "credit of %d, the oracle says %d", balance, m.o.Credit)
		}
		return
	}
	used := news[len(news)-1].Credit.Minor
	gap := balance + used - m.o.Credit - last.Credit
	if gap < -inexact || gap > inexact {
		tn.fail(m, "a change left %d and used %d, the oracle says %d and %d", balance, used, m.o.Credit, last.Credit)
	}
	if gap != 0 {
		tn.inexact++
	}
	tn.changes++
	if last.Total-used < 0 || used > last.Total {
		tn.fail(m, "credit of %d on a bill of %d", used, last.Total)
	}
	m.o.Credit, last.Credit = balance, used
}

// compare holds a member's subscription and new invoices against the oracle.
func (tn *town) compare(m *member) {
	tn.t.Helper()
	news := tn.witness.news(m.sub)
	bills := m.o.Bills[m.bills:]
	for i, b := range bills {
		if i >= len(news) {
			break
		}
		if diff := unlike(b, news[i]); diff != "" {
			tn.fail(m, "invoice %s (%s): %s", news[i].Number, b.Cause, diff)
		}
	}
	if len(news) != len(bills) {
		tn.fail(m, "%d new invoices were paid, the oracle says %d: %v", len(news), len(bills), bills)
	}
	m.bills = len(m.o.Bills)
	m.invoices = append(m.invoices, news...)
	s := tn.witness.subs[m.sub]
	if got := string(s.Status); got != m.o.Status {
		tn.fail(m, "is %s, the oracle says %s", got, m.o.Status)
	}
	waits := s.Carried
	if s.Change != nil { // its invoice bills it, if somebody pays
		waits = s.Change.Carried
	}
	if diff := cmp.Diff(amounts(m.o.Carried), carried(waits)); diff != "" {
		tn.fail(m, "the oracle carries (-), the engine (+): %s", diff)
	}
	if due := waits.Due.Minor; due >= max(m.o.Least, 1) || due-m.o.Owed > inexact || m.o.Owed-due > inexact {
		tn.fail(m, "%d is carried, the oracle says %d", due, m.o.Owed)
	}
	live := !s.Status.Ended() && s.Status != billing.StatusPending
	if live && (s.Period.Start != calendar.At(m.o.Start) || s.Period.End != calendar.At(m.o.End)) {
		tn.fail(m, "period %v to %v, the oracle says %v to %v", s.Period.Start, s.Period.End, m.o.Start, m.o.End)
	}
	if live && s.EndsAt != calendar.At(m.o.EndsAt) {
		tn.fail(m, "ends at %v, the oracle says %v", s.EndsAt, m.o.EndsAt)
	}
	if live && !tn.today.Before(m.quiet) && s.Balance().Minor != m.o.Credit {
		tn.fail(m, "credit %v, the oracle says %d", s.Balance(), m.o.Credit)
	}
}

// amounts and carried are what is carried to the next invoice, in both.
func amounts(lines []oracle.Line) (all []int64) {
	for _, l := range lines {
		all = append(all, l.Amount)
	}
	return all
}

func carried(c billing.Carried) (all []int64) {
	for _, l := range c.Lines {
		all = append(all, l.Amount.Minor)
	}
	return all
}

// unlike says how an invoice differs from a bill, or nothing.
func unlike(b oracle.Bill, v billing.Invoice) string {
	var wrong []string
	say := func(what string, got, want int64) {
		if got != want {
			wrong = append(wrong, fmt.Sprintf("%s %d, the oracle says %d", what, got, want))
		}
	}
	say("paid at", int64(v.PaidAt), int64(calendar.At(b.At)))
	say("lines", int64(len(v.Lines)), int64(len(b.Lines)))
	for i := range min(len(v.Lines), len(b.Lines)) {
		say("amount", v.Lines[i].Amount.Minor, b.Lines[i].Amount)
		say("line discount", v.Lines[i].Discount.Minor, b.Lines[i].Discount)
		say("line tax", v.Lines[i].Tax.Minor, b.Lines[i].Tax)
		say("line gross", v.Lines[i].Gross().Minor, b.Lines[i].Gross)
	}
	say("discount", v.Discount.Minor, b.Discount)
	say("tax", v.Tax.Minor, b.Tax)
	say("total", v.Total.Minor, b.Total)
	say("credit", v.Credit.Minor, b.Credit)
	say("from", int64(v.Period.Start), int64(calendar.At(b.From)))
	say("to", int64(v.Period.End), int64(calendar.At(b.To)))
	return strings.Join(wrong, "; ")
}

// balance compares every payment with the gateway's ledger.
func (tn *town) balance() {
	tn.t.Helper()
	kept := tn.bank.Kept(tn.t)
	for id, p := range tn.witness.payments {
		want := int64(0)
		if p.Status == billing.PaymentSucceeded {
			want = p.Amount.Minor - p.Refunded.Minor
		}
		if kept[id] != want {
			tn.t.Errorf("payment %s keeps %d, the gateway kept %d", id, want, kept[id])
		}
		delete(kept, id)
	}
	for id, amount := range kept {
		if amount != 0 {
			tn.t.Errorf("the gateway kept %d for %s, which nobody knows", amount, id)
		}
	}
	for _, m := range tn.members { // and the oracle with the gateway, past the engine's books
		var want, got int64
		for _, b := range m.o.Bills {
			want += b.Due()
		}
		for _, back := range m.refunded {
			want -= back
		}
		for _, p := range tn.witness.payments {
			if p.Subscription == m.sub && p.Status == billing.PaymentSucceeded {
				got += p.Amount.Minor - p.Refunded.Minor
			}
		}
		if want != got {
			tn.fail(m, "the gateway kept %d, the oracle says %d", got, want)
		}
	}
}

// fail reports what is wrong with a member, with all that happened to them.
func (tn *town) fail(m *member, format string, args ...any) {
	tn.t.Helper()
	tn.broken++
	log := m.log
	if tn.broken > 3 { // the first ones tell
		log = log[max(0, len(log)-2):]
	}
	tn.t.Errorf("%s on %s: %s\n  %s", m.name, tn.today.Format(time.DateTime), fmt.Sprintf(format, args...), strings.Join(log, "\n  "))
	if tn.broken > 10 {
		tn.t.FailNow()
	}
}
