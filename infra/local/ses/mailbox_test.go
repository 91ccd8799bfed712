package ses_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perennial/infra/local/identity"
	"perennial/infra/local/ses"
)

// post is a mailbox with the SDK's client of it and its page.
type post struct {
	api  *sesv2.Client
	page *httptest.Server
	box  *ses.Mailbox
}

func open(t *testing.T, file string) post {
	t.Helper()
	box, err := ses.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	api, page := httptest.NewServer(box.API()), httptest.NewServer(box.Page())
	t.Cleanup(api.Close)
	t.Cleanup(page.Close)
	return post{box: box, page: page, api: sesv2.New(sesv2.Options{
		BaseEndpoint: aws.String(api.URL), Region: identity.Region, Credentials: identity.Credentials(),
	})}
}

func (p post) send(t *testing.T, in *sesv2.SendEmailInput) string {
	t.Helper()
	out, err := p.api.SendEmail(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return *out.MessageId
}

func (p post) get(t *testing.T, path string) (string, http.Header) {
	t.Helper()
	r, err := http.Get(p.page.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, r.Status)
	}
	return string(b), r.Header
}

func receipt(to string) *sesv2.SendEmailInput {
	text := func(s string) *types.Content { return &types.Content{Data: aws.String(s)} }
	return &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("Perennial <billing@example.com>"),
		Destination:      &types.Destination{ToAddresses: []string{to}},
		ReplyToAddresses: []string{"help@example.com"},
		EmailTags:        []types.MessageTag{{Name: aws.String("kind"), Value: aws.String("receipt")}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: text("Receipt – 12,00 €"), Body: &types.Body{Text: text("Thank you"), Html: text("<p>Thank <b>you</b></p>")},
			Headers: []types.MessageHeader{{Name: aws.String("List-Unsubscribe"), Value: aws.String("<https://x.example/u>")}},
		}},
	}
}

func TestSimpleMailIsKeptWhole(t *testing.T) {
	t.Parallel()
	p := open(t, "")
	id := p.send(t, receipt("ada@example.com"))
	want := []ses.Mail{{
		ID: id, From: "Perennial <billing@example.com>", To: []string{"ada@example.com"}, ReplyTo: []string{"help@example.com"},
		Subject: "Receipt – 12,00 €", Text: "Thank you", HTML: "<p>Thank <b>you</b></p>",
		Headers: map[string]string{"List-Unsubscribe": "<https://x.example/u>"}, Tags: map[string]string{"kind": "receipt"},
	}}
	got := p.box.Mails("ADA@example.com")
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(ses.Mail{}, "Sent")); diff != "" {
		t.Error("(-want +got):\n" + diff)
	}
	if len(got) == 1 && got[0].Sent.IsZero() {
		t.Error("the mail has no time")
	}
}

const rawMail = "From: billing@example.com\r\n" +
	"To: ada@example.com\r\n" +
	"Subject: =?utf-8?q?Rechnung_f=C3=BCr_M=C3=A4rz?=\r\n" +
	"Content-Type: multipart/mixed; boundary=m\r\n\r\n" +
	"--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n" +
	"--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n" +
	"--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+R3LDvMOfZTwvcD4=\r\n--a--\r\n" +
	"--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=invoice.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--m--\r\n"

func TestRawMailIsTakenApart(t *testing.T) {
	t.Parallel()
	p := open(t, "")
	id := p.send(t, &sesv2.SendEmailInput{Content: &types.EmailContent{Raw: &types.RawMessage{Data: []byte(rawMail)}}})
	got := p.box.Mails("")[0]
	if got.Subject != "Rechnung für März" || got.Text != "Grüße" || got.HTML != "<p>Grüße</p>" {
		t.Errorf("mail = %+v", got)
	}
	if diff := cmp.Diff([]ses.Attachment{{Name: "invoice.pdf", Type: "application/pdf", Data: []byte("%PDF")}}, got.Attachments); diff != "" {
		t.Error("attachments (-want +got):\n" + diff)
	}
	if body, h := p.get(t, "/messages/"+id+"/attachments/0"); body != "%PDF" || !strings.Contains(h.Get("Content-Disposition"), "invoice.pdf") {
		t.Errorf("attachment = %q %v", body, h)
	}
}

func TestPageListsNewestFirstAndFramesTheMailWithoutScripts(t *testing.T) {
	t.Parallel()
	p := open(t, "")
	p.send(t, receipt("ada@example.com"))
	second := receipt("bob@example.com")
	second.Content.Simple.Subject.Data = aws.String("<script>alert(1)</script>")
	id := p.send(t, second)
	list, _ := p.get(t, "/")
	if a, b := strings.Index(list, "ada@"), strings.Index(list, "bob@"); a < 0 || b < 0 || b > a {
		t.Errorf("ada at %d, bob at %d: want both, the newer first", a, b)
	}
	if strings.Contains(list, "<script>") {
		t.Error("a subject became markup")
	}
	shown, _ := p.get(t, "/messages/"+id)
	if !strings.Contains(shown, `src="/messages/`+id+`/html" sandbox=`) || !strings.Contains(shown, "Thank you") {
		t.Errorf("page = %s", shown)
	}
	framed, h := p.get(t, "/messages/"+id+"/html")
	if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'none'") || !strings.Contains(framed, "<b>you</b>") {
		t.Errorf("frame %q under %q", framed, csp)
	}
	only, _ := p.get(t, "/?to=ada@example.com")
	if strings.Contains(only, "bob@") {
		t.Error("the filter let another recipient's mail through")
	}
}

func TestMailsOutliveARestartAndCanBeCleared(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mail.jsonl")
	open(t, file).send(t, receipt("ada@example.com"))
	p := open(t, file)
	body, _ := p.get(t, "/api/messages?to=ada@example.com")
	var got []ses.Mail
	if err := json.Unmarshal([]byte(body), &got); err != nil || len(got) != 1 || got[0].Text != "Thank you" {
		t.Errorf("kept %s, %v", body, err)
	}
	if err := p.box.Clear(); err != nil {
		t.Fatal(err)
	}
	if left := open(t, file).box.Mails(""); len(left) != 0 {
		t.Errorf("%d mails left", len(left))
	}
}

func TestMailWithoutRecipientIsRefused(t *testing.T) {
	t.Parallel()
	in := receipt("ada@example.com")
	in.Destination = nil
	_, err := open(t, "").api.SendEmail(t.Context(), in)
	var bad *types.BadRequestException
	if !errors.As(err, &bad) {
		t.Errorf("err = %v, want BadRequestException", err)
	}
}
