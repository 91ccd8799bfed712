package gateways

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"perennial/shared/gateway"
)

// Level says how bad a finding is.
type Level string

// The levels: by an error payments, or news of them, are lost or late.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
)

// Finding is one thing that is not right with a connected account. Code never
// changes; Message and Remedy are for people and hold no secret.
type Finding struct {
	Code    string
	Level   Level
	Message string
	Remedy  string
}

// CodeNotHeard is the finding that an account takes payments and no webhook
// comes.
const CodeNotHeard = "webhooks_not_heard"

// Skewed is from where on a difference of clocks is told of. Webhooks are
// refused beyond 300 s.
const skewed = time.Minute

// findings are everything that is not right, the worst first.
func (f facts) findings() []Finding {
	if errors.Is(f.failed.profile, gateway.ErrKey) {
		return []Finding{{
			"key_refused", LevelError, f.who() + " does not accept the key, or it may not read its own account.",
			"Make a key as docs/gateways.md says, and connect again.",
		}}
	}
	all := append(f.permissions(), f.account()...)
	all = append(all, f.webhooks()...)
	all = append(all, f.wallets()...)
	return append(all, f.clock()...)
}

// who is the gateway's name for people.
func (f facts) who() string { return strings.ToUpper(f.Name[:1]) + f.Name[1:] }

func (f facts) permissions() []Finding {
	if f.failed.lacks != nil {
		return []Finding{f.unanswered("what the key may do")}
	}
	var all []Finding
	for _, p := range f.lacks {
		all = append(all, Finding{
			"permission_missing", LevelError, "The key may not read " + p + ".",
			"Give it the permissions of docs/gateways.md at " + f.who() + " (Developers, API keys), or connect again with a key that has them.",
		})
	}
	return all
}

func (f facts) account() []Finding {
	if f.failed.profile != nil {
		return []Finding{f.unanswered("the account")}
	}
	var all []Finding
	finish := "Finish what " + f.who() + " asks for in its dashboard."
	if !f.profile.Charges {
		all = append(all, Finding{"charges_off", LevelError, "The account cannot take payments.", finish})
	}
	if !f.profile.Payouts {
		all = append(all, Finding{"payouts_off", LevelWarning, "What the account takes is not paid out.", finish})
	}
	return all
}

// webhooks are findings about our endpoint, of which there has to be one.
func (f facts) webhooks() []Finding {
	var all []Finding
	if f.deaf {
		all = append(all, Finding{
			CodeNotHeard, LevelError, "The account takes payments, and no webhook has come since.",
			"Look at the endpoint's deliveries at " + f.who() + ". Where they are answered 401 its secret is another: run `perennial gateway setup " + f.Reference + " --new-webhook`.",
		})
	}
	switch {
	case errors.Is(f.failed.there, gateway.ErrKey) && f.Signed:
		return append(all, Finding{
			"webhook_unknown", LevelWarning, "The key may not read webhook endpoints, so that ours was not looked at.",
			"Give the key Webhook Endpoints: write.",
		})
	case errors.Is(f.failed.there, gateway.ErrKey):
		return append(all, Finding{
			"webhook_secret_missing", LevelError, "No webhook secret is held, so that no webhook is believed; and the key may not make an endpoint.", f.byHand(),
		})
	case f.failed.there != nil:
		return append(all, f.unanswered("webhook endpoints"))
	case len(f.there) == 0:
		return append(all, Finding{"webhook_missing", LevelError, f.who() + " has no webhook endpoint at " + f.address + ".", f.byHand()})
	}
	if !f.Signed {
		all = append(all, Finding{"webhook_secret_missing", LevelError, "No webhook secret is held, so that no webhook is believed.", f.byHand()})
	}
	return append(all, f.endpoints()...)
}

// endpoints are findings about the endpoints that there are.
func (f facts) endpoints() []Finding {
	var all []Finding
	setup := f.setup()
	if len(f.there) > 1 {
		all = append(all, Finding{
			"webhook_duplicate", LevelWarning, fmt.Sprintf("%d webhook endpoints are at our address, so that everything is told more than once.", len(f.there)), setup,
		})
	}
	known := f.held == ""
	for _, e := range f.there {
		known = known || e.Ref == f.held
		if f.held != "" && e.Ref != f.held {
			continue // a duplicate
		}
		if !e.Enabled {
			all = append(all, Finding{"webhook_disabled", LevelError, "The webhook endpoint " + e.Ref + " is switched off.", setup})
		}
		if len(e.Lacks) > 0 {
			all = append(all, Finding{"webhook_events_missing", LevelError, "The webhook endpoint " + e.Ref + " is not sent " + strings.Join(e.Lacks, ", ") + ".", setup})
		}
	}
	if !known {
		all = append(all, Finding{"webhook_secret_unknown", LevelError, "The secret of the webhook endpoint " + f.there[0].Ref + " is not held: ours was removed, and this one made by somebody else.", setup})
	}
	return all
}

func (f facts) wallets() []Finding {
	switch {
	case errors.Is(f.failed.domains, gateway.ErrKey):
		return []Finding{{
			"wallets_unknown", LevelWarning, "The key may not read payment method domains, so that the hosts for Apple Pay and Google Pay were neither registered nor looked at.",
			"Give the key Payment Method Domains: write, and run `perennial gateway setup " + f.Reference + "`; or register the hosts of checkout and portal by hand (Settings, Payment method domains).",
		}}
	case f.failed.domains != nil:
		return []Finding{f.unanswered("payment method domains")}
	}
	var all []Finding
	for _, d := range f.domains {
		switch {
		case !d.Registered:
			all = append(all, Finding{"wallets_unregistered", LevelWarning, d.Host + " is not registered as a payment method domain: Apple Pay and Google Pay are not offered there.", f.setup()})
		case !d.Enabled:
			all = append(all, Finding{"wallets_off", LevelWarning, d.Host + " is switched off as a payment method domain: Apple Pay and Google Pay are not offered there.", f.setup()})
		}
		for _, off := range d.Inactive {
			all = append(all, Finding{"wallet_inactive", LevelWarning, strings.TrimSuffix(off.Wallet+" is not offered at "+d.Host+": "+off.Reason, ": "), f.setup()})
		}
	}
	return all
}

// clock compares our clock with the gateway's, which tells whole seconds.
func (f facts) clock() []Finding {
	if f.profile.At.IsZero() {
		return nil
	}
	by, way := f.now.Sub(f.profile.At).Truncate(time.Second), "ahead of"
	if by < 0 {
		by, way = -by, "behind"
	}
	if by <= skewed {
		return nil
	}
	return []Finding{{
		"clock_skew", LevelWarning, fmt.Sprintf("The clock here is %s %s that of %s.", by, way, f.who()),
		"Set the clock: webhooks are refused beyond 300 s.",
	}}
}

func (f facts) unanswered(what string) Finding {
	return Finding{"no_answer", LevelWarning, f.who() + " did not answer about " + what + ".", "Check again in a while."}
}

func (f facts) setup() string {
	return "Run `perennial gateway setup " + f.Reference + "`; the key needs Webhook Endpoints and Payment Method Domains: write."
}

// byHand says how the endpoint is made where the key may not.
func (f facts) byHand() string {
	return fmt.Sprintf("Give the key Webhook Endpoints: write and run `perennial gateway setup %s`. Or make the endpoint by hand at %s (Developers, Webhooks), address %s, events %s; then give its secret with `perennial gateway webhook %s`.",
		f.Reference, f.who(), f.address, strings.Join(f.Capabilities.Events, " "), f.Reference)
}

// refusedAddress tells of an endpoint that the gateway refused to make.
func refusedAddress(v View, address string) Finding {
	f := facts{View: v}
	return Finding{
		"webhook_refused", LevelError, f.who() + " refused to make a webhook endpoint at " + address + ".",
		"It has to be an https address that is reached from the internet, and an account has at most 16 endpoints. On your own machine, forward them with `stripe listen --forward-to " + address + "`, and give the secret that it prints with `perennial gateway webhook " + v.Reference + "`.",
	}
}
