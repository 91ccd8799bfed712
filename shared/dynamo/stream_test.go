package dynamo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/topology"
	"perennial/shared/billing"
	"perennial/shared/dynamo"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func TestTheStreamCarriesWholeOutboxItems(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	r := newRenewal(t, l)
	r.run(t, l)
	found := 0
	for _, image := range l.items(t) {
		got, err := dynamo.OutboxFromStream(image)
		if err != nil {
			continue // another item
		}
		found++
		want, err := l.OutboxByKey(t.Context(), got.Key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if sub, ok := record.Find(got, func(s billing.Subscription) bool { return s.ID == r.state.ID }); !ok || sub.Version < 2 {
			t.Errorf("the subscription in it is %+v", sub)
		}
	}
	if found != 2 {
		t.Errorf("%d outbox items after a first payment and a renewal", found)
	}
}

func TestOnlyOutboxItemsHaveTheStreamsPrefix(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	scope := newScope()
	put(t, l, scope, billing.Customer{ID: "cus_1"}, billing.Method{ID: "pm_1", Customer: "cus_1"},
		billing.Mailbox{Email: "OUT@example.com", Customer: "cus_1"}, merchant.State{Scope: scope})
	for at, image := range l.items(t) {
		if _, sk, _ := strings.Cut(at, "|"); strings.HasPrefix(sk, topology.StreamPrefix) {
			t.Errorf("%s would be taken for an outbox item", at)
		}
		if o, err := dynamo.OutboxFromStream(image); err == nil {
			t.Errorf("%s was read as %+v", at, o)
		}
	}
}
