package portal

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/pages"
	"perennial/shared/portals"
	"perennial/shared/record"
	"perennial/shared/wire"
)

// profilePage shows who the visitor is, by customer record (R094, R095).
type profilePage struct {
	People []person
	Edit   bool // names, numbers and addresses may be changed here
	Credit []fact
	Since  string
	Places []sessionView // browsers that are signed in
	Wide   bool          // the address buys from other sellers too
	Wrong  []string
}

type person struct {
	Action    string
	Name      string
	Email     string
	Phone     string
	ID        string
	Languages []choice
	Mails     bool // wants optional mails
}

func (s *Server) profile(w http.ResponseWriter, r *http.Request) {
	v, ok := s.enter(w, r)
	if ok {
		s.showProfile(w, r, http.StatusOK, v, nil)
	}
}

func (s *Server) showProfile(w http.ResponseWriter, r *http.Request, status int, v visit, wrong []string) {
	g, ok := s.own(w, r, v, record.KindSubscription, record.KindInvoice)
	if !ok {
		return
	}
	chrome := v.chrome(v.say("Profile"))
	chrome.Banners = v.banners(g)
	page := profilePage{
		Wrong: wrong, Since: i18n.Date(v.locale, v.Session.CreatedAt, v.zone),
		Edit: v.State.Settings.Subscriptions.AllowsEditProfile(),
	}
	v.Session.Customers = nil
	for _, c := range g.customers {
		page.People = append(page.People, v.person(c))
		v.Session.Customers = append(v.Session.Customers, c.ID)
	}
	live, err := s.Identity.Sessions(r.Context(), v.Visit)
	if err == nil {
		page.Places = v.sessions(live)
		page.Wide, err = s.Identity.Elsewhere(r.Context(), v.Visit)
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	for _, sub := range g.subs {
		if left := sub.Spendable(); !left.Nothing() && !sub.Status.Ended() {
			page.Credit = append(page.Credit, fact{sub.ProductName, v.amount(left)})
		}
	}
	s.show(w, r, status, "profile", v, chrome, page)
}

func (v visit) person(c billing.Customer) person {
	p := person{Action: "/profile/" + c.ID, Name: c.Name, Email: c.Email, Phone: c.Phone, ID: c.ID, Mails: c.WantsOptional()}
	writes := cmp.Or(i18n.Match(c.Language), i18n.English)
	for _, l := range i18n.Languages() {
		p.Languages = append(p.Languages, choice{l.Code, l.Name, l.Code == writes})
	}
	return p
}

func (s *Server) saveProfile(w http.ResponseWriter, r *http.Request) {
	v, who, ok := s.person(w, r)
	if !ok {
		return
	}
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	err := s.Self.SaveProfile(r.Context(), who, r.PathValue("customer"), portals.Profile{
		Name: text("name"), Phone: text("phone"), Language: i18n.Match(text("language")),
	})
	if err == nil && r.PostForm.Has("asked") { // an empty box is not sent
		err = s.Self.OptionalMails(r.Context(), who, r.PathValue("customer"), text("mails") != "")
	}
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		s.showProfile(w, r, http.StatusUnprocessableEntity, v, v.wrong(f))
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/profile?done=saved", http.StatusSeeOther)
}

// leaveEverywhere signs out here and on every other device.
func (s *Server) leaveEverywhere(w http.ResponseWriter, r *http.Request) {
	err := s.Identity.LeaveEverywhere(r.Context(), s.surface(r).Mode, token(r))
	if err != nil && !errors.Is(err, access.ErrSession) {
		pages.Error(w, r, err)
		return
	}
	if s.leave(w, r) {
		s.signedOut(w, r)
	}
}

// data hands out what is kept about the visitor, in the API's words.
func (s *Server) data(w http.ResponseWriter, r *http.Request) {
	v, g, ok := s.with(w, r, record.KindSubscription, record.KindMethod, record.KindPayment, record.KindRefund)
	if !ok {
		return
	}
	body, err := json.MarshalIndent(v.export(g), "", "  ")
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="my-data.json"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // the reader may have gone
}

// exported is the file of a visitor's data.
type exported struct {
	Business      string              `json:"business"`
	Customers     []wire.Customer     `json:"customers"`
	Subscriptions []wire.Subscription `json:"subscriptions"`
	Payments      []exportedPayment   `json:"payments"`
	Refunds       []exportedPayment   `json:"refunds"`
	Cards         []exportedCard      `json:"payment_methods"`
}

type exportedPayment struct {
	ID       string    `json:"id"`
	Date     time.Time `json:"date"`
	Amount   int64     `json:"amount"`
	Currency string    `json:"currency"`
	Status   string    `json:"status"`
	Invoice  string    `json:"invoice,omitempty"`
}

type exportedCard struct {
	Brand  string `json:"brand"`
	Last4  string `json:"last4"`
	Expiry string `json:"expires"`
}

func (v visit) export(g goods) exported {
	out := exported{
		Business: v.State.Business.Name, Customers: []wire.Customer{}, Subscriptions: []wire.Subscription{},
		Payments: []exportedPayment{}, Refunds: []exportedPayment{}, Cards: []exportedCard{},
	}
	owner := map[string]billing.Customer{}
	for _, c := range g.customers {
		c.Metadata = nil // the merchant's own notes
		owner[c.ID] = c
		out.Customers = append(out.Customers, wire.ToCustomer(v.Scope, c))
	}
	for _, sub := range g.subs {
		sub.Metadata = nil
		out.Subscriptions = append(out.Subscriptions, wire.ToSubscription(v.Scope, sub, owner[sub.Customer]))
	}
	for _, p := range g.payments {
		out.Payments = append(out.Payments, exportedPayment{
			p.ID, p.CreatedAt.Time(), p.Amount.Minor, string(p.Amount.Currency), string(p.Status), p.InvoiceNumber,
		})
	}
	for _, x := range g.refunds {
		out.Refunds = append(out.Refunds, exportedPayment{x.ID, x.CreatedAt.Time(), x.Amount.Minor, string(x.Amount.Currency), string(x.Status), ""})
	}
	for _, m := range g.wallet() {
		out.Cards = append(out.Cards, exportedCard{m.Brand, m.Last4, expiry(m)})
	}
	return out
}
