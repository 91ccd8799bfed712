package merchantapi

import (
	"context"

	"perennial/shared/httpapi"
	"perennial/shared/wire"
)

const aboutRecovery = "How a failed renewal is being recovered: every attempt with its reason in plain words, and what happens when if nobody pays. " +
	"A dry run: nothing is charged or changed. `status` is `none` when nothing is unpaid. This operation is Perennial's own."

func (s *server) routeRecovery(api *httpapi.API) {
	httpapi.Route(api, "GET /subscriptions/{subscription_id}/recovery", "Get a subscription's recovery", s.getRecovery, httpapi.Describe(aboutRecovery))
}

func (s *server) getRecovery(ctx context.Context, c httpapi.Caller, in SubscriptionPath) (wire.RecoveryTimeline, error) {
	found, err := s.Recovery.Timeline(ctx, scopeOf(c), in.SubscriptionID, nil)
	return wire.ToRecoveryTimeline(in.SubscriptionID, found), err
}
