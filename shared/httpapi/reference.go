package httpapi

import (
	"bytes"
	_ "embed" // the page and its style
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The page for people at /docs: no script, nothing from elsewhere.
var (
	//go:embed reference.html
	referencePage string
	//go:embed reference.css
	referenceStyle []byte
)

const referencePolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (a *API) serveReference(w http.ResponseWriter, r *http.Request) {
	body, err := a.page.get(a.reference)
	if err != nil {
		write(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", referencePolicy)
	_, _ = w.Write(body) // the caller has gone; there is nobody to tell
}

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(referenceStyle) // the caller has gone; there is nobody to tell
}

type referenceView struct {
	Info    Info
	Groups  []groupView
	Objects []objectView
}

type groupView struct {
	Name       string
	Operations []operationView
}

type operationView struct {
	ID, Method, Path, Summary, Description string
	Public                                 bool
	Parameters                             []memberView
	Body, Answer                           typeView
	Status                                 string
}

type objectView struct {
	Name, Description string
	Members           []memberView
}

type memberView struct {
	Name, Place, Notes string
	Type               typeView
	Required           bool
}

// typeView is a type in words, with the object it links to.
type typeView struct{ Text, Object string }

func (a *API) reference() ([]byte, error) {
	page, err := template.New("reference").Parse(referencePage)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = page.Execute(&out, newReferenceView(a.info, a.describe()))
	return out.Bytes(), err
}

func newReferenceView(info Info, doc *huma.OpenAPI) referenceView {
	v := referenceView{Info: info}
	byTag := map[string][]operationView{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				byTag[op.Tags[0]] = append(byTag[op.Tags[0]], newOperationView(op))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byTag)) {
		v.Groups = append(v.Groups, groupView{name, byTag[name]})
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		v.Objects = append(v.Objects, newObjectView(name, schemas[name]))
	}
	return v
}

func newOperationView(op *huma.Operation) operationView {
	v := operationView{
		ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary,
		Description: op.Description, Public: len(op.Security) == 0,
	}
	for _, p := range op.Parameters {
		v.Parameters = append(v.Parameters, memberView{p.Name, p.In, notes(p.Schema), newTypeView(p.Schema), p.Required})
	}
	if op.RequestBody != nil {
		v.Body = contentType(op.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if strings.HasPrefix(status, "2") {
			v.Status, v.Answer = status, contentType(op.Responses[status].Content)
		}
	}
	return v
}

func contentType(content map[string]*huma.MediaType) typeView {
	if m := content["application/json"]; m != nil {
		return newTypeView(m.Schema)
	}
	return typeView{}
}

func newObjectView(name string, s *huma.Schema) objectView {
	v := objectView{Name: name, Description: s.Description}
	for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[member]
		v.Members = append(v.Members, memberView{member, "", notes(p), newTypeView(p), slices.Contains(s.Required, member)})
	}
	return v
}
