package checkout

import (
	"net/http"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/pages"
	"perennial/shared/purchases"
)

// detailsPage asks who buys.
type detailsPage struct {
	Action    string
	Fields    []inputView
	Country   string
	Countries []i18n.CountryName
	Invalid   bool
}

type inputView struct {
	Name, Label, Type, Auto, Value, Wrong, Hint string
	Required                                    bool
	Options                                     []string
}

// details shows the form, with what is wrong beside each field.
func (s *Server) details(w http.ResponseWriter, r *http.Request, status int, v visit, wrong map[string]string) {
	c := *v.page.Cart
	if c.Billing.Country == "" {
		c.Billing.Country = v.state.Business.Country
	}
	page := detailsPage{
		Action: v.path("/details"), Fields: inputs(v, c, wrong), Country: c.Billing.Country, Countries: i18n.Countries(v.locale), Invalid: len(wrong) > 0,
	}
	chrome := v.chrome(v.say("Checkout"))
	chrome.Back = v.page.Page.CancelURL
	templates.Render(w, r, status, "details", pages.Page{Chrome: chrome, Content: page})
}

// inputs are the fields that a session asks for.
func inputs(v visit, c billing.Cart, wrong map[string]string) []inputView {
	var out []inputView
	add := func(name, label, kind, auto, value string, required bool) {
		out = append(out, inputView{Name: name, Label: label, Type: kind, Auto: auto, Value: value, Required: required, Wrong: v.say(wrong[name])})
	}
	opts := v.page.Page
	if c.Customer == "" {
		add("email", v.say("E-mail"), "email", "email", c.Email, true)
		add("name", v.say("Name"), "text", "name", c.Name, true)
		if !opts.NoPhone {
			add("phone_number", v.say("Phone"), "tel", "tel", c.Phone, opts.NeedPhone)
		}
	}
	add("country", v.say("Country"), "country", "country", c.Billing.Country, true)
	if !opts.Minimal {
		add("street", v.say("Street and number"), "text", "street-address", c.Billing.Street, true)
		add("city", v.say("City"), "text", "address-level2", c.Billing.City, true)
		add("state", v.say("State or province"), "text", "address-level1", c.Billing.State, false)
	}
	add("zipcode", v.say("Postal code"), "text", "postal-code", c.Billing.Zip, opts.Minimal)
	if !opts.NoTaxID {
		add("tax_id", v.say("VAT or tax number, for businesses"), "text", "off", c.TaxID, false)
		add("business_name", v.say("Business name"), "text", "organization", c.BusinessName, false)
	}
	for _, f := range opts.Fields {
		kind := map[string]string{"dropdown": "select", "boolean": "select"}[f.Type]
		if kind == "" {
			kind = f.Type
		}
		add("custom_fields."+f.Key, f.Label, kind, "off", answer(c.Answers, f.Key), f.Required)
		last := &out[len(out)-1]
		last.Options, last.Hint = f.Options, f.Placeholder
		if f.Type == "boolean" {
			last.Options = []string{"yes", "no"}
		}
	}
	return out
}

func answer(given []billing.Answer, key string) string {
	for _, a := range given {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// fill keeps what was typed, and shows the form again when something is
// missing.
func (s *Server) fill(w http.ResponseWriter, r *http.Request) {
	v, err := s.open(r, 0)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	if v.page.Cart == nil || v.page.Placed() {
		http.Redirect(w, r, v.path(""), http.StatusSeeOther)
		return
	}
	typed := *v.page.Cart
	takeForm(r, v, &typed)
	attempt := v.page
	attempt.Cart = &typed
	wrong := missing(purchases.Complete(attempt))
	if i18n.Country(v.locale, typed.Billing.Country) == typed.Billing.Country {
		wrong["country"] = i18n.Text("must be chosen")
	}
	if typed.Customer == "" && !billing.IsPlainEmail(typed.Email) {
		wrong["email"] = i18n.Text("must be written in ASCII characters")
	}
	if len(wrong) > 0 {
		v.page = attempt
		s.details(w, r, http.StatusUnprocessableEntity, v, wrong)
		return
	}
	if _, err := s.Sales.Amend(r.Context(), v.scope, v.page.ID, func(c *billing.Cart) { takeForm(r, v, c) }); err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, v.path(""), http.StatusSeeOther)
}

// takeForm writes what was typed into a cart, cut to a sane length.
func takeForm(r *http.Request, v visit, c *billing.Cart) {
	value := func(name string) string {
		text := strings.TrimSpace(r.PostFormValue(name))
		return strings.ToValidUTF8(text[:min(len(text), 200)], "") // a cut may split a letter
	}
	if c.Customer == "" {
		c.Email, c.Name, c.Phone = value("email"), value("name"), value("phone_number")
		c.Language = v.locale
	}
	c.Billing = billing.Address{
		Country: value("country"), Street: value("street"), City: value("city"), State: value("state"), Zip: value("zipcode"),
	}
	if !v.page.Page.NoTaxID {
		c.TaxID, c.BusinessName = value("tax_id"), value("business_name")
	}
	c.Answers = nil
	for _, f := range v.page.Page.Fields {
		given := value("custom_fields." + f.Key)
		if len(f.Options) > 0 && !slices.Contains(f.Options, given) {
			given = ""
		}
		if given != "" {
			c.Answers = append(c.Answers, billing.Answer{Key: f.Key, Value: given})
		}
	}
}

// missing tells which fields a fault names.
func missing(err error) map[string]string {
	wrong := map[string]string{}
	f := fault.Of(err)
	if f == nil {
		return wrong
	}
	for _, p := range f.Problems {
		wrong[p.Field] = p.Message
	}
	return wrong
}

// coupon applies or removes a discount code.
func (s *Server) coupon(w http.ResponseWriter, r *http.Request) {
	v, err := s.open(r, 0)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	if v.page.Cart == nil || v.page.Placed() || v.page.Page.NoCodes {
		http.Redirect(w, r, v.path(""), http.StatusSeeOther)
		return
	}
	change := func(c *billing.Cart) {
		gone := r.PostFormValue("remove")
		c.Codes = slices.DeleteFunc(slices.Clone(c.Codes), func(code string) bool { return code == gone })
	}
	if code := billing.NormalCode(r.PostFormValue("code")); r.PostFormValue("remove") == "" {
		if code == "" || len(code) > 100 {
			http.Redirect(w, r, v.path(""), http.StatusSeeOther)
			return
		}
		change = func(c *billing.Cart) {
			if !slices.Contains(c.Codes, code) {
				c.Codes = append(slices.Clone(c.Codes), code)
			}
		}
		tried := *v.page.Cart
		change(&tried)
		if _, err := s.Sales.Quote(r.Context(), v.scope, tried); err != nil {
			f := fault.Of(err)
			if f == nil {
				pages.Error(w, r, err)
				return
			}
			s.basket(w, r, v, basketPage{Typed: code, Refuse: v.say(f.Message)})
			return
		}
	}
	if _, err := s.Sales.Amend(r.Context(), v.scope, v.page.ID, change); err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, v.path(""), http.StatusSeeOther)
}

func (v visit) addressLine(a billing.Address) string {
	var parts []string
	for _, part := range []string{a.Street, strings.TrimSpace(a.Zip + " " + a.City), a.State, i18n.Country(v.locale, a.Country)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, v.say(", "))
}
