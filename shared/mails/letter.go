package mails

import (
	"context"
	"errors"
	"fmt"
	"net/url"
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
	Template  Template
	To        string
	Name      string // the customer's
	Merchant  string
	Support   string // the merchant's address for questions
	Test      bool
	Product   string
	Amount    money.Amount // paid, or to be paid
	Card      billing.Method
	Reason    string       // why the charge failed, in plain words
	Price     money.Amount // of one period, all units together
	Every     calendar.Interval
	NewPrice  money.Amount // what the product costs others, when it is more
	Invoice   string       // legal number
	At        calendar.Instant
	NextRetry calendar.Instant // when the same card is tried again
	WindowEnd calendar.Instant // when the recovery window closes
	Cancels   bool             // the subscription is cancelled then
	NextBill  calendar.Instant // next billing date
	LastDay   bool             // the subscription ends on that date
	Zone      *time.Location
	URL       string // of the one button
}

// from adds the sender.
func (l Letter) from(s merchant.State) Letter {
	l.Merchant, l.Support, l.Test = s.Business.Name, s.Business.SupportEmail, s.Scope.Mode == merchant.Test
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
}

// about gathers the letter that an outbox item asks for. It is not wanted
// when it would say what is no longer true, or there is nobody to read it.
func (s *Service) about(ctx context.Context, o record.Outbox, t Template) (Letter, bool, error) {
	event, asked := trigger(o, t)
	if !asked {
		return Letter{}, false, fmt.Errorf("outbox %s asks for no mail %s", o.Key, t)
	}
	d, err := s.gather(ctx, o, event)
	if errors.Is(err, record.ErrNotFound) {
		return Letter{}, false, nil // erased since
	}
	if err != nil {
		return Letter{}, false, fmt.Errorf("mail %s of %s: %w", t, o.Key, err)
	}
	l, err := d.letter(s.Portals[o.Scope.Mode])
	if err != nil {
		return Letter{}, false, fmt.Errorf("mail %s of %s: %w", t, o.Key, err)
	}
	l.Template = t
	switch t {
	case OnHold:
		held := d.event.Object == billing.HoldID(d.sub.ID, d.sub.HoldEpoch)
		return d.onHold(l), held && d.sub.Status == billing.StatusOnHold, nil
	case Receipt:
		payment := d.payment()
		return d.receipt(l, payment), !payment.Amount.Nothing(), nil
	case Reactivated:
		return l, d.sub.Status == billing.StatusActive, nil
	case PortalLink, PortalInvite:
	}
	return Letter{}, false, fmt.Errorf("mail %s is not about an event", t)
}

// gather reads the present state: the address, and whether the mail is still
// true, must be today's.
func (s *Service) gather(ctx context.Context, o record.Outbox, e billing.Event) (dossier, error) {
	d := dossier{outbox: o, event: e}
	var err error
	if d.state, err = s.Store.State(ctx, o.Scope); err != nil {
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
	return d, nil
}

// subscriptionOf finds which subscription an event is about.
func subscriptionOf(o record.Outbox, e billing.Event) string {
	if h, ok := record.Find(o, func(h billing.Hold) bool { return h.ID() == e.Object }); ok {
		return h.Subscription
	}
	if p, ok := record.Find(o, func(p billing.Payment) bool { return p.ID == e.Object }); ok {
		return p.Subscription
	}
	return e.Object
}

// letter is what all mails about a subscription say.
func (d dossier) letter(portal string) (Letter, error) {
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
		To: d.customer.Email, Name: d.customer.Name, Product: d.sub.ProductName, Price: price, Every: d.sub.Price.Every,
		At: d.outbox.At, NextBill: d.sub.Period.End, LastDay: d.sub.Cancel.AtPeriodEnd, Zone: zone,
		URL: portal + "/login/" + d.outbox.Scope.Business + "?next=" + next,
	}.from(d.state), nil
}

// onHold tells of the failed renewal: what, why, with which card, and that
// the price stays (R245, R246).
func (d dossier) onHold(l Letter) Letter {
	f := d.sub.Failure
	l.Amount, l.Reason, l.Card = d.dues(), dunning.Explain(f.Decline), f.Method
	if l.Card.IsZero() {
		l.Card = d.sub.Method
	}
	l.NextRetry, l.WindowEnd = f.NextRetry, f.WindowEnd
	l.Cancels = d.state.Recovery.EndAction == merchant.EndCancel
	now := d.product.Price
	if now.Every == d.sub.Price.Every && now.Amount.Currency == d.sub.Price.Amount.Currency && now.Amount.Minor > d.sub.Price.Amount.Minor {
		l.NewPrice = money.Of(now.Amount.Minor*d.sub.Quantity, now.Amount.Currency)
	}
	return l
}

// dues adds up the open invoices that were committed with the notice.
func (d dossier) dues() money.Amount {
	total := money.Of(0, d.sub.Price.Amount.Currency)
	for _, obj := range d.outbox.State {
		if v, ok := obj.(billing.Invoice); ok && v.Status == billing.InvoiceOpen && v.Subscription == d.sub.ID {
			total.Minor += v.Total.Minor
		}
	}
	return total
}

func (d dossier) payment() billing.Payment {
	p, _ := record.Find(d.outbox, func(p billing.Payment) bool { return p.ID == d.event.Object }) // zero: no receipt
	return p
}

func (d dossier) receipt(l Letter, p billing.Payment) Letter {
	l.Amount, l.Card, l.Invoice, l.At = p.Amount, p.Method, p.InvoiceNumber, p.UpdatedAt
	return l
}
