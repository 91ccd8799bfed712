package mails

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"perennial/shared/billing"
	"perennial/shared/email"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// bounced are the sentences of what the merchant hears of a customer's mails.
var bounced = map[string]string{
	string(email.Bounced): "mail_bounced.gone", string(email.Complained): "mail_bounced.complaint",
}

// The names of a message's tags.
const (
	tagBusiness = "business"
	tagMode     = "mode"
	tagCustomer = "customer"
	tagProof    = "proof"
)

// heardFor is how long it is remembered what was heard of a message.
const heardFor = 90 * 24 * time.Hour

// tags say whose message it is, with a proof that we sent it to this address:
// whoever else may put messages into the queue can suppress nobody.
func (s *Service) tags(scope merchant.Scope, customer, to string) email.Tags {
	if len(s.Unsubscribe.Secrets) == 0 || scope.IsEverywhere() {
		return nil
	}
	t := email.Tags{tagBusiness: scope.Business, tagMode: string(scope.Mode), tagProof: proof(s.Unsubscribe.Secrets[0], scope, customer, to)}
	if customer != "" {
		t[tagCustomer] = customer
	}
	return t
}

func proof(secret string, scope merchant.Scope, customer, to string) string {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte("mail\x00" + scope.String() + "\x00" + customer + "\x00" + billing.NormalEmail(to)))
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:18])
}

// Feedback takes what the mail system tells of messages that it has taken. A
// permanent bounce stops every mail to the address, a complaint every optional
// one, and the merchant hears of both; other bounces are counted. What is told
// twice, or not of a message of ours, changes nothing.
func (s *Service) Feedback(ctx context.Context, f email.Feedback) error {
	scope, ok := merchant.ParseScope(f.Tags[tagBusiness] + "." + f.Tags[tagMode])
	var failed []error
	for _, to := range f.Recipients {
		ours := ok && slices.ContainsFunc(s.Unsubscribe.Secrets, func(secret string) bool {
			return hmac.Equal([]byte(f.Tags[tagProof]), []byte(proof(secret, scope, f.Tags[tagCustomer], to)))
		})
		if !ours {
			slog.WarnContext(ctx, "feedback about a mail that is not ours", "message", f.Message, "kind", string(f.Kind))
			continue
		}
		err := s.heard(ctx, scope, f, to)
		if !errors.Is(err, record.ErrClaimed) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// heard writes down what is known of one address from now on.
func (s *Service) heard(ctx context.Context, scope merchant.Scope, f email.Feedback, to string) error {
	id, now := record.SuppressionID(to), s.Wall()
	found, err := s.Store.Load(ctx, scope, record.RefOf[record.Suppression](id), record.RefOf[billing.Customer](f.Tags[tagCustomer]))
	if err != nil {
		return fmt.Errorf("feedback about %s: %w", f.Message, err)
	}
	known, _ := found[0].(record.Suppression) // nothing so far: zero
	known.ID, known.LastAt = id, now
	customer, isCustomer := found[1].(billing.Customer)
	commit := record.Commit{
		Scope: scope, Actor: record.System, Cause: "mail feedback",
		Claims: []record.Claim{{Key: "feedback#" + f.Message + "#" + string(f.Kind) + "#" + id, Expires: now.Add(heardFor)}},
	}
	fresh := false
	switch f.Kind {
	case email.Bounced:
		fresh = known.BouncedAt.IsZero()
		known.BouncedAt = now
	case email.Complained:
		fresh = known.ComplainedAt.IsZero()
		known.ComplainedAt = now
		if isCustomer && customer.WantsOptional() {
			customer.OptedOut = now
			commit.Put = append(commit.Put, customer)
		}
	case email.Delayed:
		known.Transient++
	}
	commit.Put = append(commit.Put, known)
	if fresh && isCustomer {
		commit.Attach = []any{customer}
		commit.Events = []billing.Event{{Type: billing.EventMailBounced, Object: customer.ID, Reason: string(f.Kind)}}
	}
	if fresh {
		slog.WarnContext(ctx, "an address takes no more mails", "scope", scope.String(), "customer", customer.ID, "kind", string(f.Kind))
	}
	return s.Store.Commit(ctx, commit)
}

// errNobody closes a mail whose every recipient is out of reach.
var errNobody = fmt.Errorf("nobody may be written to: %w", email.ErrRefused)

// reachable are the recipients of a letter that may be written to.
func (s *Service) reachable(ctx context.Context, scope merchant.Scope, l Letter) ([]string, error) {
	testers := l.Testers
	closed := l.Test && !s.AnyTestAddress && !l.Trial
	if closed && !scope.IsEverywhere() {
		state, err := s.Store.State(ctx, scope)
		if err != nil {
			return nil, err
		}
		testers = state.Testers()
	}
	var all []string
	for _, to := range append([]string{l.To}, l.Also...) {
		if closed && !slices.Contains(testers, billing.NormalEmail(to)) && !merchant.IsSimulator(to) {
			continue
		}
		found, err := s.Store.Load(ctx, scope, record.RefOf[record.Suppression](record.SuppressionID(to)))
		if err != nil {
			return nil, fmt.Errorf("what is known of a recipient: %w", err)
		}
		if known, ok := found[0].(record.Suppression); ok && known.Blocks(l.Unsubscribe != "") {
			continue
		}
		all = append(all, to)
	}
	if len(all) == 0 {
		return nil, errNobody
	}
	return all, nil
}
