package portals

import (
	"context"
	"fmt"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// License is a licence key that a customer has bought (R065).
type License struct {
	ID       string
	Customer string
	Product  string // its name
	Key      string
	Disabled bool
	Limit    int              // how many devices may use it; 0 any number
	Expires  calendar.Instant // zero: never
	Devices  []Device
}

// Device is one instance that a licence key is activated on.
type Device struct {
	ID    string
	Name  string
	Since calendar.Instant
}

// Licenses keeps licence keys and what they are activated on.
type Licenses interface {
	Licenses(ctx context.Context, scope merchant.Scope, customer string) ([]License, error)
	// Deactivate frees a licence of a device; doing it twice is no error.
	Deactivate(ctx context.Context, scope merchant.Scope, actor record.Actor, license, device string) error
}

// LicensesOf are the visitor's licence keys; none where the deployment keeps
// no licences.
func (s *Service) LicensesOf(ctx context.Context, v Visitor) ([]License, error) {
	if s.Licenses == nil {
		return nil, nil
	}
	var all []License
	for _, customer := range v.Customers {
		found, err := s.Licenses.Licenses(ctx, v.Scope, customer)
		if err != nil {
			return nil, fmt.Errorf("licences of %s: %w", customer, err)
		}
		for _, l := range found {
			if l.Customer == customer {
				all = append(all, l)
			}
		}
	}
	return all, nil
}

// ReleaseDevice frees one of the visitor's licences of a device, so that
// another can use it.
func (s *Service) ReleaseDevice(ctx context.Context, v Visitor, license, device string) error {
	mine, err := s.LicensesOf(ctx, v)
	if err != nil {
		return err
	}
	for _, l := range mine {
		if l.ID == license {
			return s.Licenses.Deactivate(ctx, v.Scope, v.Actor, license, device)
		}
	}
	return fmt.Errorf("licence %s: %w", license, record.ErrNotFound)
}
