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

// How often banks are asked about cards in a quarter of an hour: for one
// customer, and for one visitor, behind whose address many may sit. It keeps
// the portal from testing stolen cards, as the checkout's budget does.
const (
	triesOfCustomer = 10
	triesByVisitor  = 40
)

// mayTry takes one try of a card from the budgets of the customer whose card
// it is and of the visitor, or answers that there were too many.
func (s *Server) mayTry(w http.ResponseWriter, r *http.Request, v visit, customer string) bool {
	if s.Limits.Allow(r.Context(), v.Scope, "cards of "+customer, triesOfCustomer) &&
		s.Limits.Allow(r.Context(), v.Scope, "cards by "+lambdahttp.Visitor(r), triesByVisitor) {
		return true
	}
	pages.Fail(w, r, http.StatusTooManyRequests)
	return false
}
