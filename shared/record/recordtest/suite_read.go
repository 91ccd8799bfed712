package recordtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/ids"
	"perennial/shared/record"
)

func idsOf(t *testing.T, objects []any) []string {
	t.Helper()
	var all []string
	for _, obj := range objects {
		e, err := record.Describe(obj)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.ID)
	}
	return all
}

func testOwned(t *testing.T, w world) {
	c, stranger := w.customer(), w.customer()
	var want []string
	for i := range 5 {
		s := w.subscription(c.ID, w.at())
		s.CreatedAt = w.at().Add(time.Duration(i) * time.Minute)
		v := billing.Invoice{ID: ids.New(ids.Invoice, w.now), Customer: c.ID, DueAt: s.CreatedAt.Add(time.Second)}
		w.must(t, s, v, w.subscription(stranger.ID, w.at()))
		want = append(want, s.ID, v.ID)
	}
	method := billing.Method{ID: ids.New(ids.PaymentMethod, w.now), Customer: c.ID, CreatedAt: w.at().Add(time.Hour)}
	c.CreatedAt = w.at().Add(-time.Hour)
	w.must(t, c, method, stranger)
	slices.Reverse(want)
	want = slices.Concat([]string{record.MethodID(c.ID, method.ID)}, want, []string{c.ID})
	got, err := w.Owned(w.ctx, w.scope, c.ID, ownedKinds...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, idsOf(t, got)); diff != "" {
		t.Error(diff)
	}
	methods, err := w.Owned(w.ctx, w.scope, c.ID, record.KindMethod)
	if diff := cmp.Diff([]any{record.Next(method)}, methods); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := w.Owned(w.ctx, w.scope, c.ID, record.KindHold); err == nil {
		t.Error("holds are not found by customer, and the store did not say so")
	}
}

func testList(t *testing.T, w world) {
	var all []string
	for i := range 12 {
		s := w.subscription(fmt.Sprintf("cus_%d", i%3), w.at())
		s.CreatedAt = w.at().Add(time.Duration(i/2) * time.Minute)
		s.Status = []billing.Status{billing.StatusActive, billing.StatusOnHold}[i%2]
		w.must(t, s)
		all = append(all, s.ID)
	}
	for i := range 6 { // two of each minute: ids break the tie, newest first
		slices.Sort(all[2*i : 2*i+2])
	}
	slices.Reverse(all)
	page := func(q record.Query) []string {
		q.Kind = record.KindSubscription
		found, err := w.List(w.ctx, w.scope, q)
		if err != nil {
			t.Fatal(err)
		}
		return idsOf(t, found)
	}
	var paged []string
	for offset := 0; offset < 15; offset += 5 {
		paged = append(paged, page(record.Query{Offset: offset, Limit: 5})...)
	}
	if diff := cmp.Diff(all, paged); diff != "" {
		t.Error("pages:", diff)
	}
	minute := func(n int) time.Time { return w.now.Add(time.Duration(n) * time.Minute) }
	if diff := cmp.Diff(all[4:8], page(record.Query{From: minute(2), To: minute(3)})); diff != "" {
		t.Error("both bounds belong to the range:", diff)
	}
	held := page(record.Query{Filters: map[string]string{"status": "on_hold"}})
	mine := page(record.Query{Filters: map[string]string{"status": "on_hold", "customer_id": "cus_1"}})
	second := page(record.Query{Filters: map[string]string{"status": "on_hold"}, Offset: 2, Limit: 2})
	if len(held) != 6 || len(mine) != 2 {
		t.Errorf("%d on hold, %d of them one customer's", len(held), len(mine))
	}
	if diff := cmp.Diff(held[2:4], second); diff != "" {
		t.Error("a filtered page:", diff)
	}
}

func testListLimits(t *testing.T, w world) {
	for _, q := range []record.Query{{Offset: record.MaxOffset + 1}, {Limit: record.MaxLimit + 1}, {Offset: -1}, {Limit: -1}} {
		q.Kind = record.KindPayment
		if _, err := w.List(w.ctx, w.scope, q); !errors.Is(err, record.ErrQuery) {
			t.Errorf("%+v answered %v", q, err)
		}
	}
	if _, err := w.List(w.ctx, w.scope, record.Query{Kind: record.KindPayment, Filters: map[string]string{"colour": "red"}}); err == nil {
		t.Error("an unknown filter was ignored")
	}
	if _, err := w.List(w.ctx, w.scope, record.Query{Kind: record.KindHold}); err == nil {
		t.Error("a kind without lists was listed")
	}
}

// due reads what is due of this world's live scope in all shards.
func (w world) due(t *testing.T, until calendar.Instant) []record.DueItem {
	t.Helper()
	var all []record.DueItem
	for i := range record.Shards {
		found, err := w.DueItems(w.ctx, record.Partition{Shard: i}, until, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			if d.Scope.Business == w.scope.Business {
				all = append(all, d)
			}
		}
	}
	return all
}

func testDue(t *testing.T, w world) {
	soon, later := w.subscription("cus_1", w.at().Add(time.Minute)), w.subscription("cus_2", w.at().Add(time.Hour))
	over := later
	over.ID, over.Status = ids.New(ids.Subscription, w.now), billing.StatusCancelled
	w.must(t, soon, later, over)
	delivery := record.Delivery{ID: "k/SUB/sub_1/1/whk_1", Next: w.now.Add(time.Second), At: w.now}
	if err := w.putIn(w.test, delivery); err != nil {
		t.Fatal(err)
	}
	byID := cmp.Transformer("sort", func(all []record.DueItem) map[string]record.DueItem {
		m := map[string]record.DueItem{}
		for _, d := range all {
			m[d.Ref.ID] = d
		}
		return m
	})
	if early := w.due(t, w.at()); len(early) != 0 {
		t.Errorf("too early: %v", early)
	}
	want := []record.DueItem{
		{Scope: w.scope, Ref: record.Ref{Kind: record.KindSubscription, ID: soon.ID}, Customer: "cus_1", Due: soon.Period.End},
		{Scope: w.test, Ref: record.Ref{Kind: record.KindDelivery, ID: delivery.ID}, Due: calendar.At(delivery.Next)},
	}
	if diff := cmp.Diff(want, w.due(t, soon.Period.End), byID); diff != "" {
		t.Error("at the very instant:", diff)
	}
	if got := w.due(t, w.at().Add(24*time.Hour)); len(got) != 3 {
		t.Errorf("a day later: %v", got)
	}
}

func testDueTest(t *testing.T, w world) {
	var want []string
	for i := range 4 {
		s := w.subscription("cus_1", w.at().Add(time.Duration(4-i)*time.Minute))
		if err := w.putIn(w.test, s); err != nil {
			t.Fatal(err)
		}
		want = append(want, s.ID)
	}
	slices.Reverse(want)
	got, err := w.DueItems(w.ctx, record.Partition{Scope: w.test}, w.at().Add(3*time.Minute), 2)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, d := range got {
		found = append(found, d.Ref.ID)
	}
	if diff := cmp.Diff(want[:2], found); diff != "" {
		t.Error("the two earliest:", diff)
	}
	if live := w.due(t, w.at().Add(time.Hour)); len(live) != 0 {
		t.Errorf("test work waits for the wall clock: %v", live)
	}
}

func testDueMoves(t *testing.T, w world) {
	s := w.subscription("cus_1", w.at())
	w.must(t, s)
	s = record.Next(s)
	s.Period.End = w.at().Add(time.Hour)
	w.must(t, s)
	if got := w.due(t, w.at()); len(got) != 0 {
		t.Errorf("renewed and still due: %v", got)
	}
	s = record.Next(s)
	s.Status = billing.StatusCancelled
	w.must(t, s)
	if got := w.due(t, w.at().Add(48*time.Hour)); len(got) != 0 {
		t.Errorf("cancelled and still due: %v", got)
	}
}
