package checkout

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/money"
	"perennial/shared/record"
)

// parameters are the query of a purchase page, in the words of Dodo's static
// payment links. What cannot be understood is left out.
type parameters struct{ url.Values }

// Limits of what an address may say.
const (
	mostLabels  = 50
	mostPerCart = 1_000_000
)

// label is a key of metadata.
var label = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

func (p parameters) text(name string) string { return cut(p.Get(name)) }

// cut trims a text and keeps at most 200 bytes of it.
func cut(text string) string {
	text = strings.TrimSpace(text)
	return strings.ToValidUTF8(text[:min(len(text), 200)], "")
}

func (p parameters) on(name string, byDefault bool) bool {
	on, err := strconv.ParseBool(p.Get(name))
	return err == nil && on || err != nil && byDefault
}

// synonyms are parameters that say the same: one of them may win over another.
var synonyms = [][]string{
	{"redirect_url", "return_url"}, {"discount_code", "discountCode"}, {"fullName", "firstName", "lastName"},
}

// aliases are all names of what a parameter says.
func aliases(name string) []string {
	for _, same := range synonyms {
		if slices.Contains(same, name) {
			return same
		}
	}
	return nil
}

// session is the session that the address describes.
func (p parameters) session(product billing.Product) record.Checkout {
	quantity, err := strconv.ParseInt(p.Get("quantity"), 10, 64)
	if err != nil || quantity < 1 || quantity > mostPerCart {
		quantity = 1
	}
	cart := billing.Cart{
		Items: []billing.CartItem{{Product: product.ID, Quantity: quantity, Amount: p.amount(product)}},
		Email: p.text("email"), Name: cmp.Or(strings.TrimSpace(p.text("firstName")+" "+p.text("lastName")), p.text("fullName")),
		Billing: billing.Address{
			Country: p.country(), Street: p.text("addressLine"), City: p.text("city"), State: p.text("state"), Zip: p.text("zipCode"),
		},
		Currency: strings.ToUpper(p.text("paymentCurrency")), TrialDays: -1, Metadata: p.metadata(),
	}
	if code := billing.NormalCode(cmp.Or(p.text("discount_code"), p.text("discountCode"))); code != "" {
		cart.Codes = []string{code}
	}
	page := record.CheckoutPage{Public: true, Locked: p.locked(), NoCodes: !p.on("showDiscounts", true)}
	return record.Checkout{Cart: &cart, Page: page, ReturnURL: cmp.Or(p.Get("redirect_url"), p.Get("return_url"))}
}

// amount is what a buyer is asked to pay who may pay what they want.
func (p parameters) amount(product billing.Product) *int64 {
	minor, err := strconv.ParseInt(p.Get("paymentAmount"), 10, 64)
	if err != nil || minor < 0 || minor > 1_000_000_000_000 || !product.Price.FreeAmount {
		return nil
	}
	return &minor
}

func (p parameters) country() string {
	code := strings.ToUpper(p.text("country"))
	if i18n.Country(i18n.English, code) == code {
		return ""
	}
	return code
}

// fields are our names of what a purchase page asks for, by Dodo's.
var fields = [][2]string{
	{"Email", "email"}, {"FullName", "name"}, {"FirstName", "name"}, {"LastName", "name"}, {"Country", "country"},
	{"AddressLine", "street"}, {"City", "city"}, {"State", "state"}, {"ZipCode", "zipcode"},
}

// locked are the fields that the address fills in and the buyer may only
// read.
func (p parameters) locked() []string {
	var out []string
	for _, f := range fields {
		filled := strings.ToLower(f[0][:1]) + f[0][1:]
		if p.on("disable"+f[0], false) && p.text(filled) != "" {
			out = append(out, f[1])
		}
	}
	return out
}

// metadata are the parameters metadata_…, which come back with the payment.
func (p parameters) metadata() map[string]any {
	var out map[string]any
	for name, values := range p.Values {
		key, labelled := strings.CutPrefix(name, "metadata_")
		if !labelled || !label.MatchString(key) || len(values[0]) > 500 || len(out) >= mostLabels {
			continue
		}
		if out == nil {
			out = map[string]any{}
		}
		out[key] = values[0]
	}
	return out
}

// minorUnits reads a number as people type it, with a point or a comma before
// the decimals and nothing between thousands.
func minorUnits(text string, c money.Currency) (int64, bool) {
	whole, part, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), ",", "."), ".")
	places := c.Exponent()
	if whole == "" || len(whole) > 12 || len(part) > places || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	minor, err := strconv.ParseInt(whole+part+strings.Repeat("0", places-len(part)), 10, 64)
	return minor, err == nil
}
