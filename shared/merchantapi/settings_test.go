package merchantapi_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"perennial/shared/merchant"
	"perennial/shared/wire"
)

// settings sends a request to /settings and reads the answer.
func (b *bench) settings(method, body string) (int, wire.Settings, string) {
	b.T.Helper()
	status, raw := b.send(method, "/settings", writer, body)
	var s wire.Settings
	if status == 200 {
		b.must(json.Unmarshal([]byte(raw), &s))
	}
	return status, s, raw
}

// R110: the switch for customers' plan changes. R310: the times of retries.
// R061: the brand of the portal.
func TestSettingsAreChangedPartByPart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, before, _ := b.settings("GET", "")
	if before.Version != 0 || before.Subscriptions.ChangePlan || before.Recovery.WindowDays != 30 || before.UpdatedAt != nil {
		t.Errorf("the defaults are %+v", before)
	}
	status, got, raw := b.settings("PATCH", `{"version":0,"time_zone":"Asia/Tokyo","unknown":1,
		"subscriptions":{"allow_customer_portal_sub_change_plan":true,"allow_customers_to_cancel_immediately":false},
		"recovery":{"retry_delay_hours":[12,24],"grace_days":3},
		"branding":{"name":"Northwind","logo_url":"https://shop.example/l.png","light":{"accent":"#003366"}},
		"notifications":{"dispute_won":[],"payment_failed":["a@shop.example"]}}`)
	if status != 200 {
		t.Fatalf("%d %s", status, raw)
	}
	state := b.State()
	if !state.Settings.Subscriptions.AllowsChangePlan() || state.Settings.Subscriptions.AllowsCancelNow() ||
		state.Recovery.Retries[1] != 24*time.Hour || state.Recovery.GraceDays != 3 || state.Recovery.WindowDays != 30 ||
		state.Settings.Branding.Light != (merchant.Palette{Accent: "#003366"}) || state.Business.Zone != "Asia/Tokyo" ||
		len(state.Recipients(merchant.NoticeDisputeWon)) != 0 || len(state.Settings.Notices) != 2 {
		t.Errorf("stored %+v", state)
	}
	if got.Version != 1 || *got.UpdatedBy != "key:"+writer[len(writer)-4:] || got.Branding.Light.Text != merchant.LightPalette.Text {
		t.Errorf("answered %s", raw)
	}
	_, got, raw = b.settings("PATCH", `{"recovery":null,"branding":{"light":{"accent":null},"name":null},"notifications":{"dispute_won":null}}`)
	state = b.State()
	if state.Settings.Branding.Light != (merchant.Palette{}) || state.Settings.Branding.LogoURL == "" || state.Settings.Branding.Name != "" ||
		len(state.Recovery.Retries) != 4 || len(state.Settings.Notices) != 1 || got.Version != 2 || !state.Settings.Subscriptions.AllowsChangePlan() {
		t.Errorf("after null: %s, stored %+v", raw, state)
	}
}

func TestABadSettingNamesEveryProblemAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.Store.Commits())
	status, _, raw := b.settings("PATCH", `{"time_zone":"Mars/Base","recovery":{"window_days":31},"branding":{"light":{"text":"#eeeeee"},"logo_url":"http://x"},"notifications":{"nope":[]}}`)
	for _, field := range []string{"time_zone", "recovery.window_days", "branding.light.text", "branding.logo_url", "notifications.nope"} {
		if status != 422 || !strings.Contains(raw, field) {
			t.Errorf("%d %s does not name %s", status, raw, field)
		}
	}
	for body, want := range map[string]int{
		`{"version":7,"time_zone":"Asia/Tokyo"}`:     409,
		`{"recovery":{"grace_days":"three"}}`:        422,
		`{"branding":"blue"}`:                        422,
		`{"recovery":{"retry_delay_hours":[1e300]}}`: 422,
		`{"notifications":{"dispute_won":["x"]}}`:    422,
	} {
		if status, _, raw := b.settings("PATCH", body); status != want {
			t.Errorf("%s: %d %s", body, status, raw)
		}
	}
	b.unchanged(before)
}

func TestTheSellersIdentityIsASetting(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	status, got, raw := b.settings("PATCH", `{"seller":{"legal_name":"Northwind GmbH","country":"DE","registrations":[
		{"country":"DE","scheme":"local","number":"DE123456789","from":"2026-01-01"}],
		"numbering":{"per_business":true,"invoices":{"prefix":"INV-","digits":5},"credit_notes":{"prefix":"CN-"}}}}`)
	seller := b.State().Seller
	if status != 200 || seller.Name != "Northwind GmbH" || len(seller.Tax.Registrations) != 1 || seller.Tax.Registrations[0].From != "2026-01-01" ||
		seller.Numbering.Invoices.Prefix != "INV-" || got.Seller.Registrations[0].Number != "DE123456789" {
		t.Errorf("%d %s, stored %+v", status, raw, seller)
	}
	if status, _, raw := b.settings("PATCH", `{"seller":{"country":"ZZ"},"recovery":{"keep_days":99}}`); status != 422 ||
		!strings.Contains(raw, "seller.country") || !strings.Contains(raw, "recovery.keep_days") {
		t.Errorf("%d %s", status, raw)
	}
	if again := b.State().Seller; again.Name != seller.Name || again.Tax.Country != "DE" {
		t.Errorf("a refusal changed %+v", again)
	}
}

func TestSettingsOfTheModesAreApart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.settings("PATCH", `{"time_zone":"Asia/Tokyo"}`)
	if _, body := b.send("GET", "/business", live, ""); !strings.Contains(body, `"live"`) || strings.Contains(body, "Tokyo") {
		t.Errorf("live: %s", body)
	}
	_, body := b.send("GET", "/business", writer, "")
	if !strings.Contains(body, "Tokyo") || !strings.Contains(body, "https://test.portal.example/login/bus_1") {
		t.Errorf("test: %s", body)
	}
}
