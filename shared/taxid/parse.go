package taxid

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Errors of this package.
var (
	ErrCountry  = errors.New("taxid: numbers of this country are not known")
	ErrForm     = errors.New("taxid: not the form of a VAT number there")
	ErrChecksum = errors.New("taxid: wrong check digit")
)

// ID is a normalised VAT identification number.
type ID struct {
	Country string // as tax offices write it: EL for Greece, XI for Northern Ireland, CH for Switzerland
	Number  string // capitals and digits, without the country
}

// String is the number with its country, as invoices print it.
func (id ID) String() string {
	switch id.Country {
	case "CH":
		return "CHE" + id.Number + "MWST"
	case "NO":
		return "NO" + id.Number + "MVA"
	default:
		return id.Country + id.Number
	}
}

// InVIES reports whether the EU's register answers for the number.
func (id ID) InVIES() bool {
	return id.Country != "" && id.Country != "GB" && id.Country != "CH" && id.Country != "NO"
}

// separators are what people put between the parts of a number.
var separators = strings.NewReplacer(" ", "", "-", "", ".", "", "/", "", ",", "", "_", "", ":", "", "\t", "", "\u00a0", "")

// Parse normalises a VAT number and checks its form and check digits. The
// country, ISO or tax office code, is the buyer's; a prefix in the number says
// otherwise, unless the whole is a number of that country (French ones may
// begin with letters).
func Parse(raw, country string) (ID, error) {
	text := separators.Replace(strings.ToUpper(raw))
	home := ID{office(country), text}
	id, err := home.checked()
	if err == nil || len(text) < 3 {
		return id, err
	}
	if prefix := office(text[:2]); forms[prefix] != nil {
		return ID{prefix, text[2:]}.checked()
	}
	return ID{}, err
}

// checked is the id without ornaments, if its form and check digits are right.
func (id ID) checked() (ID, error) {
	form, ok := forms[id.Country]
	if !ok {
		return ID{}, fmt.Errorf("%w: %q", ErrCountry, id.Country)
	}
	id.Number = bare(id)
	if !form.MatchString(id.Number) {
		return ID{}, fmt.Errorf("%w: %s", ErrForm, id.Country)
	}
	if !checks[id.Country](id.Number) {
		return ID{}, fmt.Errorf("%w: %s", ErrChecksum, id.Country)
	}
	return id, nil
}

// office is the code that tax offices use for a country.
func office(country string) string {
	switch c := strings.ToUpper(strings.TrimSpace(country)); c {
	case "GR":
		return "EL"
	case "UK", "IM":
		return "GB"
	case "MC":
		return "FR"
	case "LI":
		return "CH"
	default:
		return c
	}
}

// bare takes off what Swiss and Norwegian numbers carry around the digits.
func bare(id ID) string {
	n := id.Number
	switch id.Country {
	case "CH":
		n = strings.TrimPrefix(n, "E")
		for _, suffix := range []string{"MWST", "TVA", "IVA"} {
			n = strings.TrimSuffix(n, suffix)
		}
	case "NO":
		n = strings.TrimSuffix(n, "MVA")
	case "BE":
		if len(n) == 9 {
			n = "0" + n
		}
	}
	return n
}

// forms are the shapes of the numbers without country, from the FAQ of VIES
// (question 11), HMRC's VATRATES notes, Norway's Brønnøysund register and
// Switzerland's UID register.
var forms = compile(map[string]string{
	"AT": `U\d{8}`,
	"BE": `[01]\d{9}`,
	"BG": `\d{9,10}`,
	"CH": `\d{9}`,
	"CY": `\d{8}[A-Z]`,
	"CZ": `\d{8,10}`,
	"DE": `[1-9]\d{8}`,
	"DK": `\d{8}`,
	"EE": `10\d{7}`,
	"EL": `\d{9}`,
	"ES": `[A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z]`,
	"FI": `\d{8}`,
	"FR": `[A-HJ-NP-Z0-9]{2}\d{9}`,
	"GB": `\d{9}|\d{12}|(?:GD[0-4]|HA[5-9])\d{2}`,
	"HR": `\d{11}`,
	"HU": `\d{8}`,
	"IE": `\d{7}[A-W][A-IW]?|\d[A-Z+*]\d{5}[A-W]`,
	"IT": `\d{11}`,
	"LT": `\d{9}|\d{12}`,
	"LU": `\d{8}`,
	"LV": `\d{11}`,
	"MT": `[1-9]\d{7}`,
	"NL": `\d{9}B(?:0[1-9]|[1-9]\d)`,
	"NO": `[89]\d{8}`,
	"PL": `\d{10}`,
	"PT": `\d{9}`,
	"RO": `[1-9]\d{1,9}`,
	"SE": `\d{10}01`,
	"SI": `[1-9]\d{7}`,
	"SK": `[1-9]\d[2-47-9]\d{7}`,
	"XI": `\d{9}|\d{12}|(?:GD[0-4]|HA[5-9])\d{2}`,
})

func compile(patterns map[string]string) map[string]*regexp.Regexp {
	compiled := make(map[string]*regexp.Regexp, len(patterns))
	for country, pattern := range patterns {
		compiled[country] = regexp.MustCompile(`^(?:` + pattern + `)$`)
	}
	return compiled
}
