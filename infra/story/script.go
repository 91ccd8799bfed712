package story

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dodopayments/dodopayments-go"
)

// script is the story in its order.
func (p *player) script() []scene {
	return []scene{
		{"the merchant creates product, customer and webhook by SDK", "an unmodified Dodo SDK works against our API", p.setUp},
		{"the merchant creates a subscription with a payment link", "it is pending until somebody pays", p.subscribe},
		{"the customer pays on the hosted page with 4242", "card fields of the gateway's own origin; payment.succeeded, then subscription.active", p.pay},
		{"a month passes on the test clock", "the renewal is charged off-session: subscription.renewed", p.renew},
		{"the customer signs in by mail and switches to a card that will fail", "magic link of one use; the method changes without a charge (R116 to R125)", p.switchCard},
		{"another month passes and the renewal fails", "payment.failed, subscription.on_hold, a mail with brand and last four (R130, R245, R246)", p.fail},
		{"the customer comes back with a fresh link and tries a card that declines", "the dues and the new date are shown first; it stays on hold (R137)", p.declined},
		{"the customer uses a card that asks the bank, and approves", "challenge, charge, invoice, active again (R123, R124, R131 to R134)", p.recovered},
		{"two mails and the webhooks arrive", "payment.succeeded before subscription.active (R136)", p.confirmed},
		{"the books are compared", "every payment succeeded once, every invoice is paid, the next date is a month ahead", p.books},
	}
}

func (p *player) setUp(ctx context.Context) error {
	product, err := p.sdk.Products.New(ctx, dodopayments.ProductNewParams{
		Name: dodopayments.F("Atlas Pro"), TaxCategory: dodopayments.F(dodopayments.TaxCategorySaas),
		Price: dodopayments.F[dodopayments.PriceUnionParam](dodopayments.PriceRecurringPriceParam{
			Type: dodopayments.F(dodopayments.PriceRecurringPriceTypeRecurringPrice), Currency: dodopayments.F(dodopayments.CurrencyEur),
			Price: dodopayments.F(int64(2900)), Discount: dodopayments.F(int64(0)), PurchasingPowerParity: dodopayments.F(false),
			PaymentFrequencyCount: dodopayments.F(int64(1)), PaymentFrequencyInterval: dodopayments.F(dodopayments.TimeIntervalMonth),
			SubscriptionPeriodCount: dodopayments.F(int64(10)), SubscriptionPeriodInterval: dodopayments.F(dodopayments.TimeIntervalYear),
		}),
	})
	if err != nil {
		return err
	}
	customer, err := p.sdk.Customers.New(ctx, dodopayments.CustomerNewParams{
		Email: dodopayments.F(p.email), Name: dodopayments.F("Grace Hopper"),
	})
	if err != nil {
		return err
	}
	p.product, p.customer = product.ProductID, customer.CustomerID
	hook, err := p.sdk.Webhooks.New(ctx, dodopayments.WebhookNewParams{URL: dodopayments.F(p.hooks.URL)})
	if err != nil {
		return err
	}
	secret, err := p.sdk.Webhooks.GetSecret(ctx, hook.ID)
	if err != nil {
		return err
	}
	p.hooks.trust(secret.Secret)
	return nil
}

func (p *player) subscribe(ctx context.Context) error {
	//nolint:staticcheck // deprecated by Dodo and still what its merchants call
	got, err := p.sdk.Subscriptions.New(ctx, dodopayments.SubscriptionNewParams{
		ProductID: dodopayments.F(p.product), Quantity: dodopayments.F(int64(1)), PaymentLink: dodopayments.F(true),
		Billing:  dodopayments.F(dodopayments.BillingAddressParam{Country: dodopayments.F(dodopayments.CountryCodeDe)}),
		Customer: dodopayments.F[dodopayments.CustomerRequestUnionParam](dodopayments.AttachExistingCustomerParam{CustomerID: dodopayments.F(p.customer)}),
	})
	if err != nil {
		return err
	}
	p.sub, p.payLink = got.SubscriptionID, got.PaymentLink
	return p.expect(ctx, dodopayments.SubscriptionStatusPending)
}

// expect reads the subscription and compares its status.
func (p *player) expect(ctx context.Context, want dodopayments.SubscriptionStatus) error {
	sub, err := p.sdk.Subscriptions.Get(ctx, p.sub)
	if err != nil {
		return err
	}
	if sub.Status != want {
		return fmt.Errorf("the subscription is %s, want %s", sub.Status, want)
	}
	return nil
}

func (p *player) pay(ctx context.Context) error {
	mark := p.hooks.mark()
	if err := p.browser.open(p.payLink); err != nil {
		return err
	}
	if err := p.browser.shoot("checkout"); err != nil {
		return err
	}
	if err := p.browser.card(cardGood); err != nil {
		return err
	}
	if err := p.browser.press("Pay"); err != nil {
		return err
	}
	if err := p.browser.see("thank you", "payment received", "is active"); err != nil {
		return err
	}
	if err := p.browser.shoot("checkout-paid"); err != nil {
		return err
	}
	if err := p.hooks.await(mark, "payment.succeeded", "subscription.active"); err != nil {
		return err
	}
	return p.expect(ctx, dodopayments.SubscriptionStatusActive)
}

// advance moves the test clock past the next billing date.
func (p *player) advance(ctx context.Context) error {
	sub, err := p.sdk.Subscriptions.Get(ctx, p.sub)
	if err != nil {
		return err
	}
	var clock struct {
		Status  string  `json:"status"`
		Message *string `json:"message"`
	}
	body := map[string]any{"to": sub.NextBillingDate.Add(time.Minute)}
	if err := p.sdk.Post(ctx, "test-clock/advance", body, &clock); err != nil {
		return err
	}
	for deadline := time.Now().Add(patience); clock.Status == "advancing"; {
		if time.Now().After(deadline) {
			return fmt.Errorf("the clock is still advancing")
		}
		time.Sleep(100 * time.Millisecond)
		if err := p.sdk.Get(ctx, "test-clock", nil, &clock); err != nil {
			return err
		}
	}
	if clock.Message != nil {
		return fmt.Errorf("the clock says %s", *clock.Message)
	}
	return nil
}

func (p *player) renew(ctx context.Context) error {
	mark := p.hooks.mark()
	if err := p.advance(ctx); err != nil {
		return err
	}
	if err := p.hooks.await(mark, "payment.succeeded", "subscription.renewed"); err != nil {
		return err
	}
	return p.expect(ctx, dodopayments.SubscriptionStatusActive)
}

// signIn goes the whole way: static link, e-mail, mailbox, one-time link.
func (p *player) signIn() error {
	if err := p.browser.open(p.Portal + "/login/" + p.Business); err != nil {
		return err
	}
	if err := p.browser.shoot("login"); err != nil {
		return err
	}
	if err := p.browser.fill("input[name=email]", p.email); err != nil {
		return err
	}
	if err := p.browser.do(pressEnter); err != nil {
		return err
	}
	if err := p.browser.see("check your mail", "check your inbox", "check your email", "check your e-mail"); err != nil {
		return err
	}
	got, err := p.mails.await(p.email, p.seen, func(m mail) bool { return link.MatchString(m.Text) })
	if err != nil {
		return err
	}
	address, err := got.magicLink()
	if err != nil {
		return err
	}
	if err := p.browser.open(address); err != nil {
		return err
	}
	if err := p.browser.shoot("link"); err != nil {
		return err
	}
	if err := p.browser.press("Open"); err != nil {
		return err
	}
	return p.browser.see("Atlas Pro")
}

// editMethod opens the page on which the payment method is changed.
func (p *player) editMethod() error {
	return p.browser.open(p.Portal + "/subscriptions/" + p.sub + "/payment-method")
}

// give confirms a new card on that page.
func (p *player) give(number string) error {
	if err := p.browser.pickNewCard(); err != nil {
		return err
	}
	if err := p.browser.card(number); err != nil {
		return err
	}
	return p.browser.press("Confirm changes")
}

func (p *player) switchCard(ctx context.Context) error {
	mark := p.hooks.mark()
	if err := p.signIn(); err != nil {
		return err
	}
	if err := p.browser.shoot("overview"); err != nil {
		return err
	}
	if err := p.browser.open(p.Portal + "/subscriptions/" + p.sub); err != nil {
		return err
	}
	if err := p.browser.see("4242"); err != nil {
		return err
	}
	if err := p.browser.shoot("subscription"); err != nil {
		return err
	}
	if err := p.browser.press("Edit"); err != nil {
		return err
	}
	if err := p.browser.shoot("edit-method"); err != nil {
		return err
	}
	if err := p.give(cardFailsNext); err != nil {
		return err
	}
	if err := p.browser.see("0341"); err != nil {
		return err
	}
	if err := p.hooks.await(mark, "subscription.update_payment_method"); err != nil {
		return err
	}
	return p.expect(ctx, dodopayments.SubscriptionStatusActive)
}

func (p *player) fail(ctx context.Context) error {
	mark := p.hooks.mark()
	if err := p.advance(ctx); err != nil {
		return err
	}
	if err := p.hooks.await(mark, "payment.failed", "subscription.on_hold"); err != nil {
		return err
	}
	if _, err := p.mails.await(p.email, p.seen, about("0341", "visa", "29")); err != nil {
		return err
	}
	return p.expect(ctx, dodopayments.SubscriptionStatusOnHold)
}

func (p *player) declined(ctx context.Context) error {
	if err := p.browser.press("Sign out"); err != nil {
		return err
	}
	if err := p.browser.see("Send me a link"); err != nil {
		return err
	}
	if err := p.signIn(); err != nil {
		return err
	}
	if err := p.browser.shoot("on-hold-overview"); err != nil {
		return err
	}
	if err := p.editMethod(); err != nil {
		return err
	}
	if err := p.browser.see("29"); err != nil {
		return err
	}
	if err := p.browser.shoot("on-hold-pay"); err != nil {
		return err
	}
	if err := p.give(cardFailsNext); err != nil {
		return err
	}
	if err := p.browser.see("still on hold", "stays on hold"); err != nil {
		return err
	}
	if err := p.browser.shoot("declined"); err != nil {
		return err
	}
	return p.expect(ctx, dodopayments.SubscriptionStatusOnHold)
}

func (p *player) recovered(ctx context.Context) error {
	if err := p.editMethod(); err != nil {
		return err
	}
	if err := p.give(cardChallenge); err != nil {
		return err
	}
	if err := p.browser.see("Confirm this payment"); err != nil {
		return err
	}
	if err := p.browser.shoot("challenge"); err != nil {
		return err
	}
	confirmed := time.Now()
	if err := p.browser.press("Approve"); err != nil {
		return err
	}
	if err := p.browser.see("active again", "reactivated"); err != nil {
		return err
	}
	fmt.Fprintf(p.Out, "    result page %.2f s after confirming\n", time.Since(confirmed).Seconds())
	if err := p.browser.shoot("recovered"); err != nil {
		return err
	}
	return p.expect(ctx, dodopayments.SubscriptionStatusActive)
}

func (p *player) confirmed(context.Context) error {
	if err := p.hooks.await(0, "subscription.on_hold", "payment.failed", "payment.succeeded", "subscription.active"); err != nil {
		return err
	}
	if _, err := p.mails.await(p.email, p.seen, about("3184", "29")); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	_, err := p.mails.await(p.email, p.seen, about("active again"))
	return err
}

func (p *player) books(ctx context.Context) error {
	page, err := p.sdk.Payments.List(ctx, dodopayments.PaymentListParams{SubscriptionID: dodopayments.F(p.sub)})
	if err != nil {
		return err
	}
	count := make(map[string]int)
	for _, payment := range page.Items {
		count[string(payment.Status)]++
		if payment.Status == dodopayments.IntentStatusSucceeded && payment.TotalAmount != 2900 {
			return fmt.Errorf("payment %s is over %d", payment.PaymentID, payment.TotalAmount)
		}
	}
	if count["succeeded"] != 3 || count["failed"] != 2 {
		return fmt.Errorf("payments by status: %v, want 3 succeeded and 2 failed", count)
	}
	sub, err := p.sdk.Subscriptions.Get(ctx, p.sub)
	if err != nil {
		return err
	}
	if days := sub.NextBillingDate.Sub(sub.PreviousBillingDate).Hours() / 24; days < 27.9 || days > 31.1 {
		return fmt.Errorf("the period is %.1f days long", days)
	}
	return p.strangers(ctx)
}

// strangers checks that the used link is dead.
func (p *player) strangers(context.Context) error {
	mails, err := p.mails.all()
	if err != nil {
		return err
	}
	for _, m := range mails {
		address := link.FindString(m.Text)
		if address == "" || !strings.Contains(strings.Join(m.To, ","), p.email) {
			continue
		}
		answer, err := p.Client.Get(address)
		if err != nil {
			return err
		}
		if err := answer.Body.Close(); err != nil {
			return err
		}
		if answer.StatusCode == http.StatusSeeOther {
			return fmt.Errorf("opening a used link by GET leads somewhere: %s", answer.Header.Get("Location"))
		}
	}
	return nil
}
