package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
)

func (a *API) serveSpec(w http.ResponseWriter, r *http.Request) {
	body, err := a.spec.get(a.OpenAPI)
	if err != nil {
		write(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the caller has gone; there is nobody to tell
}

// OpenAPI is the OpenAPI 3.1 description of every route so far, as JSON.
func (a *API) OpenAPI() ([]byte, error) {
	description := a.describe()
	raw, err := json.Marshal(description)
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	schemas, _ := at(doc, "components", "schemas").(map[string]any)
	for name := range schemas {
		allowNull(description.Components.Schemas.TypeFromRef(schemaPrefix+name), at(schemas, name, "properties"))
	}
	return json.MarshalIndent(doc, "", "  ")
}

// allowNull says of members that are null or another object that they may be
// null, which huma leaves out: it has one schema per object and no place for
// the difference.
func allowNull(t reflect.Type, properties any) {
	members, _ := properties.(map[string]any)
	if t == nil || t.Kind() != reflect.Struct {
		return
	}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		object, _ := members[name].(map[string]any)
		if f.Type.Kind() != reflect.Pointer || object["$ref"] == nil || strings.Contains(options, "omit") {
			continue
		}
		members[name] = map[string]any{"anyOf": []any{object, map[string]any{"type": "null"}}}
	}
}

const schemaPrefix = "#/components/schemas/"

// at walks into nested JSON objects, nil when there is nothing.
func at(v any, path ...string) any {
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}
