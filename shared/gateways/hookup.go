package gateways

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"perennial/shared/fault"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Helper is what a gateway offers for setting an account up.
type Helper struct {
	Endpoints gateway.Endpoints
	Domains   gateway.Domains
	Prober    gateway.Prober
}

// Faults of setting an account up.
var (
	ErrBusy      = fault.New(fault.Conflict, "GATEWAY_BEING_SET_UP", "This account is being set up at the moment. Try again in a minute.")
	ErrForgotten = fault.New(fault.Conflict, "GATEWAY_FORGOTTEN", "The keys of this account were destroyed. Connect it again first.")
)

// How long setting up may take: what a gateway does not answer within patience
// is told as a finding, and whoever died on the way is waited for until the
// lease ends. A request has 29 s.
const (
	patience = 20 * time.Second
	lease    = time.Minute
)

// WebhookURL is the address at which webhooks of an account are taken, below a
// public base URL.
func WebhookURL(base string, g merchant.Gateway) string {
	return base + "/gateway-events/" + g.Name + "/" + g.Account
}

// job is one setting up of an account.
type job struct {
	scope    merchant.Scope
	actor    record.Actor
	account  string
	secret   string // the opened key
	endpoint bool   // the webhook endpoint is ours to make, and the lease is held
	anew     bool   // also where the secret of one is held
}

// Setup makes what a connected account needs at its gateway, as far as its key
// may, and tells what is not right then: a webhook endpoint, whose secret is
// sealed here, and the hosts on which wallets are offered. It may be repeated
// at any time. An endpoint whose secret is held is mended; any other at our
// address is replaced, and removed once the new one is heard. With anew the
// endpoint is replaced also when its secret is held, in case it is wrong.
func (s *Service) Setup(ctx context.Context, scope merchant.Scope, actor record.Actor, reference string, anew bool) (Checked, error) {
	v, secret, err := s.opened(ctx, scope, reference)
	if err != nil {
		return Checked{}, err
	}
	if v.Name == merchant.GatewaySandbox {
		return Checked{}, ErrNotConnected
	}
	job := job{scope: scope, actor: actor, account: v.Account, secret: secret, endpoint: true, anew: anew}
	begin := func(g merchant.Gateway, c merchant.Connection, _ bool) (merchant.Gateway, merchant.Connection, error) {
		return s.begin(g, c)
	}
	v, err = s.change(ctx, scope, actor, step{account: v.Account, cause: "set up gateway", decide: begin})
	if err != nil {
		return Checked{}, err
	}
	return s.complete(ctx, job, v)
}

// opened is a connection with its key; the sandbox has none.
func (s *Service) opened(ctx context.Context, scope merchant.Scope, reference string) (View, string, error) {
	v, err := s.Get(ctx, scope, reference)
	if err != nil || v.Name == merchant.GatewaySandbox {
		return v, "", err
	}
	c, err := record.Get[merchant.Connection](ctx, s.Store, scope, v.Account)
	if errors.Is(err, record.ErrNotFound) || err == nil && c.Secret == "" {
		return v, "", ErrForgotten
	}
	if err != nil {
		return v, "", fmt.Errorf("connection %s: %w", v.Account, err)
	}
	secret, err := s.Sealer.Open(ctx, purpose(v.Account), scope.String(), c.Secret)
	if err != nil {
		return v, "", fmt.Errorf("key of %s: %w", v.Account, err)
	}
	return v, string(secret), nil
}

// begin takes the lease, without which two who set up the same account at once
// would remove each other's endpoint.
func (s *Service) begin(g merchant.Gateway, c merchant.Connection) (merchant.Gateway, merchant.Connection, error) {
	now := s.Wall()
	if now.Before(c.SetupEnd) {
		return g, c, ErrBusy
	}
	if _, ok := s.Helpers[g.Name]; ok {
		c.SetupEnd = now.Add(lease)
	}
	return g, c, nil
}

// complete sets up what a job is for, and looks at the result. What the
// gateway does not do is a finding, never an error: the account is connected.
func (s *Service) complete(ctx context.Context, j job, v View) (Checked, error) {
	helper, ok := s.Helpers[v.Name]
	if !ok {
		return Checked{View: v, At: s.Wall()}, nil
	}
	within, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var told []Finding
	if j.endpoint {
		err := s.hookUp(within, helper, j, v.Gateway)
		if errors.Is(err, gateway.ErrRejected) {
			told = append(told, refusedAddress(v, WebhookURL(s.Hooks, v.Gateway)))
		}
		if err != nil {
			slog.WarnContext(ctx, "webhook endpoint not set up", "account", j.account, "error", err.Error())
		}
		if err := s.end(ctx, j); err != nil {
			return Checked{}, err
		}
	}
	for _, host := range s.hosts(v.Gateway, j.scope.Mode) {
		if _, err := helper.Domains.Register(within, j.secret, host); err != nil {
			slog.WarnContext(ctx, "payment method domain not registered", "account", j.account, "host", host, "error", err.Error())
		}
	}
	checked, err := s.look(within, helper, j.scope, v.Reference, j.secret)
	checked.Findings = append(told, checked.Findings...)
	return checked, err
}

// hookUp has one endpoint at our address, whose secret is held. The new one is
// made and its secret kept before an old one goes.
func (s *Service) hookUp(ctx context.Context, helper Helper, j job, g merchant.Gateway) error {
	address := WebhookURL(s.Hooks, g)
	c, err := record.Get[merchant.Connection](ctx, s.Store, j.scope, j.account)
	if err != nil {
		return fmt.Errorf("connection %s: %w", j.account, err)
	}
	there, err := helper.Endpoints.Endpoints(ctx, j.secret, address)
	if err != nil {
		return err
	}
	kept := c.Newest().Endpoint
	at := slices.IndexFunc(there, func(e gateway.Endpoint) bool { return e.Ref == kept && kept != "" })
	switch {
	case at < 0 || j.anew:
		if kept, err = s.openEndpoint(ctx, helper, j, address); err != nil {
			return err
		}
	case !there[at].Enabled || len(there[at].Lacks) > 0:
		if err := helper.Endpoints.MendEndpoint(ctx, j.secret, kept); err != nil {
			return err
		}
	}
	for _, e := range there {
		if e.Ref != kept {
			err = errors.Join(err, helper.Endpoints.CloseEndpoint(ctx, j.secret, e.Ref))
		}
	}
	return err
}

// openEndpoint makes an endpoint and keeps its secret. One whose secret could
// not be kept is removed again, as far as possible; the next run does it
// otherwise.
func (s *Service) openEndpoint(ctx context.Context, helper Helper, j job, address string) (string, error) {
	made, signing, err := helper.Endpoints.OpenEndpoint(ctx, j.secret, address)
	if err != nil {
		return "", err
	}
	sealed, err := s.Sealer.Seal(ctx, purpose(j.account), j.scope.String(), []byte(signing))
	if err == nil {
		sign := func(g merchant.Gateway, c merchant.Connection, known bool) (merchant.Gateway, merchant.Connection, error) {
			if !known || c.Secret == "" { // it was forgotten meanwhile
				return g, c, ErrForgotten
			}
			return g, c.Sign(sealed, made.Ref, s.Wall()), nil
		}
		_, err = s.change(ctx, j.scope, j.actor, step{account: j.account, cause: "make webhook endpoint", decide: sign})
	}
	if err != nil {
		return "", errors.Join(err, helper.Endpoints.CloseEndpoint(ctx, j.secret, made.Ref))
	}
	return made.Ref, nil
}

// end gives the lease back.
func (s *Service) end(ctx context.Context, j job) error {
	free := func(g merchant.Gateway, c merchant.Connection, _ bool) (merchant.Gateway, merchant.Connection, error) {
		c.SetupEnd = time.Time{}
		return g, c, nil
	}
	_, err := s.change(ctx, j.scope, j.actor, step{account: j.account, cause: "gateway set up", decide: free})
	return err
}

// hosts are those on which an account's wallets are offered: reachable ones,
// by TLS. A retired account takes no new payment methods.
func (s *Service) hosts(g merchant.Gateway, mode merchant.Mode) []string {
	if g.Status != merchant.GatewayActive {
		return nil
	}
	var hosts []string
	for _, page := range s.Pages[mode] {
		if host, ok := publicHost(page); ok && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// publicHost is the host of an https URL that others than this machine and its
// network reach.
func publicHost(page string) (string, bool) {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "https" {
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	last := host[strings.LastIndexByte(host, '.')+1:]
	named := strings.Trim(last, "0123456789") != "" && !strings.Contains(host, ":") // no address
	return host, strings.Contains(host, ".") && named && last != "localhost" && last != "local" && last != "internal"
}
