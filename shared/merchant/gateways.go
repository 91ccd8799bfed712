package merchant

import (
	"slices"
	"strings"
	"time"
)

// GatewaySandbox is the gateway that every test mode has, connected or not.
const GatewaySandbox = "sandbox"

// GatewayStatus is what a connected gateway is used for.
type GatewayStatus string

// The states of a connection. A retired one takes no new payment methods;
// those saved there are charged and its payments refunded as before.
const (
	GatewayActive    GatewayStatus = ""
	GatewayRetired   GatewayStatus = "retired"
	GatewayForgotten GatewayStatus = "forgotten" // its keys are gone: nothing can be done there any more
)

// Gateway is one account at a payment gateway that a mode is connected to. It
// holds what pages may show; the secrets are a Connection.
type Gateway struct {
	Name        string // "stripe", "sandbox"
	Account     string // by GatewayAccount; what methods and payments remember
	Reference   string // the gateway's own name of the account, such as "acct_1Q…"
	Title       string // what the merchant called it there
	Country     string // where the account is, ISO 3166 alpha-2
	Key         string // the publishable key, for the fields in the browser
	Status      GatewayStatus
	Currencies  []string // it is chosen for these; empty: for all
	Countries   []string // and for customers of these; empty: of all
	Debits      bool     // bank debits are offered beside cards
	ConnectedAt time.Time
	ConnectedBy string // actor, such as "key:4f2a"
}

// GatewayAccount names an account at a gateway in one scope. It is the same
// for as long as the account is, so that a method saved before its keys were
// changed, or the account was left and connected again, is known by it.
func GatewayAccount(scope Scope, reference string) string {
	return scope.String() + "." + reference
}

// ParseGatewayAccount reads what GatewayAccount wrote.
func ParseGatewayAccount(account string) (scope Scope, reference string, ok bool) {
	at := strings.LastIndexByte(account, '.')
	if at < 0 {
		return Scope{}, "", false
	}
	scope, ok = ParseScope(account[:at])
	return scope, account[at+1:], ok && account[at+1:] != ""
}

// GatewayScope is whose an account is; a sandbox's is named like its scope.
func GatewayScope(account string) (Scope, bool) {
	if scope, ok := ParseScope(account); ok {
		return scope, true
	}
	scope, _, ok := ParseGatewayAccount(account)
	return scope, ok
}

// sandbox is the gateway of a test mode.
func sandbox(scope Scope) Gateway {
	return Gateway{Name: GatewaySandbox, Account: scope.String(), Reference: GatewaySandbox}
}

// Sells reports whether customers can pay in this mode.
func (s State) Sells() bool {
	_, ok := s.GatewayFor("", "")
	return ok
}

// Charges reports whether saved methods can be charged in this mode, at a
// retired gateway too.
func (s State) Charges() bool {
	return s.Scope.Mode == Test || slices.ContainsFunc(s.Gateways, func(g Gateway) bool { return g.Status != GatewayForgotten })
}

// GatewayFor chooses where a new payment method is saved, for a sale in a
// currency to a customer of a country, either of which may be unknown: the
// first that is meant for both, in the merchant's order (R050). A gateway
// that is meant for others is chosen only where nothing is known. A test mode
// falls back to the sandbox.
func (s State) GatewayFor(currency, country string) (Gateway, bool) {
	for _, g := range s.Gateways {
		if g.Status == GatewayActive && meant(g.Currencies, currency) && meant(g.Countries, country) {
			return g, true
		}
	}
	if s.Scope.Mode == Test {
		return sandbox(s.Scope), true
	}
	return Gateway{}, false
}

func meant(list []string, what string) bool {
	return len(list) == 0 || what == "" || slices.Contains(list, what)
}

// GatewayOf finds a connected account, retired ones too.
func (s State) GatewayOf(account string) (Gateway, bool) {
	for _, g := range s.Gateways {
		if g.Account == account {
			return g, true
		}
	}
	if s.Scope.Mode == Test && account == s.Scope.String() {
		return sandbox(s.Scope), true
	}
	return Gateway{}, false
}

// Connect adds an account, or replaces what is known of it; a list that
// others may hold stays as it is.
func (s State) Connect(g Gateway) State {
	s.Gateways = slices.Clone(s.Gateways)
	at := slices.IndexFunc(s.Gateways, func(old Gateway) bool { return old.Account == g.Account })
	if at < 0 {
		s.Gateways = append(s.Gateways, g)
	} else {
		s.Gateways[at] = g
	}
	return s
}
