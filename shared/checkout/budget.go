package checkout

import (
	"net/http"

	"perennial/shared/lambdahttp"
)

// budget is how often a form of sessions may be sent in a quarter of an hour:
// of one session, and by one visitor to all of them, behind whose address many
// may sit. It keeps pages from testing stolen cards, guessing codes and asking
// registers for tax numbers.
type budget struct {
	form             string
	session, visitor int
}

var (
	triesCards   = budget{"pay", 10, 40}
	typesDetails = budget{"details", 10, 40}
	triesCodes   = budget{"code", 20, 60}
	choosesPlans = budget{"plan", 20, 60}
)

// posted opens the session that a form is sent to, if that is within its
// budget. Only sessions that exist are counted.
func (s *Server) posted(r *http.Request, b budget) (visit, error) {
	v, err := s.open(r, 0)
	if err != nil {
		return v, err
	}
	if !s.Limits.Allow(r.Context(), v.scope, b.form+" of "+v.page.ID, b.session) ||
		!s.Limits.Allow(r.Context(), v.scope, b.form+" by "+lambdahttp.Visitor(r), b.visitor) {
		return v, errTooMany
	}
	return v, nil
}
