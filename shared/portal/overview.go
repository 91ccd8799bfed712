package portal

import (
	"errors"
	"net/http"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// recent is how many payments the overview shows.
const recent = 8

// overviewPage is the first page (R091).
type overviewPage struct {
	Current  []subscriptionView
	Past     []subscriptionView
	Methods  []methodView
	Payments []paymentView
	Details  []fact
}

// methodView is a saved payment method.
type methodView struct {
	ID      string
	Name    string
	Expiry  string
	Current bool // the subscription's
	Chosen  bool
}

func (s *Server) overview(w http.ResponseWriter, r *http.Request) {
	v, ok := s.enter(w, r)
	if !ok {
		return
	}
	g, err := s.belongings(r.Context(), v, record.KindSubscription, record.KindMethod, record.KindPayment, record.KindInvoice)
	if errors.Is(err, access.ErrSession) { // found out only now: the address is somebody else's
		s.signedOut(w, r)
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := pages.Page{Chrome: v.chrome("Your subscriptions"), Content: newOverviewPage(v, g)}
	page.Banners = v.banners(g)
	templates.Render(w, r, http.StatusOK, "overview", page)
}

func newOverviewPage(v visit, g goods) overviewPage {
	var p overviewPage
	for _, sub := range g.subs {
		if sub.Status.Ended() {
			p.Past = append(p.Past, v.view(sub))
		} else {
			p.Current = append(p.Current, v.view(sub))
		}
	}
	for _, m := range distinct(g.methods, "") {
		p.Methods = append(p.Methods, methodView{ID: m.ID, Name: card(m), Expiry: expiry(m)})
	}
	for _, payment := range g.payments {
		if payment.Status != billing.PaymentRequiresMethod && len(p.Payments) < recent {
			p.Payments = append(p.Payments, v.payment(payment, g.subs))
		}
	}
	for _, c := range g.customers {
		p.Details = append(p.Details, fact{"Name", c.Name}, fact{"E-mail", c.Email})
		if c.Phone != "" {
			p.Details = append(p.Details, fact{"Phone", c.Phone})
		}
	}
	return p
}

// subscriptionPage is one subscription with its method and payments (R116).
type subscriptionPage struct {
	subscriptionView
	Facts    []fact
	Expiry   string
	Payments []paymentView
}

// fact is one line of a list of facts.
type fact struct{ Name, Value string }

func (s *Server) subscription(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	g, err := s.belongings(r.Context(), v, record.KindSubscription, record.KindPayment, record.KindInvoice)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	for i := range g.subs { // the list may lag behind what was just paid
		if g.subs[i].ID == sub.ID {
			g.subs[i] = sub
		}
	}
	page := pages.Page{Chrome: v.chrome(sub.ProductName)}
	page.Banners = v.banners(g)
	if r.URL.Query().Get("changed") == "method" && sub.Status == billing.StatusActive {
		page.Banners = append(page.Banners, pages.Banner{
			Tone: pages.Good, Title: "Payment method updated",
			Lines: []string{"Renewals of " + sub.ProductName + " are charged to " + card(sub.Method) + " from now on. Nothing was charged today."},
		})
	}
	page.Content = newSubscriptionPage(v, sub, g)
	templates.Render(w, r, http.StatusOK, "subscription", page)
}

func newSubscriptionPage(v visit, sub billing.Subscription, g goods) subscriptionPage {
	p := subscriptionPage{subscriptionView: v.view(sub)}
	p.Facts = append(p.Facts, fact{"Price", p.Price})
	if sub.Quantity > 1 {
		p.Facts = append(p.Facts, fact{"Quantity", quantity(sub.Quantity)})
	}
	p.Facts = append(p.Facts, fact{"Started", v.date(sub.CreatedAt)})
	if sub.Status == billing.StatusActive || sub.Status == billing.StatusPastDue {
		p.Facts = append(p.Facts, fact{"Current period", v.date(sub.Period.Start) + " to " + v.date(sub.Period.End)})
	}
	switch {
	case p.Next == "" || unpaid(sub): // a banner tells it
	case sub.Status.Ended():
		p.Facts = append(p.Facts, fact{"What happened", p.Next})
	default:
		p.Facts = append(p.Facts, fact{"What happens next", p.Next})
	}
	if !sub.Method.IsZero() {
		p.Expiry = expiry(sub.Method)
	}
	for _, payment := range g.payments {
		if payment.Subscription == sub.ID && payment.Status != billing.PaymentRequiresMethod {
			p.Payments = append(p.Payments, v.payment(payment, nil))
		}
	}
	return p
}
