package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"perennial/shared/httpapi"
	"perennial/shared/merchant"
)

func TestAKeyThatAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	api := newAPI(&garden{}, keys{})
	api.Limit(&httpapi.Limits{Wall: func() time.Time { return now }})
	get := func(key string) *http.Response {
		r := httptest.NewRequest("GET", "/plants", nil)
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w.Result()
	}
	most := httpapi.Rates[merchant.TierStandard]
	for range most.Second {
		if got := get(reader); got.StatusCode != 200 {
			t.Fatalf("within the limit: %d", got.StatusCode)
		}
	}
	got := get(reader)
	if got.StatusCode != 429 || got.Header.Get("Retry-After") != "1" || got.Header.Get("X-RateLimit-Limit") != "5000" ||
		got.Header.Get("X-RateLimit-Remaining") != "4500" || got.Header.Get("X-RateLimit-Reset") != "1772366460" {
		t.Errorf("beyond the second: %d %v", got.StatusCode, got.Header)
	}
	for minute := 0; minute < most.Minute/most.Second-1; minute++ {
		now = now.Add(time.Second)
		for range most.Second {
			get(reader)
		}
	}
	now = now.Add(time.Second)
	if got := get(reader); got.StatusCode != 429 || got.Header.Get("Retry-After") != "50" {
		t.Errorf("beyond the minute: %d %v", got.StatusCode, got.Header)
	}
	now = now.Add(time.Minute)
	if got := get(reader); got.StatusCode != 200 {
		t.Errorf("a minute later: %d", got.StatusCode)
	}
}

func TestAHouseholdOfManyAddressesGuessesAsOne(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	api := newAPI(&garden{}, keys{})
	api.Limit(&httpapi.Limits{Wall: func() time.Time { return now }})
	guess := func(from string) int {
		r := httptest.NewRequest("GET", "/plants", nil)
		r.RemoteAddr = from
		r.Header.Set("Authorization", "Bearer guessed")
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w.Code
	}
	for i := range 20 {
		if got := guess(fmt.Sprintf("[2001:db8::%x]:443", i)); got != 401 {
			t.Fatalf("guess %d: %d", i, got)
		}
	}
	if got := guess("[2001:db8::ffff]:443"); got != 429 {
		t.Errorf("one more: %d", got)
	}
	for i := range 10_000 { // a flood of others frees few
		guess(fmt.Sprintf("10.1.%d.%d:443", i/256, i%256))
	}
	held := 0
	for i := range 100 {
		from := fmt.Sprintf("10.2.0.%d:443", i)
		for range 20 {
			guess(from)
		}
		if guess(from) == 429 {
			held++
		}
	}
	if held < 50 {
		t.Errorf("%d of 100 are held back while the instance is full", held)
	}
}

func TestWhoGuessesKeysWaitsAndHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	api := newAPI(&garden{}, keys{})
	api.Limit(&httpapi.Limits{Wall: func() time.Time { return now }})
	get := func(key string) int {
		r := httptest.NewRequest("GET", "/plants", nil)
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w.Code
	}
	for range 20 {
		if got := get("sk_test_guess"); got != 401 {
			t.Fatalf("a guess answers %d", got)
		}
	}
	if got := get("sk_test_guess"); got != 429 {
		t.Errorf("the 21st guess answers %d", got)
	}
	if got := get(reader); got != 200 {
		t.Errorf("a valid key from the same address answers %d", got)
	}
}
