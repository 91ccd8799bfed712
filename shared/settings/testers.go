package settings

import (
	"context"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// asked are the events by which the reader of a new test address is asked to
// confirm it; one address can be added at a time.
func asked(old, next merchant.State) ([]billing.Event, error) {
	var added []merchant.TestAddress
	for _, t := range next.Settings.Testers {
		if !slices.ContainsFunc(old.Settings.Testers, func(o merchant.TestAddress) bool { return strings.EqualFold(o.Email, t.Email) }) {
			added = append(added, t)
		}
	}
	var check fault.Check
	check.That(len(added) == 0 || next.Scope.Mode == merchant.Test, "test_addresses", "are for the test mode alone")
	check.That(len(added) <= 1, "test_addresses", "add one at a time: its reader is asked to confirm it")
	if err := check.Fault("INVALID_REQUEST_PARAMETERS", "The settings are not valid."); err != nil || len(added) == 0 {
		return nil, err
	}
	return []billing.Event{{Type: billing.EventTesterAdded, Object: next.Business.ID, Reason: record.SuppressionID(added[0].Email)}}, nil
}

// ConfirmTester notes that the reader of a test address, named by its hash,
// takes mails of the test mode. An address that was removed stays so.
func (s *Service) ConfirmTester(ctx context.Context, scope merchant.Scope, address string) error {
	known := false
	_, err := s.Update(ctx, scope, record.Actor{Kind: record.ByCustomer, ID: "tester"}, func(state merchant.State) (merchant.State, error) {
		known = false
		state.Settings.Testers = slices.Clone(state.Settings.Testers)
		for i, t := range state.Settings.Testers {
			if record.SuppressionID(t.Email) == address {
				known = true
				state.Settings.Testers[i].VerifiedAt = s.Wall()
			}
		}
		if !known {
			return state, record.ErrNotFound
		}
		return state, nil
	})
	return err
}
