package settings_test

import (
	"testing"

	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/record"
	"perennial/shared/settings"
)

// A change that meets another is made anew on what the other has left.
func TestAChangeThatMeetsAnotherIsMadeAnew(t *testing.T) {
	t.Parallel()
	w := lifecycletest.New(t)
	s := &settings.Service{Store: w.Store, Wall: w.Clock.Now}
	runs := 0
	got, err := s.Update(t.Context(), w.Scope, record.System, func(m merchant.State) (merchant.State, error) {
		if runs++; runs == 1 {
			other := w.State()
			other.Business.Name = "The other"
			w.Put(other)
		}
		m.Business.SupportEmail = "help@example.com"
		return m, nil
	})
	if err != nil || runs != 2 || got.Business.Name != "The other" || got.Business.SupportEmail != "help@example.com" {
		t.Errorf("after %d runs: %+v, %v", runs, got.Business, err)
	}
}
