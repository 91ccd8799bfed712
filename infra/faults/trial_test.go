package faults

import (
	"context"
	"fmt"
	"strings"
	"time"

	"perennial/infra/local/wire"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// trial is one scenario at one business with one disturbance.
type trial struct {
	*site
	point
	scope    merchant.Scope
	customer billing.Customer
	product  billing.Product
	sub      billing.Subscription // as it was when the disturbance began
	missed   calendar.Instant     // the billing date that was due
	other    billing.Product      // that the customer changes to
	spare    billing.Method       // another card that the customer has
	payment  string               // that is given back
	bought   billing.Purchase     // instead of a subscription
	requests []wire.Request       // of the disturbed operation
	errors   []string             // what it answered
}

// begin brings the subscription of a business of its own to where the
// scenario starts.
func (s *site) begin(p point) *trial {
	tr := &trial{site: s, point: p, scope: merchant.Scope{Business: ids.New("bus_", time.Now()), Mode: merchant.Test}}
	p.scenario.start(tr)
	return tr
}

func (tr *trial) put(objects ...any) {
	tr.t.Helper()
	tr.check(tr.store.Commit(tr.ctx(), record.Commit{Scope: tr.scope, Actor: record.System, Cause: "trial", Put: objects}))
}

func (tr *trial) ctx() context.Context { return tr.t.Context() }

// check ends the site when the harness itself fails.
func (tr *trial) check(err error) {
	tr.t.Helper()
	if err != nil {
		tr.t.Fatalf("%s: %v", tr, err)
	}
}

// now is the subscription as it is stored.
func (tr *trial) now() billing.Subscription {
	tr.t.Helper()
	s, err := record.Get[billing.Subscription](tr.ctx(), tr.store, tr.scope, tr.sub.ID)
	tr.check(err)
	return s
}

// mine tells whether an execution belongs to the trial.
func (tr *trial) mine(execution string) bool {
	return tr.sub.ID != "" && strings.Contains(execution, tr.sub.ID)
}

// note remembers what a disturbed operation answered.
func (tr *trial) note(what string, err error) {
	if err != nil {
		tr.errors = append(tr.errors, fmt.Sprintf("%s: %v", what, err))
	}
}

// String names the trial so that it can be repeated.
func (tr *trial) String() string {
	return fmt.Sprintf("%s (seed %d, scope %s)", tr.point, tr.seed, tr.scope)
}
