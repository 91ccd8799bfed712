package cardfields_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"perennial/shared/bank/banktest"
	"perennial/shared/cardfields"
)

func TestScriptIsSmall(t *testing.T) {
	t.Parallel()
	if n := len(cardfields.Script); n >= 2048 {
		t.Errorf("%d bytes, want less than 2 KB", n)
	}
}

func TestSourceNamesAccountOriginAndAncestors(t *testing.T) {
	t.Parallel()
	got := cardfields.Source("https://sandbox.test/", "bus_1.test", "https://checkout.test", "https://shop.test")
	want := "https://sandbox.test/fields?account=bus_1.test&ancestor=https%3A%2F%2Fshop.test&origin=https%3A%2F%2Fcheckout.test"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestOnlyATestCardsNameLeavesTheBrowser plays a customer at the card fields
// and reads everything that the browser sent.
// R304: no card number leaves the browser.
func TestOnlyATestCardsNameLeavesTheBrowser(t *testing.T) {
	t.Parallel()
	bank := banktest.Start(t, "http://unused.test")
	shop := openShop(t, bank)
	ctx, sent := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(shop.URL)); err != nil {
		t.Fatal(err)
	}
	expiry := fmt.Sprintf("12%02d", (bank.Now().Year()+2)%100)
	for _, c := range []struct{ number, expiry, want string }{
		{"4111111111111111", expiry, "This is a test environment: use a test card."},
		{"4242424242424241", expiry, "This card number is not correct."},
		{"4242424242424242", "0120", "Enter an expiry date in the future."},
		{"DE02120300000000202051", "", "This is a test environment: use a test account."},
	} {
		fill(t, ctx, c.number, c.expiry, "123")
		if got := press(t, ctx); got != c.want {
			t.Errorf("%s: alert %q, want %q", c.number, got, c.want)
		}
	}
	if strings.Contains(sent.String(), "/v1/tokens") {
		t.Error("a card that is no test card was sent")
	}

	fill(t, ctx, "4000002500003155", expiry, "123"+kb.Enter)
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("#saved"))); err != nil {
		t.Fatal(err)
	}
	if token := <-shop.posted; !strings.HasPrefix(token, "tok_") {
		t.Errorf("the form posted the token %q", token)
	}
	log := sent.String()
	if !strings.Contains(log, "POST "+bank.URL+"/v1/tokens") || !strings.Contains(log, `"card":"authenticate_once"`) {
		t.Fatalf("the card's name was not sent to the bank:\n%s", log)
	}
	for _, number := range []string{"4000002500003155", "4111111111111111", "4242424242424241", "4242424242424242", "DE02120300000000202051"} {
		if strings.Contains(log, number) {
			t.Errorf("a number left the browser:\n%s", log)
		}
	}
}

// A bank debit is typed as an IBAN, without a date and a code.
func TestATestAccountIsTypedAsAnIBAN(t *testing.T) {
	t.Parallel()
	bank := banktest.Start(t, "http://unused.test")
	shop := openShop(t, bank)
	ctx, sent := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(shop.URL)); err != nil {
		t.Fatal(err)
	}
	fill(t, ctx, "de89370400440532013000", "", kb.Enter)
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("#saved"))); err != nil {
		t.Fatal(err)
	}
	if log := sent.String(); !strings.HasPrefix(<-shop.posted, "tok_") || !strings.Contains(log, `"card":"sepa_debit"`) || strings.Contains(log, "DE893704") {
		t.Errorf("sent:\n%s", log)
	}
}
