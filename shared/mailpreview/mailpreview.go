// Package mailpreview shows a merchant a mail before any customer gets one: in
// each language, as a brand's, and with words that are not saved yet.
package mailpreview

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/clock"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/i18n"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Options are what previews need.
type Options struct {
	Store interface {
		record.Loader
		State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
	}
	Writer mails.Writer
	URL    string // the API's
	Keys   httpapi.Authenticator
	Limits *httpapi.Limits
	Wall   clock.Wall
}

// steps are the mails of sequences, whose words a merchant may write.
var steps = []mails.Template{mails.Confirm, mails.PastDue, mails.OnHold, mails.OnHoldAgain, mails.WinBack}

type server struct{ Options }

// New makes the handler of everything under /mail-previews.
func New(o Options) http.Handler {
	s := &server{o}
	api := httpapi.New(httpapi.Info{Title: "Mail previews", Version: "1", URL: o.URL}, o.Keys)
	httpapi.Route(api, "POST /mail-previews/{template}", "Preview a mail", s.preview)
	if o.Limits != nil {
		api.Limit(o.Limits)
	}
	return api
}

// wish is which mail to show, and with which words.
type wish struct {
	Template mails.Template `path:"template"`
	Body     struct {
		Language string `json:"language,omitempty"`
		Brand    string `json:"brand_id,omitempty"`
		Discount string `json:"discount_id,omitempty"`
		Text     *Text  `json:"text,omitempty"`
	}
}

// Text is what a step of a sequence says in place of our words.
type Text struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

// Preview is a mail as a customer's mail program gets it.
type Preview struct {
	Template mails.Template `json:"template"`
	Language string         `json:"language"`
	From     string         `json:"from_name"`
	ReplyTo  string         `json:"reply_to"`
	Subject  string         `json:"subject"`
	Text     string         `json:"text"`
	HTML     string         `json:"html"`
}

// Validate implements the check of an input.
func (w wish) Validate() error {
	b := w.Body
	var names []string
	for _, t := range mails.Samples {
		names = append(names, string(t))
	}
	var check fault.Check
	check.That(slices.Contains(mails.Samples, w.Template), "template", "must be one of "+strings.Join(names, ", "))
	check.That(b.Language == "" || slices.Contains(i18n.Codes(), b.Language), "language", "must be one of "+strings.Join(i18n.Codes(), ", "))
	own := slices.Contains(steps, w.Template)
	if b.Text != nil {
		text := merchant.MailText(*b.Text)
		text.Check(&check, "text", b.Discount != "")
		check.That(w.Template != mails.WinBack || !text.Names("reason"), "text", merchant.NoReason)
	}
	check.That(b.Text == nil || own, "text", "can be given for confirm_payment, past_due, on_hold, on_hold_again and win_back, the mails of sequences")
	check.That(b.Discount == "" || w.Template == mails.WinBack, "discount_id", "can be given for win_back, the one mail that gives a code")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The preview is not possible.")
}

// preview writes the mail; nothing is stored or sent.
func (s *server) preview(ctx context.Context, c httpapi.Caller, in wish) (Preview, error) {
	l, err := s.letter(ctx, merchant.Scope{Business: c.BusinessID, Mode: merchant.Mode(c.Mode)}, in)
	if err != nil {
		return Preview{}, err
	}
	m, err := s.Writer.Write(l)
	if err != nil {
		return Preview{}, err
	}
	return Preview{
		Template: l.Template, Language: l.Locale, From: m.FromName, ReplyTo: m.ReplyTo, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
	}, nil
}

func (s *server) letter(ctx context.Context, scope merchant.Scope, in wish) (mails.Letter, error) {
	b := in.Body
	if b.Language == "" {
		b.Language = i18n.English
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return mails.Letter{}, err
	}
	var brand merchant.Brand
	if b.Brand != "" && b.Brand != scope.Business {
		if brand, err = record.Get[merchant.Brand](ctx, s.Store, scope, b.Brand); err != nil {
			return mails.Letter{}, err
		}
	}
	l, err := mails.Sample(in.Template, state, brand, b.Language, calendar.At(s.Wall()))
	if err != nil {
		return l, err
	}
	if b.Discount != "" {
		if l.Coupon, err = record.Get[billing.Discount](ctx, s.Store, scope, b.Discount); err != nil {
			return l, err
		}
	}
	if b.Text != nil {
		l.Texts = map[string]merchant.MailText{b.Language: merchant.MailText(*b.Text)}
	}
	return l, nil
}
