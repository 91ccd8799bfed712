package stripetest

import "strings"

// json shows a domain. Apple Pay is inactive until a validation finds nothing
// wrong any more.
func (w *Twin) domainJSON(d *twinDomain) map[string]any {
	apple := map[string]any{"status": "active"}
	if !d.checked {
		apple = map[string]any{"status": "inactive", "status_details": map[string]any{"error_message": w.inactive}}
	}
	return map[string]any{
		"object": "payment_method_domain", "id": d.id, "domain_name": d.host, "enabled": !d.disabled,
		"apple_pay": apple, "google_pay": map[string]any{"status": "active"},
	}
}

func (w *Twin) listDomains(c *twinCall) (any, error) {
	items := []any{}
	for _, d := range w.domains {
		if d.account == c.account.ID && (!c.Form.Has("domain_name") || d.host == c.Form.Get("domain_name")) {
			items = append(items, w.domainJSON(d))
		}
	}
	return page(c.URL.Path, items), nil
}

// makeDomain refuses a host that is registered or none, as Stripe may.
func (w *Twin) makeDomain(c *twinCall) (any, error) {
	host := c.Form.Get("domain_name")
	refused := !strings.Contains(host, ".") || strings.ContainsAny(host, ":/")
	for _, d := range w.domains {
		refused = refused || d.account == c.account.ID && d.host == host
	}
	if refused {
		return nil, says{status: 400, Type: "invalid_request_error", Message: "Invalid domain"}
	}
	d := &twinDomain{account: c.account.ID, id: w.named("pmd"), host: host, disabled: c.Form.Get("enabled") == "false", checked: w.inactive == ""}
	w.domains = append(w.domains, d)
	return w.domainJSON(d), nil
}

func (w *Twin) domain(c *twinCall) (*twinDomain, error) {
	for _, d := range w.domains {
		if d.account == c.account.ID && d.id == c.PathValue("id") {
			return d, nil
		}
	}
	return nil, missing
}

func (w *Twin) changeDomain(c *twinCall) (any, error) {
	d, err := w.domain(c)
	if err != nil {
		return nil, err
	}
	d.disabled = c.Form.Get("enabled") == "false"
	return w.domainJSON(d), nil
}

func (w *Twin) validateDomain(c *twinCall) (any, error) {
	d, err := w.domain(c)
	if err != nil {
		return nil, err
	}
	d.checked = w.inactive == ""
	return w.domainJSON(d), nil
}

// NoApplePay has Apple Pay inactive on hosts that are registered or validated
// from now on, for a reason; without one it is active again.
func (w *Twin) NoApplePay(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inactive = reason
}

// Switch has a host of an account enabled or not.
func (w *Twin) Switch(account, host string, enabled bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.domains {
		if d.account == account && d.host == host {
			d.disabled = !enabled
		}
	}
}

// Hosts are the registered and enabled hosts of an account.
func (w *Twin) Hosts(account string) (hosts []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.domains {
		if d.account == account && !d.disabled {
			hosts = append(hosts, d.host)
		}
	}
	return hosts
}
