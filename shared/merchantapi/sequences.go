package merchantapi

import (
	"context"

	"perennial/shared/httpapi"
	"perennial/shared/wire"
)

const aboutSequences = "Perennial's own: the mails that customers get while a renewal is unpaid (`authentication`, `past_due`, `on_hold`) and after they cancelled (`cancelled`). " +
	"A PUT replaces all of them; every problem is named at once. What a subscription will get is in its recovery."

func (s *server) routeSequences(api *httpapi.API) {
	httpapi.Route(api, "GET /settings/mail-sequences", "Get the mail sequences", s.getSequences, httpapi.Describe(aboutSequences))
	httpapi.Route(api, "PUT /settings/mail-sequences", "Replace the mail sequences", s.putSequences, httpapi.Describe(aboutSequences))
}

func (s *server) getSequences(ctx context.Context, c httpapi.Caller, _ httpapi.None) (wire.MailSequences, error) {
	q, err := s.Settings.Sequences(ctx, scopeOf(c))
	return wire.ToMailSequences(q), err
}

type putSequences struct{ Body wire.MailSequences }

func (s *server) putSequences(ctx context.Context, c httpapi.Caller, in putSequences) (wire.MailSequences, error) {
	q, err := s.Settings.SetSequences(ctx, scopeOf(c), actorOf(c), wire.FromMailSequences(in.Body))
	if err != nil {
		return wire.MailSequences{}, err
	}
	return wire.ToMailSequences(q), nil
}
