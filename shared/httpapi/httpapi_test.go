package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/lambdahttp"
)

// A small API about plants, with one route for each thing the frame does.

type plant struct {
	ID       string           `json:"plant_id"`
	Name     string           `json:"name"`
	Nickname *string          `json:"nickname"`
	Pot      *pot             `json:"pot"`
	Sown     httpapi.Time     `json:"sown_at"`
	Metadata httpapi.Metadata `json:"metadata"`
}

type pot struct {
	Size int `json:"size"`
}

type getPlant struct {
	ID string `path:"plant_id"`
}

type listPlants struct {
	httpapi.Paging
	Sown httpapi.Time `query:"sown_at_gte"`
	Kind string       `query:"kind" enum:"herb,shrub"`
}

type createPlant struct {
	DryRun bool `query:"dry_run"`
	Body   struct {
		Name     string           `json:"name" minLength:"1" maxLength:"10"`
		Email    string           `json:"owner_email,omitempty" format:"email"`
		Height   int              `json:"height,omitempty" minimum:"0"`
		Pot      *pot             `json:"pot,omitempty"`
		Sown     httpapi.Time     `json:"sown_at,omitzero"`
		Metadata httpapi.Metadata `json:"metadata,omitzero"`
	}
}

type patchPlant struct {
	ID   string `path:"plant_id"`
	Body struct {
		Nickname httpapi.Optional[string]           `json:"nickname,omitzero"`
		Metadata httpapi.Optional[httpapi.Metadata] `json:"metadata,omitzero"`
	}
}

var errOccupied = fault.New(fault.Conflict, "PREVIOUS_PAYMENT_PENDING", "A payment is pending.")

// garden answers with whatever a test puts into it.
type garden struct {
	fails error
	asked []any // the inputs that reached a use case
	by    []httpapi.Caller
}

func (g *garden) note(c httpapi.Caller, in any) {
	g.asked, g.by = append(g.asked, in), append(g.by, c)
}

func (g *garden) get(_ context.Context, c httpapi.Caller, in getPlant) (plant, error) {
	g.note(c, in)
	return plant{ID: in.ID, Name: "Salvia"}, g.fails
}

func (g *garden) list(_ context.Context, c httpapi.Caller, in listPlants) (httpapi.Page[plant], error) {
	g.note(c, in)
	return httpapi.Items[plant](nil), g.fails
}

func (g *garden) create(_ context.Context, c httpapi.Caller, in createPlant) (plant, error) {
	g.note(c, in)
	return plant{Name: in.Body.Name, Sown: in.Body.Sown, Metadata: in.Body.Metadata}, g.fails
}

func (g *garden) patch(_ context.Context, c httpapi.Caller, in patchPlant) (plant, error) {
	g.note(c, in)
	return plant{ID: in.ID}, g.fails
}

func (g *garden) remove(_ context.Context, c httpapi.Caller, in getPlant) error {
	g.note(c, in)
	return g.fails
}

func (g *garden) validate(_ context.Context, c httpapi.Caller, _ httpapi.None) (httpapi.CursorPage[plant], error) {
	g.note(c, nil)
	return httpapi.Slice([]plant{{ID: "1"}}, "", "next"), g.fails
}

func (g *garden) picture(w http.ResponseWriter, r *http.Request, c httpapi.Caller) error {
	g.note(c, r.PathValue("plant_id"))
	if g.fails == nil {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write([]byte("\x89PNG"))
	}
	return g.fails
}

// keys knows two keys; the error of any other is fails or Unauthorized.
type keys struct{ fails error }

func (k keys) Authenticate(_ context.Context, secret string) (httpapi.Caller, error) {
	c := httpapi.Caller{BusinessID: "bus_1", Mode: "test", Scope: "bus_1.test", KeyID: "key_1"}
	switch {
	case secret == "sk_test_writer":
	case secret == "sk_test_reader":
		c.ReadOnly = true
	case k.fails != nil:
		return httpapi.Caller{}, k.fails
	default:
		return httpapi.Caller{}, fmt.Errorf("key %d: %w", 7, httpapi.ErrUnauthorized)
	}
	return c, nil
}

func (keys) MayWrite(context.Context, httpapi.Caller) error { return nil }

const gardenPage = "<!doctype html><title>Garden</title>"

func newAPI(g *garden, auth httpapi.Authenticator) *httpapi.API {
	info := httpapi.Info{Title: "Garden", Version: "1.0.0", URL: "https://api.example.com", Reference: []byte(gardenPage)}
	api := httpapi.New(info, auth)
	httpapi.Route(api, "GET /plants", "List plants", g.list)
	httpapi.Route(api, "POST /plants", "Create a plant", g.create, httpapi.Status(http.StatusCreated), httpapi.Describe("Sows a `plant`."))
	httpapi.Route(api, "GET /plants/{plant_id}", "Get a plant", g.get)
	httpapi.Route(api, "PATCH /plants/{plant_id}", "Update a plant", g.patch)
	httpapi.Do(api, "DELETE /plants/{plant_id}", "Remove a plant", g.remove)
	httpapi.Route(api, "GET /licenses", "Validate", g.validate, httpapi.Public())
	api.Handle("GET /plants/{plant_id}/picture", g.picture)
	api.Handle("GET /pictures/{plant_id}", g.picture, httpapi.Public())
	return api
}

// said is what a caller reads.
type said struct {
	Status int
	Header http.Header
	Body   string
}

type call struct {
	method, target, body, key string
}

// ask serves one request as Lambda would, and gives the log line too.
func ask(t *testing.T, api http.Handler, c call) (said, string) {
	t.Helper()
	var log bytes.Buffer
	h := lambdahttp.Wrap(api, lambdahttp.Failures(httpapi.Failure), lambdahttp.Log(slog.New(slog.NewJSONHandler(&log, nil))))
	r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return said{w.Code, w.Header(), strings.TrimSuffix(w.Body.String(), "\n")}, log.String()
}

func problem(code, message string) string {
	b, _ := json.Marshal(map[string]string{"code": code, "message": message}) // keys sort as code, message
	return string(b)
}

func check(t *testing.T, got said, status int, body string) {
	t.Helper()
	if got.Status != status || got.Body != body {
		t.Errorf("got %d %s\nwant %d %s", got.Status, got.Body, status, body)
	}
	if got.Header.Get("X-Request-Id") == "" {
		t.Error("the answer has no request id")
	}
	if body != "" && got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("content type %q", got.Header.Get("Content-Type"))
	}
}

const writer, reader = "sk_test_writer", "sk_test_reader"

func TestAnswerShowsEveryFieldNullOrNot(t *testing.T) {
	t.Parallel()
	g := &garden{}
	got, _ := ask(t, newAPI(g, keys{}), call{"GET", "/plants/pl_1", "", writer})
	check(t, got, 200, `{"plant_id":"pl_1","name":"Salvia","nickname":null,"pot":null,"sown_at":"0001-01-01T00:00:00.000000Z","metadata":{}}`)
	want := []httpapi.Caller{{BusinessID: "bus_1", Mode: "test", Scope: "bus_1.test", KeyID: "key_1"}}
	if diff := cmp.Diff(want, g.by); diff != "" {
		t.Error(diff)
	}
	if link := got.Header.Get("Link"); link != "" {
		t.Errorf("a schema link shows: %q", link)
	}
}

func TestEveryKindOfFaultHasItsStatus(t *testing.T) {
	t.Parallel()
	for kind, status := range map[fault.Kind]int{
		fault.Malformed: 400, fault.Unauthorized: 401, fault.Forbidden: 403, fault.NotFound: 404,
		fault.Conflict: 409, fault.Gone: 410, fault.Invalid: 422, fault.TooMany: 429,
		fault.Unsupported: 501, fault.Unavailable: 503,
	} {
		f := fault.New(kind, "SOME_CODE", "A sentence.")
		for _, target := range []string{"/plants/pl_1", "/plants/pl_1/picture"} {
			g := &garden{fails: fmt.Errorf("renew sub_1: %w", f)}
			got, log := ask(t, newAPI(g, keys{}), call{"GET", target, "", writer})
			check(t, got, status, problem("SOME_CODE", "A sentence."))
			if retry := got.Header.Get("X-Should-Retry"); (retry == "false") != (status == 409 || status == 501) {
				t.Errorf("%d: x-should-retry is %q", status, retry)
			}
			if challenge := got.Header.Get("Www-Authenticate"); (challenge == "Bearer") != (status == 401) {
				t.Errorf("%d: www-authenticate is %q", status, challenge)
			}
			if !strings.Contains(log, "renew sub_1: SOME_CODE") {
				t.Errorf("%d: the log lacks the detail: %s", status, log)
			}
		}
	}
}

func TestUnknownErrorIsLoggedOnceAndNeverShown(t *testing.T) {
	t.Parallel()
	internal := fault.New(fault.Internal, "JOURNAL_UNBALANCED", "secret detail")
	for name, fails := range map[string]error{
		"plain error":    errors.New("dynamo: secret detail"),
		"internal fault": fmt.Errorf("commit: %w", internal),
	} {
		g := &garden{fails: fails}
		got, log := ask(t, newAPI(g, keys{}), call{"GET", "/plants/pl_1", "", writer})
		check(t, got, 500, problem("INTERNAL_SERVER_ERROR", lambdahttp.Sentence))
		if n := strings.Count(log, "secret detail"); n != 1 || strings.Count(log, "\n") != 1 {
			t.Errorf("%s: logged %d times: %s", name, n, log)
		}
		if !strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, `"scope":"bus_1.test"`) || !strings.Contains(log, `"plant_id":"pl_1"`) {
			t.Errorf("%s: log lacks level, scope or id: %s", name, log)
		}
	}
}

func TestPanicIsAnAnswerLikeAnyOther(t *testing.T) {
	t.Parallel()
	api := httpapi.New(httpapi.Info{Title: "Garden"}, keys{})
	httpapi.Route(api, "GET /boom", "Boom", func(context.Context, httpapi.Caller, httpapi.None) (plant, error) { panic("a bug") })
	got, log := ask(t, api, call{"GET", "/boom", "", writer})
	check(t, got, 500, problem("INTERNAL_SERVER_ERROR", lambdahttp.Sentence))
	if !strings.Contains(log, "a bug") || !strings.Contains(log, `"route":"GET /boom"`) {
		t.Errorf("log: %s", log)
	}
}

func TestProblemsOfAFaultAreAllNamed(t *testing.T) {
	t.Parallel()
	var c fault.Check
	c.That(false, "billing.country", "is not a country")
	c.That(false, "quantity", "is zero")
	g := &garden{fails: c.Fault("INVALID_REQUEST_BODY", "The body is not valid.")}
	got, _ := ask(t, newAPI(g, keys{}), call{"GET", "/plants/pl_1", "", writer})
	check(t, got, 422, problem("INVALID_REQUEST_BODY", "billing.country: is not a country; quantity: is zero"))
}

func TestAnswersWithoutABodyAndWithAStatus(t *testing.T) {
	t.Parallel()
	g := &garden{}
	got, _ := ask(t, newAPI(g, keys{}), call{"DELETE", "/plants/pl_1", "", writer})
	check(t, got, 200, "")
	got, _ = ask(t, newAPI(g, keys{}), call{"POST", "/plants", `{"name":"Thyme"}`, writer})
	check(t, got, 201, `{"plant_id":"","name":"Thyme","nickname":null,"pot":null,"sown_at":"0001-01-01T00:00:00.000000Z","metadata":{}}`)
}

func TestConflictOnAVoidOperation(t *testing.T) {
	t.Parallel()
	got, _ := ask(t, newAPI(&garden{fails: errOccupied}, keys{}), call{"DELETE", "/plants/pl_1", "", writer})
	check(t, got, 409, problem("PREVIOUS_PAYMENT_PENDING", "A payment is pending."))
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	api := newAPI(&garden{}, keys{})
	got, _ := ask(t, api, call{"GET", "/nothing?key=1", "", ""})
	check(t, got, 404, problem("NOT_FOUND", "There is no such endpoint."))
	got, _ = ask(t, api, call{"GET", "//nothing", "", ""})
	check(t, got, 404, problem("NOT_FOUND", "There is no such endpoint."))
	got, _ = ask(t, api, call{"PUT", "/plants/pl_1", "{}", writer})
	check(t, got, 405, problem("METHOD_NOT_ALLOWED", "This endpoint does not know this method."))
	if allow := got.Header.Get("Allow"); allow != "DELETE, GET, HEAD, PATCH" {
		t.Errorf("Allow: %q", allow)
	}
}

func TestOptionsIsAnsweredEverywhere(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/plants", "/nothing"} {
		got, _ := ask(t, newAPI(&garden{}, keys{}), call{"OPTIONS", target, "", ""})
		if got.Status != 204 || got.Body != "" || got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %+v", target, got)
		}
	}
}

func TestHeadAnswersAsGet(t *testing.T) {
	t.Parallel()
	got, _ := ask(t, newAPI(&garden{}, keys{}), call{"HEAD", "/plants/pl_1", "", reader})
	if got.Status != 200 || got.Body != "" {
		t.Errorf("%+v", got)
	}
}

func TestManyFirstCallsAtOnce(t *testing.T) {
	t.Parallel()
	api := newAPI(&garden{fails: errOccupied}, keys{})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			r := httptest.NewRequest("GET", []string{"/licenses", "/openapi.json", "/docs", "/nothing"}[i%4], nil)
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			if want := []int{409, 200, 200, 404}[i%4]; w.Code != want {
				t.Errorf("%s: %d, want %d", r.URL.Path, w.Code, want)
			}
		})
	}
	wg.Wait()
}
