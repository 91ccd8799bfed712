package dunning_test

import (
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/dunning"
)

// The codes that the gateways' and networks' documents name, by document.
var documented = map[string]string{
	"Dodo, soft": "AUTHENTICATION_FAILURE AUTHENTICATION_REQUIRED AUTHENTICATION_TIMEOUT CARD_NOT_ACTIVATED CARD_VELOCITY_EXCEEDED " +
		"CUSTOMER_CANCELLED GENERIC_DECLINE INCORRECT_CVC INCORRECT_NUMBER INSUFFICIENT_FUNDS INVALID_AMOUNT INVALID_CARD_NUMBER " +
		"INVALID_CARD_OWNER INVALID_CVC INVALID_EXPIRY_YEAR INVALID_PIN INVALID_REQUEST INVALID_UPI_ID LIMIT_EXCEEDED LIVE_MODE_TEST_CARD " +
		"MANDATE_INVALID MANDATE_REQUIRED NETWORK_ERROR NETWORK_TIMEOUT ORDER_CREATION_FAILED PROCESSING_ERROR REENTER_TRANSACTION " +
		"TRY_AGAIN_LATER UNKNOWN_ERROR",
	"Dodo, hard": "CARD_DECLINED DO_NOT_HONOR EXPIRED_CARD FRAUDULENT INVALID_ACCOUNT LOST_CARD MANDATE_REQUIRED_SYSTEM " +
		"PAYMENT_METHOD_PROVIDER_DECLINED PAYMENT_METHOD_UNSUPPORTED PICKUP_CARD PROVIDER_UNSUPPORTED REVOCATION_OF_AUTHORIZATION " +
		"STOLEN_CARD TRANSACTION_NOT_ALLOWED TRANSACTION_NOT_APPROVED",
	"Stripe": "authentication_required approve_with_id call_issuer card_not_supported card_velocity_exceeded currency_not_supported " +
		"do_not_honor duplicate_transaction expired_card fraudulent generic_decline highest_risk_level incorrect_number incorrect_cvc " +
		"incorrect_pin incorrect_zip insufficient_funds invalid_account invalid_amount invalid_cvc invalid_expiry_month " +
		"invalid_expiry_year invalid_number invalid_pin issuer_not_available lost_card merchant_blacklist " +
		"new_account_information_available no_action_taken not_permitted offline_pin_required online_or_offline_pin_required " +
		"pickup_card pin_try_exceeded processing_error reenter_transaction restricted_card revocation_of_all_authorizations " +
		"revocation_of_authorization security_violation service_not_allowed stolen_card stop_payment_order testmode_decline " +
		"transaction_not_allowed try_again_later withdrawal_count_limit_exceeded",
	"Polar":    "blocklist previously_declined_do_not_retry live_mode_test_card",
	"ISO 8583": "04 05 07 12 14 15 19 41 43 46 51 54 57 61 65 91 96 R0 R1 R3",
}

func TestEveryDocumentedDeclineIsKnown(t *testing.T) {
	t.Parallel()
	for document, codes := range documented {
		for code := range strings.FieldsSeq(codes) {
			if !dunning.Known(code) {
				t.Errorf("%s: %s is not in the table", document, code)
			}
		}
	}
	if dunning.Known("no_such_code") || dunning.Classify("no_such_code", "").Class != billing.ClassVague {
		t.Error("a code that nobody documents is known")
	}
}

// Visa's category 1: a repetition costs a fee, whatever the amount.
func TestVisaCategory1IsNeverRetried(t *testing.T) {
	t.Parallel()
	for code := range strings.FieldsSeq("04 07 12 14 15 41 43 46 57 R0 R1 R3") {
		if c := dunning.Classify(code, "").Class; c != billing.ClassHard {
			t.Errorf("%s is %s", code, c)
		}
	}
}

func TestEveryDeclineIsExplainedToCustomerAndMerchant(t *testing.T) {
	t.Parallel()
	for _, codes := range documented {
		for code := range strings.FieldsSeq(codes) {
			for _, advice := range []string{"", "01", "03"} {
				d := dunning.Classify(code, advice)
				if dunning.Explain(d) == "" || dunning.ExplainToMerchant(d) == "" {
					t.Errorf("%s with advice %q is not explained", code, advice)
				}
			}
		}
	}
}
