package mailpreview_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/httpapi"
	"perennial/shared/i18n"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/mailpreview"
	"perennial/shared/mails"
	"perennial/shared/mailtext"
	"perennial/shared/merchant"
)

// key lets everybody in as the world's business.
type key merchant.Scope

func (k key) Authenticate(context.Context, string) (httpapi.Caller, error) {
	return httpapi.Caller{BusinessID: k.Business, Mode: string(k.Mode), KeyID: "key_1"}, nil
}

func (key) MayWrite(context.Context, httpapi.Caller) error { return nil }

// ask sends a wish and reads the answer into out.
func ask(t *testing.T, w *lifecycletest.World, template, wish string, out any) int {
	t.Helper()
	h := mailpreview.New(mailpreview.Options{Store: w.Store, Writer: mailtext.Writer{}, Keys: key(w.Scope), Wall: w.Clock.Now})
	r := httptest.NewRequest("POST", "/mail-previews/"+template, strings.NewReader(wish))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer sk_test_1")
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	if err := json.Unmarshal(answer.Body.Bytes(), out); err != nil {
		t.Fatalf("%s: %d %s", wish, answer.Code, answer.Body)
	}
	return answer.Code
}

func TestEveryMailToACustomerIsShownInEveryLanguage(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	for _, template := range mails.Samples {
		for _, language := range i18n.Codes() {
			var got mailpreview.Preview
			status := ask(t, w, string(template), `{"language":"`+language+`"}`, &got)
			if status != http.StatusOK || got.Language != language || got.Subject == "" || got.From != w.State().Business.Name {
				t.Errorf("%s in %s: %d %+v", template, language, status, got)
			}
			for _, part := range []string{got.Subject, got.Text} {
				if strings.ContainsAny(part, "{}") || strings.Contains(part, "%!") {
					t.Errorf("%s in %s has an empty place: %s", template, language, part)
				}
			}
			if !strings.Contains(got.HTML, `lang="`+language) {
				t.Errorf("%s in %s: the page names another language", template, language)
			}
		}
	}
}

// R246: a merchant sees the words of a sequence before they are saved.
func TestWordsAreShownBeforeTheyAreSaved(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	w.Put(billing.Discount{ID: "dsc_1", Code: "STAY20", Type: billing.DiscountPercentage, BasisPoints: 2000},
		merchant.Brand{ID: "brn_1", Name: "Atlas by Northwind"})
	var got mailpreview.Preview
	status := ask(t, w, "win_back", `{"language":"de","brand_id":"brn_1","discount_id":"dsc_1",
		"text":{"subject":"Hallo {name}","body":"Mit {coupon} wird <b>{product}</b> billiger."}}`, &got)
	if status != http.StatusOK || !strings.Contains(got.Subject, "Hallo Ada Lovelace") || got.From != "Atlas by Northwind" {
		t.Errorf("%d %+v", status, got)
	}
	if want := "Mit STAY20 wird &lt;b&gt;Pro&lt;/b&gt; billiger."; !strings.Contains(got.HTML, want) {
		t.Errorf("the page does not say %s", want)
	}
	status = ask(t, w, "on_hold", `{"text":{"subject":"Own","body":"Hello {name}"}}`, &got)
	if status != http.StatusOK || !strings.Contains(got.Subject, "Own") || !strings.Contains(got.Text, "Hello Ada Lovelace") {
		t.Errorf("the announcement of a hold: %d %+v", status, got)
	}
	if len(w.Store.Outboxes()) != 0 {
		t.Error("a preview has told somebody something")
	}
}

func TestAPreviewThatIsNotPossibleSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	for wish, want := range map[[2]string][]string{
		{"portal_link", `{"language":"tlh","text":{"subject":"x","body":"x"}}`}:   {"template", "language", "text"},
		{"receipt", `{"discount_id":"dsc_1"}`}:                                    {"discount_id"},
		{"on_hold_again", `{"discount_id":"dsc_1"}`}:                              {"discount_id"},
		{"win_back", `{"text":{"subject":"{email}","body":"{coupon}"}}`}:          {"text: {email}", "{coupon}"},
		{"win_back", `{"text":{"subject":"x","body":"{reason}"}}`}:                {"text: {reason}"},
		{"win_back", `{"text":{"subject":"a\r\nBcc: b@example.com","body":"x"}}`}: {"text.subject"},
	} {
		var got struct{ Code, Message string }
		if status := ask(t, w, wish[0], wish[1], &got); status < 400 || status > 499 || got.Code != "INVALID_REQUEST_PARAMETERS" {
			t.Errorf("%s: %d %+v", wish, status, got)
		}
		for _, part := range want {
			if !strings.Contains(got.Message, part) {
				t.Errorf("%s: it does not speak of %s: %s", wish, part, got.Message)
			}
		}
	}
	var got struct{ Code string }
	if status := ask(t, w, "receipt", `{"brand_id":"brn_of_another"}`, &got); status != http.StatusNotFound {
		t.Errorf("another's brand: %d %s", status, got.Code)
	}
}
