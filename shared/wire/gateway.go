package wire

import (
	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/gateways"
	"perennial/shared/money"
)

// Gateway is a connected payment gateway. Its keys are never shown.
type Gateway struct {
	ID             string              `json:"gateway_id" doc:"The gateway's own name of the account, such as acct_1Q…"`
	BusinessID     string              `json:"business_id"`
	Gateway        string              `json:"gateway" enum:"stripe,sandbox"`
	Title          string              `json:"title" doc:"What the account is called at the gateway."`
	Country        *string             `json:"country"`
	Status         string              `json:"status" enum:"active,retired,forgotten" doc:"A retired gateway takes no new payment methods; those saved there are charged and refunded as before. The keys of a forgotten one are gone."`
	PublishableKey *string             `json:"publishable_key"`
	KeyHint        *string             `json:"key_hint" doc:"The secret key's last four characters."`
	WebhookURL     *string             `json:"webhook_url" doc:"Where the gateway sends its webhooks. Connecting makes an endpoint there, where the key may; otherwise it is to be entered at the gateway."`
	WebhookEvents  []string            `json:"webhook_events" doc:"What the endpoint has to be sent."`
	WebhookSigned  bool                `json:"webhook_secret_set"`
	WebhookAt      *string             `json:"last_webhook_at" doc:"When a webhook last came; written at most hourly."`
	ReadAt         *string             `json:"last_events_read_at" doc:"When the account's own list of events was last read for what no webhook brought."`
	Currencies     []string            `json:"currencies" doc:"It is chosen for sales in these; none: in all."`
	Countries      []string            `json:"countries" doc:"And to customers of these; none: of all."`
	Priority       *int                `json:"priority" doc:"Its place in the order in which gateways are asked, from 1 on: the first that is meant for a sale takes the new payment method. None for one that takes none, and for the sandbox, which a test mode asks last."`
	Debits         bool                `json:"sepa_debit" doc:"SEPA direct debit is offered beside cards."`
	ConnectedAt    *string             `json:"connected_at"`
	Capabilities   GatewayCapabilities `json:"capabilities"`
}

// GatewayCapabilities are what a gateway can do.
type GatewayCapabilities struct {
	Reschedule bool     `json:"reschedule_after_first_payment"`
	ExtraTrial bool     `json:"extra_trial_days"`
	Methods    []string `json:"payment_methods"`
	Async      []string `json:"delayed_payment_methods" doc:"Their payments stay in processing for days."`
	Wallets    bool     `json:"wallets"`
	Updater    bool     `json:"card_updater"`

	Currencies map[string][]string `json:"payment_method_currencies" doc:"The currencies in which a payment method can be charged; one that is not named here: in any."`

	Least map[string]int64 `json:"minimum_amounts" doc:"The smallest charge by currency, in minor units; of others it is not known."`
}

// GatewayFinding is one thing that is not right with a connected gateway.
type GatewayFinding struct {
	Code    string `json:"code" doc:"Never changes: key_refused, permission_missing, charges_off, payouts_off, webhook_missing, webhook_refused, webhook_secret_missing, webhook_secret_unknown, webhook_disabled, webhook_events_missing, webhook_duplicate, webhook_unknown, webhooks_not_heard, wallets_unregistered, wallets_off, wallet_inactive, wallets_unknown, clock_skew or no_answer."`
	Level   string `json:"level" enum:"error,warning" doc:"By an error, payments or news of them are lost or late."`
	Message string `json:"message"`
	Remedy  string `json:"remedy" doc:"What to do."`
}

// CheckedGateway is a gateway that was just set up.
type CheckedGateway struct {
	Gateway
	Findings []GatewayFinding `json:"findings" doc:"What is not right with it, asked at the gateway just now."`
}

// GatewayCheck is what a gateway was found to lack.
type GatewayCheck struct {
	ID        string           `json:"gateway_id"`
	CheckedAt string           `json:"checked_at"`
	Findings  []GatewayFinding `json:"findings" doc:"Empty: nothing was found."`
}

// ToGatewayFindings converts findings.
func ToGatewayFindings(found []gateways.Finding) []GatewayFinding {
	out := []GatewayFinding{}
	for _, f := range found {
		out = append(out, GatewayFinding{f.Code, string(f.Level), f.Message, f.Remedy})
	}
	return out
}

// ToGateway converts a connection of a business. Hooks is the public base URL
// at which gateways' webhooks are taken.
func ToGateway(v gateways.View, business, hooks string) Gateway {
	c := v.Capabilities
	least := map[string]int64{}
	for currency, minor := range c.Least {
		least[string(currency)] = minor
	}
	out := Gateway{
		ID: v.Reference, BusinessID: business, Gateway: v.Name, Title: v.Title, Country: text(v.Country), Status: string(v.Status),
		PublishableKey: text(v.Key), KeyHint: text(v.Hint), WebhookSigned: v.Signed,
		WebhookEvents: append([]string{}, c.Events...),
		Currencies:    append([]string{}, v.Currencies...), Countries: append([]string{}, v.Countries...), Debits: v.Debits,
		Capabilities: GatewayCapabilities{
			Reschedule: c.Reschedule, ExtraTrial: c.ExtraTrial, Methods: typesOf(c.Types), Async: typesOf(c.Async), Wallets: c.Wallets, Updater: c.Updater,
			Currencies: chargedIn(c.Currencies), Least: least,
		},
	}
	if out.Status == "" {
		out.Status = "active"
	}
	if v.Place > 0 {
		out.Priority = &v.Place
	}
	if !v.ConnectedAt.IsZero() {
		url, at := gateways.WebhookURL(hooks, v.Gateway), Wall(v.ConnectedAt)
		out.WebhookURL, out.ConnectedAt = &url, &at
	}
	if !v.HeardAt.IsZero() {
		at := Wall(v.HeardAt)
		out.WebhookAt = &at
	}
	if !v.ReadAt.IsZero() {
		at := Wall(v.ReadAt)
		out.ReadAt = &at
	}
	return out
}

// typesOf are types of payment methods as the wire names them.
func typesOf(types []string) []string {
	out := []string{}
	for _, t := range types {
		out = append(out, typeOf(t))
	}
	return out
}

func typeOf(t string) string {
	if t == gateway.TypeCard {
		return "card"
	}
	return t
}

// chargedIn are the currencies of the types of payment methods.
func chargedIn(by map[string][]money.Currency) map[string][]string {
	out := map[string][]string{}
	for kind, all := range by {
		for _, c := range all {
			out[typeOf(kind)] = append(out[typeOf(kind)], string(c))
		}
	}
	return out
}

// kindOf is a payment method in Dodo's words.
func kindOf(m billing.Method) string {
	switch {
	case m.Type == gateway.TypeDebit:
		return "bank_debit"
	case m.Wallet != "":
		return "wallet"
	}
	return "card"
}

// subtype is what kind of debit or wallet it is; a card has none.
func subtype(m billing.Method) *string {
	if m.Type == gateway.TypeDebit {
		return text("sepa")
	}
	return text(m.Wallet)
}
