package merchantapi

import (
	"context"

	"perennial/shared/httpapi"
	"perennial/shared/subscriptions"
	"perennial/shared/wire"
)

const aboutBackup = "Perennial's own: a saved method of the customer's that is charged once a decline says that the subscription's own cannot be. " +
	"It needs the customer's consent, and becomes the subscription's own when it pays."

// BackupRequest names the backup method.
type BackupRequest struct {
	MethodID string `json:"payment_method_id" minLength:"1"`
	Consent  bool   `json:"customer_consented" doc:"The customer has agreed that this method may be charged too."`
}

// BackupMethod is a subscription's backup payment method.
type BackupMethod struct {
	SubscriptionID string  `json:"subscription_id"`
	MethodID       *string `json:"payment_method_id"`
	CardNetwork    *string `json:"card_network"`
	CardLast4      *string `json:"card_last_four"`
	ConsentedAt    *string `json:"consented_at"`
}

func (s *server) routeBackup(api *httpapi.API) {
	const path = " /subscriptions/{subscription_id}/backup-payment-method"
	httpapi.Route(api, "GET"+path, "Get the backup payment method", s.getBackup, httpapi.Describe(aboutBackup))
	httpapi.Route(api, "PUT"+path, "Set the backup payment method", s.putBackup, httpapi.Describe(aboutBackup))
	httpapi.Route(api, "DELETE"+path, "Remove the backup payment method", s.deleteBackup, httpapi.Describe(aboutBackup))
	httpapi.Route(api, "GET /recovery/uplift", "Compare smart retries with the holdout", s.getUplift, httpapi.Describe(aboutUplift))
}

func (s *server) getBackup(ctx context.Context, c httpapi.Caller, in SubscriptionPath) (BackupMethod, error) {
	row, err := s.Register.Subscription(ctx, scopeOf(c), in.SubscriptionID)
	return toBackup(row), err
}

type putBackup struct {
	SubscriptionPath
	Body BackupRequest
}

func (s *server) putBackup(ctx context.Context, c httpapi.Caller, in putBackup) (BackupMethod, error) {
	row, err := s.Subscriptions.SetBackup(ctx, subscriptions.Backup{
		Scope: scopeOf(c), Actor: actorOf(c), Subscription: in.SubscriptionID, Method: in.Body.MethodID, Consent: in.Body.Consent,
	})
	return toBackup(row), err
}

func (s *server) deleteBackup(ctx context.Context, c httpapi.Caller, in SubscriptionPath) (BackupMethod, error) {
	row, err := s.Subscriptions.SetBackup(ctx, subscriptions.Backup{Scope: scopeOf(c), Actor: actorOf(c), Subscription: in.SubscriptionID})
	return toBackup(row), err
}

func toBackup(row subscriptions.Row) BackupMethod {
	sub := row.Object
	out := BackupMethod{SubscriptionID: sub.ID}
	if m := sub.Backup; !m.IsZero() {
		at := sub.BackupAt.String()
		out.MethodID, out.CardNetwork, out.CardLast4, out.ConsentedAt = &m.ID, &m.Brand, &m.Last4, &at
	}
	return out
}

const aboutUplift = "Perennial's own: which share of failed renewals was recovered with smart timing, and which in the holdout that was retried by the list " +
	"(`recovery.holdout_percent`), with 95 % intervals. Only failures whose recovery window is over count. `uplift` is the difference; when its interval holds 0, smart timing is not proven to help."

type upliftQuery struct {
	From httpapi.Time `query:"from" doc:"First failures at or after; 180 days ago when left out."`
	To   httpapi.Time `query:"to" doc:"First failures before."`
}

func (s *server) getUplift(ctx context.Context, c httpapi.Caller, in upliftQuery) (wire.Uplift, error) {
	state, err := s.Settings.State(ctx, scopeOf(c))
	if err != nil {
		return wire.Uplift{}, err
	}
	report, err := s.Register.Uplift(ctx, scopeOf(c), state, in.From.Time(), in.To.Time(), state.Clock.Now(s.Wall()))
	return wire.ToUplift(report), err
}
