package mails_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/customers"
	"perennial/shared/identity"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// R307: of each cycle's payment, with the number of its invoice.
func TestAReceiptSaysWhatWasPaid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.send(b.paid())
	want := mails.Letter{
		Template: mails.Receipt, About: "cus_1", To: "Ada@example.com", Name: "Ada", Merchant: "Acme", Support: "help@acme.example", Test: true,
		Product: "Pro", Amount: money.Of(3800, "USD"), Price: money.Of(3800, "USD"), Every: price.Every, Card: visa,
		Invoice: "ACME-0007", At: calendar.At(noon), NextBill: calendar.At(noon.AddDate(0, 1, 0)),
		URL: "https://test.portal/login/bus_1?next=%2Fsubscriptions%2Fsub_1",
	}
	got := b.office.letters[0]
	if got.Zone.String() != "Europe/Berlin" {
		t.Errorf("dates are told in %s", got.Zone)
	}
	got.Zone = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// R061: a mail is written in the name of the brand that sells.
func TestR061AMailSpeaksForTheBrand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.commit(record.Commit{Put: []any{merchant.Brand{ID: "brnd_1", Name: "Acme Labs", SupportEmail: "labs@acme.example"}}})
	b.change(func(s *billing.Subscription) { s.Brand = "brnd_1" })
	b.send(b.paid())
	if l := b.office.letters[0]; l.Merchant != "Acme Labs" || l.Support != "labs@acme.example" {
		t.Errorf("it speaks for %s, %s", l.Merchant, l.Support)
	}
}

func TestACustomerWhoOptedOutGetsOnlyWhatIsMandatory(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Unsubscribe = identity.Unsubscribe{URL: "https://pay", Secrets: []string{"secret"}}
	back := func() record.DueItem {
		sub := b.change(func(*billing.Subscription) {})
		b.commit(record.Commit{
			Put:    []any{record.Next(sub)},
			Events: []billing.Event{{Type: billing.EventSubscriptionActive, Object: "sub_1", Reason: billing.ReasonReactivated}},
		})
		return b.mail()
	}
	b.send(back())
	people := &customers.Service{Store: b.store, Wall: b.clock.Now}
	if err := people.OptionalMails(t.Context(), scope, record.System, "cus_1", false); err != nil {
		t.Fatal(err)
	}
	b.send(back())
	b.send(b.paid())
	want := []string{"reactivated " + b.Unsubscribe.To(scope, "cus_1"), "receipt "}
	var got []string
	for _, l := range b.office.letters {
		got = append(got, string(l.Template)+" "+l.Unsubscribe)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAOneTimePurchaseHasAReceipt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.commit(record.Commit{
		Put: []any{billing.Payment{
			ID: "pay_2", Customer: "cus_1", Purchase: "pur_1", Status: billing.PaymentSucceeded, Amount: money.Of(3000, "USD"),
			Items:  []billing.Article{{Product: "pdt_2", Name: "Handbook", Quantity: 2}, {Product: "pdt_3", Name: "Poster", Quantity: 1}},
			Method: visa, InvoiceNumber: "ACME-0008", UpdatedAt: calendar.At(noon),
		}},
		Events: []billing.Event{{Type: billing.EventPaymentSucceeded, Object: "pay_2", Reason: billing.ReasonPurchase}},
	})
	b.send(b.mail())
	want := mails.Letter{
		Template: mails.Receipt, About: "cus_1", To: "Ada@example.com", Name: "Ada", Merchant: "Acme", Support: "help@acme.example", Test: true,
		Product: "Handbook, Poster", Amount: money.Of(3000, "USD"), Card: visa, Invoice: "ACME-0008", At: calendar.At(noon),
		URL: "https://test.portal/login/bus_1",
	}
	got := b.office.letters[0]
	got.Zone = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// R311: a failed payment is told with its cause.
func TestTheHoldMailTellsCauseCardAmountAndPrice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.send(b.held())
	got := b.office.letters[0]
	if got.Amount != money.Of(3800, "USD") || got.Card.Last4 != "4444" || got.Price != money.Of(3800, "USD") || !got.NewPrice.Nothing() {
		t.Errorf("amount %v, card %v, price %v, new price %v", got.Amount, got.Card, got.Price, got.NewPrice)
	}
	if got.Reason != "The card has expired. Please use another card." || got.WindowEnd != calendar.At(noon.AddDate(0, 0, 30)) {
		t.Errorf("reason %q, window ends %s", got.Reason, got.WindowEnd)
	}
}

// R245: a rise for others is told only where there is one.
func TestAHigherCataloguePriceIsToldAndALowerOneIsNot(t *testing.T) {
	t.Parallel()
	for minor, want := range map[int64]money.Amount{1800: {}, 2500: money.Of(5000, "USD")} {
		b := newBench(t)
		dearer := billing.Product{ID: "pdt_1", Version: 1, Name: "Pro", Price: price}
		dearer.Price.Amount.Minor = minor
		b.commit(record.Commit{Put: []any{dearer}})
		b.send(b.held())
		if got := b.office.letters[0].NewPrice; got != want {
			t.Errorf("at %d others pay %v, want %v", minor, got, want)
		}
	}
}

// A wrong amount in a mail is worse than a late mail.
func TestAnAmountThatCannotBeReckonedIsNotMailed(t *testing.T) {
	t.Parallel()
	huge := newBench(t)
	dearer := billing.Product{ID: "pdt_1", Version: 1, Name: "Pro", Price: price}
	dearer.Price.Amount.Minor = math.MaxInt64
	huge.commit(record.Commit{Put: []any{dearer}})
	if err := huge.Event(t.Context(), huge.held()); !errors.Is(err, money.ErrOverflow) || len(huge.office.sent) != 0 {
		t.Errorf("twice the highest amount: %v, sent %v", err, huge.subjects())
	}
	mixed := newBench(t)
	mixed.change(func(s *billing.Subscription) { s.Price.Amount.Currency = "EUR" })
	if err := mixed.Event(t.Context(), mixed.held()); !errors.Is(err, money.ErrMix) || len(mixed.office.sent) != 0 {
		t.Errorf("dollars due in euros: %v, sent %v", err, mixed.subjects())
	}
}

func TestAReactivationIsMailed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.change(func(s *billing.Subscription) { s.Cancel.AtPeriodEnd = true })
	b.commit(record.Commit{
		Put:    []any{record.Next(s)},
		Events: []billing.Event{{Type: billing.EventSubscriptionActive, Object: "sub_1", Reason: billing.ReasonReactivated}},
	})
	b.send(b.mail())
	if diff := cmp.Diff([]string{"reactivated to Ada@example.com"}, b.subjects()); diff != "" {
		t.Error(diff)
	}
	if !b.office.letters[0].LastDay {
		t.Error("the scheduled end is not told")
	}
}

func TestAMailThatIsNoLongerTrueIsNotSent(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*billing.Subscription){
		"paid meanwhile":     func(s *billing.Subscription) { s.Status = billing.StatusActive },
		"in the hold after":  func(s *billing.Subscription) { s.HoldEpoch = 2 },
		"cancelled the hold": func(s *billing.Subscription) { s.Status = billing.StatusCancelled },
	} {
		b := newBench(t)
		item := b.held()
		b.change(edit)
		b.send(item)
		b.send(item)
		if len(b.office.sent) != 0 {
			t.Errorf("%s: sent %v", name, b.subjects())
		}
	}
}

func TestNothingIsMailedForNothingPaidOrToNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.commit(record.Commit{
		Put:    []any{billing.Payment{ID: "pay_0", Subscription: "sub_1", Amount: money.Of(0, "USD")}},
		Events: []billing.Event{{Type: billing.EventPaymentSucceeded, Object: "pay_0"}},
	})
	b.send(b.mail())
	gone := b.paid()
	b.commit(record.Commit{Delete: []any{billing.Customer{ID: "cus_1", Version: 1}}})
	b.send(gone)
	if len(b.office.sent) != 0 {
		t.Errorf("sent %v", b.subjects())
	}
}

func TestADuplicateIsNotMailedTwice(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	item := b.paid()
	b.send(item)
	b.clock.Advance(24 * time.Hour)
	b.send(item)
	if diff := cmp.Diff([]string{"receipt to Ada@example.com"}, b.subjects()); diff != "" {
		t.Error(diff)
	}
	m, err := record.Get[record.Mail](t.Context(), b.store, scope, item.Ref.ID)
	if err != nil || !m.SentAt.Equal(noon) || !m.Next.IsZero() || m.To != "" {
		t.Errorf("record %+v, %v", m, err)
	}
}

func TestAMailThatFailedIsLookedAtAgainAndGivenUpAtLast(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	item := b.paid()
	b.office.fail = errors.New("mail system is away")
	tries := 0
	for {
		if err := b.Event(t.Context(), item); err != nil && !errors.Is(err, b.office.fail) {
			t.Fatal(err)
		}
		m, err := record.Get[record.Mail](t.Context(), b.store, scope, item.Ref.ID)
		if err != nil {
			t.Fatal(err)
		}
		if m.Next.IsZero() {
			break
		}
		tries++
		b.send(item) // too early: left alone
		b.clock.Set(m.Next)
	}
	if tries != 8 || len(b.office.letters) != 8 || b.clock.Now().Sub(noon) < 10*time.Hour {
		t.Errorf("%d tries, %d letters, given up after %v", tries, len(b.office.letters), b.clock.Now().Sub(noon))
	}
	b.office.fail = nil
	b.send(item)
	if len(b.office.sent) != 0 {
		t.Error("a mail that was given up was sent")
	}
}

func TestACrashBetweenSendingAndMarkingSendsAgainRatherThanNever(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	item := b.paid()
	lost := errors.New("killed")
	commits := 0
	b.store.Before = func(record.Commit) error {
		if commits++; commits == 2 {
			return lost
		}
		return nil
	}
	if err := b.Event(t.Context(), item); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	b.clock.Advance(5 * time.Minute)
	b.send(item)
	if got := len(b.office.sent); got != 2 {
		t.Errorf("%d mails", got)
	}
}

func TestEveryEventMailOfTheTableIsAskedForByItsEvent(t *testing.T) {
	t.Parallel()
	for _, row := range mails.Table {
		o := record.Outbox{Key: "k", Scope: scope, Events: []billing.Event{{Type: row.Event, Reason: row.Reason}}}
		b := newBench(t)
		b.settings(func(s *merchant.Settings) {
			s.Notices = map[merchant.Notice][]string{row.Notice: {"ops@acme.example"}}
		})
		items := b.items(o)
		if row.Event == "" {
			continue
		}
		if !slices.ContainsFunc(items, func(i record.DueItem) bool { return i.Ref.ID == mails.ID("k", row.Template) }) {
			t.Errorf("%s: %v", row.Template, items)
		}
	}
	if items := newBench(t).items(record.Outbox{Scope: scope, Events: []billing.Event{{Type: billing.EventSubscriptionActive, Reason: billing.ReasonFirst}}}); len(items) != 0 {
		t.Errorf("a first payment asks for %v", items)
	}
}

// A business that is archived takes no money, so nobody is asked for any.
func TestAnArchivedBusinessAsksForNoMoney(t *testing.T) {
	t.Parallel()
	for _, archived := range []bool{false, true} {
		b := newBench(t)
		held := b.held()
		state, err := b.store.State(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		if archived {
			state.Archive = merchant.Archive{At: noon}
		}
		b.commit(record.Commit{Put: []any{state}})
		if got := b.deliver(held); (len(got) == 0) != archived {
			t.Errorf("archived %t: sent %v", archived, got)
		}
	}
}
