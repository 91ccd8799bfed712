package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"perennial/shared/clock"
	"perennial/shared/identity"
	"perennial/shared/merchant"
)

// visitor fetches pages as a browser with one cookie does.
type visitor struct {
	client *http.Client
	origin string // of the portal
	cookie string
}

// signIn opens a session of a customer, by a link of one use.
func (s *shop) signIn(ctx context.Context, customer string) (visitor, error) {
	v := visitor{client: s.client, origin: s.portal()}
	link, err := s.link(ctx, customer)
	if err != nil {
		return v, err
	}
	_, token, _ := strings.Cut(link, "/session/")
	response, err := v.post(ctx, "/session", url.Values{"token": {token}})
	if err != nil {
		return v, err
	}
	for _, c := range response.Cookies() {
		v.cookie = c.Name + "=" + c.Value
	}
	if v.cookie == "" {
		return v, fmt.Errorf("sign in: %s", response.Status)
	}
	return v, nil
}

// portal is the origin of the shop's mode.
func (s *shop) portal() string {
	if s.scope.Mode == merchant.Test {
		return s.stack.URL("portal-test")
	}
	return s.stack.URL("portal")
}

// link is a dynamic link, as the API makes it.
func (s *shop) link(ctx context.Context, customer string) (string, error) {
	id := identity.Service{Store: s.till.Store, Wall: clock.System, Portals: map[merchant.Mode]string{s.scope.Mode: s.portal()}}
	return id.Mint(ctx, s.scope, customer, "")
}

// post submits a form of the portal.
func (v visitor) post(ctx context.Context, path string, form url.Values) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", v.origin)
	request.Header.Set("Cookie", v.cookie)
	response, err := v.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("POST %s: %s: %s", path, response.Status, said)
	}
	return response, nil
}
