package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

func TestSeveralReadsThoseThatExistInOrder(t *testing.T) {
	t.Parallel()
	store, scope := recordtest.New(), merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	commit := record.Commit{Scope: scope, Actor: record.System, Cause: "test"}
	addons := []billing.Addon{{ID: "adn_1", Name: "One"}, {ID: "adn_2", Name: "Two"}}
	third := billing.Addon{ID: "adn_3", Name: "Three"}
	commit.Put = record.With(record.WithAll(commit.Put, addons), &third)
	commit.Put = record.With(commit.Put, (*billing.Addon)(nil))
	if err := store.Commit(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ ids, want []string }{
		{[]string{"adn_3", "adn_none", "adn_1"}, []string{"Three", "One"}}, {[]string{"adn_none"}, nil}, {nil, nil},
	} {
		found, err := record.Several[billing.Addon](t.Context(), store, scope, c.ids...)
		var names []string
		for _, a := range found {
			names = append(names, a.Name)
		}
		if diff := cmp.Diff(c.want, names); diff != "" || err != nil {
			t.Errorf("%v: %v\n%s", c.ids, err, diff)
		}
	}
}
