package merchantapi

import (
	"context"

	"perennial/shared/httpapi"
	"perennial/shared/purchases"
	"perennial/shared/wire"
)

const aboutCheckout = "Keeps a cart until the customer pays it on a hosted page, for 24 hours and once. The cart holds one-time products, " +
	"and at most one subscription product. What the session does not know of the customer, the page asks for; the customer is made when they pay. " +
	"With `confirm` the order is placed at once (15 minutes to pay), and with `payment_method_id` charged."

type createCheckout struct {
	Body CheckoutRequest
}

// Validate implements the frame's check.
func (in createCheckout) Validate() error { return in.Body.check() }

func (s *server) createCheckout(ctx context.Context, c httpapi.Caller, in createCheckout) (CheckoutCreated, error) {
	if err := in.Body.unsupported(); err != nil {
		return CheckoutCreated{}, err
	}
	made, err := s.Purchases.Open(ctx, FromAPICheckout(scopeOf(c), actorOf(c), in.Body))
	if err != nil {
		return CheckoutCreated{}, err
	}
	return ToAPICheckoutCreated(made, s.pageURL(scopeOf(c), made.Checkout, in.Body.ShortLink), in.Body.MethodID != ""), nil
}

type getCheckout struct {
	ID string `path:"id"`
}

func (s *server) getCheckout(ctx context.Context, c httpapi.Caller, in getCheckout) (CheckoutStatus, error) {
	r, err := s.Purchases.Report(ctx, scopeOf(c), in.ID)
	if err != nil {
		return CheckoutStatus{}, err
	}
	return ToAPICheckoutStatus(r), nil
}

// ToAPICheckoutStatus converts where a session stands.
func ToAPICheckoutStatus(r purchases.Report) CheckoutStatus {
	email, name := r.Customer.Email, r.Customer.Name
	if cart := r.Checkout.Cart; cart != nil && email == "" {
		email, name = cart.Email, cart.Name
	}
	return CheckoutStatus{
		ID: r.Checkout.ID, CreatedAt: wire.Wall(r.Checkout.CreatedAt), CustomerEmail: orNull(email), CustomerName: orNull(name),
		PaymentID: orNull(r.Payment.ID), PaymentStatus: orNull(string(r.Payment.Status)),
	}
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

const aboutQuote = "What a session's cart would cost, reckoned by the code that charges it. Nothing is written."

func (s *server) previewCheckout(ctx context.Context, c httpapi.Caller, in createCheckout) (CheckoutPreview, error) {
	if err := in.Body.unsupported(); err != nil {
		return CheckoutPreview{}, err
	}
	session, err := s.Purchases.Preselect(ctx, FromAPICheckout(scopeOf(c), actorOf(c), in.Body))
	if err != nil {
		return CheckoutPreview{}, err
	}
	quote, err := s.Purchases.Quote(ctx, scopeOf(c), session.Cart)
	if err != nil {
		return CheckoutPreview{}, err
	}
	return ToAPIPreview(quote), nil
}
