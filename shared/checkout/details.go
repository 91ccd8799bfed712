package checkout

import (
	"cmp"
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
	Bill      *billView  // what is bought; nil when nobody knows yet what it costs
	Plan      string     // what a subscription costs per period
	Refuse    string     // why a code is not applied
	Amount    *inputView // what the buyer wants to pay, who may
	Fields    []inputView
	Country   string
	Countries []i18n.CountryName
	Invalid   bool
}

type inputView struct {
	Name, Label, Type, Auto, Value, Wrong, Hint string
	Required, Locked                            bool
	Options                                     []string
}

// details shows the form below what is bought, with what is wrong beside each
// field.
func (s *Server) details(w http.ResponseWriter, r *http.Request, status int, v visit, wrong map[string]string) {
	v = v.stranger()
	c := *v.page.Cart
	if v.offered == nil {
		s.preview(r.Context(), &v)
	}
	if c.Billing.Country == "" {
		c.Billing.Country = v.state.Business.Country
	}
	page := detailsPage{
		Action: cmp.Or(v.action, v.path("/details")), Bill: v.offered, Plan: v.price, Refuse: v.refused, Fields: inputs(v, c, wrong), Country: c.Billing.Country,
		Countries: i18n.Countries(v.locale), Invalid: anything(wrong),
	}
	if f := v.free; f != nil {
		page.Amount = &inputView{
			Name: "amount", Label: v.say("Amount") + " (" + string(f.least.Currency) + ")", Type: "text", Auto: "off", Value: f.shown,
			Required: true, Wrong: v.say(wrong["amount"]),
		}
	}
	chrome := v.chrome(v.say("Checkout"))
	chrome.Back = cmp.Or(v.page.Page.CancelURL, chrome.Back)
	templates.Render(w, r, status, "details", pages.Page{Chrome: chrome, Content: page})
}

// inputs are the fields that a session asks for.
func inputs(v visit, c billing.Cart, wrong map[string]string) []inputView {
	var out []inputView
	add := func(name, label, kind, auto, value string, required bool) {
		out = append(out, inputView{
			Name: name, Label: label, Type: kind, Auto: auto, Value: value, Required: required, Locked: v.locked(name, value), Wrong: v.say(wrong[name]),
		})
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
		add("tax_id", v.say("VAT or tax number, for businesses"), "text", "off", c.TaxID, opts.NeedTaxID)
		add("business_name", v.say("Business name"), "text", "organization", c.BusinessName, opts.NeedTaxID)
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
	v, err := s.posted(r, typesDetails)
	if err != nil {
		s.refuse(w, r, v, err)
		return
	}
	if v.page.Cart == nil || v.page.Placed() {
		http.Redirect(w, r, v.path(""), http.StatusSeeOther)
		return
	}
	mailed := v.page.Page.Veiled
	v = v.stranger()
	typed := *v.page.Cart
	takeForm(r, v, &typed)
	attempt := v
	attempt.page.Cart = &typed
	if wrong := attempt.wrong(); anything(wrong) {
		v = attempt
		s.details(w, r, http.StatusUnprocessableEntity, v, wrong)
		return
	}
	if mailed {
		s.elsewhere(w, r, attempt)
		return
	}
	if _, err := s.Sales.Amend(r.Context(), v.scope, v.page.ID, func(c *billing.Cart) { takeForm(r, v, c) }); err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, v.path(""), http.StatusSeeOther)
}

// locked reports a field that was filled in for the buyer, who may not change
// it.
func (v visit) locked(name, value string) bool {
	return value != "" && slices.Contains(v.page.Page.Locked, name)
}

// wrong tells what is wrong with the details of a visit's cart, by field.
func (v visit) wrong() map[string]string {
	wrong, c := missing(purchases.Complete(v.page)), v.page.Cart
	if i18n.Country(v.locale, c.Billing.Country) == c.Billing.Country {
		wrong["country"] = i18n.Text("must be chosen")
	}
	if c.Customer == "" && !billing.IsPlainEmail(c.Email) {
		wrong["email"] = i18n.Text("must be written in ASCII characters")
	}
	return wrong
}

// takeForm writes what was typed into a cart, cut to a sane length. What the
// form does not ask for and what is locked stays.
func takeForm(r *http.Request, v visit, c *billing.Cart) {
	value := func(name, old string) string {
		typed := cut(r.PostFormValue(name))
		if v.locked(name, old) || !r.PostForm.Has(name) {
			return old
		}
		return typed
	}
	if c.Customer == "" {
		c.Email, c.Name, c.Phone = value("email", c.Email), value("name", c.Name), value("phone_number", c.Phone)
		c.Language = v.locale
	}
	b := c.Billing
	c.Billing = billing.Address{
		Country: value("country", b.Country), Street: value("street", b.Street), City: value("city", b.City),
		State: value("state", b.State), Zip: value("zipcode", b.Zip),
	}
	if !v.page.Page.NoTaxID {
		c.TaxID, c.BusinessName = value("tax_id", c.TaxID), value("business_name", c.BusinessName)
	}
	before := c.Answers
	c.Answers = nil
	for _, f := range v.page.Page.Fields {
		given := value("custom_fields."+f.Key, answer(before, f.Key))
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
	v, err := s.posted(r, triesCodes)
	if err != nil {
		s.refuse(w, r, v, err)
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
	return i18n.Join(v.locale, a.Street, strings.TrimSpace(a.Zip+" "+a.City), a.State, i18n.Country(v.locale, a.Country))
}
