package pages

import (
	"bytes"
	"io"
	"strconv"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/record"
	"perennial/shared/refunds"
)

// R062, R067, R068, R090, R092, R240.
func TestBilling(t *testing.T) {
	walk(
		t,
		flow{"history, papers and refunds", refunded, history},
		flow{"details for the next invoices", subscribed, details},
		flow{"an open invoice is paid now", held, payInvoice},
		flow{"a renewal by hand", byHand, renewByHand},
	)
}

// refunded is a customer who paid 20 dollars and got 5 back.
func refunded(s *shop) {
	subscribed(s)
	paid := owned[billing.Payment](s)[0]
	_, err := stage.till.Refunds.Refund(s.Context(), refunds.Wish{
		Scope: s.scope, Actor: record.System, Payment: paid.ID, Items: []billing.RefundItem{{Item: s.pro.ID, Amount: 500}},
	})
	s.must(err)
}

func history(v *visit) {
	v.enter("/")
	v.press(v.say("Billing history"))
	v.sees("Atlas Pro", v.usd(2000), v.usd(-500), v.say("Refunded"))
	v.pdf(v.say("Invoice (PDF)"))
	v.pdf(v.say("Credit note (PDF)"))
	v.pick(v.say("What"), v.say("Refunds"))
	v.press(v.say("Show"))
	v.sees(v.usd(-500))
	v.lacks(v.say("Invoice (PDF)"))
	v.pick(v.say("Year"), strconv.Itoa(time.Now().Year()))
	v.pick(v.say("What"), v.say("Not paid"))
	v.press(v.say("Show"))
	v.sees(v.say("Nothing fits."))
	v.press(v.say("Show everything"))
	v.press(v.say("Correct"))
	v.sees(v.say("An invoice can be corrected once. The corrected one has the same lines and amounts, and comes with the PDF from then on."))
	v.fill(v.say("Business (optional)"), "Analytical Engines Ltd")
	v.press(v.say("Save"))
	v.sees(v.say("Business") + ": " + v.say("is shown only beside a tax id"))
	v.fill(v.say("Tax id (optional)"), "12-3456789")
	v.fill(v.say("Street"), "2 Main St")
	v.press(v.say("Save"))
	v.sees(v.say("The invoice was corrected"))
	v.pdf(v.say("Invoice (PDF)"))
}

// pdf opens the paper that a link leads to.
func (v *visit) pdf(name string) {
	v.Helper()
	answer, err := stage.stack.Client().Get(v.href(name))
	v.must(err)
	defer answer.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(answer.Body)
	v.must(err)
	if kind := answer.Header.Get("Content-Type"); kind != "application/pdf" || !bytes.HasPrefix(body, []byte("%PDF-")) {
		v.Errorf("%s: %s %s, %d bytes", name, answer.Status, kind, len(body))
	}
}

func details(v *visit) {
	v.manage()
	v.press(v.say("Edit") + " " + v.say("billing details"))
	v.fill(v.say("Name"), "Augusta Ada King")
	v.fill(v.say("Business (optional)"), "Analytical Engines Ltd")
	v.fill(v.say("Tax id (optional)"), "12-3456789")
	v.fill(v.say("Street"), "2 Main St")
	v.press(v.say("Save"))
	v.sees(v.say("Your changes were saved"), "Augusta Ada King", "Analytical Engines Ltd", "12-3456789", "2 Main St")
	if got := v.now(v.sub.ID); got.Billing.Street != "2 Main St" || got.TaxID != "12-3456789" || get[billing.Customer](v.shop, v.customer.ID).Name != "Augusta Ada King" {
		v.Errorf("billed to %+v, %q", got.Billing, got.TaxID)
	}
	v.press(v.say("Edit") + " " + v.say("billing details"))
	v.fill(v.say("Name"), " ")
	v.press(v.say("Save"))
	v.sees(v.say("Name") + ": " + v.say("must not be empty"))
}

func payInvoice(v *visit) {
	v.enter("/billing")
	v.sees(v.say("To pay"), v.say("due on %s", v.day(v.sub.Period.End)))
	v.press(v.say("Pay now") + " Atlas Pro")
	v.choose(v.card("mastercard", "4444"))
	v.press(v.say("Confirm changes and pay %s", v.usd(2000)))
	v.sees(v.say("%s is active again", "Atlas Pro"))
	v.open(portal("/billing"))
	v.lacks(v.say("Pay now"))
	v.back(4000)
}

// byHand is a subscription of which nothing is ever charged by itself.
func byHand(s *shop) {
	manual := get[billing.Product](s, s.pro.ID)
	manual.Collect = billing.CollectManual
	s.put(manual)
	subscribed(s)
}

func renewByHand(v *visit) {
	v.manage()
	v.press(v.say("Renew now"))
	v.sees(v.say("Pay what is due"), v.usd(2000))
	v.choose(v.card("visa", "4242"))
	v.press(v.say("Confirm changes and pay %s", v.usd(2000)))
	v.sees(v.usd(2000))
	v.press(v.say("See your subscription"))
	v.has(false, v.say("Renew now"))
	if got := v.now(v.sub.ID); got.Period.Start != v.sub.Period.End {
		v.Errorf("the period starts on %s", got.Period.Start)
	}
	v.back(4000)
}
