package mailtext_test

import (
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/mails"
	"perennial/shared/mailtext"
	"perennial/shared/merchant"
	"perennial/shared/money"
)

func write(t *testing.T, l mails.Letter) (subject, text, html string) {
	t.Helper()
	m, err := mailtext.Writer{}.Write(l)
	if err != nil {
		t.Fatal(err)
	}
	return m.Subject, m.Text, m.HTML
}

// R245: the merchant's own words, with what is filled in never read as markup
// or as a place again.
func TestTheMerchantsOwnWordsAreFilledInAndEscaped(t *testing.T) {
	t.Parallel()
	l := letter(mails.OnHoldAgain, func(l *mails.Letter) {
		l.Name, l.Locale = "<b>Ada</b> {amount}\r\nBcc: all@example.com", "de-AT"
		l.Texts = map[string]merchant.MailText{
			"de": {Subject: "Hallo {name}", Body: "Es geht um <i>{product}</i>.\r\n\r\nCode {coupon}: {discount}, {card}."},
			"en": {Subject: "Hello", Body: "Hello"},
		}
		l.Coupon = billing.Discount{ID: "dsc_1", Code: "A&B", Type: billing.DiscountFlat, Options: []billing.DiscountOption{{Currency: "USD", Default: true, Max: 500}}}
	})
	subject, text, html := write(t, l)
	if want := "Hallo <b>Ada</b> {amount} Bcc: all@example.com"; subject != want {
		t.Errorf("subject %q, want %q", subject, want)
	}
	for _, want := range []string{"&lt;b&gt;Ada&lt;/b&gt; {amount}", "Es geht um &lt;i&gt;Pro&lt;/i&gt;.", "Code A&amp;B: 5,00", `lang="de"`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %q in %s", want, html)
		}
	}
	if strings.Contains(html, "<b>") || strings.Contains(html, "<i>") || !strings.Contains(text, "Es geht um <i>Pro</i>.") {
		t.Error("what is text in one is not text in the other")
	}
}

// A text is for those who read its language; nobody gets a mail in one that
// they may not understand, be it the merchant's own or English.
func TestOwnWordsReachOnlyWhoReadsTheirLanguage(t *testing.T) {
	t.Parallel()
	for locale, written := range map[string][]string{"en": {"de"}, "": {"de"}, "ja": {"de", "en"}, "pt-BR": {"es"}} {
		l := letter(mails.OnHoldAgain, func(l *mails.Letter) {
			l.Locale, l.Reason = locale, "Your bank reports that the card's limit is reached."
		})
		want, text, html := write(t, l)
		l.Texts = map[string]merchant.MailText{}
		for _, language := range written {
			l.Texts[language] = merchant.MailText{Subject: "Own", Body: "Own"}
		}
		if got, own, page := write(t, l); got != want || own != text || page != html {
			t.Errorf("%q gets a text of %v: %q", locale, written, got)
		}
	}
}

// R245, R246: whatever the merchant writes, the mail tells why the charge
// failed, once, that the price stays, and what comes next.
func TestOwnWordsKeepTheReasonThePriceAndWhatComesNext(t *testing.T) {
	t.Parallel()
	for template, own := range map[mails.Template]string{mails.OnHoldAgain: "Please pay.", mails.PastDue: "Please pay. {reason}"} {
		subject, text, _ := write(t, letter(template, func(l *mails.Letter) {
			l.Reason, l.NextRetry, l.WindowEnd, l.NewPrice = "Your bank reports that the card's limit is reached.", day(3), day(30), money.Of(2500, "USD")
			l.Texts = map[string]merchant.MailText{"en": {Subject: "Own", Body: own}}
		}))
		for _, want := range []string{"Please pay.", "the card's limit is reached.", "Your price stays $19.00 per month", "We try the same card again on"} {
			if strings.Count(text, want) != 1 {
				t.Errorf("%s says %q %d times:\n%s", template, want, strings.Count(text, want), text)
			}
		}
		if subject != "Own" || strings.Contains(text, "Hello Ada") {
			t.Errorf("%s: our own words stand beside the merchant's:\n%s", template, text)
		}
	}
}

// R214: the coupon, and what it is worth.
func TestAWinBackMailNamesItsCode(t *testing.T) {
	t.Parallel()
	_, text, _ := write(t, letters()["win_back"])
	for _, want := range []string{"Your code: STAY20", "With the code STAY20 you pay 20.5% less.", "Subscribe again:"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "stays $") {
		t.Error("it promises a price that nobody keeps")
	}
	_, running, _ := write(t, letters()["win_back_running"])
	if !strings.Contains(running, "take the cancellation back") || !strings.Contains(running, "New subscriptions cost $25.00") {
		t.Errorf("of a subscription that still runs it says\n%s", running)
	}
	if !strings.Contains(running, "If you keep it with the button below, your next payment is 20.5% less.") || strings.Contains(running, "With the code") {
		t.Errorf("of what staying is worth it says\n%s", running)
	}
}

func TestAHoldWithNothingDueYetNamesNoAmount(t *testing.T) {
	t.Parallel()
	_, text, _ := write(t, letter(mails.OnHoldAgain, func(l *mails.Letter) { l.Amount = money.Of(0, "USD") }))
	if strings.Contains(text, "$0.00") {
		t.Errorf("it asks for nothing:\n%s", text)
	}
}
