package portal

import (
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/pages"
	"perennial/shared/portals"
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
	Keys     []licenseView
	Details  []fact
}

// methodView is a saved payment method.
type methodView struct {
	ID      string
	Name    string
	Expiry  string
	Current bool // the subscription's
	Chosen  bool
	Note    string // why it may not work

	card billing.Method
}

func (s *Server) overview(w http.ResponseWriter, r *http.Request) {
	v, g, ok := s.with(w, r, record.KindSubscription, record.KindMethod, record.KindPayment, record.KindInvoice)
	if !ok {
		return
	}
	keys, err := s.Self.LicensesOf(r.Context(), v.of(g))
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := pages.Page{Chrome: v.chrome(v.say("Your subscriptions")), Content: newOverviewPage(v, g, keys)}
	page.Banners = v.banners(g)
	s.show(w, r, http.StatusOK, "overview", v, page.Chrome, page.Content)
}

func newOverviewPage(v visit, g goods, keys []portals.License) overviewPage {
	var p overviewPage
	for _, sub := range g.subs {
		if sub.Status.Ended() {
			p.Past = append(p.Past, v.view(sub))
		} else {
			p.Current = append(p.Current, v.view(sub))
		}
	}
	for _, m := range g.wallet() {
		p.Methods = append(p.Methods, methodView{ID: m.ID, Name: v.card(m), Expiry: expiry(m)})
	}
	for _, payment := range g.payments {
		if payment.Status != billing.PaymentRequiresMethod && len(p.Payments) < recent {
			p.Payments = append(p.Payments, v.payment(payment, g.subs))
		}
	}
	for _, l := range keys {
		p.Keys = append(p.Keys, v.license(l))
	}
	for _, c := range g.customers {
		p.Details = append(p.Details, fact{v.say("Name"), c.Name}, fact{v.say("E-mail"), c.Email})
		if c.Phone != "" {
			p.Details = append(p.Details, fact{v.say("Phone"), c.Phone})
		}
	}
	return p
}

// fact is one line of a list of facts.
type fact struct{ Name, Value string }
