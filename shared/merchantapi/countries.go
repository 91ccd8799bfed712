package merchantapi

import (
	"context"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/httpapi"
)

// countries are those that customers may live in.
const countries = billing.Countries

func (s *server) listCountries(context.Context, httpapi.Caller, httpapi.None) ([]string, error) {
	return strings.Fields(countries), nil
}
