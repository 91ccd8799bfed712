package assembly_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"perennial/shared/billing"
	"perennial/shared/identity"
)

// R303: a customer pays at the checkout with Stripe's fields. What is missing
// is said beside them and aloud; what the bank refuses can be tried again.
func TestACustomerPaysWithStripesFields(t *testing.T) {
	s := openStreet(t)
	sold := s.order(-1)
	s.do(chromedp.Navigate(identity.CheckoutURL(s.orders.URL, s.scope, sold.Checkout.ID)))
	s.enter("")
	s.is(`document.querySelector("[role=alert]").innerText === "Your card number is incomplete."`)
	s.is(`document.querySelector("[data-card-mount][role=group][aria-label='Card details']").getAttribute("aria-describedby") === document.querySelector("[role=alert]").id`)
	s.is(`document.activeElement.matches("[data-card-mount] iframe") && !document.querySelector("form[data-card-fields] button").disabled`)
	s.enter("4111 1111 1111 1111")
	s.is(`document.querySelector("[role=alert]").innerText === "Your card number is incorrect."`)
	s.enter("4000 0000 0000 0002")
	s.reads("Your bank declined")
	if s.taken() != 0 {
		t.Errorf("taken %d for a card that was declined", s.taken())
	}
	s.enter("4242 4242 4242 4242")
	s.reads("Thank you")
	if sub := s.sub(sold.Subscription.ID); sub.Status != billing.StatusActive || sub.Method.Last4 != "4242" || sub.Method.Account != s.at.ID || s.taken() != 2900 {
		t.Errorf("%s by %+v, taken %d", sub.Status, sub.Method, s.taken())
	}
}

// R303: a bank that asks is answered at Stripe's page, which sends the customer
// back to ours with the intent and a secret that we neither need nor show.
func TestACustomerComesBackFromTheBank(t *testing.T) {
	s := openStreet(t)
	sold := s.order(-1)
	s.do(chromedp.Navigate(identity.CheckoutURL(s.orders.URL, s.scope, sold.Checkout.ID)))
	s.enter("4000 0025 0000 3155")
	s.reads("Your bank asks")
	s.do(chromedp.Click(chromedp.CSS("[value=refuse]")))
	s.is(`location.search.includes("redirect_status=failed") && document.querySelector("form[data-card-fields]")`)
	if sub := s.sub(sold.Subscription.ID); sub.Status == billing.StatusActive || s.taken() != 0 {
		t.Errorf("%s, taken %d after a refusal", sub.Status, s.taken())
	}
	s.enter("4000 0025 0000 3155")
	s.reads("Your bank asks")
	s.do(chromedp.Click(chromedp.CSS("[value=approve]")))
	s.reads("Thank you")
	s.is(`/[?]payment_intent=pi_.*&payment_intent_client_secret=.*&redirect_status=succeeded/.test(location.search)`)
	if html := s.says(`document.documentElement.outerHTML`); strings.Contains(html, "_secret_") {
		t.Errorf("the page passes Stripe's secret on:\n%s", html)
	}
	if sub := s.sub(sold.Subscription.ID); sub.Status != billing.StatusActive || s.taken() != 2900 {
		t.Errorf("%s, taken %d", sub.Status, s.taken())
	}
}

// R123, R303: whoever is on hold pays in the portal with Stripe's fields.
func TestACustomerOnHoldReactivatesWithStripesFields(t *testing.T) {
	s := openStreet(t)
	sub := s.pay(s.order(7), s.twin.Token(t, "acct_1", "decline_on_charge"))
	s.now = sub.Period.End.Time().Add(time.Minute)
	s.perform(sub)
	if held := s.sub(sub.ID); held.Status != billing.StatusOnHold {
		t.Fatalf("it is %s", held.Status)
	}
	s.signIn(sub.Customer)
	s.do(chromedp.Navigate(s.portal.URL + "/subscriptions/" + sub.ID + "/payment-method"))
	s.enter("4000 0000 0000 0341")
	s.reads("Nothing was charged")
	s.do(chromedp.Navigate(s.portal.URL + "/subscriptions/" + sub.ID + "/payment-method"))
	s.enter("5555 5555 5555 4444")
	s.reads("is active")
	if after := s.sub(sub.ID); after.Status != billing.StatusActive || after.Method.Last4 != "4444" || s.taken() != 2900 {
		t.Errorf("%s by %s, taken %d", after.Status, after.Method.Last4, s.taken())
	}
}

// R313: in euros a bank debit is offered beside cards, and paid days later.
func TestACustomerChoosesADebit(t *testing.T) {
	s := openStreet(t)
	sold := s.order(-1)
	s.do(chromedp.Navigate(identity.CheckoutURL(s.orders.URL, s.scope, sold.Checkout.ID)))
	s.choose("sepa_debit")
	s.enter("4242 4242 4242 4242")
	s.reads("We are checking your payment")
	if sub := s.sub(sold.Subscription.ID); sub.Lock.State != billing.LockProcessing || s.taken() != 0 {
		t.Errorf("%s, lock %s, taken %d", sub.Status, sub.Lock.State, s.taken())
	}
}

// The policy lets in what Stripe documents for its fields, and nothing else.
func TestThePageWithStripesFieldsLoadsNothingElse(t *testing.T) {
	s := openStreet(t)
	sold := s.order(-1)
	s.do(chromedp.Navigate(identity.CheckoutURL(s.orders.URL, s.scope, sold.Checkout.ID)))
	s.enter("")
	s.is(`!document.querySelector("[role=alert]").hidden`)
	if blocked := s.says(`blocked.join("\n")`); blocked != "" {
		t.Fatalf("Stripe's own parts are blocked: %s", blocked)
	}
	s.is(`(() => {
		const add = (name, more) => document.body.append(Object.assign(document.createElement(name), more));
		add("script", { src: "https://evil.example/x.js" }); add("script", { src: "https://hooks.stripe.com/x.js" }); add("script", { textContent: "window.owned = true" });
		add("iframe", { src: "https://evil.example/" }); add("iframe", { src: "https://dashboard.stripe.com/" });
		add("img", { src: "https://evil.example/x.png" }); add("img", { src: "https://q.stripe.com/x.png" });
		fetch("https://evil.example/").catch(() => {}); fetch("https://js.stripe.com/").catch(() => {});
		const form = document.createElement("form"); form.action = "https://evil.example/"; document.body.append(form); form.submit();
		return true;
	})()`)
	for _, want := range []string{
		"script-src-elem https://evil.example/x.js", "script-src-elem https://hooks.stripe.com/x.js", "script-src-elem inline",
		"frame-src https://evil.example", "frame-src https://dashboard.stripe.com", "img-src https://evil.example/x.png", "img-src https://q.stripe.com/x.png",
		"connect-src https://evil.example/", "connect-src https://js.stripe.com/", "form-action https://evil.example/",
	} {
		s.is(`blocked.some((b) => b.startsWith("` + want + `"))`)
	}
	s.is(`window.owned === undefined`)
}

func TestWithoutScriptsThePageSaysWhatIsMissing(t *testing.T) {
	s := openStreet(t)
	_, err := chromedp.Call(s.tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	must(t, err)
	sold := s.order(-1)
	s.do(chromedp.Navigate(identity.CheckoutURL(s.orders.URL, s.scope, sold.Checkout.ID)))
	s.do(chromedp.WaitVisible(chromedp.CSS("noscript p")))
	text, err := chromedp.Run(s.tab, chromedp.Text(chromedp.CSS("noscript")))
	must(t, err)
	if !strings.Contains(text, "needs JavaScript") {
		t.Errorf("it says %q", text)
	}
	s.press()
	s.do(chromedp.WaitVisible(chromedp.CSS("[role=alert]")))
	if sub := s.sub(sold.Subscription.ID); sub.Status != billing.StatusPending || s.taken() != 0 {
		t.Errorf("%s, taken %d", sub.Status, s.taken())
	}
}
