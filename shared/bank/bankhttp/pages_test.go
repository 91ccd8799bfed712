package bankhttp_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perennial/shared/bank"
	"perennial/shared/bank/banktest"
	"perennial/shared/gateway"
	"perennial/shared/gateway/sandbox"
	"perennial/shared/money"
)

// page is what a browser gets.
type page struct {
	status int
	body   string
	header http.Header
}

// send makes a request without following redirects.
func send(t *testing.T, method, address, body string, headers map[string]string) page {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // read to its end
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{answer.StatusCode, string(text), answer.Header}
}

func get(t *testing.T, address string) page {
	t.Helper()
	return send(t, http.MethodGet, address, "", nil)
}

func (p page) wantPolicy(t *testing.T, parts ...string) {
	t.Helper()
	csp := p.header.Get("Content-Security-Policy")
	for _, part := range parts {
		if !strings.Contains(csp, part) {
			t.Errorf("policy %q lacks %q", csp, part)
		}
	}
	if strings.Contains(csp, "unsafe") || !strings.HasPrefix(csp, "default-src 'none'") {
		t.Errorf("policy %q is not strict", csp)
	}
}

func TestCardsPageListsEveryCard(t *testing.T) {
	t.Parallel()
	p := get(t, banktest.Start(t, "http://unused.test").URL)
	p.wantPolicy(t, "frame-ancestors 'none'", "form-action 'none'")
	for _, c := range bank.Cards {
		if !strings.Contains(strings.ReplaceAll(p.body, " ", ""), c.Number) || !strings.Contains(p.body, c.Says) {
			t.Errorf("%s is missing", c.Name)
		}
	}
}

// R303: the card form is the gateway's own page, framed by ours.
func TestFieldsAreFramedOnlyByWhoNamedItself(t *testing.T) {
	t.Parallel()
	base := banktest.Start(t, "http://unused.test").URL + "/fields?account=bus_1.test&origin="
	p := get(t, base+"https://portal.test")
	p.wantPolicy(t, "frame-ancestors https://portal.test;", "script-src 'self'", "connect-src 'self'", "form-action 'none'")
	if !strings.Contains(p.body, `data-origin="https://portal.test"`) || !strings.Contains(p.body, `"name":"authenticate_once"`) {
		t.Errorf("the script cannot work with:\n%s", p.body)
	}
	for _, id := range []string{"number", "expiry", "cvc"} {
		if !strings.Contains(p.body, `<label for="`+id+`">`) || strings.Contains(p.body, `name="`+id) {
			t.Errorf("%s needs a label and must have no name", id)
		}
	}
	if strings.Contains(p.header.Get("Content-Security-Policy"), "unused") || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", p.header)
	}
	get(t, base+"https://checkout.test&ancestor=https://shop.test:8443").
		wantPolicy(t, "frame-ancestors https://checkout.test https://shop.test:8443;")
	for _, origin := range []string{"", "*", "null", "portal.test", "https://a.test/x", "https://a.test;script-src *", "https://a.test b.test", "javascript:x", "https://u@a.test", "https://*"} {
		if p := get(t, base+url.QueryEscape(origin)); p.status != http.StatusBadRequest {
			t.Errorf("origin %q answered %d", origin, p.status)
		}
	}
	if p := get(t, base+"https://portal.test&ancestor=*"); p.status != http.StatusBadRequest {
		t.Errorf("ancestor * answered %d", p.status)
	}
}

func TestAssetsAreFilesAndNoTemplates(t *testing.T) {
	t.Parallel()
	base := banktest.Start(t, "http://unused.test").URL + "/assets/"
	for name, want := range map[string]int{
		"fields.js": http.StatusOK, "sandbox.css": http.StatusOK, "fields.html": http.StatusNotFound,
		"missing.js": http.StatusNotFound, "..%2fserver.go": http.StatusNotFound,
	} {
		if p := get(t, base+name); p.status != want {
			t.Errorf("%s answered %d, want %d", name, p.status, want)
		}
	}
}

func TestTokensArePublicButOnlyFromOurPagesAndNotTooMany(t *testing.T) {
	t.Parallel()
	b := banktest.Start(t, "http://unused.test")
	post := func(body string, headers map[string]string) int {
		return send(t, http.MethodPost, b.URL+"/v1/tokens", body, headers).status
	}
	const good = `{"account":"acct","card":"visa_ok","exp_month":12,"exp_year":2040}`
	for name, c := range map[string]struct {
		body    string
		headers map[string]string
		want    int
	}{
		"our page":      {good, map[string]string{"Sec-Fetch-Site": "same-origin"}, http.StatusOK},
		"another page":  {good, map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		"a number":      {`{"account":"acct","card":"4242424242424242","exp_month":12,"exp_year":2040}`, nil, http.StatusUnprocessableEntity},
		"no account":    {`{"card":"visa_ok","exp_month":12,"exp_year":2040}`, nil, http.StatusBadRequest},
		"other account": {`{"account":"a#b","card":"visa_ok","exp_month":12,"exp_year":2040}`, nil, http.StatusBadRequest},
		"no JSON":       {`card=visa_ok`, nil, http.StatusBadRequest},
		"far too long":  {`{"account":"` + strings.Repeat("a", 2000) + `"}`, nil, http.StatusBadRequest},
	} {
		if got := post(c.body, c.headers); got != c.want {
			t.Errorf("%s answered %d, want %d", name, got, c.want)
		}
	}
	limited := false
	for range 601 { // two minutes' worth and one: the clock may turn a minute meanwhile
		limited = limited || post(`{}`, nil) == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("601 cards within a moment were all taken")
	}
}

// waiting is an intent that waits for its challenge.
func waiting(t *testing.T, b *banktest.Bank, returnURL string) gateway.Intent {
	t.Helper()
	account := gateway.Account{Gateway: sandbox.Name, ID: "acct"}
	g := sandbox.New(sandbox.Options{BaseURL: b.URL, Secret: banktest.Secret})
	customer, err := g.Enrol(t.Context(), account, "cus_ada")
	if err != nil {
		t.Fatal(err)
	}
	method, err := g.Save(t.Context(), account, "save", customer, b.Token(t, account.ID, "authenticate_always"), gateway.Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := g.Prepare(t.Context(), account, gateway.Params{
		Key: "k", Amount: money.Of(123450, "BHD"), Customer: customer, Method: method.Ref, OnSession: true, ReturnURL: returnURL,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Confirm(t.Context(), account, id, "k1"); err != nil {
		t.Fatal(err)
	}
	return id
}

// R319: the test gateway asks as a bank does.
func TestChallengePage(t *testing.T) {
	t.Parallel()
	b := banktest.Start(t, "http://unused.test")
	address := b.URL + "/challenge/" + string(waiting(t, b, "https://portal.test/back"))
	p := get(t, address)
	p.wantPolicy(t, "form-action 'self' https://portal.test", "frame-ancestors 'none'")
	for _, part := range []string{"123.450 BHD", `value="approve"`, `value="fail"`} {
		if !strings.Contains(p.body, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}
	if p := send(t, http.MethodPost, address, "answer=approve", form); p.status != http.StatusForbidden {
		t.Errorf("another site's form answered %d", p.status)
	}
	form["Sec-Fetch-Site"] = "same-origin"
	if p := send(t, http.MethodPost, address, "answer=fail", form); p.status != http.StatusSeeOther {
		t.Errorf("our form answered %d", p.status)
	}
	after := get(t, address)
	if strings.Contains(after.body, "<form") || !strings.Contains(after.body, "is declined") || !strings.Contains(after.body, "https://portal.test/back?intent=int_") {
		t.Errorf("after the answer:\n%s", after.body)
	}
	if p := get(t, b.URL+"/challenge/int_unknown"); p.status != http.StatusNotFound || strings.Contains(p.body, "int_unknown") {
		t.Errorf("an unknown intent answered %d", p.status)
	}
}

func TestChallengeWithoutAPlaceToReturnToShowsItself(t *testing.T) {
	t.Parallel()
	b := banktest.Start(t, "http://unused.test")
	id := string(waiting(t, b, ""))
	if got := b.Challenge(t, id, "approve"); got != "/challenge/"+id {
		t.Errorf("sent to %s", got)
	}
}
