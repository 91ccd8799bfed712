package ses_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/email"
	"perennial/shared/email/ses"
)

// server answers like SES and keeps the last request's body.
type server struct {
	body          map[string]any
	status        int
	code, message string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := json.NewDecoder(r.Body).Decode(&s.body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", s.code)
	w.WriteHeader(s.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"MessageId": "m-1", "message": s.message}) // a lost answer fails the test
}

func send(t *testing.T, s *server, m email.Message) error {
	t.Helper()
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	client := sesv2.New(sesv2.Options{
		Region: "eu-central-1", BaseEndpoint: &listener.URL, RetryMaxAttempts: 1,
		Credentials: aws.AnonymousCredentials{},
	})
	return ses.New(client, "billing@perennial.example").Send(t.Context(), m)
}

func TestAnOptionalMailIsStoppedByOneClick(t *testing.T) {
	t.Parallel()
	s := &server{status: http.StatusOK}
	if err := send(t, s, email.Message{To: "ada@example.com", Unsubscribe: "https://pay.example/unsubscribe/x"}); err != nil {
		t.Fatal(err)
	}
	got := s.body["Content"].(map[string]any)["Simple"].(map[string]any)["Headers"].([]any)[1:]
	want := []any{
		map[string]any{"Name": "List-Unsubscribe", "Value": "<https://pay.example/unsubscribe/x>"},
		map[string]any{"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheMessageReachesSESWhole(t *testing.T) {
	t.Parallel()
	s := &server{status: http.StatusOK}
	err := send(t, s, email.Message{
		To: "ada@example.com", FromName: "Café, Ltd", ReplyTo: "help@acme.example", Subject: "Hallo", Text: "text", HTML: "<p>",
	})
	if err != nil {
		t.Fatal(err)
	}
	utf8 := func(text string) map[string]any { return map[string]any{"Data": text, "Charset": "UTF-8"} }
	want := map[string]any{
		"FromEmailAddress": "=?utf-8?b?Q2Fmw6ksIEx0ZA==?= <billing@perennial.example>",
		"Destination":      map[string]any{"ToAddresses": []any{"ada@example.com"}},
		"ReplyToAddresses": []any{"help@acme.example"},
		"Content": map[string]any{"Simple": map[string]any{
			"Subject": utf8("Hallo"),
			"Headers": []any{map[string]any{"Name": "Auto-Submitted", "Value": "auto-generated"}},
			"Body":    map[string]any{"Text": utf8("text"), "Html": utf8("<p>")},
		}},
	}
	if diff := cmp.Diff(want, s.body); diff != "" {
		t.Error(diff)
	}
}

func TestAnErrorNamesTheCodeAndNoAddress(t *testing.T) {
	t.Parallel()
	s := &server{
		status: http.StatusBadRequest, code: "MessageRejected",
		message: "Email address is not verified: ada@example.com",
	}
	err := send(t, s, email.Message{To: "ada@example.com"})
	if err == nil || strings.Contains(err.Error(), "ada") || !strings.Contains(err.Error(), "MessageRejected") {
		t.Errorf("got %v", err)
	}
}

func TestARefusedMessageIsToldFromATroubleThatPasses(t *testing.T) {
	t.Parallel()
	const unverified = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "
	for _, answer := range []struct {
		code, message string
		refused       bool
	}{
		{"MessageRejected", unverified + "ada@example.com", true},
		{"MessageRejected", "Address blacklisted.", true},
		{"BadRequestException", "Missing final '@domain'", true},
		{"MessageRejected", unverified + "ada@example.com, Billing@Perennial.example", false},
		{"MessageRejected", "Sending suspended for this account.", false},
		{"MailFromDomainNotVerifiedException", "", false},
		{"TooManyRequestsException", "", false},
		{"LimitExceededException", "", false},
		{"AccountSuspendedException", "", false},
		{"SendingPausedException", "", false},
	} {
		s := &server{status: http.StatusBadRequest, code: answer.code, message: answer.message}
		err := send(t, s, email.Message{To: "ada@example.com"})
		if err == nil || errors.Is(err, email.ErrRefused) != answer.refused || strings.Contains(err.Error(), "ada") {
			t.Errorf("%s %q is told as %v", answer.code, answer.message, err)
		}
	}
}
