package gatewaytest

import (
	"perennial/shared/gateway"
)

// need says when a test card asks for authentication.
type need int

const (
	neverAsks need = iota
	asksOnce       // until one challenge was approved
	alwaysAsks
)

// card is one test card of the sandbox gateway, by its name.
type card struct {
	kind                  string // gateway.TypeDebit; empty: a card
	brand, last4, country string
	refused               string // decline code on saving
	declined              string // decline code on charging
	asks                  need
	refunds               gateway.RefundState  // what becomes of a refund after a minute; empty: succeeds at once
	opens                 gateway.DisputeStage // the dispute that follows a charge
}

// cards are the test cards that both the fake and the sandbox know.
var cards = map[string]card{
	"visa_ok":                              {brand: "visa", last4: "4242", country: "US"},
	"mastercard_ok":                        {brand: "mastercard", last4: "4444", country: "US"},
	"amex_ok":                              {brand: "amex", last4: "0005", country: "US"},
	"visa_germany":                         {brand: "visa", last4: "0016", country: "DE"},
	"visa_france":                          {brand: "visa", last4: "0003", country: "FR"},
	"refund_pending":                       {brand: "visa", last4: "7726", country: "US", refunds: gateway.RefundSucceeded},
	"refund_fails":                         {brand: "visa", last4: "5126", country: "US", refunds: gateway.RefundFailed},
	"disputed":                             {brand: "visa", last4: "0259", country: "US", opens: gateway.StageDispute},
	"inquired":                             {brand: "visa", last4: "1976", country: "US", opens: gateway.StageInquiry},
	"generic_decline":                      {brand: "visa", last4: "0002", country: "US", refused: "generic_decline"},
	"insufficient_funds":                   {brand: "visa", last4: "9995", country: "US", refused: "insufficient_funds"},
	"lost_card":                            {brand: "visa", last4: "9987", country: "US", refused: "lost_card"},
	"stolen_card":                          {brand: "visa", last4: "9979", country: "US", refused: "stolen_card"},
	"expired_card":                         {brand: "visa", last4: "0069", country: "US", refused: "expired_card"},
	"incorrect_cvc":                        {brand: "visa", last4: "0127", country: "US", refused: "incorrect_cvc"},
	"processing_error":                     {brand: "visa", last4: "0119", country: "US", refused: "processing_error"},
	"card_velocity_exceeded":               {brand: "visa", last4: "6975", country: "US", refused: "card_velocity_exceeded"},
	"decline_on_charge":                    {brand: "visa", last4: "0341", country: "US", declined: "generic_decline"},
	"authenticate_once":                    {brand: "visa", last4: "3155", country: "US", asks: asksOnce},
	"authenticate_always":                  {brand: "visa", last4: "3184", country: "US", asks: alwaysAsks},
	"authenticate_then_insufficient_funds": {brand: "visa", last4: "3178", country: "US", asks: alwaysAsks, declined: "insufficient_funds"},
	"authenticate_then_decline":            {brand: "visa", last4: "1629", country: "US", asks: alwaysAsks, declined: "generic_decline"},
	"sepa_debit":                           {kind: gateway.TypeDebit, last4: "3000", country: "DE"},
	"sepa_debit_fails":                     {kind: gateway.TypeDebit, last4: "3001", country: "DE", declined: "insufficient_funds"},
}

// step is what charging the card does; setUp means a challenge was approved.
func (c card) step(setUp bool) Step {
	result := Succeed()
	if c.declined != "" {
		result = Decline(c.declined)
	}
	if c.kind == gateway.TypeDebit {
		return Processing(result)
	}
	if c.asks == alwaysAsks || c.asks == asksOnce && !setUp {
		return ActionNeeded(result)
	}
	return result
}

func (c card) describe(ref, fingerprint string) gateway.Method {
	m := gateway.Method{
		Ref: ref, Type: c.kind, Brand: c.brand, Last4: c.last4, Country: c.country,
		ExpMonth: 12, ExpYear: 2034, Fingerprint: fingerprint,
	}
	if c.kind == gateway.TypeDebit {
		m.ExpMonth, m.ExpYear = 0, 0
	}
	return m
}
