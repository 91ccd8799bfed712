package purchases

import (
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"time"

	"perennial/shared/fault"
	"perennial/shared/record"
)

// checkAnswer names what is wrong with the answer to one of the merchant's own
// questions, by the question's type.
func checkAnswer(check *fault.Check, f record.CheckoutField, given string) {
	field := "custom_fields." + f.Key
	if given == "" {
		check.That(!f.Required, field, "must not be empty")
		return
	}
	switch f.Type {
	case "number":
		_, err := strconv.ParseFloat(given, 64)
		check.That(err == nil, field, "must be a number")
	case "date":
		_, err := time.Parse(time.DateOnly, given)
		check.That(err == nil, field, "must be a date")
	case "email":
		a, err := mail.ParseAddress(given)
		check.That(err == nil && a.Address == given, field, "must be an e-mail address")
	case "url":
		u, err := url.Parse(given)
		check.That(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "", field, "must be a web address")
	case "dropdown":
		check.That(slices.Contains(f.Options, given), field, "must be chosen from the list")
	case "boolean":
		check.That(given == "yes" || given == "no", field, "must be chosen from the list")
	}
}
