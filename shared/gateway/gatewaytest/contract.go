package gatewaytest

import (
	"testing"
	"time"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// Bench is one implementation of the port, and the hands with which the
// contract plays customer, operator and clock. Each Bench is a fresh account.
type Bench struct {
	Payments gateway.Payments
	Vault    gateway.Vault
	Refunder gateway.Refunder
	Disputer gateway.Disputer
	Account  gateway.Account
	Other    gateway.Account // another account of the same gateway

	Token   func(t *testing.T, card string) string           // fills in the card fields
	Approve func(t *testing.T, intent gateway.Intent)        // passes the challenge
	Reject  func(t *testing.T, intent gateway.Intent)        // fails the challenge
	Break   func(t *testing.T, op Op, key string, when When) // loses the answer of the next call
	Ledger  func(t *testing.T) []Line                        // the account's money movements
	Advance func(d time.Duration)                            // moves wall time

	Dispute  func(t *testing.T, intent gateway.Intent, stage gateway.DisputeStage) string // complains about a charge
	Rule     func(t *testing.T, dispute string, to gateway.DisputeState)                  // decides about it
	Escalate func(t *testing.T, dispute string)                                           // makes a dispute of an inquiry
	Told     map[gateway.DisputeState]gateway.DisputeState                                // rulings that the gateway tells as others
}

// Contract is what every implementation of the gateway port keeps.
func Contract(t *testing.T, open func(*testing.T) Bench) {
	for name, check := range map[string]func(desk){
		"a saved card is described without its number":            savedCard,
		"a refused card leaves nothing behind":                    refusedCard,
		"a token works once":                                      tokenOnce,
		"saving again under the same key gives the same method":   saveTwice,
		"the same card has the same fingerprint":                  sameFingerprint,
		"the same customer enrols to the same reference":          enrolTwice,
		"a removed method takes no new payment":                   removedMethod,
		"a method removed after preparing declines":               removedMeanwhile,
		"preparing moves no money":                                prepareOnly,
		"confirming captures once":                                captureOnce,
		"too little is refused as that, and the least is charged": tooSmall,
		"a key with another body is refused":                      keyReused,
		"keys are forgotten after a day":                          keyForgotten,
		"a decline is an outcome":                                 declinedCharge,
		"a lost answer before the effect charged nothing":         lostBefore,
		"a lost answer after the effect is found again":           lostAfter,
		"a lost prepare is replayed under its key":                lostPrepare,
		"cancelled intents never capture":                         cancelled,
		"cancelling tells that it had succeeded":                  cancelTooLate,
		"a challenge captures when approved":                      approvedChallenge,
		"a challenge declines when failed":                        rejectedChallenge,
		"a challenge can be cancelled":                            cancelledChallenge,
		"authentication is asked once and then works off-session": authenticateOnce,
		"authentication is always asked":                          authenticateAlways,
		"authentication does not help a card without money":       authenticateThenDecline,
		"off-session cannot authenticate":                         offSession,
		"a set-up captures nothing":                               setUp,
		"a set-up asks the card that asks once":                   setUpAsks,
		"a set-up that the holder fails is declined":              setUpFails,
		"a set-up is found, listed and cancelled as a payment is": setUpIsAnIntent,
		"a customer's intents are listed newest first":            listed,
		"refunds are bounded by the capture":                      refunds,
		"a refund is paid once per key":                           refundTwice,
		"refunds are listed with their keys":                      refundsListed,
		"a refund may be pending and then succeed or fail":        refundPending,
		"a dispute takes the money and gives it back when won":    disputes,
		"an inquiry moves no money":                               inquiries,
		"test cards raise disputes":                               disputedCards,
		"another account sees nothing":                            strangers,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(desk{open(t), t})
		})
	}
}

// DebitContract is what a gateway with the test list's bank debits keeps
// beside the Contract.
func DebitContract(t *testing.T, open func(*testing.T) Bench) {
	t.Run("a bank debit is on its way for a minute, then succeeds or fails", func(t *testing.T) {
		t.Parallel()
		debitArrives(desk{open(t), t})
	})
	t.Run("a bank debit is charged in euros only", func(t *testing.T) {
		t.Parallel()
		debitCurrency(desk{open(t), t})
	})
}

// desk shortens what the checks say.
type desk struct {
	Bench
	t *testing.T
}

func (d desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) enrol(id string) string {
	d.t.Helper()
	ref, err := d.Vault.Enrol(d.t.Context(), d.Account, id)
	d.must(err)
	return ref
}

// save enrols "ada" and saves a test card.
func (d desk) save(card string) (customer string, m gateway.Method) {
	d.t.Helper()
	customer = d.enrol("cus_ada")
	m, err := d.Vault.Save(d.t.Context(), d.Account, "save-"+card+d.t.Name(), customer, d.Token(d.t, card), gateway.Visitor{})
	d.must(err)
	return customer, m
}

func (d desk) params(key, card string, onSession bool) gateway.Params {
	d.t.Helper()
	customer, m := d.save(card)
	return gateway.Params{
		Key: key, Amount: money.Of(1250, "EUR"), Customer: customer, Method: m.Ref,
		OnSession: onSession, ReturnURL: "https://portal.test/back", Payment: "pay_" + key,
	}
}

func (d desk) prepare(p gateway.Params) gateway.Intent {
	d.t.Helper()
	id, err := d.Payments.Prepare(d.t.Context(), d.Account, p)
	d.must(err)
	return id
}

func (d desk) confirm(id gateway.Intent, key string) gateway.Outcome {
	d.t.Helper()
	out, err := d.Payments.Confirm(d.t.Context(), d.Account, id, key)
	d.must(err)
	return out
}

func (d desk) find(id gateway.Intent) gateway.Outcome {
	d.t.Helper()
	out, err := d.Payments.Find(d.t.Context(), d.Account, id)
	d.must(err)
	return out
}

// charge prepares and confirms one payment.
func (d desk) charge(p gateway.Params) gateway.Outcome {
	d.t.Helper()
	return d.confirm(d.prepare(p), p.Key+"-confirm")
}

func (d desk) wantState(out gateway.Outcome, state gateway.State, decline string) {
	d.t.Helper()
	if out.State != state || out.Decline.Code != decline {
		d.t.Fatalf("state %s, decline %q; want %s, %q", out.State, out.Decline.Code, state, decline)
	}
}

func (d desk) wantLedger(lines int) {
	d.t.Helper()
	if got := d.Ledger(d.t); len(got) != lines {
		d.t.Fatalf("%d ledger lines, want %d: %v", len(got), lines, got)
	}
}

func (d desk) wantError(err error, what string) {
	d.t.Helper()
	if err == nil {
		d.t.Fatal("no error on " + what)
	}
}
