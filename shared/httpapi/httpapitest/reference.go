// Package httpapitest makes the page for people, /docs, from an OpenAPI
// description. It is for tests alone, which keep the page as a golden file:
// a template engine reaches methods by name, so a binary that carried one
// would keep every method of every SDK, a third of its size.
package httpapitest

import (
	"bytes"
	_ "embed" // the page
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"
)

//go:embed reference.html
var referencePage string

// Reference is the page for people of an OpenAPI 3.1 description in JSON. It
// has no script, takes only its style /docs.css from elsewhere, and names no
// host, so that it is the same wherever it is served.
func Reference(openapi []byte) ([]byte, error) {
	var doc document
	from := json.NewDecoder(bytes.NewReader(openapi))
	from.UseNumber()
	if err := from.Decode(&doc); err != nil {
		return nil, err
	}
	page, err := template.New("reference").Funcs(template.FuncMap{"prose": prose}).Parse(referencePage)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = page.Execute(&out, newReferenceView(doc))
	return out.Bytes(), err
}

type referenceView struct {
	Info    info
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

// methods are in the order in which the page shows them.
var methods = []string{"get", "post", "put", "patch", "delete"}

func newReferenceView(doc document) referenceView {
	v := referenceView{Info: doc.Info}
	byTag := map[string][]operationView{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range methods {
			if op, ok := doc.Paths[path][method]; ok {
				byTag[op.Tags[0]] = append(byTag[op.Tags[0]], newOperationView(method, path, op))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byTag)) {
		v.Groups = append(v.Groups, groupView{name, byTag[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		v.Objects = append(v.Objects, newObjectView(name, doc.Components.Schemas[name]))
	}
	return v
}

func newOperationView(method, path string, op operation) operationView {
	v := operationView{
		ID: op.OperationID, Method: strings.ToUpper(method), Path: path, Summary: op.Summary,
		Description: op.Description, Public: len(op.Security) == 0, Body: op.RequestBody.typeView(),
	}
	for _, p := range op.Parameters {
		v.Parameters = append(v.Parameters, memberView{p.Name, p.In, notes(p.Schema), newTypeView(p.Schema), p.Required})
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if strings.HasPrefix(status, "2") {
			v.Status, v.Answer = status, op.Responses[status].typeView()
		}
	}
	return v
}

func newObjectView(name string, s *schema) objectView {
	v := objectView{Name: name, Description: s.Description}
	for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[member]
		v.Members = append(v.Members, memberView{member, "", notes(p), newTypeView(p), slices.Contains(s.Required, member)})
	}
	return v
}

// span is a piece of prose, some of it code.
type span struct {
	Text string
	Code bool
}

// prose reads the one thing of Markdown that our descriptions use: `code`.
func prose(markdown string) []span {
	var spans []span
	for i, text := range strings.Split(markdown, "`") {
		spans = append(spans, span{text, i%2 == 1})
	}
	return spans
}
