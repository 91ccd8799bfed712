package stripe

import (
	"errors"
	"fmt"

	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// errUnreadable is an answer without what it must hold.
var errUnreadable = errors.New("stripe: unreadable answer")

// paymentOutcome refuses to guess: an intent in a state that we never ask for
// is unreadable.
func paymentOutcome(i *sdk.PaymentIntent, err error) (gateway.Outcome, error) {
	if err != nil {
		return gateway.Outcome{}, err
	}
	if i == nil || i.ID == "" {
		return gateway.Outcome{}, errUnreadable
	}
	counted := i.Amount
	out := gateway.Outcome{Intent: gateway.Intent(i.ID), Payment: i.Metadata[metaPayment]}
	switch i.Status {
	case sdk.PaymentIntentStatusSucceeded:
		out.State, counted = gateway.StateSucceeded, i.AmountReceived
		if i.LatestCharge == nil || i.LatestCharge.ID == "" {
			return gateway.Outcome{}, fmt.Errorf("%w: %s succeeded without a charge", errUnreadable, i.ID)
		}
		out.Charge = i.LatestCharge.ID
	case sdk.PaymentIntentStatusRequiresPaymentMethod:
		out.State, out.Decline = gateway.StateDeclined, decline(i.LastPaymentError, i.LatestCharge)
	case sdk.PaymentIntentStatusRequiresAction:
		if i.NextAction != nil && i.NextAction.RedirectToURL != nil {
			out.ActionURL = i.NextAction.RedirectToURL.URL
		}
		if out.State = gateway.StateActionNeeded; out.ActionURL == "" {
			return gateway.Outcome{}, fmt.Errorf("%w: %s asks for an action without a place", errUnreadable, i.ID)
		}
	default:
		var known bool
		if out.State, known = states[string(i.Status)]; !known {
			return gateway.Outcome{}, fmt.Errorf("%w: %s is %q", errUnreadable, i.ID, i.Status)
		}
	}
	out.Amount, err = amount(counted, string(i.Currency))
	return out, err
}

// states are those that need no second look.
var states = map[string]gateway.State{
	string(sdk.PaymentIntentStatusRequiresConfirmation): gateway.StatePrepared,
	string(sdk.PaymentIntentStatusProcessing):           gateway.StateProcessing,
	string(sdk.PaymentIntentStatusCanceled):             gateway.StateCancelled,
}

// setupOutcome reads a set-up, which Stripe keeps without a currency.
func setupOutcome(i *sdk.SetupIntent, err error) (gateway.Outcome, error) {
	if err != nil {
		return gateway.Outcome{}, err
	}
	if i == nil || i.ID == "" {
		return gateway.Outcome{}, errUnreadable
	}
	currency, err := money.ParseCurrency(i.Metadata[metaCurrency])
	if err != nil {
		return gateway.Outcome{}, fmt.Errorf("%w: %s has no currency", errUnreadable, i.ID)
	}
	out := gateway.Outcome{Intent: gateway.Intent(i.ID), Payment: i.Metadata[metaPayment], Amount: money.Of(0, currency)}
	switch i.Status {
	case sdk.SetupIntentStatusSucceeded:
		out.State = gateway.StateSucceeded
	case sdk.SetupIntentStatusRequiresPaymentMethod:
		out.State, out.Decline = gateway.StateDeclined, decline(i.LastSetupError, nil)
	case sdk.SetupIntentStatusRequiresAction:
		if i.NextAction == nil || i.NextAction.RedirectToURL == nil || i.NextAction.RedirectToURL.URL == "" {
			return gateway.Outcome{}, fmt.Errorf("%w: %s asks for an action without a place", errUnreadable, i.ID)
		}
		out.State, out.ActionURL = gateway.StateActionNeeded, i.NextAction.RedirectToURL.URL
	default:
		var known bool
		if out.State, known = states[string(i.Status)]; !known {
			return gateway.Outcome{}, fmt.Errorf("%w: %s is %q", errUnreadable, i.ID, i.Status)
		}
	}
	return out, nil
}

// decline reads why a bank refused; the charge, if one was tried, knows what
// the network advises.
func decline(said *sdk.Error, charge *sdk.Charge) gateway.Decline {
	d := gateway.Decline{Code: "invalid_account"} // the method went away, and no bank was asked
	if said != nil {
		d.Code = word(said)
	}
	if charge != nil && charge.Outcome != nil {
		d.Advice = advised(charge.Outcome)
	}
	return d
}

// word is the decline code, in the words that the port uses.
func word(said *sdk.Error) string {
	switch {
	case said.DeclineCode != "":
		return string(said.DeclineCode)
	case said.Code == sdk.ErrorCodePaymentIntentAuthenticationFailure, said.Code == sdk.ErrorCodeSetupIntentAuthenticationFailure:
		return "authentication_failure"
	case said.Code != "" && said.Code != sdk.ErrorCodeCardDeclined:
		return string(said.Code)
	}
	return "generic_decline"
}

// advised is the network's advice, or Stripe's own in the network's numbers.
func advised(o *sdk.ChargeOutcome) string {
	if o.NetworkAdviceCode != "" {
		return o.NetworkAdviceCode
	}
	switch o.AdviceCode {
	case sdk.ChargeOutcomeAdviceCodeConfirmCardData:
		return "01"
	case sdk.ChargeOutcomeAdviceCodeTryAgainLater:
		return "02"
	case sdk.ChargeOutcomeAdviceCodeDoNotTryAgain:
		return "03"
	}
	return ""
}
