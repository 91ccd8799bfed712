package portal_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perennial/shared/cardfields"
	"perennial/shared/identity"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/portal"
	"perennial/shared/record/recordtest"
)

// away is a store that cannot be reached.
type away struct{ *recordtest.Fake }

func (away) State(context.Context, merchant.Scope) (merchant.State, error) {
	return merchant.State{}, errors.New("dial tcp 10.0.0.7: refused")
}

func TestTroubleOfOursIsNotTheCustomersFault(t *testing.T) {
	t.Parallel()
	store := away{recordtest.New()}
	const site = "https://pay.example"
	h := lambdahttp.Wrap(
		portal.New(portal.Options{
			Store: store, Identity: &identity.Service{Store: store, Wall: store.Wall}, Wall: store.Wall, Fields: cardfields.Origins{Sandbox: bank},
			Surfaces: map[string]portal.Surface{"": {Mode: merchant.Test, URL: site}},
		}), lambdahttp.URL(site), lambdahttp.Failures(pages.Fail), lambdahttp.Log(slog.New(slog.DiscardHandler)),
	)
	token := "bus_1." + strings.Repeat("A", 43)
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodGet, site+"/", nil),
		httptest.NewRequest(http.MethodGet, site+"/subscriptions/sub_1", nil),
		httptest.NewRequest(http.MethodGet, site+"/login/bus_1", nil),
		httptest.NewRequest(http.MethodGet, site+"/session/"+token, nil),
		httptest.NewRequest(http.MethodPost, site+"/session", strings.NewReader("token="+token)),
	} {
		r.Header.Set("Cookie", "__Host-perennial="+token)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if text := w.Body.String(); w.Code != 500 || strings.Contains(text, "10.0.0") || strings.Contains(text, "no longer works") {
			t.Errorf("%s %s: %d %s", r.Method, r.URL.Path, w.Code, text)
		}
	}
}
