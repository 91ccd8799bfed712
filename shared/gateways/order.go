package gateways

import (
	"context"
	"fmt"
	"strings"
	"time"

	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// Order is the wish to connect an account.
type Order struct {
	Gateway    string   // "stripe"
	Secret     string   // restricted or secret key
	Key        string   // publishable key
	Webhook    string   // secret that webhooks are signed with; may follow later
	Currencies []string // it is chosen for these; empty: for all
	Countries  []string // and for customers of these; empty: of all
	NoDebits   bool     // bank debits are not offered although the account may take them
}

// Patch is a change of a connection; what is empty or nil stays.
type Patch struct {
	Secret     string
	Key        string
	Webhook    string
	Currencies *[]string
	Countries  *[]string
	Debits     *bool
	Priority   *int // the place in the order in which accounts are asked, from 1 on
}

// keyLength is between what a key certainly has and what is no key any more.
const (
	shortestKey = 12
	longestKey  = 300
)

// check names everything that is wrong with an order.
func (o Order) check(mode merchant.Mode) error {
	var check fault.Check
	check.That(o.Gateway == "stripe", "gateway", "must be stripe")
	check.That(o.Secret != "", "secret_key", "must be given")
	check.That(o.Key != "", "publishable_key", "must be given")
	o.given(&check, mode)
	return invalid(&check)
}

// checkGiven checks what is there of a change.
func (o Order) checkGiven(mode merchant.Mode) error {
	var check fault.Check
	o.given(&check, mode)
	return invalid(&check)
}

func (o Order) given(check *fault.Check, mode merchant.Mode) {
	m := string(mode)
	check.That(keyOf(o.Secret, "rk_"+m+"_", "sk_"+m+"_"), "secret_key", "must begin with rk_"+m+"_ or sk_"+m+"_")
	check.That(keyOf(o.Key, "pk_"+m+"_"), "publishable_key", "must begin with pk_"+m+"_")
	check.That(keyOf(o.Webhook, "whsec_"), "webhook_secret", "must begin with whsec_")
	for _, c := range o.Currencies {
		_, err := money.ParseCurrency(c)
		check.That(err == nil, "currencies", "must be ISO 4217 codes such as EUR")
	}
	for _, c := range o.Countries {
		plain := len(c) == 2 && strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
		check.That(plain, "countries", "must be ISO 3166 alpha-2 codes such as DE")
	}
}

// keyOf accepts nothing, or a key that begins with one of the prefixes.
func keyOf(key string, prefixes ...string) bool {
	if key == "" {
		return true
	}
	for _, p := range prefixes {
		if strings.HasPrefix(key, p) && len(key) >= shortestKey && len(key) <= longestKey && !strings.ContainsAny(key, " \t\r\n") {
			return true
		}
	}
	return false
}

func invalid(check *fault.Check) error {
	return check.Fault("INVALID_REQUEST_PARAMETERS", "The gateway's details are not valid.")
}

func value(list *[]string) []string {
	if list == nil {
		return nil
	}
	return *list
}

// secrets are what an order brought, sealed.
type secrets struct{ key, hint, webhook string }

func (s *Service) seal(ctx context.Context, scope merchant.Scope, account string, o Order) (out secrets, err error) {
	if o.Secret != "" {
		if out.key, err = s.Sealer.Seal(ctx, purpose(account), scope.String(), []byte(o.Secret)); err != nil {
			return out, fmt.Errorf("seal the key of %s: %w", account, err)
		}
		out.hint = o.Secret[len(o.Secret)-4:]
	}
	if o.Webhook != "" {
		if out.webhook, err = s.Sealer.Seal(ctx, purpose(account), scope.String(), []byte(o.Webhook)); err != nil {
			return out, fmt.Errorf("seal the webhook secret of %s: %w", account, err)
		}
	}
	return out, nil
}

// put writes what was sealed into a connection; the rest stays.
func (n secrets) put(c merchant.Connection, now time.Time) merchant.Connection {
	if n.key != "" {
		c.Secret, c.Hint = n.key, n.hint
	}
	if n.webhook != "" {
		c = c.Sign(n.webhook, "", now)
	}
	return c
}
