package stripetest

import (
	"perennial/shared/gateway"
	"strings"
)

func (w *Twin) search(c *twinCall) (any, error) {
	items := []any{}
	for ours, id := range w.customers {
		if c.Form.Get("query") == "metadata['customer']:'"+ours[len(c.account.ID)+1:]+"'" && strings.HasPrefix(ours, c.account.ID+" ") {
			items = append(items, map[string]any{"object": "customer", "id": id})
		}
	}
	return map[string]any{"object": "search_result", "url": c.URL.Path, "has_more": false, "data": items}, nil
}

func (w *Twin) enrol(c *twinCall) (any, error) {
	ours := c.Form.Get("metadata[customer]")
	id, err := w.bank.Enrol(c.Context(), c.account, ours)
	if err == nil {
		w.customers[c.account.ID+" "+ours] = id
	}
	return map[string]any{"object": "customer", "id": id}, err
}

func (w *Twin) attach(c *twinCall) (any, error) {
	holder := c.Form.Get("customer")
	m, err := w.bank.Save(c.Context(), c.account, c.key, holder, c.PathValue("id"), gateway.Visitor{})
	if err != nil {
		return nil, err
	}
	if w.methods[m.Ref] == nil {
		w.methods[m.Ref] = &twinMethod{Method: m, account: c.account.ID, customer: holder}
	}
	return w.methods[m.Ref].json(), nil
}

func (m *twinMethod) json() map[string]any {
	body := map[string]any{"object": "payment_method", "id": m.Ref, "type": "card", "customer": m.customer, "card": map[string]any{
		"brand": m.Brand, "last4": m.Last4, "country": m.Country, "exp_month": m.ExpMonth, "exp_year": m.ExpYear, "fingerprint": m.Fingerprint,
	}}
	if m.debit {
		delete(body, "card")
		body["type"] = gateway.TypeDebit
		body["sepa_debit"] = map[string]any{"last4": m.Last4, "country": m.Country, "fingerprint": m.Fingerprint}
	}
	if m.detached {
		body["customer"] = nil
	}
	return body
}

// typeOf is what an intent with a method may be paid with.
func (w *Twin) typeOf(method string) string {
	if m := w.methods[method]; m != nil && m.debit {
		return gateway.TypeDebit
	}
	return "card"
}

// Replace gives a saved card new digits, as its network does.
func (w *Twin) Replace(ref, last4 string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.methods[ref]
	m.Last4, m.ExpYear = last4, m.ExpYear+3
}

func (w *Twin) method(c *twinCall) (*twinMethod, error) {
	m := w.methods[c.PathValue("id")]
	if m == nil || m.account != c.account.ID {
		return nil, missing
	}
	return m, nil
}

func (w *Twin) showMethod(c *twinCall) (any, error) {
	m, err := w.method(c)
	if err != nil {
		return nil, err
	}
	body := m.json()
	if c.Form.Get("expand[0]") == "customer" && !m.detached {
		body["customer"] = w.holder(m.account, m.customer)
	}
	return body, nil
}

func (w *Twin) detach(c *twinCall) (any, error) {
	m, err := w.method(c)
	if err != nil {
		return nil, err
	}
	if m.detached {
		return nil, badState
	}
	m.detached = true
	return m.json(), w.bank.Remove(c.Context(), c.account, m.Ref)
}
