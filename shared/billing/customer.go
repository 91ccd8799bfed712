package billing

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"perennial/shared/calendar"
	"perennial/shared/fault"
)

// Address is a postal address; only the country is always known.
type Address struct {
	Country string // ISO 3166 alpha-2
	City    string
	State   string
	Street  string
	Zip     string
}

// Customer is a person or company that buys from one business.
type Customer struct {
	ID            string
	Version       int64
	Email         string // as typed; NormalEmail is what is compared
	Name          string
	Phone         string
	Language      string    // BCP 47 tag of the language to write in; empty when it is not known
	OptedOut      time.Time // of optional mails; zero while they are wanted
	ConsentedAt   time.Time // to mails that want to win the customer back; zero: not recorded
	Metadata      map[string]any
	InvoicePrefix string // series of the customer's invoices (rules 17)
	InvoiceSeq    int64  // last number taken in that series
	CreditSeq     int64  // last number taken in the series of credit notes
	Gateways      map[string]string
	PaidAt        calendar.Instant // the first payment that took money
	TaxExempt     bool             // the merchant holds a certificate of exemption
	LeftAt        time.Time        // wall time until which every session of the portal has ended
	StaysAt       time.Time        // wall time until which every wish for another address has ended
	CreatedAt     calendar.Instant
}

// NormalEmail is the form in which addresses are compared and looked up. Only
// A to Z are folded: Unicode would make two people's addresses one, as it
// takes İ for i and the Kelvin sign for k.
func NormalEmail(email string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, strings.TrimSpace(email))
}

// IsPlainEmail reports an address that is written in ASCII, which the mail
// system takes and nobody can imitate with look-alikes.
func IsPlainEmail(email string) bool {
	return strings.IndexFunc(email, func(c rune) bool { return c > unicode.MaxASCII }) < 0
}

// WantsOptional reports whether the customer still takes mails that nothing
// obliges us to send.
func (c Customer) WantsOptional() bool { return c.OptedOut.IsZero() }

// HasPaid reports whether the customer has ever paid anything.
func (c Customer) HasPaid() bool { return !c.PaidAt.IsZero() }

// paid remembers the first payment that took money.
func (c Customer) paid(p Payment, at calendar.Instant) Customer {
	if c.PaidAt.IsZero() && !p.Amount.Nothing() {
		c.PaidAt = at
	}
	return c
}

// Mailbox makes a customer findable by address. Addresses are not unique: one
// mailbox may hold several customers.
type Mailbox struct {
	Email    string // normalised
	Customer string
}

// Check names everything that is wrong with the customer.
func (c Customer) Check() error {
	var check fault.Check
	name, host, at := strings.Cut(c.Email, "@")
	plain := !strings.ContainsAny(c.Email, " \t\r\n,;<>") && len(c.Email) <= 254
	check.That(IsPlainEmail(c.Email), "email", "must be written in ASCII characters; an international domain in its xn-- form")
	check.That(at && plain && name != "" && strings.Contains(host, "."), "email", "must be an e-mail address")
	check.That(strings.TrimSpace(c.Name) != "", "name", "must not be empty")
	check.That(len(c.Name) <= 200, "name", "must be at most 200 characters")
	check.That(isLanguage(c.Language), "language", "must be a language tag such as de or pt-BR")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The customer's details are not valid.")
}

// isLanguage reports what has the form of a BCP 47 tag, or nothing.
func isLanguage(tag string) bool {
	if tag == "" {
		return true
	}
	for i, part := range strings.Split(tag, "-") {
		letters := strings.Trim(strings.ToLower(part), "abcdefghijklmnopqrstuvwxyz")
		if part == "" || len(part) > 8 || strings.Trim(letters, "0123456789") != "" || i == 0 && (len(part) < 2 || letters != "") {
			return false
		}
	}
	return len(tag) <= 35
}

// TakeNumber reserves the next number of the customer's gapless series.
func (c Customer) TakeNumber() (Customer, string) {
	c.InvoiceSeq++
	return c, fmt.Sprintf("%s-%04d", c.InvoicePrefix, c.InvoiceSeq)
}

// TakeCreditNumber reserves the next number of the customer's credit notes.
func (c Customer) TakeCreditNumber() (Customer, string) {
	c.CreditSeq++
	return c, fmt.Sprintf("%s-CN%04d", c.InvoicePrefix, c.CreditSeq)
}

// Method is a saved payment method. It never holds a card number.
type Method struct {
	ID          string
	Version     int64
	Customer    string
	Gateway     string // "sandbox", "stripe"
	Account     string // merchant account at that gateway
	Reference   string // the gateway's method reference
	Type        string // "sepa_debit"; empty: a card
	Wallet      string // "apple_pay", "google_pay" when the card is one of such a wallet
	Holder      string // the gateway's customer reference
	Brand       string
	Last4       string
	ExpMonth    int
	ExpYear     int
	Country     string
	Fingerprint string
	CreatedAt   calendar.Instant
	UsedAt      calendar.Instant
	Guest       bool // typed by somebody who had not signed in as the customer: it pays what it was typed for and nothing else
}

// PaysFor reports whether the customer may have a saved method charged for a
// subscription: whoever typed it as a guest has agreed to that of its own only.
func (m Method) PaysFor(s Subscription) bool { return !m.Guest || m.Same(s.Method) }

// Same reports whether two methods are one at the gateway.
func (m Method) Same(other Method) bool {
	return m.Gateway == other.Gateway && m.Account == other.Account && m.Reference == other.Reference
}

// IsZero reports whether there is no method.
func (m Method) IsZero() bool { return m.ID == "" }
