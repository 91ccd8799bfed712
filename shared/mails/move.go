package mails

import (
	"context"
	"net/url"

	"perennial/shared/identity"
	"perennial/shared/merchant"
)

// Move mails the link that confirms a customer's new address to that address,
// and a notice to the old one (rules 19). The notice goes first, so that
// nobody confirms what the owner has not been told; an old mailbox that is
// gone for good does not hold the new one up.
func (s *Service) Move(ctx context.Context, m identity.Move, message string) error {
	c, mine, err := s.claim(ctx, m.Scope, linkID(message), lease)
	if err != nil || !mine {
		return err
	}
	moved, ok, err := s.Links.MintMove(ctx, m)
	if err == nil && !ok {
		return s.finish(ctx, c, false)
	}
	if err == nil {
		err = s.sendMove(ctx, m, moved)
	}
	if err != nil && !isFinal(err) {
		return s.release(ctx, c, err)
	}
	return s.close(ctx, c, AddressConfirm, err)
}

func (s *Service) sendMove(ctx context.Context, m identity.Move, moved identity.Moved) error {
	l := Letter{Name: moved.Customer.Name, Locale: moved.Customer.Language, Customer: m.Email}
	notice, confirm := l, l
	confirm.Name = "" // the asker's words go to no mailbox that is not known to be theirs
	notice.Template, notice.To, notice.URL = AddressNotice, moved.Customer.Email, s.Portals[m.Scope.Mode]+"/login/"+m.Scope.Business+"?next=%2Fprofile"
	confirm.Template, confirm.To, confirm.URL = AddressConfirm, m.Email, moved.URL
	if err := s.sendLink(ctx, m.Scope, notice); err != nil && !isFinal(err) {
		return err
	}
	return s.sendLink(ctx, m.Scope, confirm)
}

// fromPortal makes the unified portal the sender of a letter: no merchant
// stands behind it, so it bears the portal's host.
func (s *Service) fromPortal(scope merchant.Scope, l Letter) Letter {
	l.Test = scope.Mode == merchant.Test
	if u, err := url.Parse(s.Portals[scope.Mode]); err == nil {
		l.Merchant = u.Hostname()
	}
	return l
}
