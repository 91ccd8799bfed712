// Package mails decides which mail a customer gets, gathers what it says and
// sends it once. One table lists every mail; package mailtext finds the words.
//
// A mail is claimed in the store before it is sent and marked after. When the
// two are torn apart by a crash it is sent again: twice is better than never.
// Records and logs hold no address and no link.
package mails

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"perennial/shared/billing"
	"perennial/shared/clock"
	"perennial/shared/email"
	"perennial/shared/fault"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Store is what mails need of storage.
type Store interface {
	record.Loader
	record.Committer
	// State gives a scope's settings, record.ErrNotFound when there are none.
	State(ctx context.Context, scope merchant.Scope) (merchant.State, error)
	// OutboxByKey reads one outbox item, or record.ErrNotFound.
	OutboxByKey(ctx context.Context, key string) (record.Outbox, error)
}

// Links makes links into the portal. Only here are they ever known.
type Links interface {
	// Invite makes the link for everybody who has the address; ok is false
	// when nobody has.
	Invite(ctx context.Context, wish identity.Wish) (i identity.Invited, ok bool, err error)
	// Mint makes a link for one customer.
	Mint(ctx context.Context, scope merchant.Scope, customer, returnURL string) (string, error)
	// MintMove makes the link that confirms another address; ok is false when
	// there is nothing to change.
	MintMove(ctx context.Context, m identity.Move) (moved identity.Moved, ok bool, err error)
}

// Writer finds the words of a letter.
type Writer interface {
	Write(l Letter) (email.Message, error)
}

// Service sends mails.
type Service struct {
	Store   Store
	Links   Links
	Writer  Writer
	Sender  email.Sender
	Portals map[merchant.Mode]string // base URL of the portal
	Wall    clock.Wall

	Checkout    string               // base URL of the hosted pages; without it recovery mails lead to the portal
	Unsubscribe identity.Unsubscribe // addresses at which optional mails are stopped
	Reference   string               // address of the API's description, for merchants

	AnyTestAddress bool // mails of test modes reach whoever they are for, as in a local stack that delivers none
}

// Event sends the mail of an event that was committed. The item names it by
// ID; it comes from the publisher or, after a failure, from the due index. A
// link that the index brings is only taken off it: its message comes again.
func (s *Service) Event(ctx context.Context, item record.DueItem) error {
	if isLink(item.Ref.ID) {
		return s.unlease(ctx, item)
	}
	key, template, err := parts(item)
	if err != nil {
		return err
	}
	c, mine, err := s.claim(ctx, item.Scope, item.Ref.ID, again)
	if err != nil || !mine {
		return err
	}
	if c.mail.Handed {
		return s.handed(ctx, c)
	}
	o, err := s.Store.OutboxByKey(ctx, key)
	if err != nil {
		return err
	}
	letter, wanted, err := s.about(ctx, o, template)
	var wait later
	if errors.As(err, &wait) {
		return s.postpone(ctx, c, time.Duration(wait))
	}
	if err != nil {
		return err
	}
	if !wanted {
		return s.finish(ctx, c, false)
	}
	if err := s.hand(ctx, &c, template); err != nil {
		return err
	}
	err = s.send(ctx, item.Scope, letter)
	if err != nil && !isFinal(err) {
		return s.failed(ctx, c, err)
	}
	return s.close(ctx, c, template, err)
}

// Wish answers the wish for a link with a mail to the address that is stored,
// not to what was typed: where the two differ by more than our comparison
// sees, the link still reaches only the customer. For an address that nobody
// has it does the same work and sends nothing. message is the queue's id of
// the wish; a duplicate of a message makes no second link.
func (s *Service) Wish(ctx context.Context, wish identity.Wish, message string) error {
	return s.link(ctx, wish.Scope, message, PortalLink, func() (Letter, error) {
		i, found, err := s.Links.Invite(ctx, wish)
		if err != nil || !found {
			return Letter{}, err
		}
		return Letter{To: i.To, URL: i.URL, Testers: i.Testers}, nil
	})
}

// Invite mails a customer a link that the merchant asked for.
func (s *Service) Invite(ctx context.Context, i Invite, message string) error {
	return s.link(ctx, i.Scope, message, PortalInvite, func() (Letter, error) {
		c, err := record.Get[billing.Customer](ctx, s.Store, i.Scope, i.Customer)
		if err != nil {
			return Letter{}, err
		}
		url, err := s.Links.Mint(ctx, i.Scope, c.ID, i.ReturnURL)
		return Letter{To: c.Email, URL: url}, err
	})
}

// link claims the message, makes the link and mails it. What failed may be
// tried again at once: a link that was not sent is worth nothing.
func (s *Service) link(ctx context.Context, scope merchant.Scope, message string, t Template, mint func() (Letter, error)) error {
	c, mine, err := s.claim(ctx, scope, linkID(message), lease)
	if err != nil || !mine {
		return err
	}
	letter, err := mint()
	letter.Template = t
	switch {
	case err == nil && letter.To == "":
		return s.finish(ctx, c, false)
	case err == nil:
		err = s.sendLink(ctx, scope, letter)
	}
	if err != nil && !isFinal(err) {
		return s.release(ctx, c, err)
	}
	return s.close(ctx, c, t, err)
}

// isFinal reports an error that trying again would not help: what the mail is
// about is gone, or its address is refused.
func isFinal(err error) bool {
	f := fault.Of(err)
	return errors.Is(err, email.ErrRefused) || f != nil && (f.Kind == fault.NotFound || f.Kind == fault.Invalid)
}

// close finishes a mail that was sent, or says why it never will be.
func (s *Service) close(ctx context.Context, c claimed, t Template, why error) error {
	if why != nil {
		slog.WarnContext(ctx, "mail not sent", "scope", c.scope.String(), "template", string(t), "error", why.Error())
	}
	return s.finish(ctx, c, why == nil)
}

func (s *Service) sendLink(ctx context.Context, scope merchant.Scope, l Letter) error {
	if scope.IsEverywhere() {
		return s.send(ctx, scope, s.fromPortal(scope, l))
	}
	state, err := s.Store.State(ctx, scope)
	if err != nil {
		return err
	}
	return s.send(ctx, scope, l.from(state, merchant.Brand{}))
}

func (s *Service) send(ctx context.Context, scope merchant.Scope, l Letter) error {
	message, err := s.Writer.Write(l)
	if err != nil {
		return err
	}
	recipients, err := s.reachable(ctx, scope, l)
	if err != nil {
		return err
	}
	var failed []error
	for _, to := range recipients {
		message.To, message.Tags = to, s.tags(scope, l.About, to)
		failed = append(failed, s.Sender.Send(ctx, message))
	}
	return errors.Join(failed...)
}
