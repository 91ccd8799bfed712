package portal

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/identity"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// branded puts the merchant's own look around a page: its name, its address
// for questions, its legal texts, and the way back to its shop.
func branded(state merchant.State, c pages.Chrome) pages.Chrome {
	b := state.Settings.Branding
	c.Business = cmp.Or(b.Name, state.Business.Name)
	c.Support = cmp.Or(b.Support, state.Business.SupportEmail)
	c.Privacy, c.Terms = identity.ReturnURL(b.PrivacyURL, nil), identity.ReturnURL(b.TermsURL, nil)
	c.Theme = pages.ThemePath(b)
	if c.Back == "" {
		c.Back = identity.ReturnURL(b.ReturnURL, nil)
	}
	return c
}

// under shows another brand of the business than the primary one.
func under(b merchant.Brand, c pages.Chrome) pages.Chrome {
	if b.ID == "" {
		return c
	}
	c.Business = cmp.Or(b.Name, c.Business)
	c.Support = cmp.Or(b.SupportEmail, c.Support)
	return c
}

// sold is the product of a subscription and the brand it is sold under; both
// may be gone, which changes only how a page looks.
func (s *Server) sold(ctx context.Context, v visit, sub billing.Subscription) (billing.Product, merchant.Brand, error) {
	product, err := record.Get[billing.Product](ctx, s.Store, v.Scope, sub.Product)
	if errors.Is(err, record.ErrNotFound) {
		return product, merchant.Brand{}, nil
	}
	if err != nil || product.Brand == "" || product.Brand == v.Scope.Business {
		return product, merchant.Brand{}, err
	}
	brand, err := record.Get[merchant.Brand](ctx, s.Store, v.Scope, product.Brand)
	if errors.Is(err, record.ErrNotFound) {
		err = nil
	}
	return product, brand, err
}

// say is a sentence in the visitor's language.
func (v visit) say(text string, args ...any) string { return i18n.Say(v.locale, text, args...) }

// menu leads to the pages of a signed-in visitor.
func (v visit) menu(here string) []pages.Link {
	links := []pages.Link{
		{Text: v.say("Subscriptions"), Href: "/"}, {Text: v.say("Billing history"), Href: "/billing"},
		{Text: v.say("Payment methods"), Href: "/payment-methods"}, {Text: v.say("Profile"), Href: "/profile"},
	}
	for i := range links {
		links[i].Here = links[i].Href == here
	}
	return links
}

// show renders a page of a signed-in visitor, with what just happened on top.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, name string, v visit, c pages.Chrome, content any) {
	if b, ok := v.done(r.URL.Query().Get("done")); ok {
		c.Banners = append(c.Banners, b)
	}
	templates.Render(w, r, status, name, pages.Page{Chrome: c, Content: content})
}

// done is what a page says after an act that led to it. The word comes with
// the address, so it is looked up and never shown.
func (v visit) done(word string) (pages.Banner, bool) {
	texts := map[string][2]string{
		"plan":      {v.say("Your plan was changed"), v.say("Nothing was charged for it today.")},
		"scheduled": {v.say("The change is scheduled"), v.say("Your plan changes on its next payment date.")},
		"dropped":   {v.say("The change was taken back"), v.say("You keep your plan.")},
		"ending":    {v.say("The cancellation is confirmed"), v.say("You keep access until the end of the paid time. A mail confirms it.")},
		"ended":     {v.say("The subscription is cancelled"), v.say("Nothing more will be charged. A mail confirms it.")},
		"kept":      {v.say("The subscription goes on"), v.say("The cancellation was taken back.")},
		"paused":    {v.say("The subscription is paused"), v.say("Nothing is charged until you resume it.")},
		"resumed":   {v.say("The subscription is active again"), v.say("The time of the pause was added to the paid time.")},
		"saved":     {v.say("Your changes were saved"), ""},
		"card":      {v.say("The payment method was saved"), ""},
		"removed":   {v.say("The payment method was removed"), ""},
		"confirm":   {v.say("Check your mail"), v.say("We sent a link to the new address. The address changes once it is confirmed.")},
		"address":   {v.say("Your address was changed"), v.say("Please sign in with it from now on.")},
	}
	t, ok := texts[word]
	if !ok {
		return pages.Banner{}, false
	}
	b := pages.Banner{Tone: pages.Good, Title: t[0]}
	if t[1] != "" {
		b.Lines = []string{t[1]}
	}
	return b, true
}
