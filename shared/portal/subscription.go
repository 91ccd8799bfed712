package portal

import (
	"fmt"
	"net/http"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/lifecycle"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// subscriptionPage is one subscription with all that can be done about it
// (R103, R116).
type subscriptionPage struct {
	subscriptionView
	Facts    []fact
	Expiry   string
	Payments []paymentView
	Change   *changeView
	Acts     []act
	Bill     []fact
	Story    []moment
	Correct  string // path of the page that corrects whom it is billed to
}

// act is something that the visitor may do: a page to go to, or a form to
// press.
type act struct {
	Text string
	Href string
	Post bool
}

// changeView is a change of plan that has not settled.
type changeView struct {
	Title string
	Text  string
	Pay   string // text of the button that pays it; empty: nothing to pay
	Other string // path of the page that gives another payment method
	Drop  string // text of the button that takes it back
	Path  string
}

func (s *Server) subscription(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if ok {
		s.showSubscription(w, r, http.StatusOK, v, sub)
	}
}

func (s *Server) showSubscription(w http.ResponseWriter, r *http.Request, status int, v visit, sub billing.Subscription, more ...pages.Banner) {
	g, ok := s.own(w, r, v, record.KindSubscription, record.KindPayment, record.KindInvoice)
	if !ok {
		return
	}
	for i := range g.subs { // the list may lag behind what was just paid
		if g.subs[i].ID == sub.ID {
			g.subs[i] = sub
		}
	}
	product, brand, err := s.sold(r.Context(), v, sub)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	chrome := v.chrome(sub.ProductName).Dress(v.State, brand)
	chrome.Banners = append(more, v.banners(g)...)
	if r.URL.Query().Get("changed") == "method" && sub.Status == billing.StatusActive {
		chrome.Banners = append(chrome.Banners, pages.Banner{
			Tone: pages.Good, Title: v.say("Payment method updated"),
			Lines: []string{v.say("Renewals of %s are charged to %s from now on. Nothing was charged today.", sub.ProductName, v.card(sub.Method))},
		})
	}
	page := newSubscriptionPage(v, sub, g)
	page.Acts = v.acts(sub, product)
	if page.Story, err = s.story(r.Context(), v, sub); err != nil {
		pages.Error(w, r, err)
		return
	}
	s.show(w, r, status, "subscription", v, chrome, page)
}

func newSubscriptionPage(v visit, sub billing.Subscription, g goods) subscriptionPage {
	p := subscriptionPage{subscriptionView: v.view(sub), Facts: v.plan(sub, g), Change: v.change(sub, g.open[sub.ID])}
	switch {
	case p.Next == "" || unpaid(sub): // a banner tells it
	case sub.Status.Ended():
		p.Facts = append(p.Facts, fact{v.say("What happened"), p.Next})
	default:
		p.Facts = append(p.Facts, fact{v.say("What happens next"), p.Next})
	}
	if !sub.Method.IsZero() {
		p.Expiry = expiry(sub.Method)
	}
	for _, payment := range g.payments {
		if payment.Subscription == sub.ID && payment.Status != billing.PaymentRequiresMethod {
			p.Payments = append(p.Payments, v.payment(payment, nil))
		}
	}
	if p.Change != nil && v.State.Archived() {
		p.Change.Pay, p.Change.Other = "", ""
	}
	p.Bill = v.bill(sub, g)
	if !sub.Status.Ended() {
		p.Correct = address(sub.ID, "details")
	}
	return p
}

// plan are the facts of what is bought and what it costs.
func (v visit) plan(sub billing.Subscription, g goods) []fact {
	price := v.view(sub).Price
	out := []fact{{v.say("Price"), price}}
	if sub.Quantity > 1 {
		out = append(out, fact{v.say("Quantity"), quantity(sub.Quantity)})
	}
	for _, a := range sub.Addons {
		each, err := a.Unit.Times(a.Quantity, 1)
		if err != nil {
			each = a.Unit
		}
		out = append(out, fact{v.say("Add-on"), fmt.Sprintf("%s × %d, %s", a.Name, a.Quantity, v.amount(each))})
	}
	for _, d := range sub.Discounts {
		if d.Live() {
			out = append(out, fact{v.say("Discount"), v.discount(d)})
		}
	}
	if left := sub.Spendable(); !left.Nothing() {
		out = append(out, fact{v.say("Credit"), v.say("%s, used for the next payments", v.amount(left))})
	}
	if owed := sub.Carried; !owed.Due.Nothing() {
		out = append(out, fact{v.say("Invoice"), v.carried(owed.Due)})
	}
	if next, ok := v.upcoming(sub, g); ok && !v.State.Archived() {
		out = append(out, fact{v.say("Next payment"), next})
	}
	out = append(out, fact{v.say("Started"), v.date(sub.CreatedAt)})
	if sub.Status == billing.StatusActive || sub.Status == billing.StatusPastDue {
		out = append(out, fact{v.say("Current period"), v.say("%s to %s", v.date(sub.Period.Start), v.date(sub.Period.End))})
	}
	return out
}

// discount is a discount with how long it still runs.
func (v visit) discount(d billing.Applied) string {
	name := d.Code
	if d.Type == billing.DiscountPercentage {
		name += fmt.Sprintf(", %s%%", strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.2f", float64(d.BasisPoints)/100), "0"), ".0"))
	}
	if d.Cycles == 0 {
		return name
	}
	return name + v.say(", ") + i18n.Count(v.locale, d.Left, "for one more payment", "for %d more payments", d.Left)
}

// upcoming is what the next payment really takes, with discounts, credit and
// tax; nothing where it is just the price.
func (v visit) upcoming(sub billing.Subscription, g goods) (string, bool) {
	for _, c := range g.customers {
		if c.ID != sub.Customer {
			continue
		}
		terms := billing.Terms{Customer: c, Seller: v.State.Seller.Tax, Gateway: lifecycle.Payee(v.State, sub).Gateway}
		next, err := sub.Upcoming(terms, 1, v.zone)
		if err != nil || len(next) == 0 {
			return "", false
		}
		if next[0].Reason == billing.ReasonCarried {
			return v.carried(next[0].Due()), true
		}
		text := v.amount(next[0].Due())
		if t := next[0].Tax; !t.Nothing() {
			text = v.say("%s, with %s tax", text, v.amount(t))
		}
		return v.say("%s on %s", text, v.date(sub.Period.End)), true
	}
	return "", false
}

// carried tells that a sum is not charged now.
func (v visit) carried(a money.Amount) string {
	return v.say("%s is too small to be charged by itself. It goes on the next invoice.", v.amount(a))
}

// bill is whom the subscription is billed to.
func (v visit) bill(sub billing.Subscription, g goods) []fact {
	var out []fact
	for _, c := range g.customers {
		if c.ID == sub.Customer {
			out = append(out, fact{v.say("Name"), c.Name})
		}
	}
	if sub.BusinessName != "" {
		out = append(out, fact{v.say("Business"), sub.BusinessName})
	}
	if sub.TaxID != "" {
		out = append(out, fact{v.say("Tax id"), sub.TaxID})
	}
	a := sub.Billing
	place := i18n.Join(v.locale, a.Street, strings.TrimSpace(a.Zip+" "+a.City), a.State, i18n.Country(v.locale, a.Country))
	return append(out, fact{v.say("Address"), place})
}

// change is what is known of a change of plan that has not settled (rules 3).
func (v visit) change(sub billing.Subscription, open []billing.Invoice) *changeView {
	path := address(sub.ID, "plan")
	if c := sub.Scheduled; c != nil {
		return &changeView{
			Title: v.say("Your plan changes on %s", v.date(c.Date)), Drop: v.say("Keep the current plan"), Path: path,
			Text: v.say("From then on you have %s.", c.Plan.ProductName),
		}
	}
	c := sub.Change
	if c == nil || sub.Lock.Set() {
		return nil
	}
	if c.Former != nil {
		if v.now >= c.Former.Period.End {
			return nil
		}
		return &changeView{
			Title: v.say("%s is not paid yet", c.Plan.ProductName), Drop: v.say("Return to %s", c.Former.Plan.ProductName), Path: path,
			Text: v.say("%s is paid until %s. You can go back to it.", c.Former.Plan.ProductName, v.date(c.Former.Period.End)),
		}
	}
	if v.now >= c.Expires {
		return nil
	}
	due := money.Of(0, sub.Price.Amount.Currency)
	for _, i := range open {
		if i.ID == c.Invoice {
			due = i.Due()
		}
	}
	waits := &changeView{
		Title: v.say("Your change to %s waits for its payment", c.Plan.ProductName), Path: path,
		Text:  v.say("You keep %s until it is paid. Unpaid, the change is discarded on %s.", sub.ProductName, v.date(c.Expires)),
		Pay:   v.say("Pay %s with %s", v.amount(due), v.card(sub.Method)),
		Other: address(sub.ID, "payment-method"), Drop: v.say("Discard the change"),
	}
	if v.visitor().PaysPlanByLink(sub) {
		waits.Pay, waits.Other = v.say("Pay %s", v.amount(due)), ""
	}
	return waits
}

// acts are what the visitor may do now, the most wanted first.
func (v visit) acts(sub billing.Subscription, product billing.Product) []act {
	var out []act
	if !v.State.Archived() {
		out = v.offers(sub, product)
	}
	switch {
	case sub.Status.Ended() || sub.Cancel.Pending:
	case sub.Cancel.AtPeriodEnd:
		out = append(out, act{Text: v.say("Keep the subscription"), Href: address(sub.ID, "keep"), Post: sub.Offered() == ""})
	default:
		out = append(out, act{Text: v.say("Cancel subscription"), Href: address(sub.ID, "cancel")})
	}
	return out
}

// offers are the acts of a business that sells.
func (v visit) offers(sub billing.Subscription, product billing.Product) []act {
	out := v.renewal(sub)
	who := v.visitor()
	if who.MayChangePlan(sub) && product.Collection != "" {
		out = append(out, act{Text: v.say("Change plan"), Href: address(sub.ID, "plan")})
	}
	switch {
	case !who.MayPause(sub):
	case sub.Status == billing.StatusPaused:
		out = append(out, act{Text: v.say("Resume"), Href: address(sub.ID, "resume"), Post: true})
	default:
		out = append(out, act{Text: v.say("Pause"), Href: address(sub.ID, "pause"), Post: true})
	}
	return out
}
