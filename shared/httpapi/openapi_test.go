package httpapi_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"perennial/shared/httpapi"
)

func TestDescriptionIsOpenAPI31(t *testing.T) {
	t.Parallel()
	got, _ := ask(t, newAPI(&garden{}, keys{}), call{"GET", "/openapi.json", "", ""})
	var doc struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]struct {
			Summary, OperationID string
			Security             []map[string][]string
			Tags                 []string
			Parameters           []struct{ Name, In string }
		}
		Components struct {
			Schemas map[string]struct {
				Properties           map[string]map[string]any
				Required             []string
				AdditionalProperties any
			}
		}
	}
	if err := json.Unmarshal([]byte(got.Body), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Servers[0].URL != "https://api.example.com" || len(doc.Paths) != 3 {
		t.Errorf("%s, %v, %d paths", doc.OpenAPI, doc.Servers, len(doc.Paths))
	}
	list := doc.Paths["/plants"]["get"]
	if list.Summary != "List plants" || list.OperationID != "list-plants" || list.Tags[0] != "Plants" || len(list.Security) != 1 {
		t.Errorf("%+v", list)
	}
	if n := len(list.Parameters); n != 4 {
		t.Errorf("%d parameters, want page_number, page_size, sown_at_gte, kind", n)
	}
	if open := doc.Paths["/licenses"]["get"]; len(open.Security) != 0 {
		t.Errorf("a public route asks for a key: %+v", open)
	}
	plant := doc.Components.Schemas["Plant"]
	if len(plant.Required) != 6 || plant.AdditionalProperties != true {
		t.Errorf("%+v", plant)
	}
	if _, ok := plant.Properties["pot"]["anyOf"]; !ok {
		t.Errorf("the pot may be null, and is described as %v", plant.Properties["pot"])
	}
	if sown := plant.Properties["sown_at"]; sown["type"] != "string" || sown["format"] != "date-time" {
		t.Errorf("sown_at is described as %v", sown)
	}
	if strings.Contains(got.Body, "$schema") {
		t.Error("huma's $schema shows")
	}
}

func TestReferencePageStandsAlone(t *testing.T) {
	t.Parallel()
	api := newAPI(&garden{}, keys{})
	got, _ := ask(t, api, call{"GET", "/docs", "", ""})
	for _, want := range []string{
		"<h1>Garden <small>1.0.0</small></h1>", `<article id="create-a-plant">`, "<p>Sows a plant.</p>",
		"<code>/plants/{plant_id}</code>", `<article id="object-Plant">`, "no API key", "One of herb, shrub.", "time",
	} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, never := range []string{"<script", "style=", "<style", "://unpkg", " src="} {
		if strings.Contains(got.Body, never) {
			t.Errorf("the page has %s", never)
		}
	}
	if csp := got.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self';") {
		t.Errorf("policy %q", csp)
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(got.Body, -1) {
		if !strings.Contains(got.Body, `id="`+link[1]+`"`) {
			t.Errorf("the link to %s leads nowhere", link[1])
		}
	}
	if css, _ := ask(t, api, call{"GET", "/docs.css", "", ""}); css.Status != 200 || css.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("style: %d %v", css.Status, css.Header)
	}
}

func TestTextOnThePageIsEscaped(t *testing.T) {
	t.Parallel()
	api := httpapi.New(httpapi.Info{Title: "<b>x</b>", Version: "1"}, nil)
	got, _ := ask(t, api, call{"GET", "/docs", "", ""})
	if strings.Contains(got.Body, "<b>x</b>") {
		t.Error("the title is not escaped")
	}
}
