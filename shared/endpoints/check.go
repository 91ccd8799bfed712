package endpoints

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/hooks"
	"perennial/shared/merchant"
)

// internal are the event types beside Dodo's that an endpoint may name.
var internal = []billing.EventType{billing.EventActionRequired, billing.EventHoldStarted, billing.EventHoldDecided, billing.EventReminder, billing.EventTrialCancelled}

// check names everything that is wrong with an endpoint.
func check(e merchant.Endpoint) error {
	var c fault.Check
	c.That(reachable(e.URL), "url", "must be an https address without credentials")
	c.That(len(e.Description) <= 1000, "description", "must be at most 1000 characters")
	for _, t := range e.Types {
		event := billing.EventType(t)
		c.That(hooks.Documented(event) || slices.Contains(internal, event), "filter_types", "names an unknown event type")
	}
	c.That(e.RateLimit >= 0 && e.RateLimit <= 65535, "rate_limit", "must be between 1 and 65535")
	c.That(len(e.Headers) <= 50, "headers", "at most 50 headers")
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		c.That(headerName(name), "headers", "a name is not allowed")
		c.That(headerValue(e.Headers[name]), "headers."+name, "must be at most 4000 printable characters")
	}
	c.That(len(e.Metadata) <= 50, "metadata", "at most 50 keys")
	for _, key := range slices.Sorted(maps.Keys(e.Metadata)) {
		c.That(key != "" && len(key) <= 40 && len(e.Metadata[key]) <= 500, "metadata", "keys have at most 40 characters, values at most 500")
	}
	return c.Fault("INVALID_REQUEST_PARAMETERS", "The webhook is not valid.")
}

// reachable accepts https addresses, and http on the merchant's own machine;
// whether a name leads to a private address is seen when it is dialled.
func reachable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || len(address) > 2000 {
		return false
	}
	host := u.Hostname()
	local := host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.") || strings.HasSuffix(host, ".localhost")
	return u.Scheme == "https" || u.Scheme == "http" && local
}

// reserved are the headers that we or HTTP set.
var reserved = []string{
	"content-type", "content-length", "host", "connection", "transfer-encoding", "user-agent", "te", "trailer", "upgrade",
}

func headerName(name string) bool {
	lower := strings.ToLower(name)
	if name == "" || len(name) > 100 || slices.Contains(reserved, lower) || strings.HasPrefix(lower, "webhook-") {
		return false
	}
	const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
	return strings.Trim(lower, token) == ""
}

func headerValue(value string) bool {
	for _, b := range []byte(value) {
		if b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return len(value) <= 4000
}
