package merchant

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"perennial/shared/money"
)

func TestTooSmall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		gateway string
		amount  money.Amount
		want    bool
	}{
		{GatewayStripe, money.Of(49, "USD"), true},
		{GatewayStripe, money.Of(50, "USD"), false},
		{GatewaySandbox, money.Of(29, "GBP"), true},
		{GatewaySandbox, money.Of(30, "GBP"), false},
		{GatewayStripe, money.Of(49, "JPY"), true},
		{GatewayStripe, money.Of(0, "USD"), false},
		{GatewayStripe, money.Of(1, "KWD"), false}, // not known
		{"", money.Of(1, "USD"), false},
	} {
		if got := TooSmall(c.gateway, c.amount); got != c.want {
			t.Errorf("%d %s at %q: too small %t, want %t", c.amount.Minor, c.amount.Currency, c.gateway, got, c.want)
		}
	}
}

// The table of docs/gateways.md is the table of the code.
func TestTheSmallestChargesAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/gateways.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[money.Currency]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([0-9.]+) \| ([A-Z ]+) \|$`).FindAllStringSubmatch(string(page), -1) {
		for _, c := range strings.Fields(row[2]) {
			said[money.Currency(c)] = row[1]
		}
	}
	least := LeastCharges(GatewayStripe)
	for c, minor := range least {
		if want := money.Of(minor, c).Decimal(); said[c] != want {
			t.Errorf("%s: the page says %q, the code %s", c, said[c], want)
		}
	}
	if len(said) != len(least) || fmt.Sprint(least) != fmt.Sprint(LeastCharges(GatewaySandbox)) {
		t.Errorf("the page lists %d currencies, the code %d", len(said), len(least))
	}
}
