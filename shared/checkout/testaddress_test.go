package checkout_test

import (
	"net/url"
	"strings"
	"testing"

	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Rules 21: who opens the page agrees to nothing, the button does, and only
// for the address that the page was signed for.
func TestATestAddressIsConfirmedByItsReader(t *testing.T) {
	t.Parallel()
	s := open(t)
	state := s.State()
	state.Settings.Testers = []merchant.TestAddress{{Email: "qa@acme.example"}, {Email: "other@acme.example"}}
	s.Put(state)
	path := unsubscribe.Tester(s.Scope, record.SuppressionID("QA@acme.example"))
	s.get(path).Must(t, 200, "Confirm the address")
	if len(s.State().Testers()) != 1 {
		t.Error("opening the page agreed")
	}
	shown := s.post(path, url.Values{})
	shown.Must(t, 200, "The address is confirmed")
	shown.MustNot(t, "acme.example")
	if got := strings.Join(s.State().Testers(), " "); got != "owner@northwind.example qa@acme.example" {
		t.Errorf("mails of the test mode reach %s", got)
	}
	for _, bad := range []string{
		path + "x", identity.Unsubscribe{Secrets: []string{"guessed"}}.Tester(s.Scope, record.SuppressionID("other@acme.example")),
		unsubscribe.Tester(s.Scope, record.SuppressionID("removed@acme.example")),
	} {
		s.post(bad, url.Values{}).Must(t, 404)
	}
}
