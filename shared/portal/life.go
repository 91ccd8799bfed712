package portal

import (
	"context"
	"net/http"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/pages"
	"perennial/shared/portals"
)

// act carries out what a form asks for a subscription of the visitor, and
// leads back to its page with a word on what was done.
func (s *Server) act(w http.ResponseWriter, r *http.Request, done string, what func(context.Context, visit, billing.Subscription) error) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	if err := what(r.Context(), v, sub); err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	http.Redirect(w, r, address(sub.ID)+"?done="+done, http.StatusSeeOther)
}

func (s *Server) keep(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "kept", func(ctx context.Context, v visit, sub billing.Subscription) error {
		return s.Self.Keep(ctx, v.visitor(), sub)
	})
}

func (s *Server) pause(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "paused", func(ctx context.Context, v visit, sub billing.Subscription) error {
		return s.Self.Pause(ctx, v.visitor(), sub)
	})
}

func (s *Server) resume(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "resumed", func(ctx context.Context, v visit, sub billing.Subscription) error {
		return s.Self.Resume(ctx, v.visitor(), sub)
	})
}

func (s *Server) dropPlan(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "dropped", func(ctx context.Context, v visit, sub billing.Subscription) error {
		return s.Self.DropPlan(ctx, v.visitor(), sub)
	})
}

// cancelPage asks when, and, if the customer likes, why (rules 23, R210).
type cancelPage struct {
	Action  string
	Back    string
	Name    string
	AtEnd   string // what cancelling for the next date means; empty when it is immediate anyway
	Now     string // what cancelling at once means; empty when the seller does not allow it
	Reasons []reason
	Comment string
}

type reason struct{ Value, Text string }

// reasons are the eight that Dodo knows, in the customer's words.
func (v visit) reasons() []reason {
	texts := map[string]string{
		"too_expensive": v.say("It is too expensive"), "missing_features": v.say("I miss something in it"),
		"switched_service": v.say("I use another service now"), "unused": v.say("I do not use it"),
		"customer_service": v.say("I am not happy with the support"), "low_quality": v.say("It does not work well enough"),
		"too_complex": v.say("It is too complicated"), "other": v.say("Something else"),
	}
	var out []reason
	for _, value := range billing.Feedbacks {
		out = append(out, reason{value, texts[value]})
	}
	return out
}

func (s *Server) cancelForm(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	if sub.Status.Ended() || sub.Cancel.AtPeriodEnd || sub.Cancel.Pending {
		http.Redirect(w, r, address(sub.ID), http.StatusSeeOther)
		return
	}
	_, brand, err := s.sold(r.Context(), v, sub)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := cancelPage{Action: address(sub.ID, "cancel"), Back: address(sub.ID), Name: sub.ProductName, Reasons: v.reasons()}
	if sub.Status == billing.StatusActive && sub.Failure.At.IsZero() {
		page.AtEnd = v.say("On %s. You keep access until then, and nothing more is charged.", v.date(sub.Period.End))
	}
	if v.visitor().MayCancelNow(sub) || page.AtEnd == "" {
		page.Now = v.say("At once. Access ends today, and nothing more is charged.")
	}
	s.show(w, r, http.StatusOK, "cancel", v, v.chrome(v.say("Cancel subscription")).Dress(v.State, brand), page)
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	comment := []rune(r.PostFormValue("comment"))
	now := r.PostFormValue("when") == "now"
	err := s.Self.Cancel(r.Context(), v.visitor(), sub, now, r.PostFormValue("reason"), string(comment[:min(len(comment), 250)]))
	if err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	done := "ending"
	if now || sub.Status != billing.StatusActive || !sub.Failure.At.IsZero() {
		done = "ended"
	}
	http.Redirect(w, r, address(sub.ID)+"?done="+done, http.StatusSeeOther)
}

// detailsPage corrects whom a subscription is billed to (R092).
type detailsPage struct {
	Action    string
	Back      string
	Name      string
	Heading   string // instead of "Billing details"
	Lead      string
	Customer  string
	Business  string
	TaxID     string
	Address   billing.Address
	Countries []country
	Wrong     []string
	Fixed     bool // the customer's name is the seller's to change
}

type country struct {
	Code   string
	Name   string
	Chosen bool
}

func (s *Server) detailsForm(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	g, ok := s.own(w, r, v)
	if !ok {
		return
	}
	name := ""
	for _, c := range g.customers {
		if c.ID == sub.Customer {
			name = c.Name
		}
	}
	p := portals.Particulars{Name: name, Address: sub.Billing, TaxID: sub.TaxID, Business: sub.BusinessName}
	s.showDetails(w, r, http.StatusOK, v, sub, p, nil)
}

func (s *Server) showDetails(w http.ResponseWriter, r *http.Request, status int, v visit, sub billing.Subscription, p portals.Particulars, wrong []string) {
	page := detailsPage{
		Action: address(sub.ID, "details"), Back: address(sub.ID), Name: sub.ProductName, Customer: p.Name,
		Business: p.Business, TaxID: p.TaxID, Address: p.Address, Wrong: wrong,
		Fixed: !v.State.Settings.Subscriptions.AllowsEditProfile(),
	}
	page.Countries = v.nations(p.Address.Country)
	s.show(w, r, status, "details", v, v.chrome(v.say("Billing details")), page)
}

// nations are the countries to choose from, by name.
func (v visit) nations(chosen string) []country {
	var out []country
	for _, c := range i18n.Countries(v.locale) {
		out = append(out, country{c.Code, c.Name, c.Code == chosen})
	}
	return out
}

func (s *Server) saveDetails(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	p := portals.Particulars{
		Name: text("name"), TaxID: text("tax_id"), Business: text("business"),
		Address: billing.Address{Country: text("country"), State: text("state"), City: text("city"), Street: text("street"), Zip: text("zip")},
	}
	err := s.Self.Correct(r.Context(), v.visitor(), sub, p)
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		s.showDetails(w, r, http.StatusUnprocessableEntity, v, sub, p, v.wrong(f))
		return
	}
	if err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	http.Redirect(w, r, address(sub.ID)+"?done=saved", http.StatusSeeOther)
}

// wrong puts what a fault says of a form's fields into sentences.
func (v visit) wrong(f *fault.Fault) []string {
	names := map[string]string{
		"name": v.say("Name"), "email": v.say("E-mail address"), "phone": v.say("Phone"), "billing.country": v.say("Country"),
		"business_name": v.say("Business"), "street": v.say("Street"), "city": v.say("City"), "zipcode": v.say("Postal code"),
		"country": v.say("Country"), "state": v.say("State or region (optional)"),
		"customer_business_name": v.say("Business"), "tax_id": v.say("Tax id"), "address": v.say("Address"),
	}
	var out []string
	for _, p := range f.Problems {
		if name, ok := names[p.Field]; ok {
			out = append(out, name+": "+v.say(p.Message))
		}
	}
	if len(out) == 0 {
		out = []string{v.say(f.Message)}
	}
	return out
}
