package portal

import (
	"net/http"

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
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := pages.Page{Chrome: v.chrome("Your subscriptions")}
	for _, sub := range g.subs {
		if b, due := v.banner(sub, g.open[sub.ID]); due {
			page.Banners = append(page.Banners, b)
		}
	}
	page.Content = newOverviewPage(v, g)
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
	for _, m := range g.methods {
		p.Methods = append(p.Methods, methodView{ID: m.ID, Name: card(m), Expiry: expiry(m)})
	}
	for _, payment := range g.payments {
		if payment.Status != billing.PaymentRequiresMethod && len(p.Payments) < recent {
			p.Payments = append(p.Payments, v.payment(payment, g.subs))
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
	found, err := s.Store.Owned(r.Context(), v.Scope, sub.Customer, record.KindPayment, record.KindInvoice)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	var g goods
	for _, obj := range found {
		g.add(obj)
	}
	page := pages.Page{Chrome: v.chrome(sub.ProductName)}
	if b, due := v.banner(sub, g.open[sub.ID]); due {
		page.Banners = []pages.Banner{b}
	}
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
	if p.Next != "" {
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
