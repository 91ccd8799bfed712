package vies_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/taxid"
	"perennial/shared/taxid/vies"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func wall() time.Time { return noon }

// outcomes are what the test service answers to each number (VIES technical
// information, "test service").
var outcomes = map[string]string{
	"201": "INVALID_INPUT", "202": "INVALID_REQUESTER_INFO", "300": "SERVICE_UNAVAILABLE", "301": "MS_UNAVAILABLE",
	"302": "TIMEOUT", "400": "VAT_BLOCKED", "401": "IP_BLOCKED", "500": "GLOBAL_MAX_CONCURRENT_REQ",
	"501": "GLOBAL_MAX_CONCURRENT_REQ_TIME", "600": "MS_MAX_CONCURRENT_REQ", "601": "MS_MAX_CONCURRENT_REQ_TIME",
}

// standIn answers as the test service does.
func standIn(w http.ResponseWriter, r *http.Request) {
	var q struct{ CountryCode, VatNumber, RequesterMemberStateCode, RequesterNumber string }
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.Method != http.MethodPost {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	answer := map[string]any{"countryCode": q.CountryCode, "vatNumber": q.VatNumber, "requestDate": "2027-03-01T12:00:00Z"}
	switch q.VatNumber {
	case "100", "200":
		answer["valid"] = q.VatNumber == "100"
		answer["name"], answer["address"] = "John Doe", "---"
		answer["requestIdentifier"] = ""
		if q.RequesterNumber != "" {
			answer["requestIdentifier"] = "WAPIAAAA" + q.RequesterMemberStateCode + q.RequesterNumber
		}
	default:
		code, known := outcomes[q.VatNumber]
		if !known {
			code = "SERVICE_UNAVAILABLE"
		}
		w.WriteHeader(http.StatusInternalServerError)
		answer = map[string]any{"actionSucceed": false, "errorWrappers": []any{map[string]any{"error": code}}}
	}
	_ = json.NewEncoder(w).Encode(answer) // a closed connection is the test's own
}

func TestTheTestNumbers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(standIn))
	t.Cleanup(server.Close)
	register := vies.New(server.URL, wall)
	seller := taxid.ID{Country: "DE", Number: "136695976"}

	got := register.Check(t.Context(), taxid.ID{Country: "FR", Number: "100"}, seller)
	want := taxid.Proof{ID: "FR100", Status: taxid.Valid, Method: taxid.ByRegister, Name: "John Doe", Consultation: "WAPIAAAADE136695976", At: noon}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("100 (-want +got):\n%s", diff)
	}
	if got := register.Check(t.Context(), taxid.ID{Country: "FR", Number: "200"}, taxid.ID{}); got.Status != taxid.Invalid || got.Consultation != "" {
		t.Errorf("200: %+v, want invalid", got)
	}
	for number, code := range outcomes {
		want := taxid.Pending
		if code == "INVALID_INPUT" {
			want = taxid.Invalid
		}
		if got := register.Check(t.Context(), taxid.ID{Country: "FR", Number: number}, seller); got.Status != want || got.Problem != code {
			t.Errorf("%s: %+v; want %s, %s", number, got, want, code)
		}
	}
}

// A requester whose number VIES does not take is left out; the buyer is not
// to suffer for it.
func TestAWrongRequesterIsLeftOut(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q map[string]string
		_ = json.NewDecoder(r.Body).Decode(&q) // checked by what follows
		if calls.Add(1); q["requesterNumber"] != "" {
			_, _ = w.Write([]byte(`{"actionSucceed":false,"errorWrappers":[{"error":"INVALID_REQUESTER_INFO"}]}`)) // the test's own
			return
		}
		_, _ = w.Write([]byte(`{"countryCode":"FR","vatNumber":"40303265045","valid":true}`)) // the test's own
	}))
	t.Cleanup(server.Close)
	got := vies.New(server.URL, wall).Check(t.Context(), taxid.ID{Country: "FR", Number: "40303265045"}, taxid.ID{Country: "DE", Number: "1"})
	if got.Status != taxid.Valid || calls.Load() != 2 {
		t.Errorf("%+v after %d calls; want valid after 2", got, calls.Load())
	}
}

func TestAnOutageIsPending(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"a page of the firewall":      func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusForbidden) },
		"an error without a word":     func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusBadGateway) },
		"no verdict":                  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) },
		"a verdict on another number": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"vatNumber":"1","valid":true}`)) },
		"an outage with a verdict": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"valid":false,"userError":"MS_UNAVAILABLE"}`))
		},
		"a broken connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		server := httptest.NewServer(answer)
		got := vies.New(server.URL, wall).Check(t.Context(), taxid.ID{Country: "FR", Number: "40303265045"}, taxid.ID{})
		if got.Status != taxid.Pending || got.Problem == "" {
			t.Errorf("%s: %+v, want pending and why", name, got)
		}
		server.Close()
	}
}
