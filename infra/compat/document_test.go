package compat

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// route is one operation of the API's own description.
type route struct {
	method, path string // with {placeholders}
	public       bool
	body         bool     // takes one
	query        []string // names of its parameters
}

func (r route) String() string { return r.method + " " + r.path }

// safe reports whether a read-only key may use it.
func (r route) safe() bool { return r.method == http.MethodGet }

// undescribed are routes that answer and are not in the description.
var undescribed = []route{
	{method: http.MethodGet, path: "/discounts/{discount_id}/customers"},
	{method: http.MethodGet, path: "/invoices/payments/{payment_id}"},
	{method: http.MethodGet, path: "/invoices/refunds/{refund_id}"},
}

// routes are those that the running API describes, and the undescribed ones,
// such that what destroys comes last: the deepest first.
func (s *shop) routes() []route {
	s.Helper()
	_, raw := s.send(http.MethodGet, "/openapi.json", "", "")
	var doc struct {
		Paths map[string]map[string]struct {
			Security    []any
			RequestBody *struct{}
			Parameters  []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		s.Fatal(err)
	}
	all := slices.Clone(undescribed)
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for method, op := range doc.Paths[path] {
			r := route{method: strings.ToUpper(method), path: path, public: len(op.Security) == 0, body: op.RequestBody != nil}
			for _, p := range op.Parameters {
				if p.In == "query" {
					r.query = append(r.query, p.Name)
				}
			}
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b route) int {
		if d := order[a.method] - order[b.method]; d != 0 {
			return d
		}
		return strings.Count(b.path, "/") - strings.Count(a.path, "/")
	})
	return all
}

var order = map[string]int{http.MethodGet: 0, http.MethodPatch: 1, http.MethodPut: 2, http.MethodPost: 3, http.MethodDelete: 4}

var placeholder = regexp.MustCompile(`\{\w+\}`)

// fill puts the ids of fixtures into a path; missing names the first
// placeholder that has none.
func (f fixtures) fill(path string) (filled, missing string) {
	var out strings.Builder
	rest := path
	for at := placeholder.FindStringIndex(rest); at != nil; at = placeholder.FindStringIndex(rest) {
		prefix := path[:len(path)-len(rest)+at[1]]
		id := f.ids[named[prefix]]
		if id == "" {
			return "", prefix
		}
		out.WriteString(rest[:at[0]] + id)
		rest = rest[at[1]:]
	}
	return out.String() + rest, ""
}

// text puts the ids of fixtures into a body, where <name> stands for one.
func (f fixtures) text(body string) string {
	for name, id := range f.ids {
		body = strings.ReplaceAll(body, "<"+name+">", id)
	}
	return body
}
