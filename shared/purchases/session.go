package purchases

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/wallet"
)

// confirmedLife is how long a session may be used whose payment was made at
// once.
const confirmedLife = 15 * time.Minute

// Session is the wish to keep a cart until the customer pays it.
type Session struct {
	Scope     merchant.Scope
	Actor     record.Actor
	Cart      billing.Cart
	Page      record.CheckoutPage
	ReturnURL string
	Confirm   bool   // place it now; everything must be known
	Method    string // a saved method to charge at once, with Confirm
}

// Open makes a checkout session. With Confirm its cart is placed, and paid
// when a saved method is named; otherwise nothing but the session is written.
func (s *Service) Open(ctx context.Context, in Session) (Placed, error) {
	if err := wallet.Sells(ctx, s.Store, in.Scope); err != nil {
		return Placed{}, err
	}
	in, err := s.Preselect(ctx, in)
	if err != nil {
		return Placed{}, err
	}
	wall := s.Wall()
	page := record.Checkout{
		ID: ids.New(ids.CheckoutSession, wall), Cart: &in.Cart, Page: in.Page, ReturnURL: in.ReturnURL,
		CreatedAt: wall, ExpiresAt: wall.Add(PageLife),
	}
	if !in.Confirm {
		return s.keep(ctx, in, page)
	}
	if err := Complete(page); err != nil {
		return Placed{}, err
	}
	page.ExpiresAt = wall.Add(confirmedLife)
	order := Order{Scope: in.Scope, Actor: in.Actor, Cart: in.Cart, Session: page}
	if in.Method != "" {
		return s.OrderAndPay(ctx, order, in.Method)
	}
	return s.Order(ctx, order)
}

// keep writes a session after a look at whether its cart can be sold.
func (s *Service) keep(ctx context.Context, in Session, page record.Checkout) (Placed, error) {
	sale, err := s.gather(ctx, in.Scope, billing.Sale{Cart: in.Cart})
	if err != nil {
		return Placed{}, err
	}
	thought, err := s.compose(sale.anywhere())
	if err == nil {
		err = sale.payable(thought, billing.Method{})
	}
	if err == nil && in.Cart.Customer != "" { // whose address is typed is only looked at with the order
		err = s.only(ctx, sale, thought)
	}
	if err != nil {
		return Placed{}, err
	}
	page.Brand = sale.Products[0].Brand
	err = s.Store.Commit(ctx, record.Commit{
		Scope: in.Scope, Actor: in.Actor, Cause: "open a checkout session", At: sale.At, Put: []any{page},
	})
	if err != nil {
		return Placed{}, fmt.Errorf("open a session: %w", err)
	}
	return Placed{Checkout: page, Customer: sale.Customer}, nil
}

// anywhere lets a sale be priced before its buyer's country is known.
func (o sale) anywhere() sale {
	if o.Cart.Billing.Country == "" {
		o.Cart.Billing.Country = o.state.Business.Country
	}
	return o
}

// Complete names what a session does not know yet of its buyer, all at once.
func Complete(page record.Checkout) error {
	var check fault.Check
	c := page.Cart
	_, host, _ := strings.Cut(c.Email, "@")
	known := c.Customer != ""
	check.That(known || strings.Contains(host, "."), "email", "must be an e-mail address")
	check.That(known || strings.TrimSpace(c.Name) != "", "name", "must not be empty")
	check.That(len(c.Billing.Country) == 2, "country", "must be chosen")
	if page.Page.Minimal {
		check.That(c.Billing.Zip != "", "zipcode", "must not be empty")
	} else {
		check.That(c.Billing.Street != "", "street", "must not be empty")
		check.That(c.Billing.City != "", "city", "must not be empty")
	}
	check.That(known || c.Phone != "" || !page.Page.NeedPhone, "phone_number", "must not be empty")
	check.That(c.TaxID != "" || !page.Page.NeedTaxID, "tax_id", "must not be empty")
	check.That(c.BusinessName != "" || !page.Page.NeedTaxID, "business_name", "must not be empty")
	for _, f := range page.Page.Fields {
		checkAnswer(&check, f, answer(c.Answers, f.Key))
	}
	return check.Fault("INVALID_REQUEST_PARAMETERS", "Something is missing.")
}

func answer(given []billing.Answer, key string) string {
	for _, a := range given {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// Amend changes the cart of a session that is not placed, by change, which may
// run more than once. A placed one stays as it is.
func (s *Service) Amend(ctx context.Context, scope merchant.Scope, session string, change func(*billing.Cart)) (record.Checkout, error) {
	for range tries {
		page, err := record.Get[record.Checkout](ctx, s.Store, scope, session)
		if err != nil || page.Placed() {
			return page, err
		}
		cart := *page.Cart
		change(&cart)
		page.Cart = &cart
		err = s.Store.Commit(ctx, record.Commit{
			Scope: scope, Actor: record.Actor{Kind: record.ByCustomer}, Cause: "fill in a checkout session", Put: []any{page},
		})
		if err == nil {
			return record.Next(page), nil
		}
		if !errors.Is(err, record.ErrStale) {
			return page, fmt.Errorf("amend %s: %w", session, err)
		}
	}
	return record.Checkout{}, fmt.Errorf("amend %s: %w", session, record.ErrStale)
}

// Place places the cart of a session, as the customer saw it: of several who
// ask at once one does, and all are given what was placed.
func (s *Service) Place(ctx context.Context, scope merchant.Scope, page record.Checkout) (record.Checkout, error) {
	if page.Placed() {
		return page, nil
	}
	if err := Complete(page); err != nil {
		return page, err
	}
	placed, err := s.Order(ctx, Order{
		Scope: scope, Actor: record.Actor{Kind: record.ByCustomer}, Cart: *page.Cart, Session: page,
	})
	if err == nil {
		return record.Next(placed.Checkout), nil
	}
	if !errors.Is(err, record.ErrStale) {
		return page, err
	}
	now, again := record.Get[record.Checkout](ctx, s.Store, scope, page.ID)
	if again == nil && !now.Placed() {
		again = err // its details were changed in another tab: look again before paying
	}
	return now, again
}
