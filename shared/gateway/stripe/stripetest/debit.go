package stripetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
)

// profile tells whose key it is.
func (w *Twin) profile(c *twinCall) (any, error) {
	return map[string]any{
		"object": "account", "id": c.account.ID, "country": "DE", "charges_enabled": true, "payouts_enabled": !w.closed[c.account.ID],
		"capabilities": map[string]any{"sepa_debit_payments": "active"}, "settings": map[string]any{"dashboard": map[string]any{"display_name": "Northwind"}},
	}, nil
}

// mandate saves a debit with what its customer agreed to.
func (w *Twin) mandate(c *twinCall) (any, error) {
	online := "mandate_data[customer_acceptance][online]"
	if c.Form.Get("mandate_data[customer_acceptance][type]") != "online" || c.Form.Get(online+"[ip_address]") == "" || c.Form.Get(online+"[user_agent]") == "" ||
		c.Form.Get("payment_method_types[0]") != gateway.TypeDebit {
		return nil, badState
	}
	holder := c.Form.Get("customer")
	saved, err := w.bank.Save(c.Context(), c.account, c.key, holder, c.Form.Get("payment_method"), gateway.Visitor{})
	if err != nil {
		return nil, err
	}
	if w.methods[saved.Ref] == nil {
		w.methods[saved.Ref] = &twinMethod{Method: saved, account: c.account.ID, customer: holder, debit: true}
	}
	return map[string]any{"id": "seti_" + saved.Ref, "object": "setup_intent", "status": "succeeded", "payment_method": w.methods[saved.Ref].json()}, nil
}

// submit begins a debit, whose outcome takes days.
func (w *Twin) submit(c *twinCall, id string) (any, error) {
	if c.Form.Get("off_session") == "" {
		return nil, badState
	}
	i := w.intents[id]
	i.processing, i.key = true, c.key
	return w.intent(c, id)
}

// Clear ends a debit that is under way, as its card would have.
func (w *Twin) Clear(t *testing.T, id gateway.Intent) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.intents[string(id)]
	i.processing = false
	account := gateway.Account{Gateway: sandbox.Name, ID: i.account}
	var refused *gateway.RefusedError
	if _, err := w.bank.Confirm(context.Background(), account, Banked(id), i.key); err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
}

// holder is a customer with our metadata.
func (w *Twin) holder(account, id string) map[string]any {
	for ours, theirs := range w.customers {
		if name, own := strings.CutPrefix(ours, account+" "); own && theirs == id {
			return map[string]any{"object": "customer", "id": id, "metadata": map[string]string{"customer": name}}
		}
	}
	return nil
}
