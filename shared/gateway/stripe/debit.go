package stripe

import (
	"context"
	"fmt"

	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
)

// debitMark is what our page writes before the id of a bank debit.
const debitMark = "debit:"

// saveDebit makes the mandate of a bank debit, in the words of who agreed to
// it, and thereby saves it. Everything later is charged under that mandate.
func (g *Gateway) saveDebit(ctx context.Context, secret, key, holder, token string, by gateway.Visitor) (gateway.Method, error) {
	if by.IP == "" || by.Agent == "" {
		return gateway.Method{}, fmt.Errorf("stripe: nobody agreed to the mandate: %w", gateway.ErrRejected)
	}
	p := params(ctx, "mandate", key)
	p.AddExpand("payment_method")
	made, err := g.setups(secret).New(&sdk.SetupIntentParams{
		Params: p, Customer: &holder, PaymentMethod: &token, Confirm: sdk.Bool(true),
		PaymentMethodTypes: sdk.StringSlice([]string{string(sdk.PaymentMethodTypeSEPADebit)}), Usage: sdk.String(string(sdk.SetupIntentUsageOffSession)),
		MandateData: &sdk.SetupIntentMandateDataParams{CustomerAcceptance: &sdk.SetupIntentMandateDataCustomerAcceptanceParams{
			Type:   sdk.MandateCustomerAcceptanceTypeOnline,
			Online: &sdk.SetupIntentMandateDataCustomerAcceptanceOnlineParams{IPAddress: &by.IP, UserAgent: &by.Agent},
		}},
	})
	if said, no := refused(err); no {
		return gateway.Method{}, &gateway.RefusedError{Decline: gateway.Decline{Code: word(said)}}
	}
	if err != nil {
		return gateway.Method{}, told("mandate", err)
	}
	m := made.PaymentMethod
	if made.Status != sdk.SetupIntentStatusSucceeded || m == nil || m.SEPADebit == nil {
		return gateway.Method{}, fmt.Errorf("%w: a mandate that is %q", errUnreadable, made.Status)
	}
	return debit(m), nil
}

func debit(m *sdk.PaymentMethod) gateway.Method {
	return gateway.Method{
		Ref: m.ID, Type: gateway.TypeDebit, Last4: m.SEPADebit.Last4, Country: m.SEPADebit.Country, Fingerprint: m.SEPADebit.Fingerprint,
	}
}
