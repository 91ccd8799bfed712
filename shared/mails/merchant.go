package mails

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// webhookOff tells the merchant that a webhook was switched off. It is not
// wanted once the webhook is gone or on again, or by a merchant who has
// switched such notices off.
func (s *Service) webhookOff(ctx context.Context, o record.Outbox, e billing.Event) (Letter, bool, error) {
	endpoint, err := record.Get[merchant.Endpoint](ctx, s.Store, o.Scope, e.Object)
	if errors.Is(err, record.ErrNotFound) {
		return Letter{}, false, nil
	}
	if err != nil {
		return Letter{}, false, fmt.Errorf("mail about webhook %s: %w", e.Object, err)
	}
	state, err := s.Store.State(ctx, o.Scope)
	if err != nil {
		return Letter{}, false, fmt.Errorf("mail about webhook %s: %w", e.Object, err)
	}
	to := state.Recipients(merchant.NoticeWebhookFailing)
	if len(to) == 0 || !endpoint.Disabled || endpoint.Why == "" {
		return Letter{}, false, nil
	}
	l := Letter{
		Template: WebhookOff, To: to[0], Also: to[1:], Name: state.Business.Name, Product: endpoint.ID,
		Endpoint: hostOf(endpoint.URL), Gone: endpoint.Why == merchant.DisabledGone, URL: s.Reference,
	}.from(state, merchant.Brand{})
	l.Support = "" // it is the merchant who reads this
	return l, true, nil
}

// hostOf names an endpoint without what may be secret in its address.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
