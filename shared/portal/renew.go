package portal

import (
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/pages"
)

// renew asks for the invoice of a manual subscription's next period and leads
// to the page that pays it (R240). Nothing is charged by it.
func (s *Server) renew(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	if err := s.Self.Renew(r.Context(), v.visitor(), sub); err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	http.Redirect(w, r, address(sub.ID, "payment-method"), http.StatusSeeOther)
}

// renewal is the button that renews, empty where nothing can be paid yet.
func (v visit) renewal(sub billing.Subscription) []act {
	if !v.visitor().MayRenew(sub, v.now) {
		return nil
	}
	return []act{{Text: v.say("Renew now"), Href: address(sub.ID, "renew"), Post: true}}
}

// toRenew tells that the next period of a manual subscription can be paid, or
// is overdue, and has one button.
func (v visit) toRenew(sub billing.Subscription, open []billing.Invoice) pages.Banner {
	b := pages.Banner{
		Tone: pages.Plain, Title: v.say("%s can be renewed", sub.ProductName),
		Action: v.say("Renew now"), Href: address(sub.ID, "payment-method"),
	}
	if sub.Status == billing.StatusPastDue {
		b.Tone, b.Title = pages.Warn, v.say("The payment for %s is overdue", sub.ProductName)
	}
	for _, i := range open {
		b.Lines = append(b.Lines, v.say("Please pay %s by %s. Nothing is charged by itself.", v.amount(i.Due()), v.date(i.DueAt)))
	}
	b.Lines = append(b.Lines, v.say("Unpaid, it ends on %s.", v.date(sub.Manual.Ends)))
	return b
}
