package billing_test

import (
	"slices"
	"testing"

	"perennial/shared/billing"
)

func TestACardThatWasTypedTwiceIsOne(t *testing.T) {
	t.Parallel()
	card := func(id, account, fingerprint string) billing.Method {
		return billing.Method{ID: id, Gateway: "sandbox", Account: account, Reference: "ref_" + id, Fingerprint: fingerprint}
	}
	saved := []billing.Method{
		card("5", "a", "visa"), card("4", "a", "amex"), card("3", "a", "visa"), card("2", "b", "visa"), card("1", "a", ""), card("0", "a", ""),
	}
	for keep, want := range map[string][]string{"": {"5", "4", "2", "1", "0"}, "3": {"3", "4", "2", "1", "0"}, "5": {"5", "4", "2", "1", "0"}} {
		var got []string
		for _, m := range billing.Distinct(saved, func(m billing.Method) bool { return m.ID == keep }) {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("keeping %q: %v, want %v", keep, got, want)
		}
	}
}
