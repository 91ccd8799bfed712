package cardfields

import (
	"strings"

	"perennial/shared/merchant"
)

// StripeJS is where Stripe's own fields come from.
const StripeJS = "https://js.stripe.com"

// Origins are where the gateways' fields come from.
type Origins struct {
	Sandbox string // the sandbox gateway's origin
	Stripe  string // of a stand-in; empty: Stripe's own
}

// Fields are a gateway's fields in one page. The zero value is a page without.
type Fields struct {
	Gateway  string // "sandbox", "stripe"
	Account  string // whose they are; sent back with the token
	Src      string // the sandbox's frame
	Key      string // the publishable key
	Currency string // lower case, for the gateway to offer what fits
	Debits   bool   // bank debits are offered beside cards
	Library  string // the gateway's script, that has to come from there
	origin   string // of the library
}

// For puts a gateway's fields into a page of an origin.
func (o Origins) For(g merchant.Gateway, currency, page string) Fields {
	f := Fields{Gateway: g.Name, Account: g.Account, Currency: strings.ToLower(currency)}
	if g.Name == merchant.GatewaySandbox {
		f.Src = Source(o.Sandbox, g.Account, page)
		return f
	}
	f.Key, f.Debits, f.origin = g.Key, g.Debits && f.Currency == "eur", StripeJS
	if o.Stripe != "" {
		f.origin = strings.TrimRight(o.Stripe, "/")
	}
	f.Library = f.origin + "/v3/"
	return f
}

// Shown reports a page with fields.
func (f Fields) Shown() bool { return f.Gateway != "" }

// Script names the file that mounts the fields.
func (f Fields) Script() string {
	if f.Library != "" {
		return "stripefields.js"
	}
	return "cardfields.js"
}

// stripeChallenges are where Stripe sends a customer whom the bank asks.
const stripeChallenges = "https://hooks.stripe.com https://*.stripe.com"

// Policy adds what connected gateways need to a content security policy, and
// nothing where none is connected: a form may lead to their challenges, and a
// page with Stripe's fields loads its script and its frames.
func Policy(policy string, connected []merchant.Gateway, f Fields) string {
	stripe := false
	for _, g := range connected {
		stripe = stripe || g.Name == "stripe" && g.Status != merchant.GatewayForgotten
	}
	if policy == "" || !stripe && f.Library == "" {
		return policy
	}
	policy = widen(policy, "form-action", stripeChallenges)
	if f.Library == "" {
		return policy
	}
	if f.origin != StripeJS { // a stand-in is all of Stripe
		for _, directive := range []string{"script-src", "frame-src", "connect-src", "form-action"} {
			policy = widen(policy, directive, f.origin)
		}
		return policy
	}
	policy = widen(policy, "script-src", "https://js.stripe.com https://*.js.stripe.com")
	policy = widen(policy, "frame-src", "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com")
	return widen(policy, "connect-src", "https://api.stripe.com")
}

// widen adds sources to a directive, or the directive when there is none.
func widen(policy, directive, sources string) string {
	parts := strings.Split(policy, "; ")
	for i, part := range parts {
		if strings.HasPrefix(part, directive+" ") {
			parts[i] = part + " " + sources
			return strings.Join(parts, "; ")
		}
	}
	return policy + "; " + directive + " " + sources
}
