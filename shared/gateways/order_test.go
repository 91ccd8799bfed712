package gateways_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"perennial/shared/gateways"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// order is the references of all accounts with their places, as listed.
func (b *bench) order() string {
	b.Helper()
	all, err := b.service.List(b.Context(), live)
	b.must(err)
	var out []string
	for _, v := range all {
		out = append(out, fmt.Sprintf("%d:%s", v.Place, v.Reference))
	}
	return strings.Join(out, " ")
}

func (b *bench) move(reference string, place int) error {
	v, err := b.service.Change(b.Context(), live, record.System, reference, gateways.Patch{Priority: &place})
	if err == nil && v.Place != place {
		b.Errorf("%s was given place %d and has %d", reference, place, v.Place)
	}
	return err
}

// R050: the merchant decides in which order accounts are asked. Places have no
// holes, whoever leaves and comes back.
func TestAccountsAreAskedInTheMerchantsOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, account := range []string{"a", "b", "c", "d"} {
		b.connect("rk_live_first_of_"+account, "")
	}
	for _, c := range []struct {
		does string
		do   func() error
		want string
	}{
		{"connected", func() error { return nil }, "1:a 2:b 3:c 4:d"},
		{"the last becomes the first", func() error { return b.move("d", 1) }, "1:d 2:a 3:b 4:c"},
		{"where it is", func() error { return b.move("a", 2) }, "1:d 2:a 3:b 4:c"},
		{"the first becomes the last", func() error { return b.move("d", 4) }, "1:a 2:b 3:c 4:d"},
		{"one down", func() error { return b.move("b", 3) }, "1:a 2:c 3:b 4:d"},
		{"one leaves", func() error {
			_, err := b.service.Disconnect(t.Context(), live, record.System, "c", false)
			return err
		}, "1:a 0:c 2:b 3:d"},
		{"past the one that left", func() error { return b.move("d", 2) }, "1:a 0:c 2:d 3:b"},
		{"it comes back", func() error { b.connect("rk_live_first_of_c", ""); return nil }, "1:a 2:d 3:b 4:c"},
		{"new keys keep a place", func() error { b.connect("rk_live_other_of_d", ""); return nil }, "1:a 2:d 3:b 4:c"},
	} {
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.does, err)
		}
		if got := b.order(); got != c.want {
			t.Errorf("%s: %s, want %s", c.does, got, c.want)
		}
	}
	b.must(b.move("b", 1))
	if g, _ := b.state().GatewayFor("EUR", "DE"); g.Reference != "b" {
		t.Errorf("a new method is saved at %s", g.Reference)
	}
}

func TestAPlaceThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, account := range []string{"a", "b", "c"} {
		b.connect("rk_live_first_of_"+account, "")
	}
	_, err := b.service.Disconnect(t.Context(), live, record.System, "b", false)
	b.must(err)
	before := b.order()
	for _, c := range []struct {
		account string
		place   int
		want    string
	}{
		{"a", 0, "among the 2 gateways"}, {"a", -1, "among the 2 gateways"}, {"a", 3, "among the 2 gateways"}, {"b", 1, "this one does not"}, {"z", 1, "not connected"},
	} {
		err := b.move(c.account, c.place)
		if err == nil || !strings.Contains(err.Error(), c.want) || b.order() != before {
			t.Errorf("%s to %d: %v, %s", c.account, c.place, err, b.order())
		}
		if c.account == "z" && !errors.Is(err, gateways.ErrNotConnected) {
			t.Errorf("%v", err)
		}
	}
}

func (b *bench) state() merchant.State {
	b.Helper()
	state, err := record.Get[merchant.State](b.Context(), b.store, live, live.String())
	b.must(err)
	return state
}
