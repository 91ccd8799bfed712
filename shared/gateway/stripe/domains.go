package stripe

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	sdk "github.com/stripe/stripe-go/v84"

	"perennial/shared/gateway"
)

// Domain implements gateway.Domains.
func (g *Gateway) Domain(ctx context.Context, secret, host string) (gateway.Domain, error) {
	found, err := g.domain(ctx, secret, host)
	if err != nil {
		return gateway.Domain{}, err
	}
	return domain(host, found), nil
}

// Register implements gateway.Domains. Apple's file need not be served any
// more: since May 2025 Stripe asks for the registration alone.
func (g *Gateway) Register(ctx context.Context, secret, host string) (gateway.Domain, error) {
	found, err := g.domain(ctx, secret, host)
	if err != nil {
		return gateway.Domain{}, err
	}
	if found.ID == "" {
		if found, err = g.newDomain(ctx, secret, host); err != nil {
			return gateway.Domain{}, err
		}
	}
	if !found.Enabled {
		p := &sdk.PaymentMethodDomainParams{Params: params(ctx, "", ""), Enabled: sdk.Bool(true)}
		if found, err = g.changeDomain(found.ID, "", secret, p); err != nil {
			return gateway.Domain{}, err
		}
	}
	if len(domain(host, found).Inactive) > 0 {
		p := &sdk.PaymentMethodDomainValidateParams{Params: params(ctx, "", "")}
		if found, err = g.changeDomain(found.ID, "/validate", secret, p); err != nil {
			return gateway.Domain{}, err
		}
	}
	return domain(host, found), nil
}

// domain finds a host's registration; one that has no id when there is none.
func (g *Gateway) domain(ctx context.Context, secret, host string) (*sdk.PaymentMethodDomain, error) {
	found := &sdk.PaymentMethodDomainList{}
	if err := g.look(ctx, "/v1/payment_method_domains?limit=1&domain_name="+url.QueryEscape(host), secret, found); err != nil {
		return nil, keyed("payment method domains", err)
	}
	if len(found.Data) == 0 {
		return &sdk.PaymentMethodDomain{}, nil
	}
	return found.Data[0], nil
}

// newDomain registers a host. One that somebody else has just registered is
// refused, and found.
func (g *Gateway) newDomain(ctx context.Context, secret, host string) (*sdk.PaymentMethodDomain, error) {
	made := &sdk.PaymentMethodDomain{}
	p := &sdk.PaymentMethodDomainParams{Params: params(ctx, "", ""), DomainName: &host, Enabled: sdk.Bool(true)}
	err := keyed("new payment method domain", g.backend.Call(http.MethodPost, "/v1/payment_method_domains", secret, p, made))
	if errors.Is(err, gateway.ErrRejected) {
		if found, again := g.domain(ctx, secret, host); again == nil && found.ID != "" {
			return found, nil
		}
	}
	return made, err
}

func (g *Gateway) changeDomain(id, verb, secret string, p sdk.ParamsContainer) (*sdk.PaymentMethodDomain, error) {
	changed := &sdk.PaymentMethodDomain{}
	err := g.backend.Call(http.MethodPost, sdk.FormatURLPath("/v1/payment_method_domains/%s", id)+verb, secret, p, changed)
	return changed, keyed("payment method domain", err)
}

// domain is a registration in the port's words.
func domain(host string, d *sdk.PaymentMethodDomain) gateway.Domain {
	if d.ID == "" {
		return gateway.Domain{Host: host}
	}
	out := gateway.Domain{Host: host, Registered: true, Enabled: d.Enabled}
	if a := d.ApplePay; a != nil && a.Status == sdk.PaymentMethodDomainApplePayStatusInactive {
		off := gateway.Inactive{Wallet: "Apple Pay"}
		if a.StatusDetails != nil {
			off.Reason = a.StatusDetails.ErrorMessage
		}
		out.Inactive = append(out.Inactive, off)
	}
	if a := d.GooglePay; a != nil && a.Status == sdk.PaymentMethodDomainGooglePayStatusInactive {
		off := gateway.Inactive{Wallet: "Google Pay"}
		if a.StatusDetails != nil {
			off.Reason = a.StatusDetails.ErrorMessage
		}
		out.Inactive = append(out.Inactive, off)
	}
	return out
}
