package httpapi_test

import (
	"encoding/json"
	"strings"
	"testing"
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
