package checkout_test

import (
	"net/url"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/identity"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
)

func TestOptionalMailsAreStoppedByOneClickAndTakenBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	path := identity.Unsubscribe{Secrets: unsubscribe.Secrets[1:]}.To(s.Scope, "cus_1")
	wants := func() bool { return lifecycletest.Get[billing.Customer](s.World, "cus_1").WantsOptional() }
	shown := s.get(path)
	shown.Must(t, 200, "Stop optional mails")
	shown.MustNot(t, "ada@example.com")
	if !wants() {
		t.Error("opening the page stopped the mails")
	}
	for range 2 {
		s.post(path, url.Values{"List-Unsubscribe": {"One-Click"}}).Must(t, 200, "Optional mails are stopped")
		if wants() {
			t.Error("the mails go on")
		}
	}
	s.post(path, url.Values{"mails": {"on"}}).Must(t, 200, "Stop optional mails")
	if !wants() {
		t.Error("the mails stay away")
	}
	live := merchant.Scope{Business: s.Scope.Business, Mode: merchant.Live}
	for _, bad := range []string{
		path + "x", identity.Unsubscribe{Secrets: []string{"guessed"}}.To(s.Scope, "cus_1"),
		"/unsubscribe/" + live.String() + path[len("/unsubscribe/"+s.Scope.String()):],
	} {
		s.post(bad, url.Values{}).Must(t, 404)
	}
	if !wants() {
		t.Error("a forged address stopped the mails")
	}
}
