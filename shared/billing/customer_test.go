package billing_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/fault"
)

func TestAddressesAreComparedInAnyCaseOfLatinLettersOnly(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" Ada.Kim@Example.COM ": "ada.kim@example.com",
		"İda@example.com":       "İda@example.com",
		"\u212aim@example.com":  "\u212aim@example.com", // the Kelvin sign
	} {
		if got := billing.NormalEmail(typed); got != want {
			t.Errorf("%q is compared as %q, want %q", typed, got, want)
		}
	}
}

func TestACustomersAddressIsPlainASCII(t *testing.T) {
	t.Parallel()
	for _, email := range []string{"İda@example.com", "\u212aim@example.com", "ida@ex\u00e4mple.com"} {
		f := fault.Of(billing.Customer{Email: email, Name: "Ida"}.Check())
		if f == nil || len(f.Problems) != 1 || f.Problems[0].Field != "email" {
			t.Errorf("%q: %v", email, f)
		}
	}
	if err := (billing.Customer{Email: "ida@xn--exmple-cua.com", Name: "Ida"}).Check(); err != nil {
		t.Errorf("an international domain in its ASCII form: %v", err)
	}
}
