package lifecycle

import (
	"context"
	"errors"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/dunning"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/settings"
)

// mail looks at the campaign of a subscription: it plans the next mail of the
// sequence, or notes that it is sent; the mail follows from the commit. It
// moves no money, and nothing waits for it (R245, R311).
func (s *Service) mail(ctx context.Context, w work) error {
	sequences, err := settings.Sequences(ctx, s.Store, w.scope)
	if err != nil {
		return err
	}
	planned := dunning.Mails(sequences, w.sub, w.now)
	if len(planned) == 0 {
		return s.campaign(ctx, w, w.sub.Mails.Ended(billing.CampaignExhausted))
	}
	next := planned[0]
	if next.At > w.now {
		return s.campaign(ctx, w, later(w.sub.Mails, next.At))
	}
	if sequences.Announces(next.Step) {
		return s.write(ctx, w, next.Step, true)
	}
	over, err := s.spent(ctx, w)
	if err != nil {
		return err
	}
	if over != "" {
		return s.campaign(ctx, w, w.sub.Mails.Ended(over))
	}
	if next.Step.Trigger == merchant.TriggerCancelled && !mayWoo(sequences.Basis, w.customer) {
		return s.campaign(ctx, w, w.sub.Mails.Done(next.Step.ID, w.now))
	}
	return s.write(ctx, w, next.Step, false)
}

// later is a campaign that is looked at again at an instant.
func later(c billing.Campaign, at calendar.Instant) billing.Campaign {
	c.Next = at
	return c
}

// mayWoo reports whether a customer who has cancelled may be written to.
func mayWoo(b merchant.Basis, c billing.Customer) bool {
	return b == merchant.BasisCustomers && c.HasPaid() || b == merchant.BasisConsent && !c.ConsentedAt.IsZero()
}

// spent tells why no mail follows any more although the cause lasts.
func (s *Service) spent(ctx context.Context, w work) (billing.CampaignEnd, error) {
	if !w.customer.WantsOptional() {
		return billing.CampaignOptedOut, nil
	}
	if w.sub.Mails.Trigger != merchant.TriggerCancelled {
		return "", nil
	}
	again, err := charging.Resubscribed(ctx, s.Store, w.scope, w.sub)
	if again {
		return billing.CampaignResubscribed, err
	}
	return "", err
}

// write commits that a step's mail goes out, unless it has to wait for
// another mail to the same customer, or its promise cannot be kept any more.
func (s *Service) write(ctx context.Context, w work, step merchant.MailStep, announces bool) error {
	zone, err := time.LoadLocation(w.sub.Zone)
	if err != nil {
		return err
	}
	pace, err := record.Pace(ctx, s.Store, w.scope, w.sub.Customer)
	if err != nil {
		return err
	}
	if wait := dunning.MailWait(pace.Last(), w.now, charging.CustomersZone(w.sub, zone), w.scope.Mode == merchant.Live); wait > 0 {
		if announces {
			w.sub = w.sub.Asked(w.now.Add(wait))
		}
		return s.campaign(ctx, w, later(w.sub.Mails, w.now.Add(wait)))
	}
	attach := []any{w.customer}
	if id := step.Gives(); id != "" {
		d, err := s.promise(ctx, w, id)
		if Refusal(err) != nil {
			return s.campaign(ctx, w, w.sub.Mails.Done(step.ID, w.now))
		}
		if err != nil {
			return err
		}
		attach = append(attach, d)
		if w.sub.Ending() {
			w.sub.Mails = w.sub.Mails.Gave(id)
		}
	}
	open, hold, err := charging.Arrears(ctx, s.Store, w.scope, w.sub)
	if err != nil {
		return err
	}
	for _, v := range open {
		attach = append(attach, v)
	}
	done := w.sub.Mails.Done(step.ID, w.now)
	commit := record.Commit{
		Scope: w.scope, Actor: record.System, Cause: string(billing.StepMail), At: w.now, Attach: attach,
		Events: []billing.Event{{Type: billing.EventDunningMail, Object: w.sub.ID, Reason: string(step.Trigger)}},
	}
	if announces && hold != nil {
		commit.Attach = append(attach, *hold)
		commit.Claims = []record.Claim{{Key: "notice#" + hold.ID() + "#on_hold"}}
		commit.Events = []billing.Event{{Type: billing.EventNotice, Object: hold.ID(), Reason: string(step.Trigger)}}
	}
	told := w.sub
	if told.Mails = done; announces {
		told = told.Asked(w.now)
	}
	commit.Put = []any{told}
	if step.Trigger != merchant.TriggerCancelled { // winning back must not keep a failure's mail waiting (rules 21)
		commit.Put = append(commit.Put, pace.Paced(w.now, s.Wall()))
	}
	err = s.Store.Commit(ctx, commit)
	if errors.Is(err, record.ErrClaimed) { // told before announcements were steps
		return s.campaign(ctx, w, done)
	}
	return err
}

// Announce does what is due of a subscription's mails, once its hold has
// begun. What has to wait is left to the subscription's own due entry.
func (s *Service) Announce(ctx context.Context, scope merchant.Scope, subscription string) error {
	w, err := s.open(ctx, record.DueItem{Scope: scope, Ref: record.RefOf[billing.Subscription](subscription)})
	if err != nil || w.state.Archived() || w.sub.Next(w.now) != billing.StepMail {
		return err
	}
	return s.mail(ctx, w)
}

// promise is the discount of a step, refused when the customer cannot redeem
// it: for the subscription that still runs, or for buying it again.
func (s *Service) promise(ctx context.Context, w work, id string) (billing.Discount, error) {
	found, err := Promised(ctx, s.Store, Promise{Scope: w.scope, Discount: id, Customer: w.customer, At: w.now})
	if err != nil {
		return billing.Discount{}, err
	}
	if d := found.Applied.Discount; !w.sub.Ending() {
		return d, d.Fits(w.sub.Plan().Lines(), w.sub.Price.Amount.Currency)
	}
	return found.Applied.Discount, w.sub.Takes(found.Applied.Discount)
}

// campaign commits how a campaign stands; nobody is told.
func (s *Service) campaign(ctx context.Context, w work, c billing.Campaign) error {
	w.sub.Mails = c
	return s.Store.Commit(ctx, record.Commit{
		Scope: w.scope, Actor: record.System, Cause: string(billing.StepMail), At: w.now, Put: []any{w.sub},
	})
}
