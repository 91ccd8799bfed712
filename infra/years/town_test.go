package years

import (
	"context"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/lifecycle"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/numbering"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/recovery"
	"perennial/shared/refunds"
	"perennial/shared/subscriptions"
	"perennial/shared/wallet"
)

// bank is the gateway with what only the world behind it can do.
type bank interface {
	gateway.Payments
	gateway.Vault
	gateway.Refunder
	Card(t testing.TB, card string) (token string)
	Heal(t testing.TB, method billing.Method) bool // false where a card stays as it is
	Kept(t testing.TB) map[string]int64            // what it took less what it gave back, by payment
}

// town is a business whose customers live on one test clock.
type town struct {
	t       testing.TB
	scope   merchant.Scope
	wall    func() time.Time
	bank    bank
	witness *witness
	life    *lifecycle.Service
	sales   *purchases.Service
	payer   *recovery.Service
	plans   *subscriptions.Service
	refunds *refunds.Service
	clock   *lifecycle.Advancer
	members []*member
	today   time.Time
	broken  int
	changes int
	inexact int // within what rules 25 allow
}

// silent is a workflow that nobody listens to.
type silent struct{}

// Answer implements recovery.Flow.
func (silent) Answer(context.Context, string, recovery.Outcome) error { return nil }

// open wires the use cases as the functions do.
func open(t testing.TB, scope merchant.Scope, store vault, agenda lifecycle.Agenda, b bank, wall func() time.Time) *town {
	w := newWitness(t, store)
	till := &charging.Service{Store: w, Gateway: b, Wall: wall}
	purse := &wallet.Service{Store: w, Vault: b, Wall: wall}
	tn := &town{t: t, scope: scope, wall: wall, bank: b, witness: w}
	tn.payer = &recovery.Service{Store: w, Charger: till, Wallet: purse, Flow: silent{}, Wall: wall}
	tn.life = &lifecycle.Service{Store: w, Charger: till, Holds: tn.payer, Numbers: &numbering.Service{Store: w}, Wall: wall}
	tn.sales = &purchases.Service{Store: w, Charger: till, Recovery: tn.payer, Wallet: purse, Wall: wall}
	tn.clock = &lifecycle.Advancer{Life: tn.life, Agenda: agenda}
	tn.refunds = &refunds.Service{Store: w, Gateway: b, Wall: wall}
	tn.plans = &subscriptions.Service{
		Store: w, Payer: tn.payer, Charger: till,
		Wall: wall,
	}
	business := merchant.Business{ID: scope.Business, Name: "Northwind", Email: "o@northwind.example", Country: "FR", Zone: "UTC", CreatedAt: wall()}
	tn.put(business, merchant.State{Scope: scope, Business: business, Recovery: policy(), Seller: merchant.Seller{Tax: seller()}})
	return tn
}

// policy retries after fixed delays, so that the oracle knows when.
func policy() merchant.Recovery {
	p := merchant.DefaultRecovery()
	p.Timing, p.Retries = merchant.TimingList, nil
	for _, days := range []time.Duration{1, 2, 3, 4} {
		p.Retries = append(p.Retries, days*24*time.Hour)
	}
	return p
}

// fake is the gateway in memory.
type fake struct{ *gatewaytest.Fake }

func (f fake) Card(_ testing.TB, card string) string { return f.Token(card) }

func (f fake) Heal(_ testing.TB, m billing.Method) bool {
	f.Program(m.Reference, gatewaytest.Succeed())
	return true
}

func (f fake) Kept(testing.TB) map[string]int64 {
	net := map[string]int64{}
	for _, l := range f.Ledger() {
		_, _, payment, _ := charging.ParseTag(l.Payment)
		net[payment] += l.Kept()
	}
	return net
}

// fakeTown lives in memory, and its clock needs no patience.
func fakeTown(t testing.TB) *town {
	wall := func() time.Time { return lifecycletest.Start }
	store, pay := recordtest.New(), gatewaytest.NewFake()
	store.Wall, pay.Now = wall, wall
	tn := open(t, merchant.Scope{Business: "bus_1", Mode: merchant.Test}, store, store, fake{pay}, wall)
	tn.clock.Pause = func(context.Context, time.Duration) {}
	return tn
}

func (tn *town) must(err error) {
	tn.t.Helper()
	if err != nil {
		tn.t.Fatal(err)
	}
}

func (tn *town) put(objects ...any) {
	tn.t.Helper()
	tn.must(tn.witness.vault.Commit(tn.t.Context(), record.Commit{Scope: tn.scope, Actor: record.System, Cause: "story", Put: objects}))
}

func (tn *town) state() merchant.State {
	tn.t.Helper()
	state, err := tn.witness.State(tn.t.Context(), tn.scope)
	tn.must(err)
	return state
}

func (tn *town) now() calendar.Instant { return tn.state().Clock.Now(tn.wall()) }

// advance moves the clock, and everything that falls due happens.
func (tn *town) advance(to time.Time) {
	tn.t.Helper()
	ctx := tn.t.Context()
	_, err := tn.clock.Begin(ctx, tn.scope, record.System, calendar.At(to))
	tn.must(err)
	arrived, err := tn.clock.Run(ctx, tn.scope, tn.wall().Add(time.Hour))
	tn.must(err)
	if !arrived {
		tn.t.Fatal("the clock did not arrive")
	}
	if problem := tn.state().Clock.Message; problem != "" {
		tn.t.Fatalf("the clock arrived with problems: %s", problem)
	}
}
