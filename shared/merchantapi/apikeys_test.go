package merchantapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/ids"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchantapi"
	"perennial/shared/wire"
)

func TestAKeyIsMadeUsedListedAndRevoked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	status, raw := b.send("POST", "/api_keys", writer, `{"name":" ci ","read_only":true}`)
	var made wire.NewAPIKey
	b.must(json.Unmarshal([]byte(raw), &made))
	if status != 200 || made.Name != "ci" || !made.ReadOnly || made.Mode != "test" || !strings.HasSuffix(made.Key, made.Hint) {
		t.Fatalf("%d %s", status, raw)
	}
	if status, _ := b.send("GET", "/customers", made.Key, ""); status != 200 {
		t.Errorf("the new key answers %d", status)
	}
	if status, _ := b.send("POST", "/customers", made.Key, `{"email":"x@example.com","name":"X"}`); status != 403 {
		t.Errorf("the new key writes: %d", status)
	}
	_, list := b.send("GET", "/api_keys?page_size=100", writer, "")
	if !strings.Contains(list, made.ID) || strings.Contains(list, made.Key) || strings.Contains(list, ids.Hash(made.Key)) || strings.Count(list, `"id"`) != 4 {
		t.Errorf("listed %s", list)
	}
	for range 2 {
		if status, raw := b.send("DELETE", "/api_keys/"+made.ID, writer, ""); status >= 300 {
			t.Errorf("revoked: %d %s", status, raw)
		}
	}
	if status, _ := b.send("GET", "/customers", made.Key, ""); status != 401 {
		t.Errorf("the revoked key answers %d", status)
	}
	if _, raw := b.send("GET", "/api_keys/"+made.ID, writer, ""); !strings.Contains(raw, `"revoked_at":"20`) {
		t.Errorf("revoked: %s", raw)
	}
	if status, raw := b.send("POST", "/api_keys", writer, `{"name":"  "}`); status != 422 {
		t.Errorf("blank name: %d %s", status, raw)
	}
}

func TestARetryChargesWhatIsDue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	if status, raw := b.send("POST", "/subscriptions/"+sub.ID+"/retry", writer, ""); status != 409 || !strings.Contains(raw, "NOTHING_DUE") {
		t.Errorf("nothing due: %d %s", status, raw)
	}
	held := b.OnHold() // its card declines every charge
	status, raw := b.send("POST", "/subscriptions/"+held.ID+"/retry", writer, "")
	var got merchantapi.MethodUpdate
	b.must(json.Unmarshal([]byte(raw), &got))
	if status != 200 || got.PaymentID == nil {
		t.Fatalf("on hold: %d %s", status, raw)
	}
	paid := lifecycletest.Get[billing.Payment](b.World, *got.PaymentID)
	if paid.By != billing.ByMerchant || paid.Subscription != held.ID || paid.Method.ID != held.Method.ID {
		t.Errorf("paid %+v", paid)
	}
	b.Reconcile()
	b.must(b.cancelNow(sub.ID))
	if status, raw := b.send("POST", "/subscriptions/"+sub.ID+"/retry", writer, ""); status < 400 || strings.Contains(raw, "NOTHING_DUE") {
		t.Errorf("cancelled: %d %s", status, raw)
	}
}
