package portals

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/record"
)

// Profile is what customers say about themselves.
type Profile struct {
	Name     string
	Phone    string
	Language string // BCP 47 tag of the language to write in; empty leaves it
}

// SaveProfile changes one of the visitor's customer records (R095). Where the
// business keeps names and numbers to itself, only the language changes.
func (s *Service) SaveProfile(ctx context.Context, v Visitor, customer string, p Profile) error {
	if !slices.Contains(v.Customers, customer) {
		return fmt.Errorf("customer %s: %w", customer, record.ErrNotFound)
	}
	edits := v.rules().AllowsEditProfile()
	if err := p.check(edits); err != nil {
		return err
	}
	_, err := s.Customers.Update(ctx, v.Scope, v.Actor, customer, func(c billing.Customer) billing.Customer {
		if edits {
			c.Name, c.Phone = p.Name, p.Phone
		}
		c.Language = cmp.Or(p.Language, c.Language)
		return c
	})
	return err
}

func (p Profile) check(edits bool) error {
	var check fault.Check
	check.That(!edits || len(p.Phone) <= 40 && strings.Trim(p.Phone, "0123456789 +-()./") == "", "phone", "must be a phone number")
	check.That(!edits || p.Name != "" && len(p.Name) <= 200, "name", "must have 1 to 200 characters")
	return check.Fault("INVALID_REQUEST_PARAMETERS", "Please look at the details again.")
}

// OptionalMails keeps whether the visitor wants mails that nothing obliges us
// to send, for one of the customer records.
func (s *Service) OptionalMails(ctx context.Context, v Visitor, customer string, wanted bool) error {
	if !slices.Contains(v.Customers, customer) {
		return fmt.Errorf("customer %s: %w", customer, record.ErrNotFound)
	}
	return s.Customers.OptionalMails(ctx, v.Scope, v.Actor, customer, wanted)
}

// SaveLanguage is the language, a BCP 47 tag, in which mails to all of the
// visitor's customer records are written from now on.
func (s *Service) SaveLanguage(ctx context.Context, v Visitor, language string) error {
	for _, customer := range v.Customers {
		_, err := s.Customers.Update(ctx, v.Scope, v.Actor, customer, func(c billing.Customer) billing.Customer {
			c.Language = language
			return c
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AddMethod saves a new card for one of the visitor's customer records.
func (s *Service) AddMethod(ctx context.Context, v Visitor, customer, token string, from gateway.Fields) (billing.Method, error) {
	if !slices.Contains(v.Customers, customer) {
		return billing.Method{}, fmt.Errorf("customer %s: %w", customer, record.ErrNotFound)
	}
	c, err := record.Get[billing.Customer](ctx, s.Store, v.Scope, customer)
	if err != nil {
		return billing.Method{}, fmt.Errorf("customer %s: %w", customer, err)
	}
	return s.Wallet.Save(ctx, v.Scope, v.Actor, c, token, from)
}

// RemoveMethod forgets a saved card, under whatever ids it was saved. What a
// running subscription is charged to is refused.
func (s *Service) RemoveMethod(ctx context.Context, v Visitor, m billing.Method) error {
	if !slices.Contains(v.Customers, m.Customer) {
		return fmt.Errorf("payment method %s: %w", m.ID, record.ErrNotFound)
	}
	return s.Customers.RemoveMethod(ctx, v.Scope, v.Actor, m.Customer, m.ID)
}
