package bankhttp

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"perennial/shared/bank/teller"
	"perennial/shared/money"
)

// typedJSON is all that the card fields send: there is no field for a number.
type typedJSON struct {
	Account  string `json:"account"`
	Card     string `json:"card"` // a test card's name
	ExpMonth int    `json:"exp_month"`
	ExpYear  int    `json:"exp_year"`
}

type tokenJSON struct {
	Token string `json:"token"`
	Brand string `json:"brand"`
	Last4 string `json:"last4"`
}

func readTyped(w http.ResponseWriter, r *http.Request) (teller.Typed, error) {
	var in typedJSON
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<10))
	if err != nil || json.Unmarshal(body, &in) != nil || !accountPattern.MatchString(in.Account) {
		return teller.Typed{}, errMalformed
	}
	return teller.Typed{Account: in.Account, Card: in.Card, ExpMonth: in.ExpMonth, ExpYear: in.ExpYear}, nil
}

// amountText writes an amount for people, such as "12.50 EUR" or "300 JPY".
func amountText(a money.Amount) string {
	digits := a.Currency.Exponent()
	if digits == 0 {
		return fmt.Sprintf("%d %s", a.Minor, a.Currency)
	}
	unit := int64(1)
	for range digits {
		unit *= 10
	}
	return fmt.Sprintf("%d.%0*d %s", a.Minor/unit, digits, a.Minor%unit, a.Currency)
}
