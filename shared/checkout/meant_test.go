package checkout_test

import (
	"net/url"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

// sellsTo moves the site into a live mode whose gateway is meant for customers
// of one country.
func (s *site) sellsTo(country string) {
	s.t.Helper()
	state, now := s.State(), s.Now()
	s.Scope.Mode = merchant.Live
	live := merchant.State{Scope: s.Scope, Business: state.Business, Recovery: state.Recovery}
	book := billing.Product{
		ID: "pdt_book", Name: "Handbook", TaxCategory: "e_book", CreatedAt: now,
		Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")},
	}
	s.Put(live.Connect(merchant.Gateway{Name: "stripe", Account: "bus_1.live.acct_1", Key: "pk_live_1", Countries: []string{country}}), book)
}

// R050: a buyer from a country that no gateway is meant for hears it at the
// country, may choose another, and buys there.
func TestACountryThatNoGatewayIsMeantForIsRefusedWhereItIsChosen(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.sellsTo("US")
	made, path := s.open(nil)
	german := url.Values{
		"email": {"grace@example.com"}, "name": {"Grace"}, "country": {"DE"}, "street": {"Hauptstr. 1"}, "city": {"Berlin"}, "zipcode": {"10115"},
	}
	const why = "The seller cannot take payments in this currency from this country."
	s.leadsTo(s.post(path+"/details", german), path).Must(t, 422, why, `name="country"`)
	s.post(path, url.Values{"token": {s.Gateway.Token("visa_ok")}, "shown": {"3000 USD"}}).Must(t, 422, why)
	if page := s.report(made.ID).Checkout; page.Placed() {
		t.Errorf("it was placed: %+v", page)
	}
	s.leadsTo(s.post(path+"/details", ada), path).Must(t, 200, "pk_live_1")
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Thank you")
}
