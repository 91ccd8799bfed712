package merchantapi_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchantapi"
)

func (b *bench) clock(method, path, body string) (int, merchantapi.TestClock) {
	b.T.Helper()
	status, raw := b.send(method, path, writer, body)
	var c merchantapi.TestClock
	if status < 300 {
		b.must(json.Unmarshal([]byte(raw), &c))
	}
	return status, c
}

func TestTheClockIsAdvancedByTheCollector(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	status, c := b.clock("GET", "/test-clock", "")
	if want := (merchantapi.TestClock{Time: "2027-01-31T09:30:00.000000Z", Status: "ready"}); status != 200 || c != want {
		t.Errorf("%d %+v", status, c)
	}
	const advance = `{"to":"2027-03-05T00:00:00Z"}`
	status, c = b.clock("POST", "/test-clock/advance", advance)
	if status != 202 || c.Status != "advancing" {
		t.Errorf("%d %+v", status, c)
	}
	if diff := cmp.Diff([]string{`{"v":1,"clock":"bus_1.test"}`}, b.work.sent); diff != "" {
		t.Error(diff)
	}
	if status, raw := b.send("POST", "/test-clock/advance", writer, `{"to":"2027-04-05T00:00:00Z"}`); status != 409 || !strings.Contains(raw, "CLOCK_ADVANCING") {
		t.Errorf("a second target: %d %s", status, raw)
	}
	arrived, err := b.Advancer.Run(t.Context(), b.Scope, b.Clock.Now().Add(time.Minute))
	if err != nil || !arrived {
		t.Fatal(arrived, err)
	}
	status, c = b.clock("GET", "/test-clock", "")
	if want := (merchantapi.TestClock{Time: "2027-03-05T00:00:00.000000Z", Status: "ready"}); status != 200 || c != want {
		t.Errorf("%d %+v", status, c)
	}
}

func TestAFrozenClockMovesByAdvancesAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := func(method, path, body, time, status string) {
		t.Helper()
		if _, c := b.clock(method, path, body); c.Time != time || c.Status != status {
			t.Errorf("%s %s: %+v, want %s %s", method, path, c, time, status)
		}
	}
	at("POST", "/test-clock/freeze", "", "2027-01-31T09:30:00.000000Z", "frozen")
	b.Clock.Advance(time.Hour)
	at("POST", "/test-clock/freeze", "", "2027-01-31T09:30:00.000000Z", "frozen")
	at("POST", "/test-clock/advance", `{"to":"2027-02-01T00:00:00Z"}`, "2027-01-31T09:30:00.000000Z", "advancing")
	if status, raw := b.send("POST", "/test-clock/unfreeze", writer, ""); status != 409 {
		t.Errorf("let go on the way: %d %s", status, raw)
	}
	if arrived, err := b.Advancer.Run(t.Context(), b.Scope, b.Clock.Now().Add(time.Minute)); err != nil || !arrived {
		t.Fatal(arrived, err)
	}
	b.Clock.Advance(time.Hour)
	at("GET", "/test-clock", "", "2027-02-01T00:00:00.000000Z", "frozen")
	at("POST", "/test-clock/unfreeze", "", "2027-02-01T00:00:00.000000Z", "ready")
	b.Clock.Advance(time.Hour)
	at("GET", "/test-clock", "", "2027-02-01T01:00:00.000000Z", "ready")
}

func TestALostMessageIsSentAgainByAskingAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.work.fails = errors.New("queue is away")
	const advance = `{"to":"2027-03-05T00:00:00Z"}`
	if status, _ := b.clock("POST", "/test-clock/advance", advance); status != 500 {
		t.Errorf("a lost message answers %d", status)
	}
	b.work.fails = nil
	if status, _ := b.clock("POST", "/test-clock/advance", advance); status != 202 || len(b.work.sent) != 1 {
		t.Errorf("asking again answers %d, queued %v", status, b.work.sent)
	}
}

func TestTheClockGoesForwardInTestModeOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.Store.Commits())
	for _, c := range []struct {
		secret, body string
		status       int
		code         string
	}{
		{live, `{"to":"2027-03-05T00:00:00Z"}`, 403, "TEST_MODE_ONLY"},
		{writer, `{"to":"2026-12-31T00:00:00Z"}`, 422, "INVALID_REQUEST_PARAMETERS"},
		{writer, `{"to":"` + lifecycletest.Start.AddDate(60, 0, 0).Format(time.RFC3339) + `"}`, 422, "INVALID_REQUEST_PARAMETERS"},
		{writer, `{}`, 422, "INVALID_REQUEST_BODY"},
	} {
		if status, body := b.send("POST", "/test-clock/advance", c.secret, c.body); status != c.status || !strings.Contains(body, c.code) {
			t.Errorf("%s: %d %s", c.body, status, body)
		}
	}
	if status, _ := b.send("GET", "/test-clock", live, ""); status != 403 {
		t.Errorf("a live clock answers %d", status)
	}
	b.unchanged(before)
	if len(b.work.sent) > 0 {
		t.Errorf("queued %v", b.work.sent)
	}
}

func TestCountriesAreListedWithoutAKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	codes, err := newClient(b.url, "").Misc.ListSupportedCountries(t.Context())
	if err != nil || len(*codes) != 249 {
		t.Errorf("countries %v, %v", codes, err)
	}
}
