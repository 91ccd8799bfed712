package stripe

import (
	"errors"
	"net/http"
	"strings"

	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
)

// suffixLimit is how long a statement descriptor may be, the account's prefix
// included: Stripe cuts what is too long with it.
const suffixLimit = 22

// suffixOf is what a card's statement says after the account's prefix, by
// Stripe's rules: printable ASCII without < > \ ' " *, at most 22 characters,
// at least one letter. A bank debit has none.
func suffixOf(p gateway.Params) string {
	if p.Type != gateway.TypeCard {
		return ""
	}
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`<>\'"*`, r) {
			return ' '
		}
		return r
	}, p.Statement)
	text = strings.Join(strings.Fields(text), " ")
	text = strings.TrimSpace(text[:min(len(text), suffixLimit)])
	letter := func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }
	if !strings.ContainsFunc(text, letter) {
		return ""
	}
	return text
}

// unsaid reports that Stripe refused a payment for its descriptor alone.
func unsaid(err error) bool {
	var said *sdk.Error
	return errors.As(err, &said) && said.HTTPStatusCode == http.StatusBadRequest && said.Param == "statement_descriptor_suffix"
}
