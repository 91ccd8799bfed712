package mails_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock/clocktest"
	"perennial/shared/customers"
	"perennial/shared/email"
	"perennial/shared/identity"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

var (
	scope = merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	price = billing.Price{Amount: money.Of(1900, "USD"), Every: calendar.Interval{Count: 1, Unit: calendar.Month}}
	visa  = billing.Method{ID: "pm_1", Brand: "visa", Last4: "4242"}
)

// postOffice writes nothing into a mail but its template and button, and
// keeps what was sent. It may break before or after taking a mail.
type postOffice struct {
	letters []mails.Letter
	sent    []email.Message
	fail    error
}

func (p *postOffice) Write(l mails.Letter) (email.Message, error) {
	p.letters = append(p.letters, l)
	return email.Message{To: l.To, Subject: string(l.Template), Text: l.URL}, nil
}

func (p *postOffice) Send(_ context.Context, m email.Message) error {
	if p.fail == nil {
		p.sent = append(p.sent, m)
	}
	return p.fail
}

type bench struct {
	*mails.Service
	store  *recordtest.Fake
	office *postOffice
	clock  *clocktest.Clock
	t      *testing.T
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{store: recordtest.New(), office: &postOffice{}, clock: clocktest.At(noon), t: t}
	portals := map[merchant.Mode]string{merchant.Test: "https://test.portal", merchant.Live: "https://portal"}
	b.store.Wall = b.clock.Now
	b.Service = &mails.Service{
		Store: b.store, Writer: b.office, Sender: b.office, Portals: portals, Wall: b.clock.Now,
		Links: &identity.Service{Store: b.store, Mailboxes: b.store, Portals: portals, Wall: b.clock.Now},
	}
	b.commit(record.Commit{Put: []any{
		merchant.State{Scope: scope, Business: merchant.Business{ID: "bus_1", Name: "Acme", SupportEmail: "help@acme.example"}},
		billing.Customer{ID: "cus_1", Email: "Ada@example.com", Name: "Ada"},
		billing.Customer{ID: "cus_2", Email: "ada@example.com", Name: "Ada, at work"},
		billing.Mailbox{Email: "ada@example.com", Customer: "cus_1"},
		billing.Mailbox{Email: "ada@example.com", Customer: "cus_2"},
		billing.Product{ID: "pdt_1", Name: "Pro", Price: price},
		subscription(billing.StatusActive),
	}})
	return b
}

func subscription(s billing.Status) billing.Subscription {
	return billing.Subscription{
		ID: "sub_1", Customer: "cus_1", Product: "pdt_1", ProductName: "Pro", Status: s, Price: price, Quantity: 2,
		Zone: "Europe/Berlin", Method: visa, Period: calendar.Period{Start: calendar.At(noon), End: calendar.At(noon.AddDate(0, 1, 0))},
	}
}

func (b *bench) commit(c record.Commit) {
	b.t.Helper()
	c.Scope, c.Actor, c.Cause, c.At = scope, record.System, "test", calendar.At(noon)
	if err := b.store.Commit(b.t.Context(), c); err != nil {
		b.t.Fatal(err)
	}
}

// change rewrites the stored subscription.
func (b *bench) change(edit func(*billing.Subscription)) billing.Subscription {
	b.t.Helper()
	s, err := record.Get[billing.Subscription](b.t.Context(), b.store, scope, "sub_1")
	if err != nil {
		b.t.Fatal(err)
	}
	edit(&s)
	b.commit(record.Commit{Put: []any{s}})
	return s
}

// items are the mails that a commit asks for.
func (b *bench) items(o record.Outbox) []record.DueItem {
	b.t.Helper()
	items, err := mails.For(o, noon, func() (merchant.State, error) { return b.store.State(b.t.Context(), scope) })
	if err != nil {
		b.t.Fatal(err)
	}
	return items
}

// mail gives the one mail that the last commit with events asks for.
func (b *bench) mail() record.DueItem {
	b.t.Helper()
	all := b.store.Outboxes()
	items := b.items(all[len(all)-1])
	if len(items) != 1 {
		b.t.Fatalf("asks for %v", items)
	}
	return items[0]
}

func (b *bench) paid() record.DueItem {
	b.commit(record.Commit{
		Put: []any{billing.Payment{
			ID: "pay_1", Customer: "cus_1", Subscription: "sub_1", Status: billing.PaymentSucceeded, Amount: money.Of(3800, "USD"),
			Method: visa, InvoiceNumber: "ACME-0007", UpdatedAt: calendar.At(noon),
		}},
		Events: []billing.Event{{Type: billing.EventPaymentSucceeded, Object: "pay_1", Reason: billing.ReasonRenewal}},
	})
	return b.mail()
}

// held puts the subscription on hold and gives the mail of the notice.
func (b *bench) held() record.DueItem {
	b.change(func(s *billing.Subscription) {
		s.Status, s.HoldEpoch = billing.StatusOnHold, 1
		s.Failure = billing.Failure{
			At: calendar.At(noon), Decline: billing.Decline{Code: "expired_card", Class: billing.ClassNeedsCustomer},
			Method: billing.Method{ID: "pm_2", Brand: "mastercard", Last4: "4444"}, WindowEnd: calendar.At(noon.AddDate(0, 0, 30)),
		}
	})
	b.commit(record.Commit{
		Put: []any{billing.Hold{Subscription: "sub_1", Epoch: 1, Customer: "cus_1"}},
		Attach: []any{billing.Invoice{
			ID: "inv_1", Subscription: "sub_1", Status: billing.InvoiceOpen, Total: money.Of(3800, "USD"),
		}},
		Events: []billing.Event{{Type: billing.EventNotice, Object: "sub_1:1", Reason: "on_hold"}},
	})
	return b.mail()
}

func (b *bench) send(item record.DueItem) {
	b.t.Helper()
	if err := b.Event(b.t.Context(), item); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) subjects() []string {
	var all []string
	for _, m := range b.office.sent {
		all = append(all, m.Subject+" to "+m.To)
	}
	return all
}

func TestAReceiptSaysWhatWasPaid(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.send(b.paid())
	want := mails.Letter{
		Template: mails.Receipt, To: "Ada@example.com", Name: "Ada", Merchant: "Acme", Support: "help@acme.example", Test: true,
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
		Template: mails.Receipt, To: "Ada@example.com", Name: "Ada", Merchant: "Acme", Support: "help@acme.example", Test: true,
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

func wish(address string) identity.Wish {
	return identity.Wish{Scope: scope, Email: address, Next: "/subscriptions/sub_1"}
}

// R077, R078: the address of the purchase is enough to get a login link.
func TestALinkOpensEveryCustomerOfTheAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.Wish(t.Context(), wish("ADA@example.com"), "m1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"portal_link to Ada@example.com"}, b.subjects()); diff != "" {
		t.Fatal(diff)
	}
	token, ok := strings.CutPrefix(b.office.sent[0].Text, "https://test.portal/session/")
	if !ok {
		t.Fatalf("the button leads to %s", b.office.sent[0].Text)
	}
	opened, err := (&identity.Service{Store: b.store, Wall: b.clock.Now}).Redeem(t.Context(), merchant.Test, token)
	if err != nil || opened.Next != "/subscriptions/sub_1" {
		t.Fatalf("redeemed to %q, %v", opened.Next, err)
	}
	if diff := cmp.Diff([]string{"cus_1", "cus_2"}, opened.Session.Customers); diff != "" {
		t.Error(diff)
	}
}

// What a visitor types finds a customer; it is never written to.
func TestALinkGoesToTheStoredAddressNotToTheTypedOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.Wish(t.Context(), wish("aDA@EXAMPLE.com"), "m1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"portal_link to Ada@example.com"}, b.subjects()); diff != "" {
		t.Error(diff)
	}
}

// R156: nobody learns from it who is a customer.
func TestAnUnknownAddressGetsNothingAfterTheSameSteps(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.store.Commits())
	if err := b.Wish(t.Context(), wish("eve@example.com"), "m1"); err != nil {
		t.Fatal(err)
	}
	if len(b.office.sent) != 0 || len(b.store.Commits()) != before+2 {
		t.Errorf("sent %v in %d commits", b.subjects(), len(b.store.Commits())-before)
	}
}

func TestADuplicateOfAWishMintsNoSecondLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 2 {
		if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(b.office.sent); got != 1 {
		t.Errorf("%d links for one message", got)
	}
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m2"); err != nil || len(b.office.sent) != 2 {
		t.Errorf("a second wish: %d links, %v", len(b.office.sent), err)
	}
}

func TestALinkThatCouldNotBeSentIsMadeAgainAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.office.fail = errors.New("mail system is away")
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); !errors.Is(err, b.office.fail) {
		t.Fatal(err)
	}
	b.office.fail = nil
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil || len(b.office.sent) != 1 {
		t.Errorf("sent %v, %v", b.subjects(), err)
	}
}

// The queue would bring the message back until it is a dead letter.
func TestARefusedAddressIsFinal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.office.fail = fmt.Errorf("send mail: %w", email.ErrRefused)
	item := b.paid()
	b.send(item)
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil {
		t.Error(err)
	}
	if err := b.Invite(t.Context(), mails.Invite{Scope: scope, Customer: "cus_2"}, "m2"); err != nil {
		t.Error(err)
	}
	b.office.fail = nil
	b.clock.Advance(24 * time.Hour)
	b.send(item)
	for _, id := range []string{item.Ref.ID, "link:m1", "link:m2"} {
		m, err := record.Get[record.Mail](t.Context(), b.store, scope, id)
		if err != nil || !m.Next.IsZero() || !m.SentAt.IsZero() {
			t.Errorf("%s is kept as %+v, %v", id, m, err)
		}
	}
	if len(b.office.sent) != 0 {
		t.Errorf("tried again: %v", b.subjects())
	}
}

func TestAWishWhoseWorkerDiedComesBackToTheQueueUntilItsLeaseIsOver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	killed := errors.New("killed")
	commits := 0
	b.store.Before = func(record.Commit) error { // the claim is written, nothing after it
		if commits++; commits > 1 {
			return killed
		}
		return nil
	}
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); !errors.Is(err, killed) {
		t.Fatal(err)
	}
	b.store.Before = nil
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err == nil || len(b.office.sent) != 0 {
		t.Fatalf("a wish that somebody may be at was taken: %v", b.subjects())
	}
	b.clock.Advance(time.Minute)
	b.send(record.DueItem{Scope: scope, Ref: record.RefOf[record.Mail]("link:m1")}) // as the due index brings it
	m, err := record.Get[record.Mail](t.Context(), b.store, scope, "link:m1")
	if err != nil || !m.Next.IsZero() || len(b.office.sent) != 0 {
		t.Fatalf("record %+v, %v", m, err)
	}
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil || len(b.office.sent) != 1 {
		t.Errorf("sent %v, %v", b.subjects(), err)
	}
}

// R083: a link for one customer, mailed for the merchant.
func TestAnInvitationOpensOneCustomer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	invite := mails.Invite{Scope: scope, Customer: "cus_2", ReturnURL: "https://acme.example/account"}
	body, err := invite.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if invite, err = mails.DecodeInvite(body); err != nil {
		t.Fatal(err)
	}
	if err := b.Invite(t.Context(), invite, "m1"); err != nil {
		t.Fatal(err)
	}
	token := strings.TrimPrefix(b.office.sent[0].Text, "https://test.portal/session/")
	opened, err := (&identity.Service{Store: b.store, Wall: b.clock.Now}).Redeem(t.Context(), merchant.Test, token)
	if err != nil || !cmp.Equal(opened.Session.Customers, []string{"cus_2"}) || opened.Session.ReturnURL != invite.ReturnURL {
		t.Errorf("opened %+v, %v", opened.Session, err)
	}
}

func TestAnInvitationOfNobodyIsDropped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.Invite(t.Context(), mails.Invite{Scope: scope, Customer: "cus_gone"}, "m1"); err != nil || len(b.office.sent) != 0 {
		t.Errorf("sent %v, %v", b.subjects(), err)
	}
}

func TestNoRecordHoldsAnAddressOrALink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	founded := len(b.store.Commits())
	if err := b.Wish(t.Context(), wish("ada@example.com"), "m1"); err != nil {
		t.Fatal(err)
	}
	token := strings.TrimPrefix(b.office.sent[0].Text, "https://test.portal/session/")
	for _, c := range b.store.Commits()[founded:] {
		for _, obj := range c.Put {
			doc, err := record.Encode(obj, 1)
			if err != nil {
				t.Fatal(err)
			}
			_, isMail := obj.(record.Mail)
			if strings.Contains(string(doc), token) || isMail && strings.Contains(string(doc), "ada") {
				t.Errorf("%s", doc)
			}
		}
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
