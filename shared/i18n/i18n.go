// Package i18n writes amounts, dates and intervals as readers of a language
// expect them (CLDR). Another language is a row of the tables below. It holds no sentences: pages and
// mails do.
package i18n

import (
	"fmt"
	"strings"
	"time"

	"github.com/bojanz/currency"
	"github.com/go-playground/locales"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/hi"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/ja"

	"perennial/shared/calendar"
	"perennial/shared/money"
)

// English is the language that everything falls back to.
const English = "en"

// Italian is the language whose units and card names are known besides.
const Italian = "it"

var languages = map[string]locales.Translator{
	English: en.New(), "de": de.New(), "it": it.New(), "hi": hi.New(), "ja": ja.New(),
}

func language(locale string) locales.Translator {
	if l, ok := languages[locale]; ok {
		return l
	}
	return languages[English]
}

// Money is an amount with its currency's symbol and number of decimals, such
// as "$1,234.50", "¥1,200" or "BHD 1.500".
func Money(locale string, a money.Amount) string {
	l := language(locale)
	amount, err := currency.NewAmountFromInt64(a.Minor, string(a.Currency))
	if err != nil { // not an ISO currency: the plain number says least that is wrong
		return fmt.Sprintf("%d %s", a.Minor, a.Currency)
	}
	return currency.NewFormatter(currency.NewLocale(l.Locale())).Format(amount)
}

// Date is the day of a moment in a zone, such as "March 2, 2026". The zero
// time has none.
func Date(locale string, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return language(locale).FmtDateLong(t.In(zone))
}

// italian names the units: after an amount, and in the plural.
var italian = map[calendar.Unit][2]string{
	calendar.Day: {"al giorno", "giorni"}, calendar.Week: {"alla settimana", "settimane"},
	calendar.Month: {"al mese", "mesi"}, calendar.Year: {"all'anno", "anni"},
}

// Every is an interval after an amount: "per month", "every 3 months".
func Every(locale string, v calendar.Interval) string {
	if v.Count == 0 {
		return ""
	}
	unit := strings.ToLower(string(v.Unit))
	switch words := italian[v.Unit]; {
	case locale == Italian && v.Count == 1:
		return words[0]
	case locale == Italian:
		return fmt.Sprintf("ogni %d %s", v.Count, words[1])
	case v.Count == 1:
		return "per " + unit
	}
	return fmt.Sprintf("every %d %ss", v.Count, unit)
}

// brands are the card networks as they write themselves.
var brands = map[string]string{
	"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover",
	"diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay", "rupay": "RuPay",
}

// Card names a card so that its owner knows it and nobody else can use it:
// "Visa ending in 4242" (R116, R246). brand is the gateway's word for the
// network. Without the last four digits there is no name.
func Card(locale, brand, last4 string) string {
	if last4 == "" {
		return ""
	}
	name := Network(brand)
	if locale == Italian {
		if name == "" {
			name = "Carta"
		}
		return name + " che termina con " + last4
	}
	if name == "" {
		name = "Card"
	}
	return name + " ending in " + last4
}

// Network is a card network as it writes itself, empty for an unknown one.
func Network(brand string) string { return brands[brand] }

// List joins names as a sentence does: "a", "a and b", "a, b and c".
func List(locale string, names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	if locale == Italian {
		return strings.Join(names[:last], ", ") + " e " + names[last]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
