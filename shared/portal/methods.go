package portal

import (
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/cardfields"
	"perennial/shared/dunning"
	"perennial/shared/fault"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

// methodsPage lists the saved cards and what they are used for.
type methodsPage struct {
	Methods []savedView
	Add     bool // the business takes new ones
}

type savedView struct {
	methodView
	Used   []string // names of the subscriptions that are charged to it
	Remove string   // path that removes it; empty while it is used
	Use    string   // path that moves every subscription to it
}

// running are the subscriptions that are charged, or are to be.
func running(g goods) []billing.Subscription {
	var out []billing.Subscription
	for _, s := range g.subs {
		if !s.Status.Ended() && s.Status != billing.StatusPending {
			out = append(out, s)
		}
	}
	return out
}

func (s *Server) methods(w http.ResponseWriter, r *http.Request) {
	v, ok := s.enter(w, r)
	if !ok {
		return
	}
	s.showSaved(w, r, http.StatusOK, v)
}

func (s *Server) showSaved(w http.ResponseWriter, r *http.Request, status int, v visit, more ...pages.Banner) {
	g, ok := s.own(w, r, v, record.KindSubscription, record.KindMethod, record.KindInvoice)
	if !ok {
		return
	}
	chrome := v.chrome(v.say("Payment methods"))
	chrome.Banners = append(more, v.banners(g)...)
	s.show(w, r, status, "methods", v, chrome, newMethodsPage(v, g))
}

func newMethodsPage(v visit, g goods) methodsPage {
	p := methodsPage{Add: !v.State.Archived()}
	live := running(g)
	for _, m := range g.wallet() {
		view := savedView{methodView: methodView{ID: m.ID, Name: v.card(m), Expiry: expiry(m)}}
		others := 0
		for _, sub := range live {
			if same(sub.Method, m) {
				view.Used = append(view.Used, sub.ProductName)
			}
			if m.OfferedFor(sub) && (!same(sub.Method, m) && sub.Customer == m.Customer || len(sub.Open) > 0) {
				others++
			}
		}
		if len(view.Used) == 0 {
			view.Remove = "/payment-methods/" + m.ID + "/remove"
		}
		if others > 0 && p.Add {
			view.Use = "/payment-methods/" + m.ID + "/use"
		}
		p.Methods = append(p.Methods, view)
	}
	return p
}

// same reports one card under two ids.
func same(a, b billing.Method) bool {
	return a.ID == b.ID || a.Fingerprint != "" && a.Fingerprint == b.Fingerprint
}

// cardPage takes a card that is charged later.
type cardPage struct {
	Action string
	Fields cardfields.Fields
	Wrong  string
}

func (s *Server) newMethod(w http.ResponseWriter, r *http.Request) {
	v, ok := s.enter(w, r)
	if !ok {
		return
	}
	s.showNew(w, r, http.StatusOK, v, "")
}

func (s *Server) showNew(w http.ResponseWriter, r *http.Request, status int, v visit, wrong string) {
	g, err := s.belongings(r.Context(), v, record.KindSubscription)
	if err != nil {
		s.lost(w, r, err)
		return
	}
	currency, country := spending(g)
	chrome := v.chrome(v.say("Add a card"))
	chrome.Fields = s.fields(r, v, currency, country)
	s.show(w, r, status, "newmethod", v, chrome, cardPage{Action: "/payment-methods", Wrong: wrong, Fields: chrome.Fields})
}

func (s *Server) saveMethod(w http.ResponseWriter, r *http.Request) {
	v, g, ok := s.with(w, r)
	if !ok {
		return
	}
	token := r.PostFormValue("token")
	if token == "" {
		s.showNew(w, r, http.StatusUnprocessableEntity, v, v.say(recovery.ErrNoMethod.Message))
		return
	}
	if !s.within(w, r, v, triesCards, g.customers[0].ID) {
		return
	}
	_, err := s.Self.AddMethod(r.Context(), v.visitor(), g.customers[0].ID, token, pages.Typed(r))
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		s.showNew(w, r, http.StatusUnprocessableEntity, v, v.say(f.Message))
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/payment-methods?done=card", http.StatusSeeOther)
}

// spending is the currency and country in which the visitor is charged: those
// of the newest running subscription of the customer who gets the card. Of
// whom nothing runs nothing is known.
func spending(g goods) (money.Currency, string) {
	if len(g.customers) == 0 {
		return "", ""
	}
	var newest billing.Subscription
	for _, sub := range running(g) {
		if sub.Customer == g.customers[0].ID && sub.CreatedAt >= newest.CreatedAt {
			newest = sub
		}
	}
	return newest.Price.Amount.Currency, newest.Billing.Country
}

// saved enters with one saved card of the visitor; anybody else's does not
// exist.
func (s *Server) saved(w http.ResponseWriter, r *http.Request) (visit, goods, billing.Method, bool) {
	v, g, ok := s.with(w, r, record.KindSubscription, record.KindMethod)
	if !ok {
		return v, g, billing.Method{}, false
	}
	for _, m := range g.methods {
		if m.ID == r.PathValue("method") {
			return v, g, m, true
		}
	}
	pages.Fail(w, r, http.StatusNotFound)
	return v, g, billing.Method{}, false
}

func (s *Server) removeMethod(w http.ResponseWriter, r *http.Request) {
	v, _, m, ok := s.saved(w, r)
	if !ok {
		return
	}
	err := s.Self.RemoveMethod(r.Context(), v.visitor(), m)
	if f := fault.Of(err); f != nil && f.Kind == fault.Conflict {
		s.showSaved(w, r, http.StatusConflict, v, pages.Banner{Tone: pages.Warn, Title: v.say("This did not work"), Lines: []string{v.say(f.Message)}})
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/payment-methods?done=removed", http.StatusSeeOther)
}

// usePage moves every running subscription to one card and pays what is due
// on them (rules 6). It shows how far that has come, so that reloading it
// charges nothing.
type usePage struct {
	Action string
	Name   string
	Lines  []useLine
	Due    string // what confirming charges, in all
	Button string // empty when nothing is left to do
}

type useLine struct {
	Name string
	Text string
	Href string // path of a challenge to answer
	Done bool
}

func (s *Server) useForm(w http.ResponseWriter, r *http.Request) {
	v, g, m, ok := s.saved(w, r)
	if ok {
		s.showUse(w, r, http.StatusOK, v, g, m)
	}
}

func (s *Server) showUse(w http.ResponseWriter, r *http.Request, status int, v visit, g goods, m billing.Method, more ...pages.Banner) {
	page, err := s.newUsePage(r, v, g, m)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	chrome := v.chrome(v.say("Use %s", v.card(m)))
	chrome.Banners = more
	s.show(w, r, status, "use", v, chrome, page)
}

func (s *Server) newUsePage(r *http.Request, v visit, g goods, m billing.Method) (usePage, error) {
	p := usePage{Action: "/payment-methods/" + m.ID + "/use", Name: v.card(m)}
	total, left := money.Amount{}, 0
	for _, sub := range running(g) {
		if sub.Customer != m.Customer || !m.OfferedFor(sub) {
			continue
		}
		dues, err := s.dues(r, v, sub)
		if err != nil {
			return p, err
		}
		line := useLine{Name: sub.ProductName}
		switch {
		case sub.Lock.Set():
			line.Text, line.Href = v.say("Your bank waits for you, or has not answered yet"), address(sub.ID, "payment-return")
		case v.due(dues) == "" && same(sub.Method, m):
			line.Text, line.Done = v.say("Charged to %s", v.card(m)), true
		case v.due(dues) == "":
			line.Text = v.say("Charged to %s now; nothing is due", v.card(sub.Method))
			left++
		default:
			line.Text = v.say("%s is due", v.amount(dues.Total))
			if same(sub.Failure.Method, m) {
				line.Text += ". " + v.say(dunning.Explain(sub.Failure.Decline))
			}
			left++
			if total.Currency == "" || total.Currency == dues.Total.Currency {
				total = money.Of(total.Minor+dues.Total.Minor, dues.Total.Currency)
			} else {
				p.Due += v.amount(dues.Total) + " + "
			}
		}
		p.Lines = append(p.Lines, line)
	}
	if !total.Nothing() {
		p.Due += v.amount(total)
	}
	switch {
	case left == 0:
	case p.Due == "":
		p.Button = v.say("Use it for all")
	default:
		p.Button = v.say("Use it for all and pay %s", p.Due)
	}
	return p, nil
}

// useForAll charges one subscription after the other; one that is refused
// does not stop the rest, and the page tells them apart.
func (s *Server) useForAll(w http.ResponseWriter, r *http.Request) {
	v, g, m, ok := s.saved(w, r)
	if !ok {
		return
	}
	if !s.within(w, r, v, triesCards, m.Customer) {
		return
	}
	for i, sub := range g.subs { // the list may lag behind what was just paid
		fresh, err := record.Get[billing.Subscription](r.Context(), s.Store, v.Scope, sub.ID)
		if err != nil {
			pages.Error(w, r, err)
			return
		}
		g.subs[i] = fresh
	}
	page, err := s.newUsePage(r, v, g, m)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	if r.PostFormValue("due") != page.Due {
		s.showUse(w, r, http.StatusConflict, v, g, m, pages.Banner{
			Tone: pages.Warn, Title: v.say("The amount has changed meanwhile"), Lines: []string{v.say("Please look at it and confirm again. Nothing was charged.")},
		})
		return
	}
	for _, sub := range running(g) {
		idle := same(sub.Method, m) && len(sub.Open) == 0
		if sub.Customer != m.Customer || !m.OfferedFor(sub) || sub.Lock.Set() || idle {
			continue
		}
		_, err := s.Recovery.ChangeMethod(r.Context(), recovery.Pay{
			Scope: v.Scope, Subscription: sub.ID, Customers: v.Session.Customers, Method: m.ID,
			ReturnURL: s.surface(r).URL + address(sub.ID, "payment-return"), By: billing.ByCustomer, Actor: v.Actor(),
		})
		if err != nil && fault.Of(err) == nil {
			pages.Error(w, r, err)
			return
		}
	}
	http.Redirect(w, r, page.Action, http.StatusSeeOther)
}
