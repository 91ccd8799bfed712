package documents

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ledongthuc/pdf"

	"perennial/shared/billing"
	"perennial/shared/money"
	"perennial/shared/typeset"
)

var out = flag.String("out", "", "folder in which to leave every sample as PDF")

// read is what an independent program reads in a file.
func read(t *testing.T, file []byte) (text string, pages int) {
	t.Helper()
	r, err := pdf.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := r.GetPlainText()
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(all), "\n", ""), r.NumPage()
}

// leave keeps a sample for whoever wants to look at it.
func leave(t *testing.T, name string, file []byte) {
	t.Helper()
	if *out == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*out, name+".pdf"), file, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEachDocumentCanBeReadIsSmallAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	for name, d := range samples() {
		file := render(t, d)
		if again := render(t, d); !bytes.Equal(file, again) {
			t.Errorf("%s: two renderings differ", name)
		}
		if len(file) > 100<<10 {
			t.Errorf("%s has %d bytes", name, len(file))
		}
		text, pages := read(t, file)
		if want := d.content().Seller[0]; d.language() != "hi" && !strings.Contains(text, want) {
			t.Errorf("%s does not say %q: %s", name, want, text)
		}
		if want := map[bool]int{true: 3, false: 1}[name == "en-long"]; pages != want {
			t.Errorf("%s has %d pages, want %d", name, pages, want)
		}
		leave(t, name, file)
	}
}

func TestALongTableRepeatsItsHeadAndCountsItsPages(t *testing.T) {
	t.Parallel()
	text, _ := read(t, render(t, samples()["en-long"]))
	if got := strings.Count(text, "Unit price"); got != 3 {
		t.Errorf("the head stands on %d pages", got)
	}
	for _, want := range []string{"workspace 1", "workspace 34", "Page 1 of 3", "Page 3 of 3", "Credit applied", "Amount paid"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// R265: invoices carry payment-method details and a PAID label. R266: so that
// nobody pays twice.
func TestAPaidInvoiceSaysSoAndHow(t *testing.T) {
	t.Parallel()
	c := samples()["de"].content()
	if c.Stamp != "BEZAHLT" || c.Headline != "46,06\u00a0€ bezahlt am 2. März 2026" {
		t.Errorf("stamp %q, headline %q", c.Stamp, c.Headline)
	}
	if want := []string{"Bezahlt mit Visa •••• 4242 am 2. März 2026"}; !cmp.Equal(c.Notes, want) {
		t.Error(cmp.Diff(want, c.Notes))
	}
	due := samples()["en-notice"].content()
	if due.Stamp != "" || due.Title != "Payment request" || !slices.Contains(due.Notes, english.NoLegalNumber) {
		t.Errorf("a due notice says %q %q %v", due.Title, due.Stamp, due.Notes)
	}
}

func TestAReceiptNamesThePaymentAndWhatItSettles(t *testing.T) {
	t.Parallel()
	c := samples()["de-receipt"].content()
	if c.Title != "Zahlungsbeleg" || !slices.Contains(c.Notes, "Zahlung von: NW-0007") || !slices.Contains(c.Facts, [2]string{"Zahlung", paid().ID}) {
		t.Errorf("%q %v %v", c.Title, c.Notes, c.Facts)
	}
}

func TestFiguresOfNetPrices(t *testing.T) {
	t.Parallel()
	got := samples()["de"].content().Totals
	want := []total{
		{Label: "Zwischensumme", Amount: "43,00 €"}, {Label: "Rabatt (SPRING10)", Amount: "−4,30 €"},
		{Label: "USt. 19\u00a0% auf 38,70 €", Amount: "7,36 €"}, {Label: "Gesamtbetrag", Amount: "46,06 €", Strong: true},
	}
	for i := range want { // CLDR puts a narrow or wide blank, which is none of ours
		want[i].Amount = strings.ReplaceAll(want[i].Amount, " ", "\u00a0")
		want[i].Label = strings.ReplaceAll(want[i].Label, "38,70 €", "38,70\u00a0€")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFiguresOfPricesWithTax(t *testing.T) {
	t.Parallel()
	got := samples()["ja"].content().Totals
	if last := got[len(got)-1]; last.Label != "内 消費税 10%（対象額 ￥8,600）" || last.Amount != "￥860" {
		t.Errorf("the tax within is %+v", last)
	}
	if total := got[len(got)-2]; total.Amount != "￥9,460" || !total.Strong {
		t.Errorf("the total is %+v", total)
	}
}

func TestACreditNoteNamesItsInvoice(t *testing.T) {
	t.Parallel()
	c := samples()["it-credit-note"].content()
	if c.Title != "Nota di credito" || c.Stamp != "RIMBORSATA" || !strings.HasPrefix(c.Headline, "20,35") {
		t.Errorf("%q %q %q", c.Title, c.Stamp, c.Headline)
	}
	if want := "Questa nota di credito si riferisce alla fattura NW-0007 del 2 marzo 2026."; !slices.Contains(c.Notes, want) {
		t.Errorf("notes: %v", c.Notes)
	}
	if c.Marked == "" {
		t.Error("a document of a test mode is not marked")
	}
}

func TestReverseChargeIsSaidAndBothNumbersShown(t *testing.T) {
	t.Parallel()
	c := samples()["en-reverse"].content()
	if !slices.Contains(c.Notes, english.ReverseCharge) {
		t.Errorf("notes: %v", c.Notes)
	}
	both := strings.Join(slices.Concat(c.Seller, c.Buyer), "\n")
	if !strings.Contains(both, "DE123456789") || !strings.Contains(both, "FR40303265045") || !strings.Contains(both, "Société Générale de Łódź") {
		t.Errorf("parties: %s", both)
	}
}

// A business name is shown only beside a tax id.
func TestABusinessWithoutATaxIDIsAPerson(t *testing.T) {
	t.Parallel()
	d := samples()["de"]
	d.Invoice.Buyer.TaxID = ""
	if got := d.content().Buyer[0]; got != "Ada Lovelace" {
		t.Errorf("the buyer is %q", got)
	}
}

func TestSeveralInvoicesInOneFileCountTheirOwnPages(t *testing.T) {
	t.Parallel()
	text, pages := read(t, render(t, samples()["en-long"], samples()["en-reverse"]))
	if pages != 4 || !strings.Contains(text, "Page 1 of 1") || !strings.Contains(text, "Page 3 of 3") {
		t.Errorf("%d pages", pages)
	}
}

func TestAHostileInvoiceIsStillLaidOut(t *testing.T) {
	t.Parallel()
	d := samples()["de"]
	d.Brand.Logo = []byte("not a picture")
	d.Invoice.Lines[0].Description = strings.Repeat("Donaudampfschifffahrt", 40) + " ()\\<> \x00 \u202e مرحبا بالعالم 🦄"
	d.Invoice.Lines[1].Quantity, d.Invoice.Lines[1].Amount = 1<<40, money.Of(1<<60, "EUR")
	d.Invoice.Buyer.Name, d.Invoice.Seller.Name, d.Invoice.Reason = strings.Repeat("x", 3000), "", strings.Repeat("warum nicht ", 900)
	if _, pages := read(t, render(t, d)); pages < 2 {
		t.Errorf("%d pages", pages)
	}
	render(t, Document{Invoice: billing.Invoice{}})
}

func TestWithoutFontsThereIsNoDocument(t *testing.T) {
	t.Parallel()
	_, err := Render(typeset.Open(os.DirFS(t.TempDir())), samples()["de"])
	if err == nil || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("err = %v", err)
	}
	if _, err := Render(fonts); err == nil {
		t.Error("a file of nothing was made")
	}
}

// same are words that a language shares with English.
var same = map[string][]string{
	"de": {"GST", "Register"}, "it": {"GST"}, "ja": {"GST"}, "es": {"GST", "Subtotal"}, "pt": {"GST", "Subtotal"}, "ca": {"GST", "Subtotal"},
	"fr": {"Page"}, "ro": {"GST"}, "nl": {"GST"}, "sv": {"GST", "Register"}, "tr": {"GST"}, "id": {"GST"},
}

func TestEveryLanguageSaysEverythingInItsOwnWords(t *testing.T) {
	t.Parallel()
	en := reflect.ValueOf(english)
	for code, w := range languages {
		own := reflect.ValueOf(w)
		for i := range own.NumField() {
			name, said, original := own.Type().Field(i).Name, own.Field(i).String(), en.Field(i).String()
			if said == "" {
				t.Errorf("%s has no %s", code, name)
			}
			if code != "en" && said == original && !slices.Contains(same[code], name) {
				t.Errorf("%s says %s in English", code, name)
			}
			if a, b := slots(said), slots(original); !slices.Equal(a, b) {
				t.Errorf("%s %s puts in %v, English %v", code, name, a, b)
			}
		}
	}
}

// Each language is set in letters that its fonts have: what is read back is
// what was said.
func TestEachLanguageIsSetInLettersThatCanBeReadBack(t *testing.T) {
	t.Parallel()
	for code, w := range languages {
		if code == "hi" {
			continue // its letters are read back in the order of their shapes
		}
		file := render(t, Document{Invoice: abroad(sold()), Payment: paid(), Brand: northwind(), Language: code})
		leave(t, "abroad-"+code, file)
		text, _ := read(t, file)
		for _, want := range []string{w.Invoice, w.Seller, w.Paid, w.Item, w.Total} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q: %s", code, want, text)
			}
		}
	}
}

// slots are the places of a sentence where something is put in.
func slots(s string) []string {
	var all []string
	for part := range strings.SplitSeq(s, "{") {
		if name, _, found := strings.Cut(part, "}"); found {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}
