package compat

import (
	"net/http"
	"strings"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
)

var licenseChecks = []check{
	{34, "a licence key is sold, activated once, validated and deactivated", useLicense},
	{34, "a disabled licence key neither activates nor validates", disableLicense},
	{34, "a subscription's licence key has no expiry of its own", func(s *shop) {
		_, key := s.soldKey()
		//nolint:staticcheck // deprecated by Dodo and still what its merchants call
		_, err := s.sdk.LicenseKeys.Update(s.Context(), key.ID, dodo.LicenseKeyUpdateParams{ExpiresAt: dodo.F(time.Now().AddDate(1, 0, 0))})
		s.refused(err, http.StatusBadRequest, "NO_EXPIRY_ON_SUBSCRIPTION_LICENSE_KEYS")
	}},
}

// license is the newest licence key of a customer.
func (s *shop) license(customer string) dodo.LicenseKey {
	s.Helper()
	//nolint:staticcheck // deprecated by Dodo and still what its merchants call
	page, err := s.sdk.LicenseKeys.List(s.Context(), dodo.LicenseKeyListParams{CustomerID: dodo.F(customer)})
	s.must(err)
	if len(page.Items) == 0 {
		s.Fatal("the customer has no licence key")
	}
	return page.Items[0]
}

// soldKey sells a product with a licence key that can be activated once.
func (s *shop) soldKey() (*receiver, dodo.LicenseKey) {
	s.Helper()
	hooks := s.listen()
	product, err := s.sdk.Products.New(s.Context(), dodo.ProductNewParams{
		Name: dodo.F("Atlas"), TaxCategory: dodo.F(dodo.TaxCategorySaas), Price: dodo.F[dodo.PriceUnionParam](monthly(2900)),
		LicenseKeyEnabled: dodo.F(true), LicenseKeyActivationsLimit: dodo.F(int64(1)),
	})
	s.must(err)
	sub := s.subscriber(product.ProductID, cardGood)
	return hooks, s.license(sub.Customer.CustomerID)
}

func useLicense(s *shop) {
	hooks, key := s.soldKey()
	s.heard(hooks, 0, "license_key.created")
	public := s.client("").Licenses
	activate := dodo.LicenseActivateParams{LicenseKey: dodo.F(key.Key), Name: dodo.F("laptop")}
	made, err := public.Activate(s.Context(), activate)
	s.must(err)
	if !strings.HasPrefix(made.ID, "lki_") || made.LicenseKeyID != key.ID {
		s.Errorf("activated %s", made.JSON.RawJSON())
	}
	_, err = public.Activate(s.Context(), activate)
	s.refused(err, http.StatusUnprocessableEntity, "LICENSE_KEY_LIMIT_REACHED")
	for instance, want := range map[string]bool{made.ID: true, "lki_none": false} {
		got, err := public.Validate(s.Context(), dodo.LicenseValidateParams{LicenseKey: dodo.F(key.Key), LicenseKeyInstanceID: dodo.F(instance)})
		s.must(err)
		if got.Valid != want {
			s.Errorf("%s is valid: %t", instance, got.Valid)
		}
	}
	s.must(public.Deactivate(s.Context(), dodo.LicenseDeactivateParams{LicenseKey: dodo.F(key.Key), LicenseKeyInstanceID: dodo.F(made.ID)}))
	_, err = public.Activate(s.Context(), activate)
	s.must(err)
}

func disableLicense(s *shop) {
	_, key := s.soldKey()
	//nolint:staticcheck // deprecated by Dodo and still what its merchants call
	_, err := s.sdk.LicenseKeys.Update(s.Context(), key.ID, dodo.LicenseKeyUpdateParams{Disabled: dodo.F(true)})
	s.must(err)
	public := s.client("").Licenses
	_, err = public.Activate(s.Context(), dodo.LicenseActivateParams{LicenseKey: dodo.F(key.Key), Name: dodo.F("laptop")})
	s.refused(err, http.StatusForbidden, "INACTIVE_LICENSE_KEY")
	got, err := public.Validate(s.Context(), dodo.LicenseValidateParams{LicenseKey: dodo.F(key.Key)})
	s.must(err)
	if got.Valid {
		s.Error("a disabled key is valid")
	}
}
