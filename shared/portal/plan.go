package portal

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/identity"
	"perennial/shared/lifecycle"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/portals"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/subscriptions"
)

// planPage shows the plans that a subscription may change to (R103 to R105).
type planPage struct {
	Back    string
	Name    string
	Current string
	Groups  []planGroup
}

type planGroup struct {
	Name  string
	Plans []planView
}

type planView struct {
	Name  string
	About string
	Price string
	Href  string
}

func (s *Server) plans(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	offer, err := s.Self.Offer(r.Context(), v.visitor(), sub)
	if err == nil && (offer.Empty() || !v.visitor().MayChangePlan(sub)) {
		err = billing.ErrChangeInactive
	}
	if err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	view := v.view(sub)
	page := planPage{Back: view.Href, Name: sub.ProductName, Current: view.Price}
	for _, g := range offer.Groups {
		group := planGroup{Name: g.Name}
		for _, p := range g.Plans {
			price, err := p.Price.Net()
			if err != nil {
				pages.Error(w, r, err)
				return
			}
			group.Plans = append(group.Plans, planView{
				Name: p.Name, About: p.Description, Price: v.price(price, price.Amount),
				Href: address(sub.ID, "plan", "review") + "?product=" + url.QueryEscape(p.ID),
			})
		}
		page.Groups = append(page.Groups, group)
	}
	s.show(w, r, http.StatusOK, "plan", v, v.chrome(v.say("Change plan")), page)
}

// price is an amount with the interval it is charged at.
func (v visit) price(p billing.Price, a money.Amount) string {
	return v.amount(a) + " " + i18n.Every(v.locale, p.Every)
}

// reviewPage shows what a change costs before it is confirmed (R106).
type reviewPage struct {
	Action   string
	Again    string // path of this page, for another quantity
	Back     string
	Name     string
	From     string
	Product  string
	Quantity int64
	Addons   []addonView
	Rows     []fact
	Due      string
	Shown    string // the amount as the form sends it back
	When     string
	Then     string
	Card     string
	Button   string
}

type addonView struct {
	ID       string
	Name     string
	Price    string
	Quantity int64
}

// wish reads the chosen plan from a query or a form.
func (s *Server) wish(r *http.Request, sub billing.Subscription) portals.Wish {
	w := portals.Wish{
		Product: r.FormValue("product"), Quantity: whole(r.FormValue("quantity"), sub.Quantity),
		ReturnURL: s.surface(r).URL + address(sub.ID, "payment-return"),
	}
	if r.Form.Has("addons") { // chosen on the page; without, those there are go over
		for name, values := range r.Form {
			id, isAddon := strings.CutPrefix(name, "addon_")
			if n := whole(values[0], 0); isAddon && n > 0 {
				w.Addons = append(w.Addons, lifecycle.AddonWish{Addon: "adn_" + id, Quantity: n})
			}
		}
		slices.SortFunc(w.Addons, func(a, b lifecycle.AddonWish) int { return strings.Compare(a.Addon, b.Addon) })
	}
	return w
}

func whole(text string, other int64) int64 {
	if text == "" {
		return other
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1 // refused with the rest
	}
	return n
}

func (s *Server) reviewPlan(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	s.showReview(w, r, http.StatusOK, v, sub, "")
}

func (s *Server) showReview(w http.ResponseWriter, r *http.Request, status int, v visit, sub billing.Subscription, wrong string) {
	wish := s.wish(r, sub)
	offered, err := s.addons(r, v, sub, &wish)
	if err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	p, err := s.Self.Preview(r.Context(), v.visitor(), sub, wish)
	if err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	page := newReviewPage(v, sub, wish, p)
	page.Addons = offered
	chrome := v.chrome(v.say("Review the change"))
	if wrong != "" {
		chrome.Banners = append(chrome.Banners, pages.Banner{Tone: pages.Warn, Title: wrong, Lines: []string{v.say("Nothing was charged.")}})
	}
	s.show(w, r, status, "review", v, chrome, page)
}

// addons are what the chosen plan offers, with the quantities wished for. On
// the first look those that the subscription has go over.
func (s *Server) addons(r *http.Request, v visit, sub billing.Subscription, wish *portals.Wish) ([]addonView, error) {
	product, err := record.Get[billing.Product](r.Context(), s.Store, v.Scope, wish.Product)
	if errors.Is(err, record.ErrNotFound) {
		return nil, lifecycle.ErrNoProduct
	}
	if err != nil {
		return nil, err
	}
	var refs []record.Ref
	for _, id := range product.Addons {
		refs = append(refs, record.RefOf[billing.Addon](id))
	}
	if len(refs) == 0 {
		return nil, nil
	}
	found, err := s.Store.Load(r.Context(), v.Scope, refs...)
	if err != nil {
		return nil, fmt.Errorf("addons of %s: %w", product.ID, err)
	}
	first := !r.Form.Has("addons")
	var out []addonView
	for _, obj := range found {
		a, ok := obj.(billing.Addon)
		if !ok || a.Price.Currency != sub.Price.Amount.Currency {
			continue
		}
		if n := has(sub, a.ID); first && n > 0 {
			wish.Addons = append(wish.Addons, lifecycle.AddonWish{Addon: a.ID, Quantity: n})
		}
		out = append(out, addonView{
			ID: strings.TrimPrefix(a.ID, "adn_"), Name: a.Name, Price: v.amount(a.Price), Quantity: wished(*wish, a.ID),
		})
	}
	return out, nil
}

func has(sub billing.Subscription, addon string) int64 {
	for _, a := range sub.Addons {
		if a.Addon == addon {
			return a.Quantity
		}
	}
	return 0
}

func wished(w portals.Wish, addon string) int64 {
	for _, a := range w.Addons {
		if a.Addon == addon {
			return a.Quantity
		}
	}
	return 0
}

func newReviewPage(v visit, sub billing.Subscription, wish portals.Wish, p portals.Preview) reviewPage {
	page := reviewPage{
		Action: address(sub.ID, "plan"), Again: address(sub.ID, "plan", "review"), Back: address(sub.ID, "plan"),
		Name: p.Plan.Name, From: sub.ProductName, Product: p.Plan.ID, Quantity: wish.Quantity, Card: v.card(sub.Method),
	}
	due := p.Due()
	after := p.Row.Object
	recurring, err := p.Change.Plan.Recurring()
	if err != nil {
		recurring = p.Change.Plan.Price.Amount // only an absurd quantity overflows, and it is refused
	}
	each := v.price(p.Change.Plan.Price, recurring)
	if p.Later {
		page.When = v.say("Nothing is charged today. You keep %s until %s.", sub.ProductName, v.date(p.Change.Date))
		page.Then = v.say("From %s: %s.", v.date(p.Change.Date), each)
		page.Shown, page.Button = sum(money.Of(0, due.Currency)), v.say("Change on %s", v.date(p.Change.Date))
		return page
	}
	page.Rows = v.lines(p)
	page.Due, page.Shown = v.amount(due), sum(due)
	page.When = v.say("The change takes place at once.")
	if p.ByLink {
		page.When, page.Card = v.say("You pay on the next page, and keep %s until then.", sub.ProductName), ""
	}
	page.Then = v.say("From %s: %s.", v.date(after.Period.End), each)
	page.Button = v.say("Change plan")
	switch {
	case p.Carried:
		page.When += " " + v.carried(due)
	case p.ByLink:
		page.Button = v.say("Pay %s", v.amount(due))
	case !due.Nothing():
		page.Button = v.say("Pay %s and change", v.amount(due))
	}
	return page
}

// lines are the positions of a change as its invoice has them.
func (v visit) lines(p portals.Preview) []fact {
	if p.Invoice == nil {
		return nil
	}
	var out []fact
	for _, l := range p.Invoice.Lines {
		name := l.Description
		if l.Quantity > 1 {
			name = fmt.Sprintf("%s × %d", name, l.Quantity)
		}
		out = append(out, fact{name, v.amount(l.Amount)})
	}
	if d := p.Invoice.Discount; !d.Nothing() {
		out = append(out, fact{v.say("Discount"), v.amount(money.Of(-d.Minor, d.Currency))})
	}
	if t := p.Invoice.Tax; !t.Nothing() {
		out = append(out, fact{v.say("Tax"), v.amount(t)})
	}
	if c := p.Invoice.Credit; !c.Nothing() {
		out = append(out, fact{v.say("Credit for time paid already"), v.amount(money.Of(-c.Minor, c.Currency))})
	}
	return out
}

// sum writes an amount for a hidden field.
func sum(a money.Amount) string { return fmt.Sprintf("%d %s", a.Minor, a.Currency) }

func readSum(text string) money.Amount {
	minor, currency, _ := strings.Cut(text, " ")
	n, err := strconv.ParseInt(minor, 10, 64)
	if err != nil {
		return money.Amount{}
	}
	return money.Of(n, money.Currency(currency))
}

// changePlan carries the reviewed change out (R107).
func (s *Server) changePlan(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	wish := s.wish(r, sub)
	got, err := s.Self.ChangePlan(r.Context(), v.visitor(), sub, wish, readSum(r.PostFormValue("due")))
	if errors.Is(err, portals.ErrDearer) {
		s.showReview(w, r, http.StatusConflict, v, sub, v.say("The amount has changed meanwhile. Please look at it and confirm again."))
		return
	}
	s.planned(w, r, v, sub, got, err)
}

// payPlan pays a change that waits for its payment (rules 3).
func (s *Server) payPlan(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	if !s.within(w, r, v, triesCards, sub.Customer) {
		return
	}
	page, err := s.Self.PlanPage(r.Context(), v.visitor(), sub)
	if err != nil {
		s.failed(w, r, v, sub, err)
		return
	}
	if page != "" {
		http.Redirect(w, r, identity.CheckoutURL(s.Checkout, v.Scope, page), http.StatusSeeOther)
		return
	}
	back := s.surface(r).URL + address(sub.ID, "payment-return")
	got, err := s.Self.PayPlan(r.Context(), v.visitor(), sub, r.PostFormValue("method"), back)
	s.planned(w, r, v, sub, got, err)
}

// planned leads on after a change: to the page that it is paid on, to the bank, to the result, or back.
func (s *Server) planned(w http.ResponseWriter, r *http.Request, v visit, sub billing.Subscription, got subscriptions.PlanResult, err error) {
	switch {
	case errors.Is(err, billing.ErrLocked):
		http.Redirect(w, r, address(sub.ID, "payment-return"), http.StatusSeeOther)
	case err != nil:
		s.failed(w, r, v, sub, err)
	case got.Page.Checkout.ID != "":
		http.Redirect(w, r, identity.CheckoutURL(s.Checkout, v.Scope, got.Page.Checkout.ID), http.StatusSeeOther)
	case got.ActionURL != "" || got.Pending || got.Payment.ID != "":
		to := destination(sub.ID, recovery.Result{Payment: got.Payment, ActionURL: got.ActionURL, Pending: got.Pending})
		http.Redirect(w, r, to, http.StatusSeeOther)
	case got.Row.Object.Scheduled != nil:
		http.Redirect(w, r, address(sub.ID)+"?done=scheduled", http.StatusSeeOther)
	default:
		http.Redirect(w, r, address(sub.ID)+"?done=plan", http.StatusSeeOther)
	}
}

// fail shows why an act is refused on the subscription's own page, where the
// visitor can act on it.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, v visit, sub billing.Subscription, err error) {
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid && f.Kind != fault.Conflict {
		pages.Error(w, r, err)
		return
	}
	s.showSubscription(w, r, pages.Status(err), v, sub, pages.Banner{Tone: pages.Warn, Title: v.say("This did not work"), Lines: []string{v.say(f.Message)}})
}
