package checkout

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/i18n"
	"perennial/shared/lambdahttp"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// visit is a checkout session with everything its page shows.
type visit struct {
	scope    merchant.Scope
	state    merchant.State
	page     record.Checkout
	sub      billing.Subscription
	purchase billing.Purchase // instead of the subscription
	invoice  billing.Invoice  // of the purchase
	customer billing.Customer
	brand    merchant.Brand // that it is sold under; zero is the primary one
	dues     billing.Dues
	zone     *time.Location
	locale   string

	action  string      // where a purchase page sends its form
	offered *billView   // what a purchase page sells, or a session whose buyer is not known
	price   string      // what its subscription costs per period
	refused string      // why a code is not applied
	free    *freeAmount // what its buyer may pay, who may pay what they want
}

var errGone = fault.New(fault.Gone, "CHECKOUT_SESSION_CONSUMED", "This page was already used or has expired.")

// open finds the session; an unknown, foreign or expired one looks the same.
func (s *Server) open(r *http.Request, grace time.Duration) (visit, error) {
	v := visit{}
	scope, ok := merchant.ParseScope(r.PathValue("scope"))
	if !ok {
		return v, errGone
	}
	v.scope = scope
	var err error
	if v.page, err = record.Get[record.Checkout](r.Context(), s.Store, scope, r.PathValue("id")); err != nil {
		return v, gone(err)
	}
	if s.expired(v, grace) {
		return v, errGone
	}
	if v.state, err = s.Store.State(r.Context(), scope); err != nil {
		return v, gone(err)
	}
	lambdahttp.Note(r.Context(), "scope", scope.String())
	if v.state.Archived() && grace == 0 { // who comes back from the bank still learns what happened
		return v, merchant.ErrArchived
	}
	if err = s.goods(r, &v, grace); err == nil {
		v.brand, err = record.BrandOf(r.Context(), s.Store, scope, cmp.Or(v.sub.Brand, v.purchase.Brand, v.page.Brand))
	}
	v.locale = v.language(r)
	return v, err
}

// goods loads what the session is for.
func (s *Server) goods(r *http.Request, v *visit, grace time.Duration) (err error) {
	switch {
	case v.page.Purchase != "":
		return s.purchased(r, v)
	case !v.page.Placed():
		v.zone, err = time.LoadLocation(v.state.Business.Zone)
		return err
	}
	found, err := s.Store.Load(r.Context(), v.scope,
		record.RefOf[billing.Subscription](v.page.Subscription), record.RefOf[billing.Customer](v.page.Customer))
	if err != nil {
		return err
	}
	sub, isSub := found[0].(billing.Subscription)
	customer, isCustomer := found[1].(billing.Customer)
	if !isSub || !isCustomer {
		return errGone
	}
	v.sub, v.customer = sub, v.asTyped(customer)
	if v.over() && (grace == 0 || sub.Status != billing.StatusActive) {
		return errGone
	}
	lambdahttp.Note(r.Context(), "subscription", sub.ID)
	return s.price(r.Context(), v)
}

func (s *Server) purchased(r *http.Request, v *visit) error {
	purchase, err := record.Get[billing.Purchase](r.Context(), s.Store, v.scope, v.page.Purchase)
	if err != nil {
		return gone(err)
	}
	found, err := s.Store.Load(r.Context(), v.scope,
		record.RefOf[billing.Customer](purchase.Customer), record.RefOf[billing.Invoice](purchase.Invoice))
	if err != nil {
		return err
	}
	customer, isCustomer := found[0].(billing.Customer)
	invoice, isInvoice := found[1].(billing.Invoice)
	if !isCustomer || !isInvoice {
		return errGone
	}
	if v.invoice, err = purchase.Asks(invoice, v.state.Seller.Tax, v.now(s.Wall())); err != nil {
		return err
	}
	v.purchase, v.customer = purchase, v.asTyped(customer)
	lambdahttp.Note(r.Context(), "purchase", purchase.ID)
	return nil
}

// asTyped is the customer as the page may show them: to whoever only typed an
// address, nothing that was known of it before.
func (v visit) asTyped(c billing.Customer) billing.Customer {
	if cart := v.page.Cart; cart != nil && cart.Customer == "" {
		c.Email, c.Language = strings.TrimSpace(cart.Email), cart.Language
	}
	if v.page.Page.Veiled {
		return veiled(c)
	}
	return c
}

// price tells what is due now.
func (s *Server) price(ctx context.Context, v *visit) (err error) {
	if v.zone, err = time.LoadLocation(v.sub.Zone); err != nil {
		return err
	}
	if v.page.Dues != "" && !slices.Contains(v.sub.Open, v.page.Dues) && !v.over() { // a change of plan
		v.dues, err = lifecycle.ChangeDues(ctx, s.Store, v.state, v.sub, s.Wall())
		return err
	}
	v.dues, err = lifecycle.DuesOf(ctx, s.Store, v.state, v.sub, s.Wall())
	return err
}

func (v visit) now(wall time.Time) calendar.Instant { return v.state.Clock.Now(wall) }

func gone(err error) error {
	if errors.Is(err, record.ErrNotFound) {
		return errGone
	}
	return err
}

// lateReturn is how long after its end a session still tells a customer who
// comes back from the bank what happened.
const lateReturn = time.Hour

// expired reports whether the session ended so long ago.
func (s *Server) expired(v visit, grace time.Duration) bool {
	return !s.Wall().Before(v.page.ExpiresAt.Add(grace))
}

// over reports a recovery link whose hold has ended, or a link to one invoice
// that is not to be paid any more, however it came (rules 20): of whoever
// holds it then, we know only that it was mailed once.
func (v visit) over() bool {
	if v.page.Dues != "" {
		return !v.sub.Asks(v.page.Dues)
	}
	return v.page.Hold != 0 && (v.sub.Status != billing.StatusOnHold || v.sub.HoldEpoch != v.page.Hold)
}

// used reports whether the session has done its work: the first payment was
// made, or the subscription keeps another method than the one to be replaced.
func (v visit) used() bool {
	if v.mailed() {
		return v.over()
	}
	if v.page.Method {
		return v.sub.Method.ID != v.page.Replaces
	}
	return v.sub.Status != billing.StatusPending
}

func (v visit) chrome(title string) pages.Chrome {
	dressed := v.state
	dressed.Settings.Branding = v.page.Page.Look.Over(v.state.Settings.Branding)
	return pages.Chrome{Title: title, Test: v.scope.Mode == merchant.Test, Tongue: pages.Tongue{Lang: v.locale}}.Dress(dressed, v.brand)
}

// language is the one that the merchant forces on the session, else the one
// that its reader or customer is known to read.
func (v visit) language(r *http.Request) string {
	forced := v.page.Page.Language
	if wishes, old := v.page.Page.Kept["customization"].(map[string]any); old {
		forced, _ = wishes["force_language"].(string)
	}
	if locale := i18n.Match(forced); locale != "" {
		return locale
	}
	return pages.Locale(r, v.customer.Language)
}

// say is a sentence in the buyer's language.
func (v visit) say(text string, args ...any) string { return i18n.Say(v.locale, text, args...) }

func (v visit) path(more string) string {
	return "/session/" + v.scope.String() + "/" + v.page.ID + more
}

func (v visit) date(i calendar.Instant) string { return i18n.Date(v.locale, i.Time(), v.zone) }
