package dunning

import (
	"strings"

	"perennial/shared/billing"
)

// group is declines that are answered alike: what can be done about them,
// and what the customer is told. ISO 8583 codes stand beside the gateways'
// words, because some gateways pass them on.
type group struct {
	class billing.DeclineClass
	says  Sentence
	codes string
}

// groups is every decline code that we know. Sources: Stripe's decline codes,
// Dodo's transaction failures, ISO 8583 response codes as Visa and Mastercard
// use them, Polar's list of codes that end a recovery, and TabaPay's list of
// Visa's category 1 (04 07 12 14 15 41 43 46 57 R0 R1 R3). The last two of the
// technical ones are ours, for charges that we do not make.
var groups = []group{
	{billing.ClassHard, SayAnotherCard, "lost_card stolen_card pickup_card fraudulent merchant_blacklist highest_risk_level 04 07 41 43 59"},
	{billing.ClassHard, SayNotAllowed, "restricted_card invalid_account new_account_information_available card_not_supported " +
		"transaction_not_allowed transaction_not_approved invalid_transaction service_not_allowed not_permitted security_violation " +
		"blocklist previously_declined_do_not_retry payment_method_unsupported provider_unsupported mandate_required_system " +
		"payment_method_provider_declined invalid_card_owner no_such_issuer 12 14 15 36 46 57 62 63 93"},
	{billing.ClassHard, SayRevoked, "stop_payment_order revocation_of_authorization revocation_of_all_authorizations R0 R1 R3"},
	{billing.ClassAuthentication, SayConfirm, "authentication_required authentication_failure authentication_timeout " +
		"authentication_not_handled card_authentication_required 1A 70"},
	{billing.ClassNeedsCustomer, SayExpired, "expired_card 33 54"},
	{billing.ClassNeedsCustomer, SayCheckDetails, "incorrect_cvc invalid_cvc incorrect_number invalid_number invalid_card_number " +
		"invalid_expiry_month invalid_expiry_year incorrect_zip incorrect_address incorrect_pin invalid_pin offline_pin_required " +
		"online_or_offline_pin_required pin_try_exceeded card_not_activated invalid_upi_id customer_cancelled 55 75 78 82 N7"},
	{billing.ClassNeedsCustomer, SayNoMethod, "no_payment_method mandate_invalid mandate_required"},
	{billing.ClassNeedsCustomer, SayCurrency, "currency_not_supported"},
	{billing.ClassMoney, SayNoMoney, "insufficient_funds 51"},
	{billing.ClassMoney, SayLimit, "card_velocity_exceeded withdrawal_count_limit_exceeded limit_exceeded 61 65"},
	{billing.ClassTechnical, SayUnreached, "issuer_not_available processing_error try_again_later reenter_transaction " +
		"network_error network_timeout approve_with_id order_creation_failed 06 19 68 90 91 92 96"},
	{billing.ClassTechnical, SaySpent, "card_tried_too_often"},
	{billing.ClassTechnical, SayNotAllowed, "card_disputed"},
	{billing.ClassVague, SayVague, "generic_decline do_not_honor card_declined call_issuer no_action_taken unknown_error 01 02 05"},
	{billing.ClassOurFault, SayOurs, "invalid_amount amount_too_small amount_too_large duplicate_transaction " +
		"live_mode_test_card testmode_decline invalid_request 03 13 30 94"},
}

// entry is what is known of one code.
type entry struct {
	class billing.DeclineClass
	says  Sentence
}

var byCode = index(groups)

func index(groups []group) map[string]entry {
	out := make(map[string]entry)
	for _, g := range groups {
		for code := range strings.FieldsSeq(g.codes) {
			out[strings.ToLower(code)] = entry{g.class, g.says}
		}
	}
	return out
}

// Known reports whether a gateway's decline code is in our table; others are
// taken for vague.
func Known(code string) bool {
	_, ok := byCode[strings.ToLower(code)]
	return ok
}

// Classify tells what can be done about a gateway's decline. Mastercard's
// advice stands above the code (rules 14): 03 and 21 forbid another try, 01
// asks for new card data. A code that we do not know is vague.
func Classify(code, advice string) billing.Decline {
	d := billing.Decline{Code: strings.ToLower(code), Advice: advice, Class: billing.ClassVague}
	if known, ok := byCode[d.Code]; ok {
		d.Class = known.class
	}
	switch advice {
	case "03", "21":
		d.Class = billing.ClassHard
	case "01":
		if d.Class != billing.ClassHard {
			d.Class = billing.ClassNeedsCustomer
		}
	}
	return d
}
