package merchantapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"perennial/shared/merchantapi"
	"perennial/shared/record"
	"perennial/shared/wire"
)

// ask sends a request and reads its answer.
func ask[T any](b *bench, method, path, body string, want int) T {
	b.T.Helper()
	status, raw := b.send(method, path, writer, body)
	var out T
	if status != want {
		b.T.Fatalf("%s %s: %d %s", method, path, status, raw)
	}
	b.must(json.Unmarshal([]byte(raw), &out))
	return out
}

// R311: the merchant decides how often and in which words.
func TestMailSequencesAreReplacedWholeAndCheckedWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const path = "/settings/mail-sequences"
	shipped := ask[wire.MailSequences](b, "GET", path, "", 200)
	if len(shipped.Steps) != 7 || shipped.Basis != "none" || shipped.Version != 0 {
		t.Errorf("shipped are %+v", shipped)
	}
	set := ask[wire.MailSequences](b, "PUT", path, `{"steps":[{"trigger":"on_hold","delay_hours":36.5,
		"texts":{"de":{"subject":"Noch offen: {product}","body":"Hallo {name}"}}},{"trigger":"on_hold","delay_hours":72,"enabled":false}]}`, 200)
	if set.Version != 1 || set.Steps[0].ID != "on_hold_0" || set.Steps[1].ID != "on_hold_1" || set.Steps[1].Delay != 36.5 || *set.Steps[2].Enabled {
		t.Errorf("set are %+v", set)
	}
	status, body := b.send("PUT", path, writer, `{"version":9,"steps":[]}`)
	if status != 409 {
		t.Errorf("from another version: %d %s", status, body)
	}
	status, body = b.send("PUT", path, writer, `{"steps":[{"trigger":"cancelled","discount_id":"dsc_none"}]}`)
	if status != 422 || !strings.Contains(body, "discount_id") {
		t.Errorf("of a discount that is not there: %d %s", status, body)
	}
	status, body = b.send("PUT", path, writer, `{"steps":[{"trigger":"on_hold","delay_hours":9999,"texts":{"tlh":{"subject":"{x}","body":""}}}]}`)
	for _, field := range []string{"delay_hours", "texts.tlh", "texts.tlh.body"} {
		if status != 422 || !strings.Contains(body, field) {
			t.Errorf("%s is not named: %d %s", field, status, body)
		}
	}
}

// What a customer will get is told in the recovery, as a dry run.
func TestTheRecoveryForetellsTheMails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.OnHold()
	got := ask[wire.RecoveryTimeline](b, "GET", "/subscriptions/"+sub.ID+"/recovery", "", 200)
	var mails []string
	for _, c := range got.Upcoming {
		if c.Kind == "mail" {
			mails = append(mails, *c.Step)
		}
	}
	if strings.Join(mails, " ") != "on_hold_1 on_hold_2 on_hold_3" || got.Mails == nil || got.Mails.Trigger != "on_hold" || strings.Join(got.Mails.Done, " ") != "on_hold_0" || got.Mails.Ended != nil {
		t.Errorf("foretold %v, campaign %+v", mails, got.Mails)
	}
}

func TestAMerchantSeesAndLiftsABounce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path := "/customers/" + b.Customer.ID + "/mail"
	if got := ask[merchantapi.CustomerMail](b, "GET", path, "", 200); got.Status != "ok" || !got.Optional || got.Consent != nil {
		t.Errorf("at first %+v", got)
	}
	b.Put(record.Suppression{ID: record.SuppressionID(b.Customer.Email), BouncedAt: b.Clock.Now(), Transient: 2})
	if got := ask[merchantapi.CustomerMail](b, "GET", path, "", 200); got.Status != "bounced" || got.Transient != 2 {
		t.Errorf("after a bounce %+v", got)
	}
	got := ask[merchantapi.CustomerMail](b, "PATCH", path, `{"lift_bounce":true,"win_back_consent":true,"optional_mails":false}`, 200)
	if got.Status != "ok" || got.Optional || got.Consent == nil {
		t.Errorf("changed to %+v", got)
	}
}

// Consent is asked for, and the subscription's own card is no backup.
func TestABackupMethodNeedsConsent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.Active("visa_ok")
	sub := b.Active("mastercard_ok")
	path := "/subscriptions/" + sub.ID + "/backup-payment-method"
	for body, code := range map[string]string{
		`{"payment_method_id":"` + first.Method.ID + `","customer_consented":false}`: "CONSENT_REQUIRED",
		`{"payment_method_id":"` + sub.Method.ID + `","customer_consented":true}`:    "BACKUP_IS_PRIMARY",
		`{"payment_method_id":"pm_of_nobody","customer_consented":true}`:             "NOT_FOUND",
	} {
		if _, answer := b.send("PUT", path, writer, body); !strings.Contains(answer, code) {
			t.Errorf("%s: %s", body, answer)
		}
	}
	set := ask[merchantapi.BackupMethod](b, "PUT", path, `{"payment_method_id":"`+first.Method.ID+`","customer_consented":true}`, 200)
	if set.MethodID == nil || *set.MethodID != first.Method.ID || set.ConsentedAt == nil {
		t.Errorf("set %+v", set)
	}
	if gone := ask[merchantapi.BackupMethod](b, "DELETE", path, "", 200); gone.MethodID != nil {
		t.Errorf("removed, yet %+v", gone)
	}
}

func TestTestAddressesAreAddedOneAtATimeAndConfirmedByNobodyElse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := ask[wire.Settings](b, "PATCH", "/settings", `{"test_addresses":[{"email":"qa@acme.example","verified":true}]}`, 200)
	if len(got.TestAddresses) != 1 || got.TestAddresses[0].Verified {
		t.Errorf("a request confirms an address: %+v", got.TestAddresses)
	}
	status, body := b.send("PATCH", "/settings", writer, `{"test_addresses":[{"email":"a@acme.example"},{"email":"b@acme.example"}]}`)
	if status != 422 || !strings.Contains(body, "one at a time") {
		t.Errorf("two at once: %d %s", status, body)
	}
}
