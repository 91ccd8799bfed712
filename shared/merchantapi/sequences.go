package merchantapi

import (
	"context"

	"perennial/shared/httpapi"
	"perennial/shared/mails"
	"perennial/shared/wire"
)

const aboutSequences = "Perennial's own: the mails that customers get while a renewal is unpaid (`past_due`, `on_hold`) and after they cancelled (`cancelled`). " +
	"A PUT replaces all of them; every problem is named at once. What a subscription will get is in its recovery."

// MailPreview asks how a step reads.
type MailPreview struct {
	Step     wire.MailStep `json:"step"`
	Language string        `json:"language,omitempty" doc:"Of the reader; English when it is left out."`
}

// MailSample is how a step reads, with made-up particulars.
type MailSample struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
}

func (s *server) routeSequences(api *httpapi.API) {
	httpapi.Route(api, "GET /settings/mail-sequences", "Get the mail sequences", s.getSequences, httpapi.Describe(aboutSequences))
	httpapi.Route(api, "PUT /settings/mail-sequences", "Replace the mail sequences", s.putSequences, httpapi.Describe(aboutSequences))
	httpapi.Route(api, "POST /settings/mail-sequences/preview", "Preview a mail", s.previewMail,
		httpapi.Describe("Perennial's own: writes a step's mail with made-up particulars. Nothing is kept or sent."))
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

type previewMail struct{ Body MailPreview }

func (s *server) previewMail(ctx context.Context, c httpapi.Caller, in previewMail) (MailSample, error) {
	q := wire.FromMailSequences(wire.MailSequences{Steps: []wire.MailStep{in.Body.Step}})
	if err := s.Settings.CheckStep(q.Steps[0]); err != nil {
		return MailSample{}, err
	}
	state, err := s.Settings.State(ctx, scopeOf(c))
	if err != nil {
		return MailSample{}, err
	}
	m, err := s.Letters.Write(mails.Sample(state, q.Steps[0], in.Body.Language, s.Wall()))
	return MailSample{m.Subject, m.Text, m.HTML}, err
}
