package portal

import (
	"context"
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
	"perennial/shared/pages"
)

// moment is one line of a recovery told in order: what was tried, or what
// comes if nobody pays.
type moment struct {
	When string
	What string
	Note string
	Chip chip
}

// retriesTold is how many coming retries are told of; the bank's answer to
// each moves the ones behind it.
const retriesTold = 3

// story tells what was tried for a failing subscription and what comes next,
// in plain words; nothing for one that does not fail.
func (s *Server) story(ctx context.Context, v visit, sub billing.Subscription) ([]moment, error) {
	if sub.Failure.At.IsZero() || sub.Status.Ended() {
		return nil, nil
	}
	t, err := s.Recovery.Timeline(ctx, v.Scope, sub.ID, v.Session.Customers)
	if err != nil {
		return nil, err
	}
	return v.moments(sub, t), nil
}

func (v visit) moments(sub billing.Subscription, t dunning.Timeline) []moment {
	var out []moment
	for _, p := range t.Tries {
		if p.Status != billing.PaymentRequiresMethod {
			out = append(out, v.tried(p))
		}
	}
	told := 0
	for _, c := range t.Next {
		if c.Kind == dunning.ComingClosed && told == 0 { // nobody was going to try
			continue
		}
		switch c.Kind {
		case dunning.ComingMail: // it is read when it comes
			continue
		case dunning.ComingRetry:
			if told++; told > retriesTold {
				continue
			}
		case dunning.ComingHold, dunning.ComingClosed, dunning.ComingCancel:
		}
		out = append(out, v.coming(sub, c))
	}
	return out
}

// tried is a charge that was made, or begun.
func (v visit) tried(p billing.Payment) moment {
	m := moment{When: v.date(p.CreatedAt), What: v.say("%s was charged automatically", v.card(p.Method)), Chip: v.chip(paymentChips[p.Status])}
	switch p.By {
	case billing.ByCustomer:
		m.What = v.say("You paid with %s", v.card(p.Method))
	case billing.ByMerchant:
		m.What = v.say("The seller charged %s", v.card(p.Method))
	case billing.BySystem:
	}
	if p.Status == billing.PaymentFailed {
		m.Note = v.say(dunning.Explain(p.Decline))
	}
	return m
}

// coming is what happens if nobody pays before.
func (v visit) coming(sub billing.Subscription, c dunning.Coming) moment {
	m := moment{When: v.date(c.At), Chip: chip{pages.Plain, v.say("Planned")}}
	switch c.Kind {
	case dunning.ComingRetry:
		m.What = v.say("We try %s again", v.card(sub.Method))
		if c.Backup {
			m.What = v.say("We try your other saved card")
		}
		if c.Assumed {
			m.Note = v.say("Only if the try before fails.")
		}
	case dunning.ComingHold:
		m.What = v.say("Access ends until it is paid")
	case dunning.ComingClosed:
		m.What = v.say("We stop trying by ourselves")
		m.Note = v.say("You can still pay here.")
	case dunning.ComingCancel:
		m.What = v.say("The subscription is cancelled")
	case dunning.ComingMail:
	}
	return m
}

// dueLine is an open invoice with the way to pay it.
type dueLine struct {
	What   string
	Date   string
	Amount string
	Href   string // page that pays it
	Act    string // what its button says
}

// toPay are the open invoices, the oldest first.
func (v visit) toPay(g goods) []dueLine {
	var out []dueLine
	if v.State.Archived() {
		return nil
	}
	for _, sub := range g.subs {
		for _, i := range g.open[sub.ID] {
			l := dueLine{What: sub.ProductName, Date: v.date(i.DueAt), Amount: v.amount(i.Due()), Href: address(sub.ID, "payment-method"), Act: v.say("Pay now")}
			switch {
			case i.Due().Nothing() || sub.Status.Ended():
				continue
			case sub.Lock.State == billing.LockAction:
				l.Act, l.Href = v.say("Continue at your bank"), address(sub.ID, "payment-return")
			case sub.Lock.Set():
				l.Act, l.Href = v.say("Being checked"), address(sub.ID, "payment-return")
			case sub.Change != nil && sub.Change.Invoice == i.ID:
				l.What, l.Href = v.say("Change to %s", sub.Change.Plan.ProductName), address(sub.ID)
			}
			out = append(out, l)
		}
	}
	return out
}

// failed is fail for what may have begun a charge.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, v visit, sub billing.Subscription, err error) {
	if fault.Of(err) == nil {
		s.unsure(w, r, v, sub, err)
		return
	}
	s.fail(w, r, v, sub, err)
}

// unsure answers when a charge may have begun and nothing is known of it: the
// page says so instead of claiming either.
func (s *Server) unsure(w http.ResponseWriter, r *http.Request, v visit, sub billing.Subscription, err error) {
	if fault.Of(err) != nil {
		pages.Error(w, r, err)
		return
	}
	lambdahttp.NoteError(r.Context(), err)
	chrome := v.chrome(v.say("We are checking your payment"))
	templates.Render(w, r, http.StatusInternalServerError, "waiting", pages.Page{Chrome: chrome, Content: waitingPage{
		Name: sub.ProductName, Again: address(sub.ID, "payment-return"), Broken: true,
	}})
}
