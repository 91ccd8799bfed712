package httpapi_test

import (
	"regexp"
	"strings"
	"testing"

	"perennial/shared/httpapi"
	"perennial/shared/httpapi/httpapitest"
)

// reference is the page made for an API.
func reference(t *testing.T, api *httpapi.API) string {
	t.Helper()
	description, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	page, err := httpapitest.Reference(description)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestReferencePageStandsAlone(t *testing.T) {
	t.Parallel()
	page := reference(t, newAPI(&garden{}, keys{}))
	for _, want := range []string{
		"<h1>Garden <small>1.0.0</small></h1>", `<article id="create-a-plant">`, "<p>Sows a <code>plant</code>.</p>",
		"<b>GET</b> <code>/plants/{plant_id}</code>", `<article id="object-Plant">`, "no API key", "One of herb, shrub.", "<td>time</td>",
		`<a href="#object-Pot">Pot or null</a>`, "At most 100.", "Answer: 201 ", "Answer: 200</p>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, never := range []string{"<script", "style=", "<style", "://", " src="} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+link[1]+`"`) {
			t.Errorf("the link to %s leads nowhere", link[1])
		}
	}
}

func TestTextOnThePageIsEscaped(t *testing.T) {
	t.Parallel()
	page := reference(t, httpapi.New(httpapi.Info{Title: "<b>x</b>", Version: "1", Description: "`<b>x</b>`"}, nil))
	if strings.Contains(page, "<b>x</b>") {
		t.Error("title or description is not escaped")
	}
}

func TestReferenceIsServedUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	api := newAPI(&garden{}, keys{})
	got, _ := ask(t, api, call{"GET", "/docs", "", ""})
	if got.Status != 200 || got.Body != gardenPage || got.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%d %q %v", got.Status, got.Body, got.Header)
	}
	if csp := got.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self';") {
		t.Errorf("policy %q", csp)
	}
	if css, _ := ask(t, api, call{"GET", "/docs.css", "", ""}); css.Status != 200 || css.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("style: %d %v", css.Status, css.Header)
	}
}

func TestWithoutAPageThereIsNoReference(t *testing.T) {
	t.Parallel()
	got, _ := ask(t, httpapi.New(httpapi.Info{Title: "Garden"}, nil), call{"GET", "/docs", "", ""})
	check(t, got, 404, problem("NOT_FOUND", "There is no such endpoint."))
}
