package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"perennial/shared/pages"
)

func TestThePageSpeaksTheReadersLanguage(t *testing.T) {
	t.Parallel()
	serve := surface(http.NewServeMux())
	for name, c := range map[string]struct {
		cookie, browser, lang, says string
	}{
		"nothing said":             {"", "", `lang="en"`, "There is nothing here"},
		"the browser's":            {"", "tlh, de-AT;q=0.8", `lang="de"`, "Hier ist nichts"},
		"the choice goes first":    {"ar", "de", `lang="ar" dir="rtl"`, "لا يوجد شيء هنا"},
		"a choice that is no more": {"tlh", "ja", `lang="ja"`, "ここには何もありません"},
	} {
		r := get("/nowhere")
		r.Header.Set("Accept-Language", c.browser)
		if c.cookie != "" {
			r.AddCookie(&http.Cookie{Name: "__Host-language", Value: c.cookie})
		}
		text := serve(r).Body.String()
		if !strings.Contains(text, "<html "+c.lang+">") || !strings.Contains(text, c.says) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestTheCustomersLanguageGoesBeforeTheBrowsers(t *testing.T) {
	t.Parallel()
	r := get("/")
	r.Header.Set("Accept-Language", "de")
	if got := pages.Locale(r, "", "hi-IN"); got != "hi" {
		t.Error(got)
	}
	r.AddCookie(&http.Cookie{Name: "__Host-language", Value: "it"})
	if got := pages.Locale(r, "hi"); got != "it" || !pages.Chosen(r) {
		t.Error(got)
	}
}

func TestALanguageIsChosenWithoutAScript(t *testing.T) {
	t.Parallel()
	serve := surface(http.NewServeMux())
	for next, want := range map[string]string{
		"/subscriptions/sub_1?done=kept": "/subscriptions/sub_1?done=kept", "//evil.example": "/", `/\evil.example`: "/",
		"https://evil.example": "/", "javascript:alert(1)": "/", "": "/",
	} {
		form := url.Values{"lang": {"ja"}, "next": {next}}
		r := httptest.NewRequest(http.MethodPost, origin+"/language", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got := serve(r)
		if got.Code != http.StatusSeeOther || got.Header().Get("Location") != want {
			t.Errorf("%q: %d %q", next, got.Code, got.Header().Get("Location"))
		}
		if cookie := got.Header().Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-language=ja; Path=/;") || !strings.Contains(cookie, "Secure") {
			t.Errorf("cookie %q", cookie)
		}
	}
}
