package main

import (
	"net/http"

	"perennial/shared/assembly"
	"perennial/shared/cardfields"
	"perennial/shared/clock"
	"perennial/shared/customers"
	"perennial/shared/identity"
	"perennial/shared/invoices"
	"perennial/shared/merchant"
	"perennial/shared/portal"
	"perennial/shared/portals"
	"perennial/shared/subscriptions"
)

func handler(till *assembly.Till, id *identity.Service, links invoices.Links, live, test, orders string, fields cardfields.Origins) http.Handler {
	return portal.New(portal.Options{
		Identity: id, Store: till.Store, Recovery: till.Recovery, Self: self(till), Checkout: orders, Documents: links, Fields: fields, Wall: clock.System,
		Limits:   identity.NewLimits(till.Store, clock.System),
		Surfaces: map[string]portal.Surface{"portal": {Mode: merchant.Live, URL: live}, "portal-test": {Mode: merchant.Test, URL: test}},
	})
}

// self is what customers do by themselves.
func self(till *assembly.Till) *portals.Service {
	people := &customers.Service{Store: till.Store, Wall: clock.System}
	if till.Wallet != nil {
		people.Vault = till.Wallet.Vault
	}
	return &portals.Service{
		Store: till.Store, Customers: people, Wallet: till.Wallet, Payer: till.Recovery, Biller: till.Life, Wall: clock.System,
		Papers: &invoices.Corrector{Service: invoices.Service{Store: till.Store, Wall: clock.System}, TaxIDs: till.TaxIDs},
		Subscriptions: &subscriptions.Service{
			Store: till.Store, Payer: till.Recovery, Charger: till.Charging, Wall: clock.System,
		},
	}
}
