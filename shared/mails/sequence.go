package mails

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"perennial/shared/billing"
	"perennial/shared/email"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/settings"
)

// sequences are the mails of sequences by what they begin with.
var sequences = map[merchant.Trigger]Template{
	merchant.TriggerConfirm: Confirm, merchant.TriggerPastDue: PastDue, merchant.TriggerOnHold: OnHoldAgain, merchant.TriggerCancelled: WinBack,
}

// isStep reports a mail of a sequence. Such a mail is sent at most once: where
// nobody knows whether it went out, it is left at that.
func isStep(t Template) bool { return t == Confirm || t == PastDue || t == OnHoldAgain || t == WinBack }

// sequenced fills in a step of a sequence. It is not wanted once the case is
// over, or the merchant has taken the step out or switched it off.
func (s *Service) sequenced(ctx context.Context, d dossier, l Letter) (Letter, bool, error) {
	then, step, known, err := s.step(ctx, d)
	if err != nil {
		return l, false, err
	}
	if len(then.Mails.Sent) == 0 {
		return l, false, fmt.Errorf("outbox %s names no step", d.outbox.Key)
	}
	now := d.sub.Mails
	goes := now.At == then.Mails.At && now.Trigger == step.Trigger && (now.Over == "" || now.Over == billing.CampaignExhausted)
	if !known || step.Off || !goes || len(d.sub.Disputes) > 0 {
		return l, false, nil
	}
	l.Texts = step.Words()
	if coupon, ok := record.Find(d.outbox, func(c billing.Discount) bool { return c.ID == step.Gives() }); ok {
		l.Coupon = coupon
	}
	if step.Trigger == merchant.TriggerCancelled {
		if d.sub.Ending() && l.Coupon.ID != d.sub.Offered() {
			return l, false, nil // what it promises is not to be had
		}
		l, err = s.winBack(ctx, d, l)
		return l, err == nil, err
	}
	if l, err = d.onHold(l); err != nil {
		return l, false, err
	}
	l.AccessEnds = d.sub.Failure.HoldAt
	due := "" // a hold's page ends with the hold, the others with the invoice
	if d.sub.Status.Access() && len(d.sub.Open) > 0 {
		due = d.sub.Open[0]
	}
	l.URL, err = s.payLink(ctx, d, l.URL, due)
	return l, err == nil, err
}

// step is the one that an outbox item asks for, with the subscription as it
// was. It is not known once the merchant has taken it out.
func (s *Service) step(ctx context.Context, d dossier) (then billing.Subscription, step merchant.MailStep, known bool, err error) {
	then, _ = record.Find(d.outbox, func(s billing.Subscription) bool { return s.ID == d.sub.ID })
	all, err := settings.Sequences(ctx, s.Store, d.outbox.Scope)
	if n := len(then.Mails.Sent); err == nil && n > 0 {
		step, known = all.Step(then.Mails.Sent[n-1])
	}
	return then, step, known, err
}

// announced is the mail that begins a hold's sequence, in the words of its
// step while there is one.
func (s *Service) announced(ctx context.Context, d dossier, l Letter) (Letter, error) {
	_, step, _, err := s.step(ctx, d)
	if err != nil {
		return l, err
	}
	l.Texts = step.Words()
	l.URL, err = s.payLink(ctx, d, l.URL, "")
	return l, err
}

// winBack leads whose subscription still runs to the portal, where the
// cancellation is taken back, and the others to a page on which they buy the
// same again.
func (s *Service) winBack(ctx context.Context, d dossier, l Letter) (Letter, error) {
	l.Stays = d.sub.Status == billing.StatusActive
	if l.Stays && l.Coupon.ID != "" {
		l.URL += url.QueryEscape("/keep") // on the page of the subscription
	}
	if d.isDearer() {
		var err error
		if l.NewPrice, err = d.product.Price.Amount.Times(d.sub.Quantity, 1); err != nil {
			return l, err
		}
	}
	if l.Stays || s.Checkout == "" {
		return l, nil
	}
	var err error
	l.URL, err = s.buyLink(ctx, d, l.Coupon.Code)
	return l, err
}

// hand notes that a mail is about to be handed over, where it must not go out
// twice.
func (s *Service) hand(ctx context.Context, c *claimed, t Template) error {
	if !isStep(t) {
		return nil
	}
	c.mail.Handed = true
	return s.save(ctx, c)
}

// handed settles a mail that was handed over and may have gone out.
func (s *Service) handed(ctx context.Context, c claimed) error {
	slog.WarnContext(ctx, "nobody knows whether a mail went out; it is not repeated", "scope", c.scope.String(), "mail", c.mail.ID)
	return s.finish(ctx, c, false)
}

// failed decides what follows a mail that was not sent: one that may have
// gone out is repeated only where that does no harm.
func (s *Service) failed(ctx context.Context, c claimed, err error) error {
	if !c.mail.Handed {
		return err
	}
	if errors.Is(err, email.ErrUnanswered) {
		return s.handed(ctx, c)
	}
	c.mail.Handed = false
	return errors.Join(err, s.save(ctx, &c))
}
