package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/httpapi"
	"perennial/shared/purchases"
)

const aboutPay = "Sells one-time products. The customer pays on a hosted page; with `payment_link` the answer holds its address. " +
	"Where the customer pays what they want, `amount` says how much. With `payment_method_id` the saved method is charged at once. " +
	"Each attempt to pay is a payment; the first is `payment_id`, and all carry the same `checkout_session_id` and metadata."

type createPayment struct {
	Body PaymentRequest
}

// Validate implements the frame's check.
func (in createPayment) Validate() error { return in.Body.check() }

func (s *server) createPayment(ctx context.Context, c httpapi.Caller, in createPayment) (PaymentCreated, error) {
	if err := in.Body.unsupported(); err != nil {
		return PaymentCreated{}, err
	}
	placed, err := s.place(ctx, FromAPIPayment(scopeOf(c), actorOf(c), in.Body), in.Body.MethodID)
	if err != nil {
		return PaymentCreated{}, err
	}
	return ToAPIPaymentCreated(placed, s.pageURL(scopeOf(c), placed.Checkout, in.Body.ShortLink), in.Body.PaymentLink && in.Body.MethodID == ""), nil
}

// place places an order, and charges a saved method when one is named.
func (s *server) place(ctx context.Context, o purchases.Order, method string) (purchases.Placed, error) {
	if method != "" {
		return s.Purchases.OrderAndPay(ctx, o, method)
	}
	return s.Purchases.Begin(ctx, o)
}

const aboutCharge = "Charges an on-demand subscription off-session. A decline is an answer: the payment is `failed` and nothing stays due. " +
	"409 `PREVIOUS_PAYMENT_PENDING` while another payment is being made."

// ChargeRequest is what an on-demand subscription is charged for.
type ChargeRequest struct {
	Price       int64            `json:"product_price" minimum:"1" doc:"Minor units."`
	Currency    string           `json:"product_currency,omitempty" doc:"Must be the subscription's."`
	Description string           `json:"product_description,omitempty" maxLength:"1000"`
	Metadata    httpapi.Metadata `json:"metadata,omitzero"`
	Balance     any              `json:"customer_balance_config,omitempty"`
}

type chargeSubscription struct {
	SubscriptionPath
	Body ChargeRequest
}

// Charged names the payment of a charge.
type Charged struct {
	PaymentID string `json:"payment_id"`
}

func (s *server) chargeSubscription(ctx context.Context, c httpapi.Caller, in chargeSubscription) (Charged, error) {
	var u unsupported
	u.without(given(in.Body.Balance), "customer_balance_config")
	if err := u.fault(); err != nil {
		return Charged{}, err
	}
	p, err := s.Purchases.Charge(ctx, scopeOf(c), actorOf(c), in.SubscriptionID, billing.Charge{
		Amount: in.Body.Price, Currency: in.Body.Currency, Description: in.Body.Description, Metadata: in.Body.Metadata.Values,
	})
	return Charged{PaymentID: p.ID}, err
}
