package recordtest

import (
	"context"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
)

// Store is everything that a store does.
type Store interface {
	record.Committer
	record.Loader
	record.Finder
	record.Owned
	record.Addressed
	record.Lister
	record.Waiting
	Registry
	Outboxer
}

// Registry finds what is not known by id.
type Registry interface {
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
	TestScopes(ctx context.Context) ([]merchant.State, error)
	Customers(ctx context.Context, scope merchant.Scope, email string) ([]string, error)
}

// Outboxer reads outbox items.
type Outboxer interface {
	OutboxByKey(ctx context.Context, key string) (record.Outbox, error)
	ReplayOutbox(ctx context.Context, scope merchant.Scope, from time.Time, use func(record.Outbox) error) error
}

// Suite is the contract of stores. All parts use one store, each in a
// business of its own, as tenants do.
func Suite(t *testing.T, open func(testing.TB) Store) {
	store := open(t)
	for name, part := range map[string]func(*testing.T, world){
		"an object is read back as it was written":           testRoundTrip,
		"every kind is stored and found again":               testEveryKind,
		"a new object must be new":                           testNew,
		"an object that moved on refuses the commit":         testStale,
		"a commit happens whole or not at all":               testAllOrNothing,
		"of two committers one wins":                         testRace,
		"a claim is taken once":                              testClaim,
		"a claim that has expired is free":                   testClaimExpires,
		"an object is not written twice in one commit":       testTwice,
		"a deleted object is gone":                           testDelete,
		"a commit of one business writes nothing of another": testForeignWrite,
		"another scope's objects do not exist":               testTenancy,
		"ids from outside reach nothing":                     testStrangeIDs,
		"credentials are found without a scope":              testFind,
		"one address may belong to several customers":        testMailboxes,
		"an address is found over all businesses of a mode":  testEverywhere,
		"a customer's sessions are found":                    testSessions,
		"a customer's objects come newest first":             testOwned,
		"lists are ordered, filtered and paged":              testList,
		"a list is neither deep nor wide":                    testListLimits,
		"work is found when it is due":                       testDue,
		"a test scope's work waits for its own clock":        testDueTest,
		"due entries follow their object":                    testDueMoves,
		"states are current":                                 testState,
		"an outbox item tells what happened":                 testOutbox,
		"outbox items are replayed in order":                 testReplay,
		"a claim alone can carry events":                     testNotice,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t, newWorld(t, store))
		})
	}
}

// world is one business in a store.
type world struct {
	Store
	ctx   context.Context
	scope merchant.Scope // live
	test  merchant.Scope
	now   time.Time
}

func newWorld(t *testing.T, s Store) world {
	now := time.Now().UTC().Truncate(time.Microsecond)
	business := ids.New(ids.Business, now)
	return world{
		Store: s, ctx: t.Context(), now: now,
		scope: merchant.Scope{Business: business, Mode: merchant.Live},
		test:  merchant.Scope{Business: business, Mode: merchant.Test},
	}
}

func (w world) at() calendar.Instant { return calendar.At(w.now) }

// put commits objects without events in the live scope.
func (w world) put(objects ...any) error { return w.putIn(w.scope, objects...) }

func (w world) putIn(scope merchant.Scope, objects ...any) error {
	return w.Commit(w.ctx, record.Commit{Scope: scope, Actor: record.System, Cause: "test", At: w.at(), Put: objects})
}

func (w world) must(t *testing.T, objects ...any) {
	t.Helper()
	if err := w.put(objects...); err != nil {
		t.Fatal(err)
	}
}

func (w world) customer() billing.Customer {
	return billing.Customer{ID: ids.New(ids.Customer, w.now), Email: "Ann@example.com", Name: "Ann", CreatedAt: w.at()}
}

// subscription is an active one by the day. It is due at its period's end and
// not before: nobody is reminded of so short a period.
func (w world) subscription(customer string, end calendar.Instant) billing.Subscription {
	return billing.Subscription{
		ID: ids.New(ids.Subscription, w.now), Customer: customer, Product: "pdt_1", Status: billing.StatusActive,
		Price:    billing.Price{Amount: money.Of(900, "EUR"), Every: calendar.Interval{Count: 1, Unit: calendar.Day}},
		Quantity: 1, Zone: "Europe/Berlin", CreatedAt: w.at(), Period: calendar.Period{Start: w.at(), End: end},
	}
}

// samples is one object of every kind, all of them complete enough to be
// indexed in every way that their kind is.
func (w world) samples() []any {
	customer := w.customer()
	sub := w.subscription(customer.ID, w.at().Add(time.Hour))
	hash := func() string { return ids.Hash(ids.Token()) }
	link, session := hash(), hash()
	return []any{
		merchant.Business{ID: w.scope.Business, Name: "Acme", CreatedAt: w.now},
		merchant.State{Scope: w.scope, Recovery: merchant.DefaultRecovery()},
		merchant.APIKey{Hash: hash(), Scope: w.scope, Name: "ci", CreatedAt: w.now},
		merchant.Endpoint{ID: ids.New(ids.WebhookEndpoint, w.now), URL: "https://example.com", CreatedAt: w.now},
		customer,
		billing.Mailbox{Email: "ann@example.com", Customer: customer.ID},
		billing.Method{ID: ids.New(ids.PaymentMethod, w.now), Customer: customer.ID, Last4: "4242", CreatedAt: w.at()},
		billing.Product{ID: ids.New(ids.Product, w.now), Name: "Pro", CreatedAt: w.at()},
		billing.Addon{ID: ids.New(ids.Addon, w.now), Name: "Seats", CreatedAt: w.at()},
		billing.Collection{ID: ids.New(ids.ProductCollection, w.now), Name: "Plans", Groups: []billing.Group{{ID: "1", Members: []billing.Member{{ID: "2", Product: "pdt_1"}}}}, CreatedAt: w.at()},
		merchant.Brand{ID: ids.New(ids.Brand, w.now), Name: "Acme Labs", CreatedAt: w.at()},
		billing.Discount{ID: "dsc_" + hash(), Code: "SPRING", Type: billing.DiscountPercentage, BasisPoints: 1500, CreatedAt: w.at()},
		billing.DiscountCode{Code: "SPRING", Discount: "dsc_1"},
		billing.DiscountList{Discount: "dsc_1", Customers: []string{customer.ID}},
		billing.ShortLink{Slug: "live/" + hash(), Product: "pdt_1", CreatedAt: w.at()},
		billing.Offer{Product: ids.New(ids.Product, w.now)},
		sub,
		billing.Purchase{ID: ids.New(ids.Purchase, w.now), Customer: customer.ID, Status: billing.PurchaseOpen, CreatedAt: w.at()},
		billing.Invoice{ID: ids.New(ids.Invoice, w.now), Customer: customer.ID, Subscription: sub.ID, DueAt: w.at()},
		billing.Payment{ID: ids.New(ids.Payment, w.now), Customer: customer.ID, Status: billing.PaymentSucceeded, CreatedAt: w.at()},
		billing.DiscountUse{ID: "dsc_1/" + customer.ID, Used: 1},
		billing.Mark{ID: billing.SeatID(w.scope.String(), "ann@example.com"), Subscription: sub.ID},
		billing.Ticket{Invoice: ids.New(ids.Invoice, w.now), Series: "invoice:R-", At: w.at()},
		billing.Series{ID: "invoice:R-", Last: 1},
		billing.Entry{ID: ids.New(ids.Payment, w.now), Customer: customer.ID, At: w.at()},
		billing.Hold{Subscription: sub.ID, Epoch: 1, Customer: customer.ID, StartedAt: w.at(), WindowEnds: w.at().Add(time.Hour)},
		billing.Refund{ID: ids.New(ids.Refund, w.now), Customer: customer.ID, Subscription: sub.ID, Status: billing.RefundPending, CreatedAt: w.at(), Next: w.now},
		billing.Dispute{ID: ids.New(ids.Dispute, w.now), Customer: customer.ID, Status: billing.DisputeOpened, Stage: billing.StageDispute, CreatedAt: w.at(), Next: w.now},
		billing.Bar{Card: billing.BarID("sandbox", "acct", "fp"+ids.New("", w.now)), Disputes: []string{"dp_1"}},
		record.Checkout{ID: ids.New(ids.CheckoutSession, w.now), Customer: customer.ID, CreatedAt: w.now, ExpiresAt: w.now.Add(time.Hour)},
		linkOf(link, customer.ID, w.now), sessionOf(session, customer.ID, w.now),
		record.Delivery{ID: w.scope.String() + "/SUB/" + sub.ID + "/1/whk_1", Endpoint: "whk_1", Next: w.now, At: w.now},
		record.Mail{ID: w.scope.String() + "/SUB/" + sub.ID + "/1/receipt", Template: "receipt", Next: w.now, Expires: w.now.Add(time.Hour)},
		record.Request{ID: hash(), Fingerprint: "f", CreatedAt: w.now, ExpiresAt: w.now.Add(time.Hour)},
	}
}
