package portal

import (
	"context"
	"net/http"

	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
	"perennial/shared/pages"
)

// Limiter keeps budgets of customers and visitors.
type Limiter interface {
	Allow(ctx context.Context, scope merchant.Scope, key string, most int) bool
}

// budget is how often something may be asked for in a quarter of an hour: for
// one customer, and by one visitor, behind whose address many may sit. It keeps
// the portal from testing stolen cards and from asking registers for tax
// numbers, as the checkout's budgets do.
type budget struct {
	what              string
	customer, visitor int
}

var (
	triesCards   = budget{"cards", 10, 40}
	asksRegister = budget{"papers", 10, 40}
)

// within takes one from the budgets of the customer for whom something is
// asked and of the visitor, or answers that there were too many.
func (s *Server) within(w http.ResponseWriter, r *http.Request, v visit, b budget, customer string) bool {
	if s.Limits.Allow(r.Context(), v.Scope, b.what+" of "+customer, b.customer) &&
		s.Limits.Allow(r.Context(), v.Scope, b.what+" by "+lambdahttp.Visitor(r), b.visitor) {
		return true
	}
	pages.Fail(w, r, http.StatusTooManyRequests)
	return false
}
