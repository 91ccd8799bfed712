package portal_test

import (
	"net/url"
	"strings"
	"testing"

	"perennial/shared/merchant"
)

func TestR072To075EachModeHasItsStaticLink(t *testing.T) {
	t.Parallel()
	s := open(t)
	live := s.State()
	live.Scope.Mode, live.Version = merchant.Live, 0
	s.Put(live)
	for surface, mode := range map[string]merchant.Mode{"portal-test": merchant.Test, "portal": merchant.Live} {
		s.surface = surface
		form := s.get("/login/bus_1")
		form.Must(t, 200, "Northwind", `type="email"`)
		if says := strings.Contains(form.Text, "Test mode"); says != (mode == merchant.Test) {
			t.Errorf("%s says that it is a test: %t", surface, says)
		}
		s.get(s.form("/login/bus_1", url.Values{"email": {"ada@example.com"}}).To).Must(t, 200, "Check your mail")
		wish := s.queue.bodies[len(s.queue.bodies)-1]
		if scope := (merchant.Scope{Business: "bus_1", Mode: mode}); !strings.Contains(wish, `"`+scope.String()+`"`) {
			t.Errorf("%s asks for %s", surface, wish)
		}
	}
}
