package gatewaytest

import (
	"errors"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/gateway"
)

func savedCard(d desk) {
	_, got := d.save("amex_ok")
	if got.Ref == "" || got.Fingerprint == "" || got.ExpYear < 2026 || got.ExpMonth < 1 {
		d.t.Errorf("incomplete: %+v", got)
	}
	want := gateway.Method{Brand: "amex", Last4: "0005", Country: "US"}
	got.Ref, got.Fingerprint, got.ExpMonth, got.ExpYear = "", "", 0, 0
	if diff := cmp.Diff(want, got); diff != "" {
		d.t.Error(diff)
	}
}

func refusedCard(d desk) {
	customer := d.enrol("cus_ada")
	for _, code := range []string{
		"generic_decline", "insufficient_funds", "lost_card", "stolen_card",
		"expired_card", "incorrect_cvc", "processing_error", "card_velocity_exceeded",
	} {
		token := d.Token(d.t, code)
		for range 2 { // the refusal is repeated under its key
			_, err := d.Vault.Save(d.t.Context(), d.Account, "save-"+code, customer, token, gateway.Visitor{})
			var refused *gateway.RefusedError
			if !errors.As(err, &refused) || refused.Decline.Code != code {
				d.t.Errorf("%s: got %v", code, err)
			}
		}
	}
}

func tokenOnce(d desk) {
	customer, token := d.enrol("cus_ada"), d.Token(d.t, "visa_ok")
	_, err := d.Vault.Save(d.t.Context(), d.Account, "first", customer, token, gateway.Visitor{})
	d.must(err)
	_, err = d.Vault.Save(d.t.Context(), d.Account, "second", customer, token, gateway.Visitor{})
	d.wantError(err, "a used token")
	_, err = d.Vault.Save(d.t.Context(), d.Account, "third", customer, "tok_invented", gateway.Visitor{})
	d.wantError(err, "an invented token")
}

func saveTwice(d desk) {
	customer, token := d.enrol("cus_ada"), d.Token(d.t, "visa_ok")
	first, err := d.Vault.Save(d.t.Context(), d.Account, "one", customer, token, gateway.Visitor{})
	d.must(err)
	again, err := d.Vault.Save(d.t.Context(), d.Account, "one", customer, token, gateway.Visitor{})
	d.must(err)
	if diff := cmp.Diff(first, again); diff != "" {
		d.t.Error(diff)
	}
}

// sameFingerprint is about one customer: a sandbox may give each its own test
// cards.
func sameFingerprint(d desk) {
	ada := d.enrol("cus_ada")
	save := func(key, customer, card string) gateway.Method {
		m, err := d.Vault.Save(d.t.Context(), d.Account, key, customer, d.Token(d.t, card), gateway.Visitor{})
		d.must(err)
		return m
	}
	a, b, c := save("a", ada, "visa_ok"), save("b", ada, "visa_ok"), save("c", ada, "mastercard_ok")
	if a.Fingerprint != b.Fingerprint || a.Ref == b.Ref {
		d.t.Errorf("the same card: %+v and %+v", a, b)
	}
	if a.Fingerprint == c.Fingerprint {
		d.t.Error("two cards share a fingerprint")
	}
}

func enrolTwice(d desk) {
	if a, b := d.enrol("cus_ada"), d.enrol("cus_ada"); a != b || a == "" {
		d.t.Errorf("%q and %q", a, b)
	}
	if d.enrol("cus_ada") == d.enrol("cus_bob") {
		d.t.Error("two customers share a reference")
	}
}

func removedMethod(d desk) {
	p := d.params("k", "visa_ok", true)
	d.must(d.Vault.Remove(d.t.Context(), d.Account, p.Method))
	d.must(d.Vault.Remove(d.t.Context(), d.Account, p.Method))
	_, err := d.Payments.Prepare(d.t.Context(), d.Account, p)
	d.wantError(err, "a removed method")
}

func removedMeanwhile(d desk) {
	p := d.params("k", "visa_ok", true)
	id := d.prepare(p)
	d.must(d.Vault.Remove(d.t.Context(), d.Account, p.Method))
	d.wantState(d.confirm(id, "k1"), gateway.StateDeclined, "invalid_account")
	d.wantLedger(0)
}
