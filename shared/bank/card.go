// Package bank holds the rules of the sandbox gateway: test cards, payment
// methods, intents and what may become of them, the ledger, and the faults an
// operator can order. It stands for somebody else's computer: the rest of
// Perennial reaches it over HTTPS only and imports none of it.
//
// The package is pure. Time and ids are arguments; bank/teller loads and
// commits, bank/bankstore keeps, bank/bankhttp answers.
package bank

import "perennial/shared/merchant"

// Need says when a card asks its holder to authenticate.
type Need int

// The needs for authentication.
const (
	NeverAsks  Need = iota
	AsksOnce        // until one challenge was approved
	AlwaysAsks      // at every on-session charge
)

// Card is one test card, or the account of a bank debit. The name is all that
// ever travels; the number is for the browser and for the page that lists them.
type Card struct {
	Name    string
	Number  string // of the account: its IBAN
	Type    string // merchant.MethodDebit; empty: a card
	Brand   string
	Country string // issuing country, ISO 3166 alpha-2
	Refused string // decline code when it is saved, empty when it saves
	Decline string // decline code when it is charged
	Times   int    // so many charges of a saved card are declined, then it pays; 0: all are
	Asks    Need
	Refunds RefundState  // what becomes of a refund after a while, empty when it succeeds at once
	Opens   DisputeStage // the dispute that follows a charge, empty for none
	Says    string       // what it does, for people
}

// Cards are the test cards, with the numbers and the behaviour of Stripe's.
// Those that begin with 4000 0001 are our own: they can be saved and fail later,
// once for each class of declines, so that recovery can be seen.
var Cards = []Card{
	{Name: "visa_ok", Number: "4242424242424242", Brand: "visa", Country: "US", Says: "Every charge succeeds."},
	{Name: "mastercard_ok", Number: "5555555555554444", Brand: "mastercard", Country: "US", Says: "Every charge succeeds."},
	{Name: "amex_ok", Number: "378282246310005", Brand: "amex", Country: "US", Says: "Every charge succeeds."},
	{Name: "visa_germany", Number: "4000002760000016", Brand: "visa", Country: "DE", Says: "Issued in Germany; every charge succeeds."},
	{Name: "visa_france", Number: "4000002500000003", Brand: "visa", Country: "FR", Says: "Issued in France; every charge succeeds."},
	{Name: "decline_on_charge", Number: "4000000000000341", Brand: "visa", Country: "US", Decline: "generic_decline",
		Says: "Can be saved, but every charge is declined: the card for failed renewals."},
	{Name: "later_insufficient_funds", Number: "4000000100001009", Brand: "visa", Country: "US", Decline: "insufficient_funds",
		Says: "Can be saved; every charge is declined: insufficient funds."},
	{Name: "insufficient_funds_twice", Number: "4000000100002007", Brand: "visa", Country: "US", Decline: "insufficient_funds", Times: 2,
		Says: "Can be saved; two charges are declined for insufficient funds, then every one succeeds."},
	{Name: "later_lost_card", Number: "4000000100003005", Brand: "visa", Country: "US", Decline: "lost_card",
		Says: "Can be saved; every charge is declined: reported lost, never to be tried again."},
	{Name: "later_expired_card", Number: "4000000100004003", Brand: "visa", Country: "US", Decline: "expired_card",
		Says: "Can be saved; every charge is declined: expired, as the bank says."},
	{Name: "processing_error_once", Number: "4000000100005000", Brand: "visa", Country: "US", Decline: "processing_error", Times: 1,
		Says: "Can be saved; one charge is declined for an error while processing, then every one succeeds."},
	{Name: "authenticate_once", Number: "4000002500003155", Brand: "visa", Country: "US", Asks: AsksOnce,
		Says: "Asks for authentication at the first charge; once approved, renewals succeed without it."},
	{Name: "authenticate_always", Number: "4000002760003184", Brand: "visa", Country: "US", Asks: AlwaysAsks,
		Says: "Asks for authentication at every charge, so a renewal is declined with authentication_required."},
	{Name: "authenticate_then_insufficient_funds", Number: "4000008260003178", Brand: "visa", Country: "US", Asks: AlwaysAsks,
		Decline: "insufficient_funds", Says: "Asks for authentication, then is declined for insufficient funds."},
	{Name: "authenticate_then_decline", Number: "4000008400001629", Brand: "visa", Country: "US", Asks: AlwaysAsks,
		Decline: "generic_decline", Says: "Asks for authentication, then is declined."},
	{Name: "refund_pending", Number: "4000000000007726", Brand: "visa", Country: "US", Refunds: RefundSucceeded,
		Says: "Every charge succeeds; a refund is pending for a minute, then succeeds."},
	{Name: "refund_fails", Number: "4000000000005126", Brand: "visa", Country: "US", Refunds: RefundFailed,
		Says: "Every charge succeeds; a refund is pending for a minute, then fails."},
	{Name: "disputed", Number: "4000000000000259", Brand: "visa", Country: "US", Opens: StageDispute,
		Says: "Every charge succeeds and is disputed as fraudulent."},
	{Name: "inquired", Number: "4000000000001976", Brand: "visa", Country: "US", Opens: StageInquiry,
		Says: "Every charge succeeds and leads to an inquiry, which moves no money."},
	{Name: "generic_decline", Number: "4000000000000002", Brand: "visa", Country: "US", Refused: "generic_decline", Says: "Declined without a reason."},
	{Name: "insufficient_funds", Number: "4000000000009995", Brand: "visa", Country: "US", Refused: "insufficient_funds", Says: "Declined: insufficient funds."},
	{Name: "lost_card", Number: "4000000000009987", Brand: "visa", Country: "US", Refused: "lost_card", Says: "Declined: reported lost."},
	{Name: "stolen_card", Number: "4000000000009979", Brand: "visa", Country: "US", Refused: "stolen_card", Says: "Declined: reported stolen."},
	{Name: "expired_card", Number: "4000000000000069", Brand: "visa", Country: "US", Refused: "expired_card", Says: "Declined: expired."},
	{Name: "incorrect_cvc", Number: "4000000000000127", Brand: "visa", Country: "US", Refused: "incorrect_cvc", Says: "Declined: wrong security code."},
	{Name: "processing_error", Number: "4000000000000119", Brand: "visa", Country: "US", Refused: "processing_error", Says: "Declined: error while processing."},
	{Name: "card_velocity_exceeded", Number: "4000000000006975", Brand: "visa", Country: "US", Refused: "card_velocity_exceeded", Says: "Declined: too many charges."},
	{Name: "sepa_debit", Number: "DE89370400440532013000", Type: merchant.MethodDebit, Country: "DE",
		Says: "A bank debit, in euros only: every charge is in processing for a minute, then succeeds."},
	{Name: "sepa_debit_fails", Number: "DE62370400440532013001", Type: merchant.MethodDebit, Country: "DE", Decline: "insufficient_funds",
		Says: "A bank debit, in euros only: every charge is in processing for a minute, then fails."},
}

// CardNamed finds a test card by its name.
func CardNamed(name string) (Card, bool) {
	for _, c := range Cards {
		if c.Name == name {
			return c, true
		}
	}
	return Card{}, false
}

// Debit reports the account of a bank debit. It has no date of expiry.
func (c Card) Debit() bool { return c.Type != "" }

// Last4 is the end of the number, which people see.
func (c Card) Last4() string { return c.Number[len(c.Number)-4:] }
