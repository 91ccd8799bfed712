package mails_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/identity"
	"perennial/shared/merchant"
)

// Rules 19: the new address is asked, the old one is told, once each.
func TestAMoveAsksTheNewAddressAndTellsTheOld(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	move := identity.Move{Scope: scope, Customer: "cus_1", Email: "ada@new.example"}
	for range 2 { // the message comes twice
		if err := b.Move(t.Context(), move, "m1"); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"address_notice to Ada@example.com", "address_confirm to ada@new.example"}, b.subjects()); diff != "" {
		t.Fatal(diff)
	}
	notice, confirm := b.office.sent[0].Text, b.office.sent[1].Text
	if !strings.HasPrefix(confirm, "https://test.portal/address/bus_1.") || notice != "https://test.portal/login/bus_1?next=%2Fprofile" {
		t.Errorf("the buttons lead to %s and %s", notice, confirm)
	}
	if notice, confirm := b.office.letters[0], b.office.letters[1]; notice.Name == "" || confirm.Name != "" {
		t.Errorf("the old address is greeted as %q, the unknown one as %q", notice.Name, confirm.Name)
	}
	if err := b.Move(t.Context(), identity.Move{Scope: scope, Customer: "cus_gone", Email: "a@x.example"}, "m2"); err != nil || len(b.office.sent) != 2 {
		t.Errorf("for nobody: %v, %v", b.subjects(), err)
	}
}

// R145: the link to the unified portal goes to whoever buys anywhere, and
// bears the portal's own name.
func TestALinkToTheUnifiedPortalNamesNoMerchant(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	everywhere := identity.Wish{Scope: merchant.Everywhere(merchant.Test), Email: "ada@example.com", Next: "/everywhere"}
	if err := b.Wish(t.Context(), everywhere, "m1"); err != nil {
		t.Fatal(err)
	}
	everywhere.Email = "eve@example.com"
	if err := b.Wish(t.Context(), everywhere, "m2"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"portal_link to ada@example.com"}, b.subjects()); diff != "" {
		t.Fatal(diff)
	}
	if sent := b.office.letters[0]; !strings.HasPrefix(sent.URL, "https://test.portal/session/everywhere.") || sent.Merchant != "test.portal" || !sent.Test {
		t.Errorf("%+v", sent)
	}
}
