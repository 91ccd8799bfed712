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

// tester asks the reader of a new test address, named by the event, to agree
// to mails of the test mode. Who has agreed or was removed is not asked.
func (s *Service) tester(ctx context.Context, o record.Outbox, e billing.Event) (Letter, bool, error) {
	state, err := s.Store.State(ctx, o.Scope)
	if err != nil {
		return Letter{}, false, fmt.Errorf("mail to a test address of %s: %w", o.Scope, err)
	}
	for _, t := range state.Settings.Testers {
		if t.VerifiedAt.IsZero() && record.SuppressionID(t.Email) == e.Reason {
			return Letter{
				Template: TestAddress, To: t.Email, Trial: true, URL: s.Unsubscribe.Tester(o.Scope, e.Reason),
			}.from(state, merchant.Brand{}), true, nil
		}
	}
	return Letter{}, false, nil
}
