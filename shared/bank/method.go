package bank

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"perennial/shared/fault"
)

// TokenLife is how long a token of the card fields may be used.
const TokenLife = 30 * time.Minute

// Errors about cards, tokens and methods.
var (
	ErrUnknownCard   = fault.New(fault.Invalid, "UNKNOWN_CARD", "This is a test environment: use a test card.")
	ErrExpiry        = fault.New(fault.Invalid, "INVALID_EXPIRY", "The card's expiry date is in the past or not a date.")
	ErrNoToken       = fault.New(fault.NotFound, "NO_SUCH_TOKEN", "This token does not exist, was used or has expired.")
	ErrNoMethod      = fault.New(fault.NotFound, "NO_SUCH_METHOD", "This customer has no such payment method.")
	ErrNoCustomer    = fault.New(fault.NotFound, "NO_SUCH_CUSTOMER", "This account has no such customer.")
	ErrReferenceLost = fault.New(fault.Invalid, "REFERENCE_MISSING", "A customer needs a reference.")
)

// RefusedError says that a card cannot be saved. Like every answer it is
// remembered under the request's key.
type RefusedError struct{ Code string }

// Error implements error.
func (e *RefusedError) Error() string { return "card refused: " + e.Code }

// Token is a card that the fields took in, to be used once.
type Token struct {
	ID       string
	Account  string
	Card     string
	ExpMonth int
	ExpYear  int
	Expires  time.Time
}

// NewToken accepts a test card by name with an expiry date that lies ahead;
// that of a bank debit is ignored.
func NewToken(id, account, card string, month, year int, now time.Time) (Token, error) {
	known, ok := CardNamed(card)
	if !ok {
		return Token{}, ErrUnknownCard
	}
	if known.Debit() {
		return Token{ID: id, Account: account, Card: card, Expires: now.Add(TokenLife)}, nil
	}
	if month < 1 || month > 12 || year > now.Year()+50 || !now.Before(time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, time.UTC)) {
		return Token{}, ErrExpiry
	}
	return Token{ID: id, Account: account, Card: card, ExpMonth: month, ExpYear: year, Expires: now.Add(TokenLife)}, nil
}

// Customer is a payer as the bank knows it.
type Customer struct {
	ID        string
	Account   string
	Reference string // the account's own id of the payer
}

// NewCustomer derives the id from the reference, so that the same payer is
// always the same customer.
func NewCustomer(account, reference string) (Customer, error) {
	if reference == "" {
		return Customer{}, ErrReferenceLost
	}
	return Customer{ID: "cus_" + digest(account, "customer", reference), Account: account, Reference: reference}, nil
}

// Method is a saved card or bank debit.
type Method struct {
	ID          string
	Account     string
	Customer    string
	Card        string
	ExpMonth    int
	ExpYear     int
	Fingerprint string // equal for the same test card of the same customer: customers do not share a card
	SetUp       bool   // a challenge was approved: renewals need none
	Declined    int    // charges, of a card that is declined a number of times
	Removed     bool
	Version     int // of the stored record, 0 before it is stored
}

// Noting counts a decline of a card that will pay in the end.
func (m Method) Noting(i Intent) Method {
	if card, _ := CardNamed(m.Card); i.State == Declined && m.Declined < card.Times {
		m.Declined++
	}
	return m
}

// Save turns a token into a method of the customer, or refuses the card.
func (t Token) Save(id, customer string, now time.Time) (Method, error) {
	card, ok := CardNamed(t.Card)
	if !ok {
		return Method{}, ErrUnknownCard
	}
	if !now.Before(t.Expires) {
		return Method{}, ErrNoToken
	}
	if card.Refused != "" {
		return Method{}, &RefusedError{card.Refused}
	}
	return Method{
		ID: id, Account: t.Account, Customer: customer, Card: t.Card,
		ExpMonth: t.ExpMonth, ExpYear: t.ExpYear, Fingerprint: digest(t.Account, "card", customer, t.Card),
	}, nil
}

// digest is a short stable name for its parts.
func digest(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		hash.Write([]byte(part))
		hash.Write([]byte{0})
	}
	return hex.EncodeToString(hash.Sum(nil)[:12])
}
