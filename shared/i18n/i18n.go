// Package i18n speaks to readers in their language: sentences by their
// English words from one catalogue a language, plurals, and amounts, dates,
// intervals and names of countries as CLDR writes them. A language is a row
// of languages.go and a file of catalogue; tests compare it with what the
// pages say.
package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bojanz/currency"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// Money is an amount with its currency's symbol and number of decimals, such
// as "$1,234.50", "¥1,200" or "BHD 1.500".
func Money(locale string, a money.Amount) string {
	l, _ := known(locale)
	amount, err := currency.NewAmountFromInt64(a.Minor, string(a.Currency))
	if err != nil { // not an ISO currency: the plain number says least that is wrong
		return fmt.Sprintf("%d %s", a.Minor, a.Currency)
	}
	text := currency.NewFormatter(currency.NewLocale(l.Code)).Format(amount)
	if Direction(l.Code) != "rtl" {
		return text
	}
	number, symbol, apart := strings.Cut(text, "\u00a0")
	if apart && a.Minor < 0 { // the minus and its number are one, and stand where a number without it does
		text = "\u200f\u2066" + strings.Trim(number, "\u200e\u200f") + "\u2069\u00a0" + symbol
	}
	return strings.ReplaceAll(text, "$", "$\u200e") // else the sign of US$ would jump to the other side of its letters
}

// Date is the day of a moment in a zone, such as "March 2, 2026". The zero
// time has none.
func Date(locale string, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	l, _ := known(locale)
	return l.cldr().FmtDateLong(t.In(zone))
}

// Percent is a rate of so many hundredths: "20%", in German "20,5 %".
func Percent(locale string, rate float64) string {
	l, _ := known(locale)
	_, decimals, _ := strings.Cut(strconv.FormatFloat(rate, 'f', -1, 64), ".")
	return l.cldr().FmtPercent(rate, uint64(len(decimals)))
}

// Every is an interval after an amount: "per month", "every 3 months".
func Every(locale string, v calendar.Interval) string {
	switch {
	case v.Count == 0:
		return ""
	case v.Unit == calendar.Day:
		return Count(locale, v.Count, "per day", "every %d days", v.Count)
	case v.Unit == calendar.Week:
		return Count(locale, v.Count, "per week", "every %d weeks", v.Count)
	case v.Unit == calendar.Year:
		return Count(locale, v.Count, "per year", "every %d years", v.Count)
	}
	return Count(locale, v.Count, "per month", "every %d months", v.Count)
}

// brands are the card networks as they write themselves.
var brands = map[string]string{
	"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover",
	"diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay", "rupay": "RuPay",
	"apple_pay": "Apple Pay", "google_pay": "Google Pay", "sepa_debit": "SEPA Direct Debit",
}

// Card names a card so that its owner knows it and nobody else can use it:
// "Visa ending in 4242" (R116, R246, R313). brand is the gateway's word for the
// network, the wallet or the bank debit. Without the last four digits there is no name.
func Card(locale, brand, last4 string) string {
	if last4 == "" {
		return ""
	}
	name := Network(brand)
	if name == "" {
		name = Say(locale, "Card")
	}
	return Say(locale, "%s ending in %s", name, last4)
}

// Network is a card network as it writes itself, empty for an unknown one.
func Network(brand string) string { return brands[brand] }

// Join puts parts side by side, as those of an address. Among words from right
// to left each keeps its own direction.
func Join(locale string, parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part == "" {
			continue
		}
		kept = append(kept, fill(locale, "%s", []any{part}))
	}
	return strings.Join(kept, Say(locale, ", "))
}

// List joins names as a sentence does: "a", "a and b", "a, b and c".
func List(locale string, names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return Say(locale, "%s and %s", strings.Join(names[:last], Say(locale, ", ")), names[last])
}
