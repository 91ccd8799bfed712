package assembly_test

import (
	"encoding/hex"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stripe/stripe-go/v84/webhook"

	"perennial/infra/local/dynamotest"
	localidentity "perennial/infra/local/identity"
	localkms "perennial/infra/local/kms"
	"perennial/shared/assembly"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/clock"
	"perennial/shared/dynamo"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateway/stripe/stripetest"
	"perennial/shared/gateways"
	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/operations"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
)

const signingSecret = "whsec_0123456789"

// shop is a live mode over a real table, sealed keys and a twin of Stripe.
type shop struct {
	*testing.T
	till  *assembly.Till
	twin  *stripetest.Twin
	scope merchant.Scope
	at    gateway.Account
	now   time.Time
}

func open(t *testing.T) *shop {
	t.Helper()
	twin, origin := stripetest.Start(t)
	vault, err := localkms.Open(t.TempDir() + "/key")
	must(t, err)
	seals := httptest.NewServer(vault.API())
	t.Cleanup(seals.Close)
	till := assembly.Build(aws.Config{
		Region: localidentity.Region, Credentials: localidentity.Credentials(), BaseEndpoint: &seals.URL,
	}, dynamo.New(dynamotest.Client(t), dynamotest.Table(t)), sandbox.New(sandbox.Options{BaseURL: "http://127.0.0.1:1"}), nil,
		assembly.Keys{KMS: localkms.KeyARN, Stripe: origin})
	s := &shop{T: t, till: till, twin: twin, now: time.Now().UTC().Truncate(time.Second)}
	wall := func() time.Time { return s.now }
	till.Charging.Wall, till.Wallet.Wall, till.Recovery.Wall, till.Life.Wall, till.Notices.Wall = wall, wall, wall, wall, wall
	operator := operations.Service{Store: till.Store, Wall: clock.System, Actor: record.System}
	b, err := operator.Found(t.Context(), operations.Founding{Name: "Northwind", Email: "o@northwind.example", Country: "DE", Zone: "Europe/Berlin"})
	must(t, err)
	s.scope = merchant.Scope{Business: b.ID, Mode: merchant.Live}
	s.at = gateway.Account{Gateway: stripe.Name, ID: merchant.GatewayAccount(s.scope, "acct_1")}
	_, err = till.Gateways.Connect(t.Context(), s.scope, record.System, gateways.Order{
		Gateway: stripe.Name, Secret: "rk_live_acct_1", Key: "pk_live_0123456789", Webhook: signingSecret,
	})
	must(t, err)
	return s
}

// order makes a customer who wants to subscribe and has paid nothing yet.
func (s *shop) order(trialDays int) purchases.Placed {
	s.Helper()
	customer := billing.Customer{ID: ids.New(ids.Customer, s.now), Email: "ada@example.com", Name: "Ada", InvoicePrefix: "ADA1", CreatedAt: calendar.At(s.now)}
	product := billing.Product{
		ID: ids.New(ids.Product, s.now), Name: "Atlas", TaxCategory: "saas", CreatedAt: calendar.At(s.now),
		Price: billing.Price{
			Amount: money.Of(2900, "EUR"), Every: calendar.Interval{Count: 1, Unit: calendar.Month}, Term: calendar.Interval{Count: 10, Unit: calendar.Year},
		},
	}
	must(s.T, s.till.Store.Commit(s.Context(), record.Commit{Scope: s.scope, Actor: record.System, Cause: "test", Put: []any{customer, product}}))
	wish := lifecycletest.One(s.scope, product.ID, customer.ID, "DE")
	wish.Cart.TrialDays = trialDays
	sold, err := s.till.Sales.Order(s.Context(), wish)
	must(s.T, err)
	return sold
}

// sell makes a customer who subscribes and pays with what was typed.
func (s *shop) sell(token string) billing.Subscription { return s.pay(s.order(-1), token) }

func (s *shop) pay(sold purchases.Placed, token string) billing.Subscription {
	s.Helper()
	_, err := s.till.Recovery.ChangeMethod(s.Context(), recovery.Pay{
		Scope: s.scope, Subscription: sold.Subscription.ID, Token: token, ReturnURL: "https://portal.test/back",
		Fields: gateway.Fields{Account: s.at.ID, Visitor: gateway.Visitor{IP: "192.0.2.1", Agent: "Browser/1.0"}},
		By:     billing.ByCustomer, Actor: record.Actor{Kind: record.ByCustomer, ID: sold.Customer.ID},
	})
	must(s.T, err)
	return s.sub(sold.Subscription.ID)
}

func (s *shop) sub(id string) billing.Subscription {
	s.Helper()
	sub, err := record.Get[billing.Subscription](s.Context(), s.till.Store, s.scope, id)
	must(s.T, err)
	return sub
}

// hear delivers a webhook as Stripe signs it.
func (s *shop) hear(body string) {
	s.Helper()
	now := time.Now()
	header := fmt.Sprintf("t=%d,v1=%s", now.Unix(), hex.EncodeToString(webhook.ComputeSignature(now, []byte(body), signingSecret)))
	event, ours, err := s.till.Banks.Stripe().Receive(s.Context(), s.at, header, []byte(body), now)
	must(s.T, err)
	if !ours {
		s.Fatalf("not ours: %s", body)
	}
	must(s.T, s.till.Hear(s.Context(), charging.NoticeOf(s.at, event)))
}

func (s *shop) taken() (minor int64) {
	s.Helper()
	for _, l := range s.twin.Ledger(s.T, "acct_1") {
		minor += l.Amount
	}
	return minor
}

// R050: a live mode is paid at its own account, and a renewal where the card
// was saved, whatever is connected later.
func TestALiveModeSellsAndRenewsAtStripe(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell(s.twin.Token(t, "acct_1", "visa_ok"))
	if sub.Status != billing.StatusActive || sub.Method.Gateway != stripe.Name || sub.Method.Account != s.at.ID || s.taken() != 2900 {
		t.Fatalf("%s at %s %s, taken %d", sub.Status, sub.Method.Gateway, sub.Method.Account, s.taken())
	}
	_, err := s.till.Gateways.Disconnect(t.Context(), s.scope, record.System, "acct_1", false)
	must(t, err)
	_, err = s.till.Gateways.Connect(t.Context(), s.scope, record.System, gateways.Order{Gateway: stripe.Name, Secret: "rk_live_acct_2", Key: "pk_live_0123456789"})
	must(t, err)
	s.now = sub.Period.End.Time().Add(time.Minute)
	must(t, s.till.Perform(t.Context(), record.DueItem{Scope: s.scope, Ref: record.RefOf[billing.Subscription](sub.ID), Customer: sub.Customer}))
	after := s.sub(sub.ID)
	if after.Status != billing.StatusActive || after.Period.End <= sub.Period.End || s.taken() != 5800 {
		t.Errorf("%s until %s, taken %d", after.Status, after.Period.End, s.taken())
	}
}

// R313: a bank debit's first payment is settled by webhook, days later; a
// repeated webhook changes nothing more.
func TestADebitIsSettledByItsWebhook(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.sell("debit:" + s.twin.Token(t, "acct_1", "visa_ok"))
	if sub.Status != billing.StatusPending || sub.Lock.State != billing.LockProcessing || s.taken() != 0 {
		t.Fatalf("%s, lock %s, taken %d", sub.Status, sub.Lock.State, s.taken())
	}
	intent := sub.Lock.Intent
	s.twin.Clear(t, gateway.Intent(intent))
	body := fmt.Sprintf(`{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"id":%q,"metadata":{"payment":"x"}}}}`, intent)
	for range 2 {
		s.hear(body)
	}
	if after := s.sub(sub.ID); after.Status != billing.StatusActive || after.Lock.Set() || after.Method.Kind() != "sepa_debit" || s.taken() != 2900 {
		t.Errorf("%s, method %+v, taken %d", after.Status, after.Method, s.taken())
	}
}

func TestKeysRestSealed(t *testing.T) {
	t.Parallel()
	s := open(t)
	c, err := record.Get[merchant.Connection](t.Context(), s.till.Store, s.scope, s.at.ID)
	must(t, err)
	if c.Secret == "" || strings.Contains(fmt.Sprint(c), "rk_live") || strings.Contains(fmt.Sprint(c), "whsec") {
		t.Errorf("%+v", c)
	}
}
