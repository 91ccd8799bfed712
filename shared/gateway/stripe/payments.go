package stripe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/stripe/stripe-go/v84"
	"github.com/stripe/stripe-go/v84/paymentintent"
	"github.com/stripe/stripe-go/v84/paymentmethod"

	"perennial/shared/gateway"
)

// The metadata of our intents. Stripe keeps at most 500 characters in each.
const (
	metaPayment   = "payment"
	metaOnSession = "on_session"
	metaReturn    = "return_url"
	metaCurrency  = "currency"
	metaKey       = "key"
	metaCustomer  = "customer"
	metaType      = "type"

	metaLimit = 500
)

// setupPrefix is how the ids of setup intents begin.
const setupPrefix = "seti_"

func isSetup(id gateway.Intent) bool { return strings.HasPrefix(string(id), setupPrefix) }

func metadata(p gateway.Params) (map[string]string, error) {
	m := map[string]string{metaPayment: p.Payment, metaReturn: p.ReturnURL, metaCurrency: string(p.Amount.Currency)}
	if p.OnSession {
		m[metaOnSession] = "true"
	}
	if p.Type != gateway.TypeCard {
		m[metaType] = p.Type
	}
	for name, value := range m {
		if len(value) > metaLimit {
			return nil, fmt.Errorf("stripe: metadata %s is too long: %w", name, gateway.ErrRejected)
		}
	}
	return m, nil
}

// Prepare implements gateway.Payments.
func (g *Gateway) Prepare(ctx context.Context, account gateway.Account, p gateway.Params) (gateway.Intent, error) {
	key, err := g.key(ctx, account)
	if err != nil {
		return "", err
	}
	meta, err := metadata(p)
	if err != nil {
		return "", err
	}
	if p.Amount.Nothing() {
		return g.prepareSetup(ctx, key, p, meta)
	}
	counted, err := units(p.Amount)
	if err != nil {
		return "", err
	}
	in := &sdk.PaymentIntentParams{
		Params: params(ctx, "prepare", p.Key), Amount: &counted, Currency: sdk.String(strings.ToLower(string(p.Amount.Currency))),
		Customer: &p.Customer, PaymentMethod: &p.Method, Metadata: meta, PaymentMethodTypes: sdk.StringSlice(typesOf(p)),
	}
	if p.OnSession && p.Type == gateway.TypeCard { // a debit's mandate was given when it was saved
		in.SetupFutureUsage = sdk.String(string(sdk.PaymentIntentSetupFutureUsageOffSession))
	}
	if p.Challenge && p.Type == gateway.TypeCard {
		in.PaymentMethodOptions = &sdk.PaymentIntentPaymentMethodOptionsParams{
			Card: &sdk.PaymentIntentPaymentMethodOptionsCardParams{RequestThreeDSecure: sdk.String("challenge")},
		}
	}
	if suffix := suffixOf(p); suffix != "" {
		in.StatementDescriptorSuffix = &suffix
	}
	made, err := g.intents(key).New(in)
	if in.StatementDescriptorSuffix != nil && unsaid(err) { // better paid under the account's name than not at all
		in.StatementDescriptorSuffix, in.Params = nil, params(ctx, "prepare-plain", p.Key)
		made, err = g.intents(key).New(in)
	}
	if err != nil {
		return "", told("prepare", err)
	}
	return gateway.Intent(made.ID), nil
}

// typesOf is what an intent may be paid with: the type of its method alone.
// The wallets, Apple Pay and Google Pay, are cards to Stripe.
func typesOf(p gateway.Params) []string {
	if p.Type == gateway.TypeDebit {
		return []string{string(sdk.PaymentMethodTypeSEPADebit)}
	}
	return []string{string(sdk.PaymentMethodTypeCard)}
}

// attended reports an intent whose customer can be challenged. A debit is
// never challenged: it is made under its mandate.
func attended(meta map[string]string) bool {
	return meta[metaOnSession] != "" && meta[metaType] == ""
}

func (g *Gateway) intents(key string) paymentintent.Client {
	return paymentintent.Client{B: g.backend, Key: key}
}

// Confirm implements gateway.Payments. It looks at the intent first: Stripe
// would charge a declined one again, and refuses one that has ended.
func (g *Gateway) Confirm(ctx context.Context, account gateway.Account, id gateway.Intent, key string) (gateway.Outcome, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return gateway.Outcome{}, err
	}
	if isSetup(id) {
		return g.confirmSetup(ctx, secret, id, key)
	}
	before, err := g.find(ctx, secret, id)
	if err != nil || before.Status != sdk.PaymentIntentStatusRequiresConfirmation {
		return paymentOutcome(before, err)
	}
	in := &sdk.PaymentIntentConfirmParams{Params: params(ctx, "confirm", key), Expand: sdk.StringSlice([]string{"latest_charge"})}
	if attended(before.Metadata) {
		in.ReturnURL = sdk.String(before.Metadata[metaReturn])
	} else {
		in.OffSession = sdk.Bool(true)
	}
	after, err := g.intents(secret).Confirm(string(id), in)
	if err == nil {
		return paymentOutcome(after, nil)
	}
	if _, no := refused(err); no { // the refusal lacks the network's advice
		return paymentOutcome(g.find(ctx, secret, id))
	}
	err = told("confirm", err)
	if errors.Is(err, gateway.ErrRejected) && before.PaymentMethod != nil && g.gone(ctx, secret, before.PaymentMethod.ID) {
		return g.withdraw(ctx, secret, id)
	}
	return gateway.Outcome{}, err
}

// withdraw ends an intent whose method was removed after it was prepared.
func (g *Gateway) withdraw(ctx context.Context, secret string, id gateway.Intent) (gateway.Outcome, error) {
	out, err := g.cancel(ctx, secret, id)
	if err == nil && out.State == gateway.StateCancelled {
		out.State, out.Decline = gateway.StateDeclined, gateway.Decline{Code: "invalid_account"}
	}
	return out, err
}

// gone reports for certain that no customer has this method any more.
func (g *Gateway) gone(ctx context.Context, secret, method string) bool {
	client := paymentmethod.Client{B: g.backend, Key: secret}
	found, err := client.Get(method, &sdk.PaymentMethodParams{Params: params(ctx, "", "")})
	if err != nil {
		return errors.Is(told("method", err), gateway.ErrRejected)
	}
	return found.Customer == nil
}

func (g *Gateway) find(ctx context.Context, secret string, id gateway.Intent) (*sdk.PaymentIntent, error) {
	in := &sdk.PaymentIntentParams{Params: params(ctx, "", ""), Expand: sdk.StringSlice([]string{"latest_charge"})}
	found, err := g.intents(secret).Get(string(id), in)
	return found, told("find", err)
}

// Find implements gateway.Payments.
func (g *Gateway) Find(ctx context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return gateway.Outcome{}, err
	}
	if isSetup(id) {
		return setupOutcome(g.findSetup(ctx, secret, id))
	}
	return paymentOutcome(g.find(ctx, secret, id))
}

// Cancel implements gateway.Payments.
func (g *Gateway) Cancel(ctx context.Context, account gateway.Account, id gateway.Intent) (gateway.Outcome, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return gateway.Outcome{}, err
	}
	if isSetup(id) {
		return g.cancelSetup(ctx, secret, id)
	}
	return g.cancel(ctx, secret, id)
}

func (g *Gateway) cancel(ctx context.Context, secret string, id gateway.Intent) (gateway.Outcome, error) {
	in := &sdk.PaymentIntentCancelParams{Params: params(ctx, "", ""), Expand: sdk.StringSlice([]string{"latest_charge"})}
	after, err := g.intents(secret).Cancel(string(id), in)
	if err = told("cancel", err); errors.Is(err, gateway.ErrRejected) { // it has ended otherwise, or never was
		return paymentOutcome(g.find(ctx, secret, id))
	}
	return paymentOutcome(after, err)
}

// listed is how many intents one page holds, Stripe's most.
const listed = 100

// List implements gateway.Payments; it lists the latest hundred payments and
// the latest hundred set-ups that were made here.
func (g *Gateway) List(ctx context.Context, account gateway.Account, customer string) ([]gateway.Outcome, error) {
	secret, err := g.key(ctx, account)
	if err != nil {
		return nil, err
	}
	page := sdk.ListParams{Context: ctx, Limit: sdk.Int64(listed), Single: true}
	in := &sdk.PaymentIntentListParams{ListParams: page, Customer: &customer, Expand: sdk.StringSlice([]string{"data.latest_charge"})}
	var found []dated
	items := g.intents(secret).List(in)
	for items.Next() {
		i := items.PaymentIntent()
		if found, err = appendOutcome(found, i.Metadata, i.Created, func() (gateway.Outcome, error) { return paymentOutcome(i, nil) }); err != nil {
			return nil, err
		}
	}
	if err := items.Err(); err != nil {
		return nil, told("list", err)
	}
	if found, err = g.listSetups(found, secret, customer, page); err != nil {
		return nil, err
	}
	return newestFirst(found), nil
}

// dated is an outcome with the second in which Stripe made its intent.
type dated struct {
	gateway.Outcome
	created int64
}

// appendOutcome passes over what others made at the same account.
func appendOutcome(all []dated, meta map[string]string, created int64, read func() (gateway.Outcome, error)) ([]dated, error) {
	if meta[metaPayment] == "" {
		return all, nil
	}
	out, err := read()
	return append(all, dated{out, created}), err
}

func newestFirst(found []dated) []gateway.Outcome {
	slices.SortStableFunc(found, func(a, b dated) int { return int(b.created - a.created) })
	var outcomes []gateway.Outcome
	for _, f := range found {
		outcomes = append(outcomes, f.Outcome)
	}
	return outcomes
}
