package portal

import (
	"net/http"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/portals"
)

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
	Marked    map[string]bool // the fields that are wrong
	Fixed     bool            // the customer's name is the seller's to change
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

func (s *Server) showDetails(w http.ResponseWriter, r *http.Request, status int, v visit, sub billing.Subscription, p portals.Particulars, f *fault.Fault) {
	page := detailsPage{
		Action: address(sub.ID, "details"), Back: address(sub.ID), Name: sub.ProductName, Customer: p.Name,
		Business: p.Business, TaxID: p.TaxID, Address: p.Address, Wrong: v.wrong(f), Marked: marked(f),
		Fixed: !v.State.Settings.Subscriptions.AllowsEditProfile(),
	}
	page.Countries = v.nations(p.Address.Country)
	s.show(w, r, status, "details", v, v.chrome(v.say("Billing details")), page)
}

// nations are the countries to choose from, by name. Where none of them was
// chosen, none is.
func (v visit) nations(chosen string) []country {
	all := i18n.Countries(v.locale)
	out := make([]country, 0, len(all)+1)
	if !slices.ContainsFunc(all, func(c i18n.CountryName) bool { return c.Code == chosen }) {
		out = append(out, country{Chosen: true})
	}
	for _, c := range all {
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
		s.showDetails(w, r, http.StatusUnprocessableEntity, v, sub, p, f)
		return
	}
	if err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	http.Redirect(w, r, address(sub.ID)+"?done=saved", http.StatusSeeOther)
}

// fields are what a form of details names otherwise than the use cases do.
var fields = map[string]string{"billing.country": "country", "business_name": "business", "customer_business_name": "business", "zipcode": "zip"}

// marked are the form's fields that a fault names.
func marked(f *fault.Fault) map[string]bool {
	out := map[string]bool{}
	if f == nil {
		return out
	}
	for _, p := range f.Problems {
		field := p.Field
		if name, ok := fields[field]; ok {
			field = name
		}
		out[field] = true
	}
	return out
}

// wrong puts what a fault says of a form's fields into sentences.
func (v visit) wrong(f *fault.Fault) []string {
	if f == nil {
		return nil
	}
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
