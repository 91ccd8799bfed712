package mails

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// Letter is everything that a mail says, before it is put into words. What a
// mail does not speak of is zero.
type Letter struct {
	Template    Template
	Locale      string // language of the reader, a BCP 47 tag; empty for English
	To          string
	Name        string // the customer's
	Merchant    string
	Support     string // the merchant's address for questions
	Test        bool
	Product     string
	Amount      money.Amount // paid, or to be paid
	Card        billing.Method
	Reason      string       // why the charge failed, in plain words
	Confirms    bool         // because the bank wants its customer to confirm it
	Price       money.Amount // of one period, all units together
	Every       calendar.Interval
	NewPrice    money.Amount // what the product costs others, when it is more
	Invoice     string       // legal number
	At          calendar.Instant
	NextRetry   calendar.Instant // when the same card is tried again
	WindowEnd   calendar.Instant // when the recovery window closes
	Cancels     bool             // the subscription is cancelled then
	Before      money.Amount     // what the period before cost, when the next one costs more
	Lapsed      bool             // it ended because it was not paid
	NextBill    calendar.Instant // next billing date
	LastDay     bool             // the subscription ends on that date
	Zone        *time.Location
	URL         string                       // of the one button
	Endpoint    string                       // host of a webhook, for the merchant
	Gone        bool                         // it said that it wants nothing more
	Customer    string                       // whom a notification to the merchant is about
	Reference   string                       // id of the object that it is about
	Also        []string                     // get the same letter
	Testers     []string                     // whom the unified portal's test mode may write to; elsewhere the business's settings say
	Trial       bool                         // it asks a tester to agree, and so goes where no other mail of the test mode does
	About       string                       // id of the customer it goes to; empty for others
	AccessEnds  calendar.Instant             // when access ends that goes on unpaid
	Stays       bool                         // the subscription still runs, and the cancellation can be taken back
	Coupon      billing.Discount             // whose code the mail gives; zero for none
	Texts       map[string]merchant.MailText // the merchant's own words by language
	Unsubscribe string                       // address at which mails like this are stopped; empty for one that cannot be
}

// from adds the sender.
func (l Letter) from(s merchant.State, b merchant.Brand) Letter {
	f := s.Face(b)
	l.Merchant, l.Support, l.Test = f.Name, f.Support, s.Scope.Mode == merchant.Test
	return l
}

// dossier is what a letter about a subscription is made of, as it is now.
type dossier struct {
	outbox   record.Outbox
	event    billing.Event
	state    merchant.State
	sub      billing.Subscription
	customer billing.Customer
	product  billing.Product
	brand    merchant.Brand // that it is sold under
}

// about gathers the letter that an outbox item asks for. It is not wanted
// when it would say what is no longer true, or there is nobody to read it.
func (s *Service) about(ctx context.Context, o record.Outbox, t Template) (Letter, bool, error) {
	event, asked := trigger(o, t)
	if !asked {
		return Letter{}, false, fmt.Errorf("outbox %s asks for no mail %s", o.Key, t)
	}
	if t == WebhookOff {
		return s.webhookOff(ctx, o, event)
	}
	if t == TestAddress {
		return s.tester(ctx, o, event)
	}
	if n := noticeOf(t); n != "" {
		return s.notify(ctx, o, event, n)
	}
	d, err := s.gather(ctx, o, event)
	if errors.Is(err, record.ErrNotFound) {
		return Letter{}, false, nil // erased since
	}
	if err != nil {
		return Letter{}, false, fmt.Errorf("mail %s of %s: %w", t, o.Key, err)
	}
	if d.state.Archived() && (t == OnHold || isStep(t) || isAsking(t)) {
		return Letter{}, false, nil // it asks for money that nobody takes any more
	}
	if isAsking(t) {
		return s.asked(ctx, d, t, s.Portals[o.Scope.Mode])
	}
	if isOptional(t) && !d.customer.WantsOptional() {
		return Letter{}, false, nil
	}
	l, wanted, err := d.write(t, s.Portals[o.Scope.Mode])
	if isOptional(t) {
		l.Unsubscribe = s.Unsubscribe.To(o.Scope, d.customer.ID)
	}
	if err == nil && wanted && isStep(t) {
		l, wanted, err = s.sequenced(ctx, d, l)
	}
	if err == nil && wanted && t == OnHold {
		l, err = s.announced(ctx, d, l)
	}
	if err != nil {
		return Letter{}, false, fmt.Errorf("mail %s of %s: %w", t, o.Key, err)
	}
	return l, wanted, nil
}

// write makes the letter and says whether it is still true.
func (d dossier) write(t Template, portal string) (Letter, bool, error) {
	l, err := d.letter(portal)
	if err != nil {
		return Letter{}, false, err
	}
	l.Template = t
	switch t {
	case OnHold:
		held := d.event.Object == billing.HoldID(d.sub.ID, d.sub.HoldEpoch)
		l, err = d.onHold(l)
		return l, held && d.sub.Status == billing.StatusOnHold, err
	case Receipt:
		payment := d.payment()
		return d.receipt(l, payment), !payment.Amount.Nothing(), nil
	case Refunded:
		refund := d.refund()
		return d.refunded(l, refund), refund.Cause == "" && !refund.Amount.Nothing(), nil
	case Reactivated:
		return l, d.sub.Status == billing.StatusActive, nil
	case UpcomingRenewal, TrialEnding, PriceRise, CardExpiring:
		return d.reminder(l)
	case Cancelled, CancelScheduled, PlanChanged, MethodChanged:
		l, wanted := d.confirmation(l)
		return l, wanted, nil
	case Confirm:
		return l, d.sub.AwaitsConfirmation(), nil
	case PastDue, OnHoldAgain, WinBack:
		return l, true, nil
	case PortalLink, PortalInvite, AddressConfirm, AddressNotice, WebhookOff, InvoiceIssued, InvoiceOverdue, PlanPayment, TestAddress:
	}
	return Letter{}, false, errors.New("it is not about an event")
}

// gather reads the present state: the address, and whether the mail is still
// true, must be today's.
func (s *Service) gather(ctx context.Context, o record.Outbox, e billing.Event) (dossier, error) {
	d := dossier{outbox: o, event: e}
	var err error
	if d.state, err = s.Store.State(ctx, o.Scope); err != nil {
		return d, err
	}
	if p := d.bought(); p.ID != "" {
		if d.brand, err = record.BrandOf(ctx, s.Store, o.Scope, p.Brand); err != nil {
			return d, err
		}
		d.customer, err = record.Get[billing.Customer](ctx, s.Store, o.Scope, p.Customer)
		return d, err
	}
	if d.sub, err = record.Get[billing.Subscription](ctx, s.Store, o.Scope, subscriptionOf(o, e)); err != nil {
		return d, err
	}
	found, err := s.Store.Load(ctx, o.Scope,
		record.RefOf[billing.Customer](d.sub.Customer), record.RefOf[billing.Product](d.sub.Product))
	if err != nil {
		return d, err
	}
	customer, exists := found[0].(billing.Customer)
	if !exists {
		return d, record.ErrNotFound
	}
	d.customer = customer
	d.product, _ = found[1].(billing.Product) // gone: then there is no price to compare with
	d.brand, err = record.BrandOf(ctx, s.Store, o.Scope, d.sub.Brand)
	return d, err
}

// subscriptionOf finds which subscription an event is about.
func subscriptionOf(o record.Outbox, e billing.Event) string {
	if h, ok := record.Find(o, func(h billing.Hold) bool { return h.ID() == e.Object }); ok {
		return h.Subscription
	}
	if p, ok := record.Find(o, func(p billing.Payment) bool { return p.ID == e.Object }); ok {
		return p.Subscription
	}
	if r, ok := record.Find(o, func(r billing.Refund) bool { return r.ID == e.Object }); ok {
		return r.Subscription
	}
	return e.Object
}

// refund is the refund that a mail is about. Of a capture that was given back
// at once the customer hears nothing: it was never a payment.
func (d dossier) refund() billing.Refund {
	r, _ := record.Find(d.outbox, func(r billing.Refund) bool { return r.ID == d.event.Object }) // zero: no mail
	return r
}

func (d dossier) refunded(l Letter, r billing.Refund) Letter {
	l.Amount, l.Card, l.At = r.Amount, r.Method, r.UpdatedAt
	return l
}

// letter is what all mails about a subscription say.
func (d dossier) letter(portal string) (Letter, error) {
	if p := d.bought(); p.ID != "" {
		return d.purchased(p, portal)
	}
	zone, err := time.LoadLocation(d.sub.Zone)
	if err != nil {
		return Letter{}, err
	}
	price, err := d.sub.Price.Amount.Times(d.sub.Quantity, 1)
	if err != nil {
		return Letter{}, err
	}
	next := url.QueryEscape("/subscriptions/" + d.sub.ID)
	return Letter{
		To: d.customer.Email, About: d.customer.ID, Name: d.customer.Name, Locale: d.customer.Language, Product: d.sub.ProductName, Price: price, Every: d.sub.Price.Every,
		At: d.outbox.At, NextBill: d.sub.Period.End, LastDay: d.sub.Cancel.AtPeriodEnd, Zone: zone,
		URL: portal + "/login/" + d.outbox.Scope.Business + "?next=" + next,
	}.from(d.state, d.brand), nil
}

// bought is the payment of a one-time purchase that a mail is about: the
// event's own, or the one that was refunded.
func (d dossier) bought() billing.Payment {
	refunded := d.refund().Payment
	p, _ := record.Find(d.outbox, func(p billing.Payment) bool {
		return p.Purchase != "" && (p.ID == d.event.Object || p.ID == refunded)
	})
	return p
}

// purchased is what mails about a one-time purchase say.
func (d dossier) purchased(p billing.Payment, portal string) (Letter, error) {
	zone, err := time.LoadLocation(d.state.Business.Zone)
	if err != nil {
		return Letter{}, err
	}
	var names []string
	for _, article := range p.Items {
		names = append(names, article.Name)
	}
	return Letter{
		To: d.customer.Email, About: d.customer.ID, Name: d.customer.Name, Locale: d.customer.Language, Product: strings.Join(names, ", "), At: d.outbox.At, Zone: zone,
		URL: portal + "/login/" + d.outbox.Scope.Business,
	}.from(d.state, d.brand), nil
}

// onHold tells of the failed renewal: what, why, with which card, and that
// the price stays (R245, R246).
func (d dossier) onHold(l Letter) (Letter, error) {
	f := d.sub.Failure
	l.Reason, l.Card, l.Confirms = dunning.Explain(f.Decline), f.Method, f.Decline.Class == billing.ClassAuthentication
	if l.Card.IsZero() {
		l.Card = d.sub.Method
	}
	l.NextRetry, l.WindowEnd = f.NextRetry, f.WindowEnd
	l.Cancels = d.state.Recovery.EndAction == merchant.EndCancel
	var err error
	if l.Amount, err = d.dues(); err != nil {
		return Letter{}, err
	}
	if d.isDearer() {
		l.NewPrice, err = d.product.Price.Amount.Times(d.sub.Quantity, 1)
	}
	return l, err
}

// isDearer reports a catalogue price above the subscription's, of the same
// interval and currency.
func (d dossier) isDearer() bool {
	now, own := d.product.Price, d.sub.Price
	return now.Every == own.Every && now.Amount.Currency == own.Amount.Currency && now.Amount.Minor > own.Amount.Minor
}

// dues adds up the open invoices that were committed with the notice.
func (d dossier) dues() (money.Amount, error) {
	var open []money.Amount
	for _, obj := range d.outbox.State {
		if v, ok := obj.(billing.Invoice); ok && v.Status == billing.InvoiceOpen && v.Subscription == d.sub.ID {
			open = append(open, v.Due())
		}
	}
	return money.Sum(d.sub.Price.Amount.Currency, open...)
}

func (d dossier) payment() billing.Payment {
	p, _ := record.Find(d.outbox, func(p billing.Payment) bool { return p.ID == d.event.Object }) // zero: no receipt
	return p
}

func (d dossier) receipt(l Letter, p billing.Payment) Letter {
	l.Amount, l.Card, l.Invoice, l.At = p.Amount, p.Method, p.InvoiceNumber, p.UpdatedAt
	return l
}
