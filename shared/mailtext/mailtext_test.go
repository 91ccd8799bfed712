package mailtext_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/mails"
	"perennial/shared/mailtext"
	"perennial/shared/money"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	month = calendar.Interval{Count: 1, Unit: calendar.Month}
	card  = billing.Method{ID: "pm_1", Brand: "visa", Last4: "4242"}
)

func day(d int) calendar.Instant { return calendar.At(time.Date(2026, 3, d, 23, 30, 0, 0, time.UTC)) }

// letter is a letter about a subscription; change makes it a particular one.
func letter(t mails.Template, change func(*mails.Letter)) mails.Letter {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	l := mails.Letter{
		Template: t, To: "ada@example.com", Name: "Ada Lovelace", Merchant: "Acme Analytics", Support: "help@acme.example",
		Product: "Pro", Price: money.Of(1900, "USD"), Every: month, Amount: money.Of(1900, "USD"), Card: card, Zone: berlin,
		At: day(2), NextBill: day(31), URL: "https://portal.example.com/login/bus_1?next=%2Fsubscriptions%2Fsub_1",
	}
	if change != nil {
		change(&l)
	}
	return l
}

func letters() map[string]mails.Letter {
	link := func(l *mails.Letter) {
		l.URL = "https://portal.example.com/session/bus_1." + strings.Repeat("a1B2", 10) + "xyz"
	}
	return map[string]mails.Letter{
		"portal_link":     letter(mails.PortalLink, link),
		"portal_invite":   letter(mails.PortalInvite, func(l *mails.Letter) { link(l); l.Support = "" }),
		"address_confirm": letter(mails.AddressConfirm, link),
		"address_notice":  letter(mails.AddressNotice, func(l *mails.Letter) { l.Customer = "ada@elsewhere.example" }),
		"on_hold": letter(mails.OnHold, func(l *mails.Letter) {
			l.Reason, l.WindowEnd, l.NextRetry = "Your bank reports that there was not enough money on the account.", day(30), day(3)
		}),
		"on_hold_cancels": letter(mails.OnHold, func(l *mails.Letter) {
			l.Test, l.Cancels, l.NewPrice, l.WindowEnd = true, true, money.Of(2500, "USD"), day(30)
			l.Reason = "The card has expired. Please use another card."
		}),
		"receipt": letter(mails.Receipt, func(l *mails.Letter) {
			l.Invoice, l.Amount, l.Price = "ACME7-0003", money.Of(190000, "JPY"), money.Of(190000, "JPY")
		}),
		"refunded": letter(mails.Refunded, func(l *mails.Letter) {}),
		"receipt_last": letter(mails.Receipt, func(l *mails.Letter) {
			l.LastDay, l.Name, l.Card = true, "", billing.Method{}
		}),
		"reactivated":          letter(mails.Reactivated, func(l *mails.Letter) { l.Test = true }),
		"upcoming_renewal":     letter(mails.UpcomingRenewal, func(l *mails.Letter) { l.Test = true }),
		"trial_ending":         letter(mails.TrialEnding, nil),
		"trial_ending_no_card": letter(mails.TrialEnding, func(l *mails.Letter) { l.Card = billing.Method{} }),
		"price_rise":           letter(mails.PriceRise, func(l *mails.Letter) { l.Before = money.Of(950, "USD") }),
		"card_expiring": letter(mails.CardExpiring, func(l *mails.Letter) {
			l.Card.ExpMonth, l.Card.ExpYear = 3, 2026
			l.Unsubscribe = "https://pay.example.com/unsubscribe/bus_1.live/cus_1/abc"
		}),
		"invoice_issued": letter(mails.InvoiceIssued, func(l *mails.Letter) {
			l.Invoice, l.WindowEnd, l.URL = "ACME7-0004", day(30), "https://pay.example.com/session/bus_1.live/cks_1"
		}),
		"invoice_overdue":  letter(mails.InvoiceOverdue, func(l *mails.Letter) { l.Invoice, l.WindowEnd = "ACME7-0004", day(30) }),
		"plan_payment":     letter(mails.PlanPayment, func(l *mails.Letter) { l.WindowEnd = day(30) }),
		"cancelled":        letter(mails.Cancelled, func(l *mails.Letter) { l.Lapsed = true }),
		"cancel_scheduled": letter(mails.CancelScheduled, nil),
		"plan_changed":     letter(mails.PlanChanged, nil),
		"method_changed":   letter(mails.MethodChanged, nil),
		"dispute_opened": letter("notify_dispute_opened", func(l *mails.Letter) {
			l.Reason, l.Reference, l.Customer, l.Support, l.Product = "fraudulent", "dp_1", "Ada Lovelace <ada@example.com>", "", ""
		}),
		"past_due": letter(mails.PastDue, func(l *mails.Letter) {
			l.Reason, l.AccessEnds, l.NextRetry = "Your bank reports that the card's limit is reached.", day(9), day(3)
			l.Unsubscribe = "https://pay.example.com/unsubscribe/bus_1.live/cus_1/abc"
		}),
		"confirm_payment": letter(mails.Confirm, func(l *mails.Letter) {
			l.Reason, l.Confirms, l.AccessEnds = "Your bank asks you to confirm the payment.", true, day(3)
		}),
		"on_hold_confirms": letter(mails.OnHold, func(l *mails.Letter) {
			l.Reason, l.Confirms, l.WindowEnd = "Your bank asks you to confirm the payment.", true, day(30)
		}),
		"on_hold_again": letter(mails.OnHoldAgain, func(l *mails.Letter) {
			l.Reason, l.WindowEnd, l.Cancels, l.NewPrice = "Your bank reports that the card's limit is reached.", day(30), true, money.Of(2500, "USD")
		}),
		"win_back": letter(mails.WinBack, func(l *mails.Letter) {
			l.Coupon = billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2050}
			l.Unsubscribe = "https://pay.example.com/unsubscribe/bus_1.live/cus_1/abc"
		}),
		"win_back_running": letter(mails.WinBack, func(l *mails.Letter) {
			l.Stays, l.NewPrice = true, money.Of(2500, "USD")
			l.Coupon = billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2050}
		}),
		"test_address": letter(mails.TestAddress, func(l *mails.Letter) { l.Test, l.Trial, l.Support = true, true, "" }),
		"mail_bounced": letter("notify_mail_bounced", func(l *mails.Letter) {
			l.Reason, l.Reference, l.Customer, l.Support, l.Product = "mail_bounced.gone", "cus_1", "Ada Lovelace <ada@example.com>", "", ""
			l.Amount, l.Card = money.Amount{}, billing.Method{}
		}),
		"webhook_off": letter(mails.WebhookOff, func(l *mails.Letter) {
			l.Name, l.Support, l.Product, l.Endpoint, l.URL = "Acme Analytics", "", "whk_1", "shop.example", "https://api.example/docs"
		}),
	}
}

func TestMailsReadAsTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	for name, l := range letters() {
		m, err := mailtext.Writer{}.Write(l)
		if err != nil {
			t.Fatal(err)
		}
		l.Locale = "it-IT"
		italian, err := mailtext.Writer{}.Write(l)
		if err != nil {
			t.Fatal(err)
		}
		if name == "on_hold" || name == "upcoming_renewal" {
			inEveryLanguage(t, name, l)
		}
		golden(t, name+".it.txt", "Subject: "+italian.Subject+"\n\n"+italian.Text)
		golden(t, name+".txt", "Subject: "+m.Subject+"\nFrom: "+m.FromName+"\nReply-To: "+m.ReplyTo+"\n\n"+m.Text)
		golden(t, name+".html", m.HTML)
	}
}

// inEveryLanguage compares the mails that matter most, as they are read.
func inEveryLanguage(t *testing.T, name string, l mails.Letter) {
	t.Helper()
	for _, locale := range []string{"de", "hi", "ja", "ar"} {
		l.Locale = locale
		m, err := mailtext.Writer{}.Write(l)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+"."+locale+".txt", "Subject: "+m.Subject+"\n\n"+m.Text)
		if rtl := strings.Contains(m.HTML, `dir="rtl"`); rtl != (locale == "ar") {
			t.Errorf("%s: from right to left is %t", locale, rtl)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestEveryMailOfTheTableHasWordsAndOneButton(t *testing.T) {
	t.Parallel()
	for _, row := range mails.Table {
		m, err := mailtext.Writer{}.Write(letter(row.Template, nil))
		if err != nil {
			t.Fatal(err)
		}
		if m.To != "ada@example.com" || m.Subject == "" || strings.Count(m.HTML, `class="button"`) != 1 {
			t.Errorf("%s: to %s, subject %q", row.Template, m.To, m.Subject)
		}
		if strings.Contains(m.Text+m.HTML, "%!") || strings.Contains(m.Text, "<no value>") {
			t.Errorf("%s has a hole in it:\n%s", row.Template, m.Text)
		}
	}
}

// R245, R246: the price that would be lost, and the card by kind and last four.
func TestTheHoldMailNamesTheCardAndThePriceThatStays(t *testing.T) {
	t.Parallel()
	l := letters()["on_hold"]
	quiet, err := mailtext.Writer{}.Write(l)
	if err != nil {
		t.Fatal(err)
	}
	l.NewPrice = money.Of(2500, "USD")
	m, err := mailtext.Writer{}.Write(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{m.Text, m.HTML} {
		for _, want := range []string{"Visa ending in 4242", "Your price stays $19.00 per month", "not enough money", l.Merchant} {
			if !strings.Contains(body, want) {
				t.Errorf("the mail does not say %q:\n%s", want, body)
			}
		}
	}
	if strings.Contains(quiet.Text, "New subscriptions cost") || strings.Contains(quiet.Text, "Your price stays") {
		t.Error("it speaks of the price although nobody pays more (rules 22)")
	}
}

func TestDatesAreTheMerchantsAndMoneyHasItsDecimals(t *testing.T) {
	t.Parallel()
	m, err := mailtext.Writer{}.Write(letters()["receipt"])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"¥190,000", "Paid on: March 3, 2026"} { // half past midnight in Berlin
		if !strings.Contains(m.Text, want) {
			t.Errorf("no %q in\n%s", want, m.Text)
		}
	}
}

func TestNothingFromOutsideBecomesMarkupOrAHeader(t *testing.T) {
	t.Parallel()
	m, err := mailtext.Writer{}.Write(letter(mails.OnHold, func(l *mails.Letter) {
		l.Merchant, l.Name, l.Product = "Ac\r\nBcc: x@example.com", `<script>alert(1)</script>`, `"><img src=x>`
		l.URL = "javascript:alert(1)"
	}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(m.Subject+m.FromName, "\r\n") {
		t.Errorf("subject %q, from %q", m.Subject, m.FromName)
	}
	for _, bad := range []string{"<script>alert", "<img", `href="javascript:`} {
		if strings.Contains(m.HTML, bad) {
			t.Errorf("the HTML holds %s", bad)
		}
	}
}

func TestAnUnknownMailIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := (mailtext.Writer{}).Write(mails.Letter{Template: "newsletter"}); err == nil {
		t.Error("a mail without words was written")
	}
}
