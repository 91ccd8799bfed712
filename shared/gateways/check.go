package gateways

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Checked is a connection and what is not right with it; At is when its
// gateway was asked.
type Checked struct {
	View
	At       time.Time
	Findings []Finding
}

// Check asks the gateway of a connection what is not right, and changes
// nothing. A gateway that cannot be looked at has no findings.
func (s *Service) Check(ctx context.Context, scope merchant.Scope, reference string) (Checked, error) {
	v, secret, err := s.opened(ctx, scope, reference)
	if err != nil {
		return Checked{}, err
	}
	helper, ok := s.Helpers[v.Name]
	if !ok {
		return Checked{View: v, At: s.Wall()}, nil
	}
	within, stop := context.WithTimeout(ctx, patience)
	defer stop()
	return s.look(within, helper, scope, reference, secret)
}

// facts are what findings are made of.
type facts struct {
	View
	address string // of our webhook endpoint
	held    string // the endpoint whose secret is held; empty when it was given by hand
	deaf    bool   // it takes payments and is not heard

	profile gateway.Profile
	now     time.Time // our clock when the profile came
	lacks   []string
	there   []gateway.Endpoint
	domains []gateway.Domain
	failed  failures
}

// failures are the questions that were not answered.
type failures struct{ profile, lacks, there, domains error }

// look asks the gateway everything at once. The context ends what it does not
// answer in time.
func (s *Service) look(ctx context.Context, helper Helper, scope merchant.Scope, reference, secret string) (Checked, error) {
	f, err := s.facts(context.WithoutCancel(ctx), scope, reference)
	if err != nil {
		return Checked{}, err
	}
	var group errgroup.Group // each keeps its own failure
	group.Go(func() error {
		f.profile, f.failed.profile = s.Inspectors[f.Name].Inspect(ctx, secret)
		f.now = s.Wall()
		return nil
	})
	group.Go(func() error {
		f.lacks, f.failed.lacks = helper.Prober.Lacks(ctx, secret)
		return nil
	})
	group.Go(func() error {
		f.there, f.failed.there = helper.Endpoints.Endpoints(ctx, secret, f.address)
		return nil
	})
	group.Go(func() error {
		f.domains, f.failed.domains = domains(ctx, helper.Domains, secret, s.hosts(f.Gateway, scope.Mode))
		return nil
	})
	_ = group.Wait() // no error is possible
	return Checked{View: f.View, At: s.Wall(), Findings: f.findings()}, nil
}

// facts are what we know without asking the gateway.
func (s *Service) facts(ctx context.Context, scope merchant.Scope, reference string) (facts, error) {
	v, err := s.Get(ctx, scope, reference)
	if err != nil {
		return facts{}, err
	}
	c, err := record.Get[merchant.Connection](ctx, s.Store, scope, v.Account)
	if err != nil {
		return facts{}, fmt.Errorf("connection %s: %w", v.Account, err)
	}
	paid, err := s.lastPaid(ctx, scope, v.Account)
	return facts{
		View: v, address: WebhookURL(s.Hooks, v.Gateway), held: c.Newest().Endpoint, deaf: c.Deaf(paid, s.Wall()),
	}, err
}

// lastPaid is when an account last took a payment, as far as the newest
// hundred tell. Business time of a moved test clock says nothing about
// webhooks.
func (s *Service) lastPaid(ctx context.Context, scope merchant.Scope, account string) (time.Time, error) {
	state, err := record.Get[merchant.State](ctx, s.Store, scope, scope.String())
	if err != nil || state.Clock != (merchant.Clock{}) {
		return time.Time{}, err
	}
	page, err := s.Store.List(ctx, scope, record.Query{Kind: record.KindPayment, Limit: record.MaxLimit})
	if err != nil {
		return time.Time{}, fmt.Errorf("payments of %s: %w", scope, err)
	}
	for _, obj := range page {
		if p, ok := obj.(billing.Payment); ok && p.Status == billing.PaymentSucceeded && p.Intent != "" && p.Method.Account == account {
			return p.CreatedAt.Time(), nil
		}
	}
	return time.Time{}, nil
}

func domains(ctx context.Context, from gateway.Domains, secret string, hosts []string) ([]gateway.Domain, error) {
	var all []gateway.Domain
	for _, host := range hosts {
		d, err := from.Domain(ctx, secret, host)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}
