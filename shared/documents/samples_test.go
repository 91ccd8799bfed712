package documents

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/money"
	"perennial/shared/tax"
	"perennial/shared/typeset"
)

var fonts = typeset.Open(os.DirFS("../../functions/documents/fonts"))

func day(year int, month time.Month, d int) calendar.Instant {
	return calendar.At(time.Date(year, month, d, 10, 0, 0, 0, time.UTC))
}

// sold is an invoice of a German seller: two seats and an addon with 19 %,
// 10 % off.
func sold() billing.Invoice {
	eur := func(minor int64) money.Amount { return money.Of(minor, "EUR") }
	return billing.Invoice{
		ID: "inv_1", Number: "NW-0007", Status: billing.InvoicePaid, FinalAt: day(2026, 3, 2), PaidAt: day(2026, 3, 2), DueAt: day(2026, 3, 1),
		Period: calendar.Period{Start: day(2026, 3, 1), End: day(2026, 4, 1)},
		Lines: []billing.Line{
			{Description: "Atlas Team", Quantity: 2, Unit: eur(1900), Amount: eur(3800), Discount: eur(380), Tax: eur(650), Levy: 1, Period: calendar.Period{Start: day(2026, 3, 1), End: day(2026, 4, 1)}},
			{Description: "Extra storage, 100 GB", Quantity: 1, Unit: eur(500), Amount: eur(500), Discount: eur(50), Tax: eur(86), Levy: 1, Period: calendar.Period{Start: day(2026, 3, 1), End: day(2026, 4, 1)}},
		},
		Levies:   []tax.Decision{{Treatment: tax.Standard, Rate: 190000, Jurisdiction: "DE", Registration: "DE123456789"}},
		Subtotal: eur(4300), Discount: eur(430), Tax: eur(736), Total: eur(4606), Credit: eur(0),
		Reductions: []billing.Reduction{{Code: "SPRING10", Amount: eur(430)}},
		Buyer:      billing.Buyer{Name: "Ada Lovelace", Business: "Analytical Engines GmbH", Email: "ada@example.com", TaxID: "DE987654321", Address: billing.Address{Country: "DE", City: "Berlin", Street: "Torstraße 12", Zip: "10119"}},
		Seller:     billing.Party{Name: "Northwind Software GmbH", Street: "Hafenstraße 7", City: "Hamburg", Zip: "20457", Country: "DE", Register: "HRB 12345, Amtsgericht Hamburg", Email: "help@northwind.example"},
	}
}

func paid() billing.Payment {
	return billing.Payment{ID: "pay_0NfJ1a2b3c4d5e6f7g8h9", Method: billing.Method{Brand: "visa", Last4: "4242"}, Amount: money.Of(4606, "EUR")}
}

func northwind() Brand { return Brand{Name: "Northwind", Accent: "#14694a"} }

// samples are one document of each language and kind.
func samples() map[string]Document {
	zone, _ := time.LoadLocation("Europe/Berlin")
	german := Document{Invoice: sold(), Payment: paid(), Brand: northwind(), Language: "de", Zone: zone}

	english := Document{Invoice: long(sold(), 34), Payment: paid(), Brand: Brand{Name: "Northwind", Accent: "#4338ca"}, Language: "en"}
	english.Invoice.Credit = money.Of(1000, "EUR")

	italian := Document{Invoice: noted(sold()), About: sold(), Payment: paid(), Brand: Brand{Name: "Northwind", Accent: "#9d174d"}, Language: "it", Test: true}

	hindi := Document{Invoice: indian(), Payment: paid(), Brand: Brand{Name: "नॉर्थविंड", Accent: "#b45309"}, Language: "hi"}
	japanese := Document{Invoice: kyoto(), Payment: paid(), Brand: northwind(), Language: "ja"}

	german.Brand.Logo = mark()

	notice := Document{Invoice: sold(), Brand: northwind(), Language: "en"}
	notice.Invoice.Number, notice.Invoice.Status, notice.Invoice.PaidAt, notice.Invoice.FinalAt = "", billing.InvoiceOpen, 0, 0

	abroad := Document{Invoice: abroad(sold()), Payment: paid(), Brand: northwind(), Language: "en"}
	receipt := german
	receipt.Receipt = true
	return map[string]Document{
		"de": german, "en-long": english, "it-credit-note": italian, "hi": hindi, "ja": japanese,
		"en-notice": notice, "en-reverse": abroad, "de-receipt": receipt,
	}
}

// mark is a logo: a ring on nothing.
func mark() []byte {
	picture := image.NewNRGBA(image.Rect(0, 0, 240, 80))
	for y := range 80 {
		for x := range 240 {
			if d := (x-40)*(x-40) + (y-40)*(y-40); d < 38*38 && d > 22*22 || x > 96 && y > 30 && y < 50 {
				picture.Set(x, y, color.NRGBA{R: 20, G: 105, B: 74, A: 255})
			}
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, picture) // a buffer takes everything
	return out.Bytes()
}

// long has so many lines that they need several pages.
func long(v billing.Invoice, lines int) billing.Invoice {
	first := v.Lines[0]
	v.Lines = nil
	for i := range lines {
		l := first
		l.Description = fmt.Sprintf("Atlas Team, workspace %d", i+1)
		v.Lines = append(v.Lines, l)
	}
	times := func(a *money.Amount, of money.Amount) { *a = money.Of(of.Minor*int64(lines), "EUR") }
	times(&v.Subtotal, first.Amount)
	times(&v.Discount, first.Discount)
	times(&v.Tax, first.Tax)
	times(&v.Total, first.Gross())
	v.Reductions = nil
	return v
}

func noted(v billing.Invoice) billing.Invoice {
	note := v
	note.Kind, note.ID, note.Number, note.Corrects, note.Refund = billing.KindCreditNote, "inv_2", "NW-CN0001", v.ID, "ref_1"
	note.FinalAt, note.Reason = day(2026, 3, 9), "Duplicate seat"
	note.Lines = []billing.Line{{Description: "Atlas Team", Quantity: 1, Unit: money.Of(-1710, "EUR"), Amount: money.Of(-1710, "EUR"), Discount: money.Of(0, "EUR"), Tax: money.Of(-325, "EUR"), Levy: 1}}
	note.Subtotal, note.Discount, note.Reductions = money.Of(-1710, "EUR"), money.Of(0, "EUR"), nil
	note.Tax, note.Total = money.Of(-325, "EUR"), money.Of(-2035, "EUR")
	note.Period = calendar.Period{}
	return note
}

func indian() billing.Invoice {
	v := sold()
	inr := func(minor int64) money.Amount { return money.Of(minor, "INR") }
	v.Lines = []billing.Line{{Description: "क्षितिज टीम योजना: विश्लेषण और रिपोर्ट", Quantity: 3, Unit: inr(49900), Amount: inr(149700), Discount: inr(0), Tax: inr(22836), Inclusive: true, Levy: 1, Period: v.Period}}
	v.Levies = []tax.Decision{{Treatment: tax.Standard, Rate: 180000, Jurisdiction: "IN", Registration: "29ABCDE1234F2Z5"}}
	v.Subtotal, v.Discount, v.Tax, v.Total, v.Credit, v.Reductions = inr(149700), inr(0), inr(22836), inr(149700), inr(0), nil
	v.Buyer = billing.Buyer{Name: "श्रीमती लक्ष्मी कृष्णमूर्ति", Email: "lakshmi@example.com", Address: billing.Address{Country: "IN", City: "नई दिल्ली", State: "दिल्ली", Street: "१२ ज्ञान मार्ग", Zip: "110001"}}
	v.Seller = billing.Party{Name: "नॉर्थविंड सॉफ़्टवेयर प्राइवेट लिमिटेड", Street: "4 Residency Road", City: "Bengaluru", State: "Karnataka", Zip: "560025", Country: "IN", Email: "help@northwind.example"}
	return v
}

func kyoto() billing.Invoice {
	v := sold()
	jpy := func(minor int64) money.Amount { return money.Of(minor, "JPY") }
	v.Lines = []billing.Line{
		{Description: "アトラス・チームプラン（月額）", Quantity: 5, Unit: jpy(1980), Amount: jpy(9900), Discount: jpy(990), Tax: jpy(810), Inclusive: true, Levy: 1, Period: v.Period},
		{Description: "追加ストレージ 100 GB", Quantity: 1, Unit: jpy(550), Amount: jpy(550), Discount: jpy(0), Tax: jpy(50), Inclusive: true, Levy: 1, Period: v.Period},
	}
	v.Levies = []tax.Decision{{Treatment: tax.Standard, Rate: 100000, Jurisdiction: "JP", Registration: "T1234567890123"}}
	v.Subtotal, v.Discount, v.Tax, v.Total, v.Credit = jpy(10450), jpy(990), jpy(860), jpy(9460), jpy(0)
	v.Reductions = []billing.Reduction{{Code: "HARU", Amount: jpy(990)}}
	v.Buyer = billing.Buyer{Name: "山田 花子", Business: "株式会社 渡邊製作所", TaxID: "T9876543210987", Email: "hanako@example.com", Address: billing.Address{Country: "JP", City: "京都市", State: "京都府", Street: "中京区烏丸通1-2-3", Zip: "604-8006"}}
	v.Seller = billing.Party{Name: "ノースウィンド合同会社", Street: "千代田区丸の内1-1", City: "", State: "東京都", Zip: "100-0005", Country: "JP", Email: "help@northwind.example"}
	return v
}

// abroad is sold to a business in another member state.
func abroad(v billing.Invoice) billing.Invoice {
	zero := money.Of(0, "EUR")
	for i := range v.Lines {
		v.Lines[i].Tax = zero
	}
	v.Levies = []tax.Decision{{Treatment: tax.ReverseCharge, Jurisdiction: "FR", Registration: "DE123456789", TaxID: "FR40303265045"}}
	v.Tax, v.Total = zero, money.Of(3870, "EUR")
	v.Buyer = billing.Buyer{Name: "Zoë Nuñez", Business: "Société Générale de Łódź", TaxID: "FR40303265045", Address: billing.Address{Country: "FR", City: "Paris", Street: "5 rue de l’Église", Zip: "75001"}}
	return v
}

func render(t *testing.T, docs ...Document) []byte {
	t.Helper()
	out, err := Render(fonts, docs...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
