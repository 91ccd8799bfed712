package portal

import "perennial/shared/record"

// Actor is who acts, and from which country as far as the edge tells: a
// payment keeps it as evidence of where its customer is.
func (v visit) Actor() record.Actor {
	a := v.Visit.Actor()
	a.Country = v.country
	return a
}
