package bank_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/bank"
	"perennial/shared/money"
)

var update = flag.Bool("update", false, "rewrite golden files")

var now = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func saved(t *testing.T, card string) bank.Method {
	t.Helper()
	token, err := bank.NewToken("tok", "acct", card, 12, 2030, now)
	if err != nil {
		t.Fatal(err)
	}
	method, err := token.Save("pm", "cus", now)
	if err != nil {
		t.Fatal(err)
	}
	return method
}

func order() bank.Order {
	return bank.Order{Amount: money.Of(1250, "EUR"), Customer: "cus", Method: "pm", Payment: "pay"}
}

// prose tells everything a card does, saved, charged and challenged.
func prose(t *testing.T, c bank.Card) string {
	t.Helper()
	token, err := bank.NewToken("tok", "acct", c.Name, 12, 2030, now)
	if err != nil {
		t.Fatal(err)
	}
	method, err := token.Save("pm", "cus", now)
	var refused *bank.RefusedError
	if errors.As(err, &refused) {
		return "refused " + refused.Code
	}
	say := func(i bank.Intent) string {
		text := strings.TrimSpace(string(i.State) + " " + i.Decline)
		if after := i.Arrive(method, now.Add(bank.DebitWait)); after.State != i.State {
			text += ", then " + strings.TrimSpace(string(after.State)+" "+after.Decline)
		}
		return text
	}
	charge := func(m bank.Method, onSession bool) bank.Intent {
		o := order()
		o.OnSession = onSession
		i, err := o.Prepare("int", m, now)
		if err != nil {
			t.Fatal(err)
		}
		return i.Confirm(m, now)
	}
	first := charge(method, true)
	text := fmt.Sprintf("on-session: %s; off-session: %s", say(first), say(charge(method, false)))
	if first.State != bank.ActionNeeded {
		return text
	}
	approved, method, err := first.Approve(method)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s; approved: %s, then on-session: %s, off-session: %s",
		text, say(approved), say(charge(method, true)), say(charge(method, false)))
}

func TestWhatEachTestCardDoes(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	for _, c := range bank.Cards {
		fmt.Fprintf(&table, "%s %s (%s, %s): %s\n", c.Number, c.Name, c.Brand, c.Country, prose(t, c))
	}
	const golden = "testdata/cards.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), table.String()); diff != "" {
		t.Error(diff)
	}
}

func TestCardsAreDistinctAndTheirNumbersAreCardNumbers(t *testing.T) {
	t.Parallel()
	names, numbers := map[string]bool{}, map[string]bool{}
	for _, c := range bank.Cards {
		if names[c.Name] || numbers[c.Number] {
			t.Errorf("%s is listed twice", c.Name)
		}
		names[c.Name], numbers[c.Number] = true, true
		real := luhn
		if c.Debit() {
			real = iban
		}
		if !real(c.Number) || c.Says == "" {
			t.Errorf("%s: number %s, says %q", c.Name, c.Number, c.Says)
		}
	}
}

// iban checks an IBAN by its check digits (ISO 13616).
func iban(text string) bool {
	rest := 0
	for _, r := range text[4:] + text[:4] {
		n := int(r - '0')
		if r >= 'A' {
			n = int(r-'A') + 10
			rest = rest*10 + n/10
		}
		rest = (rest*10 + n%10) % 97
	}
	return rest == 1
}

// The table of docs/testing.md is the table of the code.
func TestEveryCardIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([0-9A-Z ]+)` \\| ([\\w ]+) \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1)
	if len(rows) != len(bank.Cards) {
		t.Fatalf("%d cards on the page, %d in the code", len(rows), len(bank.Cards))
	}
	for i, c := range bank.Cards {
		says, kind := c.Says, c.Brand
		if c.Debit() {
			kind = "SEPA debit"
		}
		if c.Refused != "" {
			says += " It cannot be saved: `" + c.Refused + "`."
		}
		if row := rows[i]; strings.ReplaceAll(row[1], " ", "") != c.Number || row[2] != kind || row[3] != says {
			t.Errorf("the page has %q for %s %s", row, c.Number, says)
		}
	}
}

func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		n := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return sum%10 == 0
}

func TestTokensTakeDatesAheadAndLiveHalfAnHour(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		month, year int
		ok          bool
	}{{3, 2026, true}, {2, 2026, false}, {12, 2025, false}, {0, 2027, false}, {13, 2027, false}, {1, 2999, false}} {
		_, err := bank.NewToken("tok", "acct", "visa_ok", c.month, c.year, now)
		if (err == nil) != c.ok {
			t.Errorf("%02d/%d: %v", c.month, c.year, err)
		}
	}
	if _, err := bank.NewToken("tok", "acct", "4242424242424242", 12, 2030, now); !errors.Is(err, bank.ErrUnknownCard) {
		t.Errorf("a number is no name: %v", err)
	}
	token, err := bank.NewToken("tok", "acct", "visa_ok", 12, 2030, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := token.Save("pm", "cus", now.Add(bank.TokenLife)); !errors.Is(err, bank.ErrNoToken) {
		t.Errorf("after half an hour: %v", err)
	}
}

func TestImpossibleIntentsAreRefused(t *testing.T) {
	t.Parallel()
	method := saved(t, "visa_ok")
	for name, spoil := range map[string]func(*bank.Order){
		"less than nothing":     func(o *bank.Order) { o.Amount.Minor = -1 },
		"unknown currency":      func(o *bank.Order) { o.Amount.Currency = "eur" },
		"script to return to":   func(o *bank.Order) { o.ReturnURL = "javascript:alert(1)" },
		"path to return to":     func(o *bank.Order) { o.ReturnURL = "/back" },
		"another's method":      func(o *bank.Order) { o.Customer = "cus_other" },
		"password to return to": func(o *bank.Order) { o.ReturnURL = "https://a:b@shop.test/" },
	} {
		o := order()
		spoil(&o)
		if _, err := o.Prepare("int", method, now); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// TestMoneyNeverMovesTwice does anything in any order to one intent.
func TestMoneyNeverMovesTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var names []string
		for _, c := range bank.Cards {
			if c.Refused == "" {
				names = append(names, c.Name)
			}
		}
		method := saved(t, rapid.SampledFrom(names).Draw(r, "card"))
		o := order()
		o.OnSession = rapid.Bool().Draw(r, "on session")
		intent, err := o.Prepare("int", method, now)
		if err != nil {
			r.Fatal(err)
		}
		captures := 0
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			before := intent
			switch rapid.IntRange(0, 4).Draw(r, "step") {
			case 0:
				intent = intent.Confirm(method, now)
			case 1:
				intent, method, _ = intent.Approve(method) // refused unless it waits
			case 2:
				intent, _ = intent.Reject() // refused unless it waits
			case 3:
				intent = intent.Cancel()
			case 4:
				back := bank.Refund{Amount: money.Of(rapid.Int64Range(-5, 2000).Draw(r, "refund"), "EUR"), At: now}
				intent, _, _ = intent.Refund(back, method) // refused above the rest
			}
			if before.State != bank.Succeeded && intent.State == bank.Succeeded {
				captures++
			}
			final := before.State == bank.Succeeded || before.State == bank.Declined || before.State == bank.Cancelled
			if final && intent.State != before.State {
				r.Fatalf("%s became %s", before.State, intent.State)
			}
		}
		refunded := intent.Refunded != 0
		if captures > 1 || intent.Refunded < 0 || intent.Refunded > intent.Amount.Minor || refunded && captures == 0 {
			r.Fatalf("%d captures, %d refunded", captures, intent.Refunded)
		}
	})
}

func TestFaultsOfAHeader(t *testing.T) {
	t.Parallel()
	got, err := bank.ParseFault("timeout_after; ms=200 ;webhooks=duplicate")
	want := bank.Fault{Trouble: bank.TimeoutAfter, Wait: 200 * time.Millisecond, Webhooks: bank.Duplicate}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, header := range []string{"", ";", "explode", "delay;ms=x", "delay;ms=999999", "delay;ms=-1", "delay;colour=red", "delay;webhooks=eaten"} {
		if got, err := bank.ParseFault(header); err == nil {
			t.Errorf("%q became %+v", header, got)
		}
	}
}

func TestFaultsMatchByKeyAndOperation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault bank.Fault
		want  bool
	}{
		{bank.Fault{}, true},
		{bank.Fault{Operation: bank.OpConfirm}, true},
		{bank.Fault{Operation: bank.OpRefund}, false},
		{bank.Fault{Key: "k"}, true},
		{bank.Fault{Operation: bank.OpConfirm, Key: "other"}, false},
	} {
		if got := c.fault.Matches(bank.OpConfirm, "k"); got != c.want {
			t.Errorf("%+v: %t", c.fault, got)
		}
	}
}

func TestABankThatIsAskedToMakesSureOfTheHolder(t *testing.T) {
	t.Parallel()
	m := saved(t, "visa_ok")
	o := order()
	o.Challenge = true
	for onSession, want := range map[bool]bank.State{true: bank.ActionNeeded, false: bank.Succeeded} {
		o.OnSession = onSession
		i, err := o.Prepare("int", m, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := i.Confirm(m, now); got.State != want {
			t.Errorf("present %v: %s, want %s", onSession, got.State, want)
		}
	}
}

func TestABankDebitIsInEurosAndTakesItsTime(t *testing.T) {
	t.Parallel()
	method := saved(t, "sepa_debit")
	if method.ExpMonth != 0 || method.ExpYear != 0 {
		t.Errorf("an account expires: %+v", method)
	}
	o := order()
	for currency, want := range map[money.Currency]error{"EUR": nil, "USD": bank.ErrCurrency, "JPY": bank.ErrCurrency} {
		o.Amount.Currency = currency
		if _, err := o.Prepare("int", method, now); !errors.Is(err, want) {
			t.Errorf("%s: %v", currency, err)
		}
	}
	o.Amount.Currency, o.OnSession, o.Challenge = "EUR", true, true
	i, err := o.Prepare("int", method, now)
	if err != nil {
		t.Fatal(err)
	}
	i = i.Confirm(method, now)
	if got := i.Arrive(method, now.Add(bank.DebitWait-1)); got.State != bank.Processing || got.Cancel().State != bank.Processing {
		t.Errorf("too early, or cancelled on its way: %+v", got)
	}
	if got := i.Arrive(method, now.Add(bank.DebitWait)); got.State != bank.Succeeded || got.Charge == "" {
		t.Errorf("after a minute: %+v", got)
	}
}

// One customer's stolen card must not stop another's tests.
func TestCustomersDoNotShareTestCards(t *testing.T) {
	t.Parallel()
	token, err := bank.NewToken("tok", "acct", "later_lost_card", 12, 2030, now)
	if err != nil {
		t.Fatal(err)
	}
	of := func(customer string) string {
		m, err := token.Save("pm", customer, now)
		if err != nil {
			t.Fatal(err)
		}
		return m.Fingerprint
	}
	ada, again, bob := of("cus_1"), of("cus_1"), of("cus_2")
	if ada != again || ada == bob {
		t.Errorf("fingerprints %s, %s, %s", ada, again, bob)
	}
}
