package merchant_test

import (
	"testing"
	"time"

	"perennial/shared/merchant"
)

// R050: the gateway is chosen by currency and country.
func TestTheGatewayIsChosenByCurrencyAndCountry(t *testing.T) {
	t.Parallel()
	live := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	at := func(name string) string { return merchant.GatewayAccount(live, name) }
	state := merchant.State{Scope: live, Gateways: []merchant.Gateway{
		{Name: "stripe", Account: at("acct_gone"), Status: merchant.GatewayRetired},
		{Name: "stripe", Account: at("acct_eu"), Currencies: []string{"EUR"}, Countries: []string{"DE", "AT"}},
		{Name: "stripe", Account: at("acct_us"), Currencies: []string{"USD", "EUR"}},
	}}
	for _, c := range []struct{ currency, country, want string }{
		{"EUR", "DE", "acct_eu"}, {"EUR", "FR", "acct_us"}, {"USD", "DE", "acct_us"}, {"EUR", "", "acct_eu"}, {"", "", "acct_eu"}, {"JPY", "JP", ""},
	} {
		g, ok := state.GatewayFor(c.currency, c.country)
		if ok != (c.want != "") || ok && g.Account != at(c.want) {
			t.Errorf("%s %s: %v %v", c.currency, c.country, g.Account, ok)
		}
	}
	if g, ok := state.GatewayOf(at("acct_gone")); !ok || g.Status != merchant.GatewayRetired {
		t.Error("what was saved at a retired gateway is not charged there")
	}
	if (merchant.State{Scope: live}).Sells() {
		t.Error("a live mode without a gateway sells")
	}
}

func TestATestModeAlwaysHasTheSandbox(t *testing.T) {
	t.Parallel()
	scope := merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	state := merchant.State{Scope: scope}
	if g, ok := state.GatewayFor("EUR", "DE"); !ok || g.Name != merchant.GatewaySandbox || g.Account != "bus_1.test" {
		t.Errorf("%+v", g)
	}
	connected := state.Connect(merchant.Gateway{Name: "stripe", Account: "bus_1.test.acct_1", Currencies: []string{"EUR"}})
	if g, _ := connected.GatewayFor("EUR", ""); g.Name != "stripe" {
		t.Errorf("%+v", g)
	}
	if g, _ := connected.GatewayFor("USD", ""); g.Name != merchant.GatewaySandbox || len(state.Gateways) != 0 {
		t.Errorf("%+v", g)
	}
	if _, ok := connected.GatewayOf("bus_2.test"); ok {
		t.Error("another merchant's sandbox is ours")
	}
}

func TestAnAccountNamesItsScope(t *testing.T) {
	t.Parallel()
	scope := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	if got, ref, ok := merchant.ParseGatewayAccount(merchant.GatewayAccount(scope, "acct_1")); !ok || got != scope || ref != "acct_1" {
		t.Errorf("%v %s %v", got, ref, ok)
	}
	for _, bad := range []string{"", "acct_1", "bus_1.live", "bus_1.live.", "bus_1.other.acct_1", ".live.acct_1"} {
		if _, _, ok := merchant.ParseGatewayAccount(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestAReplacedWebhookSecretIsBelievedForThreeDays(t *testing.T) {
	t.Parallel()
	noon := time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
	c := merchant.Connection{}.Sign("first", "", noon).Sign("second", "we_2", noon)
	if got := c.Signers(noon.Add(71 * time.Hour)); len(got) != 2 || got[0] != "second" {
		t.Errorf("%v", got)
	}
	if got := c.Signers(noon.Add(72 * time.Hour)); len(got) != 1 {
		t.Errorf("%v", got)
	}
	heard, worth := c.Heard(noon)
	if _, again := heard.Heard(noon.Add(time.Minute)); !worth || again {
		t.Error("every webhook is written down")
	}
}

func TestAnAccountThatTakesPaymentsAndIsNotHeardIsDeaf(t *testing.T) {
	t.Parallel()
	noon := time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		heard, paid time.Time
		deaf        bool
	}{
		"never paid, never heard":          {},
		"paid just now, never heard":       {paid: noon.Add(-5 * time.Hour)},
		"paid, never heard":                {paid: noon.Add(-6 * time.Hour), deaf: true},
		"heard within the hour before":     {paid: noon.Add(-6 * time.Hour), heard: noon.Add(-7 * time.Hour)},
		"heard earlier than that":          {paid: noon.Add(-6 * time.Hour), heard: noon.Add(-7*time.Hour - time.Second), deaf: true},
		"heard after the payment":          {paid: noon.Add(-24 * time.Hour), heard: noon.Add(-23 * time.Hour)},
		"paid long ago and heard long ago": {paid: noon.AddDate(0, -6, 0), heard: noon.AddDate(0, -6, 0)},
	} {
		if got := (merchant.Connection{HeardAt: c.heard}).Deaf(c.paid, noon); got != c.deaf {
			t.Errorf("%s: %v", name, got)
		}
	}
}
