package merchantapi

import (
	"fmt"
	"slices"
	"strings"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// refusedFlags are Dodo's feature flags that ask for what our page does not
// do. They are refused when on, never kept without an effect.
var refusedFlags = map[string]string{
	"allow_currency_selection": "is not supported; say billing_currency",
	"allow_editing_addons":     "is not supported",
	"require_cardholder_name":  "is not supported: the gateway's fields ask for what it needs",
	"single_page":              "is not supported",
}

// knownFlags have an effect.
var knownFlags = []string{
	"allow_discount_code", "allow_phone_number_collection", "allow_tax_id", "always_create_new_customer",
	"redirect_immediately", "require_phone_number", "require_tax_id",
}

// editable are the fields that allow_customer_editing_… names, with ours.
var editable = [][2]string{
	{"email", "email"}, {"name", "name"}, {"street", "street"}, {"city", "city"}, {"state", "state"}, {"country", "country"},
	{"zipcode", "zipcode"}, {"tax_id", "tax_id"}, {"business_name", "business_name"},
}

const editing = "allow_customer_editing_"

// checkFlags names the flags that are no switches and those without effect.
func (r CheckoutRequest) checkFlags(check *fault.Check) {
	for name, value := range r.Flags {
		known := slices.Contains(knownFlags, name) || refusedFlags[name] != "" || strings.HasPrefix(name, editing)
		_, isBool := value.(bool)
		check.That(!known || isBool || value == nil, "feature_flags."+name, "must be true or false")
	}
	check.That(!r.flag("require_phone_number", false) || r.flag("allow_phone_number_collection", true),
		"feature_flags.require_phone_number", "needs allow_phone_number_collection")
	check.That(!r.flag("require_tax_id", false) || r.flag("allow_tax_id", true), "feature_flags.require_tax_id", "needs allow_tax_id")
}

// locked are the fields that the customer may read and not change.
func (r CheckoutRequest) locked() []string {
	var fields []string
	for _, f := range editable {
		if !r.flag(editing+f[0], true) {
			fields = append(fields, f[1])
		}
	}
	return fields
}

// colours are the colours of a theme that our pages have; the others are mixed
// of them.
var colours = map[string]func(*merchant.Palette) *string{
	"bg_primary": func(p *merchant.Palette) *string { return &p.Background }, "text_primary": func(p *merchant.Palette) *string { return &p.Text },
	"button_primary": func(p *merchant.Palette) *string { return &p.Accent }, "button_text_primary": func(p *merchant.Palette) *string { return &p.OnAccent },
}

// wishes reads a customization; what has no effect is named in refused, what
// is wrong in check.
type wishes struct {
	check, refused fault.Check
	page           record.CheckoutPage
}

func (w *wishes) read(custom map[string]any) {
	for name, value := range custom {
		field := "customization." + name
		switch {
		case value == nil:
		case name == "theme":
			w.word(field, value, merchant.Themes, &w.page.Look.Theme)
		case name == "show_order_details":
			w.page.NoLines = !w.yes(field, value)
		case name == "show_on_demand_tag":
			w.page.NoTag = !w.yes(field, value)
		case name == "force_language":
			w.text(field, value, 20, &w.page.Language)
		case name == "theme_config":
			config, ok := value.(map[string]any)
			w.check.That(ok, field, "must be an object")
			w.theme(config)
		}
	}
}

func (w *wishes) theme(config map[string]any) {
	for name, value := range config {
		field := "customization.theme_config." + name
		switch {
		case value == nil:
		case name == "pay_button_text":
			w.text(field, value, 100, &w.page.PayText)
		case name == "radius":
			w.word(field, value, merchant.Radii, &w.page.Look.Radius)
		case name == "light":
			w.palette(field, value, &w.page.Look.Light, merchant.LightPalette)
		case name == "dark":
			w.palette(field, value, &w.page.Look.Dark, merchant.DarkPalette)
		case strings.HasPrefix(name, "font_"):
			w.refused.That(false, field, "is not supported: pages load nothing from elsewhere; the branding setting has fonts")
		}
	}
}

func (w *wishes) palette(field string, value any, into *merchant.Palette, rest merchant.Palette) {
	given, ok := value.(map[string]any)
	w.check.That(ok, field, "must be an object")
	before := *into
	for name, colour := range given {
		place, known := colours[name]
		w.refused.That(known || colour == nil, field+"."+name, "is not supported: it is mixed of bg_primary, text_primary, button_primary and button_text_primary")
		if known && colour != nil {
			w.text(field+"."+name, colour, 7, place(into))
		}
	}
	if *into != before {
		into.Filled(rest).Check(&w.check, field)
	}
}

func (w *wishes) yes(field string, value any) bool {
	on, ok := value.(bool)
	w.check.That(ok, field, "must be true or false")
	return on
}

func (w *wishes) text(field string, value any, most int, into *string) {
	text, ok := value.(string)
	w.check.That(ok && len(text) <= most, field, fmt.Sprintf("must be a text of at most %d characters", most))
	*into = text
}

func (w *wishes) word(field string, value any, words []string, into *string) {
	word, _ := value.(string)
	w.check.That(slices.Contains(words, word), field, "must be one of "+strings.Join(words, ", "))
	*into = word
}

// unusable names the wishes that would have no effect.
func (r CheckoutRequest) unusable() error {
	var w wishes
	w.read(r.Customization)
	for name, reason := range refusedFlags {
		w.refused.That(!r.flag(name, false), "feature_flags."+name, reason)
	}
	w.refused.That(r.MinMandate == nil, "mandate_min_amount_inr_paise", "is not supported")
	w.refused.That(!r.Force3DS || r.MethodID == "", "force_3ds", "needs the customer, who is not there when a saved method is charged")
	for i, item := range r.Cart {
		w.refused.That(!given(item.Credits), fmt.Sprintf("product_cart[%d].credit_entitlements", i), "is not supported")
	}
	return w.refused.Fault("UNSUPPORTED_ACTION", "This is not supported.")
}
