package httpapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/httpapi"
)

func TestInputThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call   call
		status int
		code   string
		names  []string // what the message must say
	}{
		"no body":           {call{"POST", "/plants", "", writer}, 400, "INVALID_REQUEST_BODY", []string{"required"}},
		"not JSON":          {call{"POST", "/plants", `{"name":`, writer}, 400, "INVALID_REQUEST_BODY", []string{"not valid JSON"}},
		"a list":            {call{"POST", "/plants", `[]`, writer}, 422, "INVALID_REQUEST_BODY", []string{"object"}},
		"required, missing": {call{"POST", "/plants", `{}`, writer}, 422, "INVALID_REQUEST_BODY", []string{"name"}},
		"everything wrong at once": {
			call{"POST", "/plants?dry_run=maybe", `{"name":"","owner_email":"me","height":-1,"pot":{"size":"XL"}}`, writer},
			422, "INVALID_QUERY_PARAMS", []string{"dry_run", "name", "owner_email", "height", "pot.size"},
		},
		"too long":            {call{"POST", "/plants", `{"name":"Rosmarinus officinalis"}`, writer}, 422, "INVALID_REQUEST_BODY", []string{"name", "10"}},
		"a fraction":          {call{"POST", "/plants", `{"name":"x","height":1.5}`, writer}, 422, "INVALID_REQUEST_BODY", []string{"height"}},
		"beyond all integers": {call{"POST", "/plants", `{"name":"x","height":1e30}`, writer}, 422, "INVALID_REQUEST_BODY", []string{"height"}},
		"not a time":          {call{"POST", "/plants", `{"name":"x","sown_at":"tomorrow"}`, writer}, 422, "INVALID_REQUEST_BODY", []string{"sown_at"}},
		"a page that is no number": {
			call{"GET", "/plants?page_number=x&page_size=101&kind=tree&sown_at_gte=soon", "", writer},
			422, "INVALID_QUERY_PARAMS", []string{"page_number", "page_size", "kind", "sown_at_gte"},
		},
		"a page before the first": {call{"GET", "/plants?page_number=-1", "", writer}, 422, "INVALID_QUERY_PARAMS", []string{"page_number"}},
		"a page of nothing":       {call{"GET", "/plants?page_size=0", "", writer}, 422, "INVALID_QUERY_PARAMS", []string{"page_size"}},
		"a page too deep":         {call{"GET", "/plants?page_number=41&page_size=100", "", writer}, 422, "INVALID_QUERY_PARAMS", []string{"4000"}},
		"a page far too deep":     {call{"GET", "/plants?page_number=9223372036854775807&page_size=100", "", writer}, 422, "INVALID_QUERY_PARAMS", []string{"4000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &garden{}
			got, _ := ask(t, newAPI(g, keys{}), c.call)
			var body struct{ Code, Message string }
			if err := json.Unmarshal([]byte(got.Body), &body); err != nil {
				t.Fatalf("%v in %s", err, got.Body)
			}
			if got.Status != c.status || body.Code != c.code {
				t.Errorf("got %d %s", got.Status, got.Body)
			}
			for _, want := range c.names {
				if !strings.Contains(body.Message, want) {
					t.Errorf("the message does not name %s: %s", want, body.Message)
				}
			}
			for _, never := range []string{"Go ", "struct", "Body", "body.", "validation failed"} {
				if strings.Contains(body.Message, never) {
					t.Errorf("the message says %q: %s", never, body.Message)
				}
			}
			if len(g.asked) != 0 {
				t.Error("reached the use case")
			}
		})
	}
}

func TestBodyTooLarge(t *testing.T) {
	t.Parallel()
	fits := `{"name":"x","unknown":"` + strings.Repeat("a", httpapi.MaxBody-25) + `"}`
	if got, _ := ask(t, newAPI(&garden{}, keys{}), call{"POST", "/plants", fits, writer}); got.Status != 201 {
		t.Errorf("a body of %d bytes: %d %s", len(fits), got.Status, got.Body)
	}
	got, _ := ask(t, newAPI(&garden{}, keys{}), call{"POST", "/plants", fits + strings.Repeat(" ", 26), writer})
	check(t, got, 413, problem("INVALID_REQUEST_BODY", "The request body is too large."))
}

func TestUnknownFieldsAndAbsentOptionsAreFine(t *testing.T) {
	t.Parallel()
	g := &garden{}
	body := `{"name":"Thyme","field_of_a_newer_sdk":{"a":1},"owner_email":null,"pot":null,"metadata":null}`
	if got, _ := ask(t, newAPI(g, keys{}), call{"POST", "/plants?unknown=1", body, writer}); got.Status != 201 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestListsPageFromZeroByTens(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]httpapi.Paging{
		"/plants":                                        {PageNumber: 0, PageSize: 10},
		"/plants?page_number=2&page_size=100":            {PageNumber: 2, PageSize: 100},
		"/plants?page_number=40&page_size=100":           {PageNumber: 40, PageSize: 100},
		"/plants?page_number=&page_size=&kind=":          {PageNumber: 0, PageSize: 10},
		"/plants?kind=herb&page_number=4000&page_size=1": {PageNumber: 4000, PageSize: 1},
	} {
		g := &garden{}
		got, _ := ask(t, newAPI(g, keys{}), call{"GET", target, "", reader})
		check(t, got, 200, `{"items":[]}`)
		in, ok := g.asked[0].(listPlants)
		if !ok || in.Paging != want {
			t.Errorf("%s: %+v, want %+v", target, g.asked, want)
		}
	}
}

func TestTimesInQueriesAndBodies(t *testing.T) {
	t.Parallel()
	g := &garden{}
	ask(t, newAPI(g, keys{}), call{"GET", "/plants?sown_at_gte=2025-01-02T03%3A04%3A05Z", "", writer})
	in, ok := g.asked[0].(listPlants)
	if want := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC); !ok || !in.Sown.Time().Equal(want) {
		t.Errorf("%+v", g.asked)
	}
	got, _ := ask(t, newAPI(g, keys{}), call{"POST", "/plants", `{"name":"x","sown_at":"2027-01-31T10:00:00.5+01:00"}`, writer})
	if !strings.Contains(got.Body, `"sown_at":"2027-01-31T09:00:00.500000Z"`) {
		t.Errorf("%s", got.Body)
	}
}

func TestPatchTellsAbsentNullAndValueApart(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]httpapi.Optional[string]{
		`{}`:                   {},
		`{"nickname":null}`:    {Set: true, Null: true},
		`{"nickname":""}`:      {Set: true},
		`{"nickname":"Sally"}`: {Set: true, Value: "Sally"},
	} {
		g := &garden{}
		got, _ := ask(t, newAPI(g, keys{}), call{"PATCH", "/plants/pl_1", body, writer})
		if got.Status != 200 {
			t.Fatalf("%s: %d %s", body, got.Status, got.Body)
		}
		in, ok := g.asked[0].(patchPlant)
		if diff := cmp.Diff(want, in.Body.Nickname); !ok || diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
	if old := (httpapi.Optional[string]{}); old.Else("kept") != "kept" {
		t.Error("an absent member changes the field")
	}
	if null := (httpapi.Optional[string]{Set: true, Null: true}); null.Else("kept") != "" {
		t.Error("null does not clear the field")
	}
	got, _ := ask(t, newAPI(&garden{}, keys{}), call{"PATCH", "/plants/pl_1", `{"nickname":7}`, writer})
	check(t, got, 422, problem("INVALID_REQUEST_BODY", "nickname: expected string"))
}

func TestMetadataLimits(t *testing.T) {
	t.Parallel()
	keys50 := func(n int) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(`"key-%d":%d`, i, i)
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	for name, c := range map[string]struct {
		metadata string
		problem  string // empty when it is fine
	}{
		"nothing":            {`{}`, ""},
		"every kind":         {`{"a":"x","B_1":1.5,"c-":true}`, ""},
		"fifty keys":         {keys50(50), ""},
		"fifty-one keys":     {keys50(51), "metadata: at most 50 keys"},
		"a key of 40":        {`{"` + strings.Repeat("k", 40) + `":1}`, ""},
		"a key of 41":        {`{"` + strings.Repeat("k", 41) + `":1}`, "metadata: keys are 1 to 40 characters of A-Z, a-z, 0-9, - and _"},
		"an empty key":       {`{"":1}`, "metadata: keys are 1 to 40 characters of A-Z, a-z, 0-9, - and _"},
		"a space in a key":   {`{"a b":1}`, "metadata: keys are 1 to 40 characters of A-Z, a-z, 0-9, - and _"},
		"a value of 500":     {`{"a":"` + strings.Repeat("ü", 500) + `"}`, ""},
		"a value of 501":     {`{"a":"` + strings.Repeat("ü", 501) + `"}`, "metadata.a: at most 500 characters"},
		"an object and null": {`{"a":{},"b":null}`, "metadata.a: expected a string, number or boolean; metadata.b: expected a string, number or boolean"},
	} {
		for _, method := range []string{"POST /plants", "PATCH /plants/pl_1"} {
			verb, target, _ := strings.Cut(method, " ")
			got, _ := ask(t, newAPI(&garden{}, keys{}), call{verb, target, `{"name":"x","metadata":` + c.metadata + `}`, writer})
			switch {
			case c.problem == "" && got.Status >= 300:
				t.Errorf("%s: %s: %d %s", name, method, got.Status, got.Body)
			case c.problem != "":
				check(t, got, 422, problem("MAXIMUM_KEYS_REACHED", c.problem))
			}
		}
	}
}

func TestMetadataComesBackAsItWasGiven(t *testing.T) {
	t.Parallel()
	const given = `{"a":"x","b":1.5,"c":true,"d":12345678901}`
	got, _ := ask(t, newAPI(&garden{}, keys{}), call{"POST", "/plants", `{"name":"x","metadata":` + given + `}`, writer})
	if !strings.HasSuffix(got.Body, `"metadata":`+given+`}`) {
		t.Errorf("%s", got.Body)
	}
}

func TestCursorPages(t *testing.T) {
	t.Parallel()
	for want, page := range map[string]httpapi.CursorPage[int]{
		`{"data":[],"done":true,"iterator":null,"prev_iterator":null}`: httpapi.Slice[int](nil, "", ""),
		`{"data":[1],"done":false,"iterator":"n","prev_iterator":"p"}`: httpapi.Slice([]int{1}, "p", "n"),
		`{"data":[1],"done":true,"iterator":null,"prev_iterator":"p"}`: httpapi.Slice([]int{1}, "p", ""),
	} {
		if b, err := json.Marshal(page); err != nil || string(b) != want {
			t.Errorf("%s, %v; want %s", b, err, want)
		}
	}
}
