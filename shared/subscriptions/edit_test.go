package subscriptions_test

import (
	"errors"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/merchant"
	"perennial/shared/proration"
	"perennial/shared/record"
	"perennial/shared/subscriptions"
	"perennial/shared/tax"
)

func (s shop) edit(id string, e billing.Edit) error {
	_, err := s.plans.Change(s.T.Context(), subscriptions.Change{Scope: s.Scope, Actor: record.System, Subscription: id, Edit: e})
	return err
}

// An address whose tax nobody knows would let a subscription run on unpaid.
func TestAnAddressIsOneWhoseTaxIsKnown(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	state := s.State()
	state.Seller = merchant.Seller{Tax: tax.Seller{
		Country: "DE", Registrations: []tax.Registration{{Country: "DE", Scheme: tax.Local, Number: "DE123456789", From: "2020-01-01"}},
	}}
	s.Put(state)
	sub := s.on("pdt_basic")
	if err := s.edit(sub.ID, billing.Edit{Billing: &billing.Address{Country: "ZZ"}}); !errors.Is(err, billing.ErrTaxPlace) {
		t.Errorf("a country that is none: %v", err)
	}
	for country := range strings.FieldsSeq(billing.Countries) {
		if err := s.edit(sub.ID, billing.Edit{Billing: &billing.Address{Country: country}}); err != nil {
			t.Errorf("%s: %v", country, err)
		}
	}
}

// A change that waits for its payment was priced for the time that was left.
func TestTheBillingDateStaysWhileAChangeWaits(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	sub := s.on("pdt_basic")
	wish := s.order(sub.ID, "pdt_pro", proration.Prorated)
	wish.Prevent = true
	s.Gateway.Program(sub.Method.Reference, gatewaytest.Decline("insufficient_funds"))
	s.change(wish)
	if err := s.edit(sub.ID, billing.Edit{NextBilling: s.Now().Add(day / 2)}); !errors.Is(err, billing.ErrChangePending) {
		t.Errorf("moved: %v", err)
	}
}
