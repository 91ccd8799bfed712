package record

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

func TestEveryKindSurvivesItsDocument(t *testing.T) {
	t.Parallel()
	sub := billing.Subscription{
		ID: "sub_1", Version: 4, Status: billing.StatusOnHold, Metadata: map[string]any{"seat": 3.0, "vip": true},
		Lock: billing.Lock{Payment: "pay_1", Lease: time.Unix(1e9, 0).UTC(), Amount: money.Of(5, "JPY")},
		Open: []string{"inv_1"}, Period: calendar.Period{Start: 1, End: 2},
	}
	state := merchant.State{
		Scope: merchant.Scope{Business: "bus_1", Mode: merchant.Test}, Recovery: merchant.DefaultRecovery(),
		Clock: merchant.Clock{Offset: time.Hour},
	}
	for _, obj := range []any{sub, state} {
		entry, err := Describe(obj)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := Encode(obj, entry.Version)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(entry.Kind, Schema, doc)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(obj, got); diff != "" {
			t.Errorf("%s: %s", doc, diff)
		}
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := Decode(KindSubscription, Schema+1, []byte("{}")); err == nil {
		t.Error("a document of a later schema was read as if it were ours")
	}
}

func TestALockKeepsTheSubscriptionsPlaceInTheDueIndex(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		sub  billing.Subscription
		want calendar.Instant
	}{
		{"not locked", billing.Subscription{Status: billing.StatusActive, Period: calendar.Period{End: 100}}, 100},
		{"locked when its period was over", billing.Subscription{
			Status: billing.StatusActive, Period: calendar.Period{End: 100}, Lock: billing.Lock{Payment: "pay_1", At: 130},
		}, 100},
		{"locked before anything was due", billing.Subscription{
			Status: billing.StatusActive, Period: calendar.Period{End: 500}, Lock: billing.Lock{Payment: "pay_1", At: 130},
		}, 130},
		{"locked with nothing else to wait for", billing.Subscription{
			Status: billing.StatusOnHold, Lock: billing.Lock{Payment: "pay_1", At: 130},
		}, 130},
		{"cancelled", billing.Subscription{Status: billing.StatusCancelled, Period: calendar.Period{End: 100}}, 0},
	} {
		entry, err := Describe(c.sub)
		if err != nil {
			t.Fatal(err)
		}
		if entry.Due != c.want {
			t.Errorf("%s: waits for %d, want %d", c.name, entry.Due, c.want)
		}
	}
}

func TestAnAmountOfNothingKeepsItsCurrency(t *testing.T) {
	t.Parallel()
	v := billing.Invoice{ID: "inv_1", Total: money.Of(0, "JPY"), Tax: money.Of(0, "JPY")}
	doc, err := Encode(v, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(KindInvoice, Schema, doc)
	if diff := cmp.Diff(v, got); diff != "" || err != nil {
		t.Errorf("%s: %s %v", doc, diff, err)
	}
}
