package invoices_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/invoices"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/refunds"
	"perennial/shared/taxid"
)

// press renders papers as a line each, and counts.
type press struct {
	mu   sync.Mutex
	runs int
}

func (p *press) Render(_ context.Context, papers []invoices.Paper) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runs++
	var b bytes.Buffer
	for _, x := range papers {
		fmt.Fprintf(&b, "%s %s %s for %s about %q by %s\n", x.Invoice.Kind, x.Invoice.Number, x.Invoice.Status, x.Invoice.Buyer.Name, x.About.Number, x.Payment.ID)
		if x.Brand.Name != "" {
			fmt.Fprintf(&b, "sold under %s\n", x.Brand.Name)
		}
	}
	return b.Bytes(), nil
}

// office plays the register of tax ids.
type office taxid.Status

func (o office) Check(_ context.Context, _ merchant.Scope, raw, _ string) (taxid.Proof, error) {
	if raw == "" {
		return taxid.Proof{}, nil
	}
	return taxid.Proof{ID: raw, Status: taxid.Status(o)}, nil
}

type desk struct {
	*lifecycletest.World
	*invoices.Corrector
	press   *press
	payment billing.Payment
}

// open is a world with one paid subscription.
func open(t *testing.T) desk {
	t.Helper()
	w, p := lifecycletest.New(t), &press{}
	w.Active("visa_ok")
	return desk{w, &invoices.Corrector{
		Service: invoices.Service{Store: w.Store, Renderer: p, Wall: w.Clock.Now}, TaxIDs: office(taxid.Valid),
	}, p, lifecycletest.All[billing.Payment](w)[0]}
}

func (d desk) file(id string) string {
	d.T.Helper()
	f, err := d.OfPayment(d.T.Context(), d.Scope, id, invoices.Wish{})
	if err != nil {
		d.T.Fatal(err)
	}
	return string(f.PDF)
}

// kept are the documents that were ever kept.
func (d desk) kept() []record.Issued {
	var all []record.Issued
	for _, c := range d.Store.Commits() {
		for _, obj := range c.Put {
			if o, ok := obj.(record.Issued); ok {
				all = append(all, o)
			}
		}
	}
	return all
}

func (d desk) correction(buyer billing.Buyer) ([]billing.Invoice, error) {
	return d.Correct(d.T.Context(), invoices.Correction{
		Scope: d.Scope, Actor: record.Actor{Kind: record.ByKey, ID: "k"}, Payment: d.payment.ID, Buyer: buyer,
	})
}

func full() billing.Buyer {
	return billing.Buyer{Name: "Ada King", Address: billing.Address{Country: "US", Street: "1 Main St", City: "Springfield", Zip: "62701"}}
}

func TestAnIssuedDocumentIsRenderedOnce(t *testing.T) {
	t.Parallel()
	d := open(t)
	first := d.file(d.payment.ID)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if f, err := d.OfPayment(t.Context(), d.Scope, d.payment.ID, invoices.Wish{}); err != nil || string(f.PDF) != first {
				t.Errorf("%q, %v", f.PDF, err)
			}
		})
	}
	wait.Wait()
	if d.press.runs != 1 {
		t.Errorf("it was rendered %d times", d.press.runs)
	}
	if kept := d.kept(); len(kept) != 1 || string(kept[0].PDF) != first || kept[0].Digest == "" {
		t.Errorf("kept are %+v", kept)
	}
}

func TestOnlyWhatWasPaidHasAnInvoice(t *testing.T) {
	t.Parallel()
	d := open(t)
	failed := d.payment
	failed.ID, failed.Version, failed.Status = "pay_failed", 0, billing.PaymentFailed
	d.Put(failed)
	other := merchant.Scope{Business: "bus_2", Mode: merchant.Test}
	for _, c := range []struct {
		scope merchant.Scope
		id    string
	}{{d.Scope, "pay_failed"}, {d.Scope, "pay_none"}, {other, d.payment.ID}, {d.Scope, ""}} {
		_, err := d.OfPayment(t.Context(), c.scope, c.id, invoices.Wish{})
		if !errors.Is(err, invoices.ErrNone) && !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%s of %s: %v", c.id, c.scope, err)
		}
	}
}

func TestADueNoticeIsNeverKept(t *testing.T) {
	t.Parallel()
	d := open(t)
	due := lifecycletest.All[billing.Invoice](d.World)[0]
	due.ID, due.Version, due.Number, due.Status, due.Payment = "inv_due", 0, "", billing.InvoiceOpen, ""
	d.Put(due)
	for range 2 {
		if _, err := d.OfInvoice(t.Context(), d.Scope, "inv_due", invoices.Wish{}); err != nil {
			t.Fatal(err)
		}
	}
	if kept := d.kept(); d.press.runs != 2 || len(kept) != 0 {
		t.Errorf("rendered %d times, kept %d", d.press.runs, len(kept))
	}
}

// What nobody has paid yet wears the brand that it is sold under.
func TestADueNoticeWearsItsBrand(t *testing.T) {
	t.Parallel()
	d := open(t)
	brand := merchant.Brand{ID: "brnd_1", Name: "Southwind"}
	sub := lifecycletest.All[billing.Subscription](d.World)[0]
	sub.Brand = brand.ID
	due := lifecycletest.All[billing.Invoice](d.World)[0]
	due.ID, due.Version, due.Number, due.Status, due.Payment = "inv_due", 0, "", billing.InvoiceOpen, ""
	once := due
	once.ID, once.Subscription, once.Purchase = "inv_once", "", "pur_1"
	d.Put(brand, sub, due, once, billing.Purchase{ID: "pur_1", Customer: d.Customer.ID, Brand: brand.ID, Status: billing.PurchaseOpen})
	for _, id := range []string{"inv_due", "inv_once"} {
		f, err := d.OfInvoice(t.Context(), d.Scope, id, invoices.Wish{})
		if err != nil || !bytes.Contains(f.PDF, []byte("sold under Southwind")) {
			t.Errorf("%s: %s, %v", id, f.PDF, err)
		}
	}
	if paid := d.file(d.payment.ID); strings.Contains(paid, "sold under") {
		t.Errorf("what was paid under another: %s", paid)
	}
}

func TestARefundHasItsCreditNote(t *testing.T) {
	t.Parallel()
	d := open(t)
	row, err := d.Refunds.Refund(t.Context(), refunds.Wish{
		Scope: d.Scope, Actor: record.System, Payment: d.payment.ID, Items: []billing.RefundItem{{Item: d.Product.ID, Amount: 500}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.OfRefund(t.Context(), d.Scope, row.Object.ID, invoices.Wish{})
	original := lifecycletest.All[billing.Payment](d.World)[0].InvoiceNumber
	if want := fmt.Sprintf("about %q", original); err != nil || !bytes.Contains(f.PDF, []byte("credit_note")) || !bytes.Contains(f.PDF, []byte(want)) {
		t.Errorf("%s, %v; want %s", f.PDF, err, want)
	}
}

func TestAFullAddressMakesOneCorrection(t *testing.T) {
	t.Parallel()
	d := open(t)
	before := d.file(d.payment.ID)
	made, err := d.correction(full())
	if err != nil || len(made) != 1 || made[0].Corrects == "" {
		t.Fatalf("%+v, %v", made, err)
	}
	if after := d.file(d.payment.ID); !bytes.Contains([]byte(after), []byte("correction "+made[0].Number+" paid for Ada King")) {
		t.Errorf("after the correction: %s", after)
	}
	original, err := d.OfInvoice(t.Context(), d.Scope, made[0].Corrects, invoices.Wish{})
	if err != nil || string(original.PDF) != before {
		t.Errorf("the original is %s now, it was %s (%v)", original.PDF, before, err)
	}
	if _, err := d.correction(full()); !errors.Is(err, billing.ErrCorrected) {
		t.Errorf("a second correction: %v", err)
	}
	d.Reconcile()
}

func TestAPoorAddressIsRefusedWholeAndWritesNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	commits := len(d.Store.Commits())
	for _, b := range []billing.Buyer{{}, {Name: "Ada", Business: "Acme", Address: full().Address}, {Name: "Ada", Address: billing.Address{Country: "Germany"}}} {
		if _, err := d.correction(b); err == nil {
			t.Errorf("%+v was taken", b)
		}
	}
	d.TaxIDs = office(taxid.Invalid)
	b := full()
	b.TaxID = "DE000000000"
	if _, err := d.correction(b); err == nil {
		t.Error("an invalid tax id was taken")
	}
	if n := len(d.Store.Commits()); n != commits {
		t.Errorf("%d commits were made", n-commits)
	}
}

func TestASignatureOpensOneDocument(t *testing.T) {
	t.Parallel()
	old, both := invoices.Links{URL: "https://api.example.com", Secrets: []string{"old"}}, invoices.Links{Secrets: []string{"new", "old"}}
	test, live := merchant.Scope{Business: "bus_1", Mode: merchant.Test}, merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	const prefix = "https://api.example.com/invoices/payments/pay_1?scope=bus_1.test&signature="
	address := old.To(test, invoices.Payments, "pay_1")
	if len(address) != len(prefix)+24 || address[:len(prefix)] != prefix {
		t.Fatalf("the address is %s", address)
	}
	signature := address[len(prefix):]
	if !old.Signed(test, invoices.Payments, "pay_1", signature) || !both.Signed(test, invoices.Payments, "pay_1", signature) {
		t.Error("it opens nothing")
	}
	if old.Signed(live, invoices.Payments, "pay_1", signature) || old.Signed(test, invoices.Refunds, "pay_1", signature) ||
		old.Signed(test, invoices.Payments, "pay_2", signature) || old.Signed(test, invoices.Payments, "pay_1", "") ||
		(invoices.Links{Secrets: []string{"new"}}).Signed(test, invoices.Payments, "pay_1", signature) || (invoices.Links{}).Signed(test, invoices.Payments, "pay_1", "") {
		t.Error("it opens something else")
	}
	if (invoices.Links{}).To(test, invoices.Payments, "pay_1") != "" {
		t.Error("an address was signed without a secret")
	}
}

func TestDocumentsAreKeptAsLongAsTheLawWants(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	if got := record.Retention(merchant.Live, at, at); !got.Equal(time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("a live one until %v", got)
	}
	if got := record.Retention(merchant.Test, at, at); !got.Equal(at.AddDate(0, 0, 30)) {
		t.Errorf("a test one until %v", got)
	}
}
