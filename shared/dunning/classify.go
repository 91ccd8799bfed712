package dunning

import (
	"strings"

	"perennial/shared/billing"
)

// classes maps decline codes, in the gateways' lower-case words, to what can
// be done about them. Sources: Stripe's decline codes, Dodo's transaction
// failures, Visa category 1.
var classes = map[billing.DeclineClass][]string{
	billing.ClassHard: {
		"lost_card", "stolen_card", "pickup_card", "restricted_card", "invalid_account",
		"card_not_supported", "transaction_not_allowed", "transaction_not_approved",
		"stop_payment_order", "revocation_of_authorization", "revocation_of_all_authorizations",
		"merchant_blacklist", "security_violation", "fraudulent", "not_permitted", "blocklist",
		"previously_declined_do_not_retry", "payment_method_unsupported", "provider_unsupported",
	},
	billing.ClassAuthentication: {"authentication_required", "authentication_failure", "authentication_timeout"},
	billing.ClassNeedsCustomer: {
		"expired_card", "incorrect_cvc", "invalid_cvc", "incorrect_number", "invalid_number",
		"invalid_card_number", "invalid_expiry_month", "invalid_expiry_year", "incorrect_pin",
		"invalid_pin", "mandate_invalid", "mandate_required", "card_not_activated",
		"no_payment_method",
	},
	billing.ClassMoney: {
		"insufficient_funds", "card_velocity_exceeded", "withdrawal_count_limit_exceeded", "limit_exceeded",
	},
	billing.ClassTechnical: {
		"issuer_not_available", "processing_error", "try_again_later", "reenter_transaction",
		"network_error", "network_timeout", "approve_with_id",
	},
	billing.ClassVague: {"generic_decline", "do_not_honor", "card_declined", "call_issuer", "no_action_taken", "unknown_error"},
	billing.ClassOurFault: {
		"invalid_amount", "currency_not_supported", "duplicate_transaction", "live_mode_test_card",
		"testmode_decline", "invalid_request",
	},
}

var byCode = index(classes)

func index(classes map[billing.DeclineClass][]string) map[string]billing.DeclineClass {
	out := make(map[string]billing.DeclineClass)
	for class, codes := range classes {
		for _, code := range codes {
			out[code] = class
		}
	}
	return out
}

// Classify tells what can be done about a gateway's decline. Mastercard's
// advice codes 03 and 21 forbid another try whatever the code says (rules
// 14); a code we do not know is vague.
func Classify(code, advice string) billing.Decline {
	d := billing.Decline{Code: strings.ToLower(code), Advice: advice, Class: billing.ClassVague}
	if class, ok := byCode[d.Code]; ok {
		d.Class = class
	}
	if advice == "03" || advice == "21" {
		d.Class = billing.ClassHard
	}
	return d
}

// secret are the codes whose reason is never shown to a customer.
var secret = map[string]bool{"stolen_card": true, "lost_card": true, "pickup_card": true, "fraudulent": true}

// Explain is the decline in one plain sentence for the customer.
func Explain(d billing.Decline) string {
	switch {
	case secret[d.Code]:
		return "Your bank declined the payment. Please use another card."
	case d.Code == "expired_card":
		return "The card has expired. Please use another card."
	case d.Code == "insufficient_funds":
		return "Your bank reports that there was not enough money on the account."
	}
	switch d.Class {
	case billing.ClassHard:
		return "Your bank does not allow this card to be charged. Please use another card."
	case billing.ClassAuthentication:
		return "Your bank asks you to confirm the payment."
	case billing.ClassNeedsCustomer:
		return "Your bank did not accept the card's details. Please check them or use another card."
	case billing.ClassMoney:
		return "Your bank reports that the card's limit is reached."
	case billing.ClassTechnical:
		return "The bank could not be reached. Nothing was charged."
	case billing.ClassOurFault:
		return "The payment could not be made because of a problem on our side. Nothing was charged."
	case billing.ClassVague:
	}
	return "Your bank declined the payment without giving a reason. Another card may help, or a call to your bank."
}
