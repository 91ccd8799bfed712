package numbering_test

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/numbering"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
)

// A document that is gone takes no number and holds up nobody.
func TestAMissingDocumentDoesNotBlockItsSeries(t *testing.T) {
	t.Parallel()
	store, scope := recordtest.New(), merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	order := finalised(t, store, scope, 3)
	stray := billing.Ticket{Invoice: "inv_gone", Series: "invoice:R-:2046", Year: 2046, Look: look, At: calendar.At(monday)}
	err := store.Commit(t.Context(), record.Commit{Scope: scope, Actor: record.System, Cause: "test", Put: []any{stray}})
	if err != nil {
		t.Fatal(err)
	}
	s := &numbering.Service{Store: store}
	if err := s.Serve(t.Context(), scope, stray.Invoice, calendar.At(monday)); err != nil {
		t.Fatal(err)
	}
	for i, id := range order {
		v, err := record.Get[billing.Invoice](t.Context(), store, scope, id)
		if want := []string{"R-2046-000001", "R-2046-000002", "R-2046-000003"}[i]; err != nil || v.Number != want {
			t.Errorf("%s has the number %q, want %s, %v", id, v.Number, want, err)
		}
	}
}
