package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/httpapi"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
	"perennial/shared/wire"
)

const aboutOrder = "Starts `pending`; the customer pays on a hosted page. With `payment_link` the answer holds the page's address. " +
	"`client_secret` is the page's session id, the only credential it needs. " +
	"A customer given by e-mail is the latest one with that address, or a new one; `create_new_customer` always makes a new one."

type createSubscription struct {
	Body OrderRequest
}

// Validate implements the frame's check.
func (in createSubscription) Validate() error { return in.Body.check() }

func (s *server) createSubscription(ctx context.Context, c httpapi.Caller, in createSubscription) (SubscriptionCreated, error) {
	if err := in.Body.unsupported(); err != nil {
		return SubscriptionCreated{}, err
	}
	placed, err := s.place(ctx, FromAPIOrder(scopeOf(c), actorOf(c), in.Body), in.Body.MethodID)
	if err != nil {
		return SubscriptionCreated{}, err
	}
	return ToAPICreated(placed, s.pageURL(scopeOf(c), placed.Checkout, in.Body.ShortLink), in.Body.PaymentLink && in.Body.MethodID == ""), nil
}

type listSubscriptions struct {
	httpapi.Paging
	Created
	CustomerID string `query:"customer_id"`
	ProductID  string `query:"product_id"`
	BrandID    string `query:"brand_id"`
	Status     string `query:"status" enum:"pending,active,past_due,on_hold,paused,cancelled,failed,expired"`
	Cancels    string `query:"cancel_at_next_billing_date" enum:"true,false"`
}

func (s *server) listSubscriptions(ctx context.Context, c httpapi.Caller, in listSubscriptions) (httpapi.Page[wire.SubscriptionItem], error) {
	q := filters(in.query(record.KindSubscription, in.Paging), map[string]string{
		"customer_id": in.CustomerID, "product_id": in.ProductID, "status": in.Status, "cancel_at_next_billing_date": in.Cancels,
	})
	var keep func(billing.Subscription) bool
	if in.BrandID != "" {
		keep = func(sub billing.Subscription) bool { return ofBrand(c, in.BrandID, sub.Brand) }
	}
	found, err := s.Register.Subscriptions(ctx, scopeOf(c), q, keep)
	return page(found, err, func(r subscriptions.Row) wire.SubscriptionItem {
		return wire.ToSubscriptionItem(r.Object, r.Customer)
	})
}

// SubscriptionPath names a subscription.
type SubscriptionPath struct {
	SubscriptionID string `path:"subscription_id"`
}

func (s *server) getSubscription(ctx context.Context, c httpapi.Caller, in SubscriptionPath) (wire.Subscription, error) {
	found, err := s.Register.Subscription(ctx, scopeOf(c), in.SubscriptionID)
	return wire.ToSubscription(scopeOf(c), found.Object, found.Customer), err
}

const aboutPatch = "All or nothing. `cancel_at_next_billing_date` schedules or revokes the cancellation, `status: cancelled` cancels now; " +
	"without access (past_due, on_hold) both are immediate. While a payment is being made the cancellation is recorded and applied when it settles, " +
	"and dates answer 409 `PREVIOUS_PAYMENT_PENDING`. A new `next_billing_date` is the date that later ones are counted from."

type updateSubscription struct {
	SubscriptionPath
	Body SubscriptionPatch
}

// Validate implements the frame's check.
func (in updateSubscription) Validate() error { return in.Body.check() }

func (s *server) updateSubscription(ctx context.Context, c httpapi.Caller, in updateSubscription) (wire.Subscription, error) {
	if err := in.Body.unsupported(); err != nil {
		return wire.Subscription{}, err
	}
	change := FromAPISubscriptionPatch(in.Body)
	change.Scope, change.Actor, change.Subscription = scopeOf(c), actorOf(c), in.SubscriptionID
	changed, err := s.Subscriptions.Change(ctx, change)
	return wire.ToSubscription(scopeOf(c), changed.Object, changed.Customer), err
}

func (s *server) retryDues(ctx context.Context, c httpapi.Caller, in SubscriptionPath) (MethodUpdate, error) {
	result, err := s.Subscriptions.Retry(ctx, scopeOf(c), actorOf(c), in.SubscriptionID)
	return ToAPIMethodUsed(result), err
}

const aboutMethod = "`existing` switches to a saved payment method; with dues open (past_due, on_hold) it charges them at once, " +
	"and a decline is an answer with the failed `payment_id`. `new` makes a page on which the customer gives a new card and pays what is due."

type updateMethod struct {
	SubscriptionPath
	Body MethodRequest
}

// Validate implements the frame's check.
func (in updateMethod) Validate() error { return in.Body.check() }

func (s *server) updateMethod(ctx context.Context, c httpapi.Caller, in updateMethod) (MethodUpdate, error) {
	if err := in.Body.unsupported(); err != nil {
		return MethodUpdate{}, err
	}
	scope, actor := scopeOf(c), actorOf(c)
	if in.Body.Type == "existing" {
		result, err := s.Subscriptions.UseMethod(ctx, scope, actor, in.SubscriptionID, in.Body.MethodID)
		return ToAPIMethodUsed(result), err
	}
	asked, err := s.Subscriptions.AskMethod(ctx, scope, actor, in.SubscriptionID, in.Body.ReturnURL)
	if err != nil {
		return MethodUpdate{}, err
	}
	return ToAPIMethodAsked(asked, s.pageURL(scope, asked.Checkout, false)), nil
}
