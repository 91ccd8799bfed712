package taxfix_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/tax"
	"perennial/shared/taxfix"
	"perennial/shared/taxid"
)

var (
	scope  = merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	august = calendar.At(time.Date(2027, 8, 3, 10, 0, 0, 0, time.UTC))
	seller = tax.Seller{
		Country:       "DE",
		Registrations: []tax.Registration{{Country: "DE", Scheme: tax.Local, Number: "DE136695976", From: "2020-01-01"}, {Country: "DE", Scheme: tax.OSS, Number: "DE136695976", From: "2020-01-01"}},
	}
)

// sold is a payment of 100.00 net to an address, as it was taxed at the time.
func sold(t *testing.T, id string, by tax.Seller, at calendar.Instant, buyer tax.Buyer, change func(*billing.Payment, *billing.Invoice)) []any {
	t.Helper()
	address := billing.Address{Country: buyer.Country}
	v, err := billing.Draft{
		ID: "inv_" + id, Customer: "cus_1", Currency: "EUR", Seller: by, Taxed: buyer, At: at, Credit: money.Of(0, "EUR"),
		Lines: []billing.Line{{Category: "saas", Quantity: 1, Unit: money.Of(10000, "EUR")}},
		Buyer: billing.Buyer{Address: address, TaxID: buyer.TaxID}, Period: calendar.Period{Start: at, End: at.Add(time.Hour)},
	}.Invoice()
	if err != nil {
		t.Fatal(err)
	}
	v.Status, v.Payment, v.PaidAt, v.Number = billing.InvoicePaid, "pay_"+id, at, id
	p := billing.Payment{
		ID: "pay_" + id, Customer: "cus_1", Invoices: []string{v.ID}, Status: billing.PaymentSucceeded, Amount: v.Due(), Tax: v.Tax,
		Refunded: money.Of(0, "EUR"), CreatedAt: at,
	}
	if change != nil {
		change(&p, &v)
	}
	return []any{v, p}
}

// office answers for every tax id.
type office taxid.Status

// Check implements taxfix.TaxIDs.
func (o office) Check(context.Context, merchant.Scope, string, string) (taxid.Proof, error) {
	return taxid.Proof{Status: taxid.Status(o)}, nil
}

func put(t *testing.T, store *recordtest.Fake, objects ...any) {
	t.Helper()
	err := store.Commit(t.Context(), record.Commit{Scope: scope, Actor: record.System, Cause: "test", Put: objects})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPreview: 16 % held in Germany from 1 July 2027, and became known in the
// middle of August.
func TestPreview(t *testing.T) {
	t.Parallel()
	store := recordtest.New()
	known := seller
	known.Overrides = []tax.Override{{Country: "DE", Rate: 160_000, From: "2027-07-01", Until: "2028-01-01"}}
	state := merchant.State{Scope: scope}
	state.Seller.Tax = known
	put(t, store, state)
	german := tax.Buyer{Country: "DE"}
	dane := tax.Buyer{Country: "DK", TaxID: "DK13585628", TaxIDStatus: taxid.Pending}
	june := calendar.At(time.Date(2027, 6, 30, 12, 0, 0, 0, time.UTC))
	put(t, store, sold(t, "june", seller, june, german, nil)...)
	put(t, store, sold(t, "july", seller, june.Add(48*time.Hour), german, nil)...)
	put(t, store, sold(t, "right", known, august, german, nil)...)
	put(t, store, sold(t, "french", seller, august, tax.Buyer{Country: "FR"}, nil)...)
	put(t, store, sold(t, "dane", seller, august.Add(time.Hour), dane, nil)...)
	put(t, store, sold(t, "half", seller, august.Add(2*time.Hour), german, func(p *billing.Payment, v *billing.Invoice) {
		p.Refunded = money.Of(5950, "EUR")
		v.Lines[0].Credited, v.Lines[0].CreditedTax = money.Of(5950, "EUR"), money.Of(950, "EUR")
	})...)
	put(t, store, sold(t, "back", seller, august.Add(3*time.Hour), german, func(p *billing.Payment, _ *billing.Invoice) { p.Refunded = p.Amount })...)
	put(t, store, sold(t, "failed", seller, august.Add(4*time.Hour), german, func(p *billing.Payment, _ *billing.Invoice) { p.Status = billing.PaymentFailed })...)
	put(t, store, sold(t, "early", tax.Seller{}, august.Add(5*time.Hour), german, nil)...)

	service := &taxfix.Service{Store: store, TaxIDs: office(taxid.Valid)}
	fixes, err := service.Preview(t.Context(), scope, taxfix.Span{From: june.Time(), To: august.Add(24 * time.Hour).Time()})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fixes {
		got = append(got, fmt.Sprintf("%s: refund %d, absorbed %d %s%s", f.Payment, f.Refund.Minor, f.Absorbed.Minor, f.Skip, f.Problem))
	}
	want := []string{
		"pay_early: refund 0, absorbed 1379 ", // no tax was collected: 16 % within 100.00
		"pay_back: refund 300, absorbed 0 fully_refunded",
		"pay_half: refund 150, absorbed 0 ",
		"pay_dane: refund 2500, absorbed 0 ",
		"pay_july: refund 300, absorbed 0 ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every payment is looked at once, however many fall on one instant.
func TestPreviewReadsEveryPage(t *testing.T) {
	t.Parallel()
	store := recordtest.New()
	state := merchant.State{Scope: scope}
	state.Seller.Tax = seller
	state.Seller.Tax.Overrides = []tax.Override{{Country: "DE", Rate: 160_000, From: "2027-07-01"}}
	put(t, store, state)
	const many = 450
	for i := range many {
		at := august
		if i%3 == 0 {
			at = august.Add(time.Duration(i) * time.Minute)
		}
		put(t, store, sold(t, fmt.Sprintf("%03d", i), seller, at, tax.Buyer{Country: "DE"}, nil)...)
	}
	fixes, err := (&taxfix.Service{Store: store}).Preview(t.Context(), scope, taxfix.Span{})
	if err != nil || len(fixes) != many {
		t.Errorf("%d of %d, %v", len(fixes), many, err)
	}
}
