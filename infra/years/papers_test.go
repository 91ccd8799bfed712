package years

import (
	"context"
	"slices"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/invoices"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/refunds"
	"perennial/shared/tax"
	"perennial/shared/taxfix"
	"perennial/shared/taxid"
)

// taxExamples are examples of taxes and papers.
var taxExamples = []example{
	{
		"Whose tax, and how much", "The buyer's country decides, under the seller's own registrations. Here 100.00 of a seller in Germany with a German registration and one for the One Stop Shop; nothing elsewhere.",
		[]string{"Buyer", "Tax", "Rate", "Under", "Why"}, taxPlaces,
	},
	{
		"A rate that was wrong", "`POST /tax-corrections` puts right what was charged at a rate that turns out wrong. Too much goes back, tax alone, with a credit note; too little is the merchant's loss: a credit note and an invoice over the same money with more tax in it. Here 20.00 at 19 %, where 16 % and then 25 % would have been right.",
		slices.Concat([]string{"Right"}, statement), corrections,
	},
	{
		"Invoices, numbers, credit notes", "A number is given in the transaction that pays, from a series without gaps; credit notes have a series of their own. A correction of the buyer keeps the number with `-C`; a refund has a credit note that names its invoice.",
		statement, papers,
	},
}

var german = tax.Seller{Country: "DE", Registrations: []tax.Registration{
	{Country: "DE", Scheme: tax.Local, Number: "DE136695976", From: "2020-01-01"},
	{Country: "DE", Scheme: tax.OSS, Number: "DE136695976", From: "2020-01-01"},
}}

func taxPlaces(t *testing.T) [][]string {
	at := calendar.At(lifecycletest.Start)
	var rows [][]string
	for _, c := range []struct {
		name  string
		buyer tax.Buyer
	}{
		{"a person in Germany", tax.Buyer{Country: "DE"}},
		{"a person in France", tax.Buyer{Country: "FR"}},
		{"a person in Hungary", tax.Buyer{Country: "HU"}},
		{"a business in France whose number was found valid", tax.Buyer{Country: "FR", TaxID: "FR40303265045", TaxIDStatus: taxid.Valid}},
		{"a business in France whose number nobody has checked yet", tax.Buyer{Country: "FR", TaxID: "FR40303265045", TaxIDStatus: taxid.Pending}},
		{"a business in Germany, number valid", tax.Buyer{Country: "DE", TaxID: "DE136695976", TaxIDStatus: taxid.Valid}},
		{"a person on the Canary Islands", tax.Buyer{Country: "ES", PostalCode: "35001"}},
		{"a person in the United States", tax.Buyer{Country: "US", Region: "NY"}},
	} {
		d, err := tax.Decide(german, c.buyer, "saas", tax.When{Paid: at})
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Apply(money.Of(10000, "EUR"), false)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, []string{c.name, amount(got.Tax), d.Rate.Percent() + " %", string(d.Scheme), "`" + string(d.Treatment) + "`"})
	}
	return rows
}

func corrections(t *testing.T) [][]string {
	var rows [][]string
	for _, right := range []tax.Rate{160_000, 250_000} {
		w := lifecycletest.New(t)
		rate := func(r tax.Rate) {
			state := w.State()
			state.Seller.Tax = german
			state.Seller.Tax.Overrides = []tax.Override{{Country: "DE", Rate: r, From: "2020-01-01"}}
			w.Put(state)
		}
		rate(190_000)
		w.Active("visa_ok")
		rate(right)
		w.Clock.Advance(40 * aDay)
		fix := &taxfix.Corrector{Service: taxfix.Service{Store: w.Store}, Commits: w.Store, Refunds: w.Refunds, Wall: w.Clock.Now}
		if _, err := fix.Run(t.Context(), w.Scope, record.System, taxfix.Span{To: w.Clock.Now().Add(time.Hour)}, false); err != nil {
			t.Fatal(err)
		}
		for _, r := range documents(w) {
			rows = append(rows, slices.Concat([]string{right.Percent() + " %"}, r))
		}
	}
	return rows
}

// anyTaxID finds nothing out, as nobody names one here.
type anyTaxID struct{}

func (anyTaxID) Check(context.Context, merchant.Scope, string, string) (taxid.Proof, error) {
	return taxid.Proof{}, nil
}

func papers(t *testing.T) [][]string {
	w := lifecycletest.New(t)
	state := w.State()
	state.Seller = merchant.Seller{Name: "Northwind GmbH", Tax: german, Numbering: merchant.Numbering{
		PerBusiness: true, Invoices: merchant.Template{Prefix: "R-"}, CreditNotes: merchant.Template{Prefix: "G-"},
	}}
	w.Put(state)
	s := w.Active("visa_ok")
	w.Advance(32 * aDay)
	desk := invoices.Corrector{Service: invoices.Service{Store: w.Store, Wall: w.Clock.Now}, TaxIDs: anyTaxID{}}
	if _, err := desk.Correct(t.Context(), invoices.Correction{Scope: w.Scope, Actor: record.System, Payment: s.FirstPayment,
		Buyer: billing.Buyer{Name: "Ada Lovelace", Address: billing.Address{Country: "DE", Street: "Torstraße 12", City: "Berlin", Zip: "10119"}}}); err != nil {
		t.Fatal(err)
	}
	newest := lifecycletest.All[billing.Payment](w)[0]
	if _, err := w.Refunds.Refund(t.Context(), refunds.Wish{Scope: w.Scope, Actor: record.System, Payment: newest.ID}); err != nil {
		t.Fatal(err)
	}
	w.Advance(aDay) // the series numbers what waits for it
	return documents(w)
}
