package portal

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/i18n"
	"perennial/shared/merchant"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// branded puts the merchant's own look around a page.
func branded(state merchant.State, c pages.Chrome) pages.Chrome {
	return c.Dress(state, merchant.Brand{})
}

// sold is the product of a subscription and the brand it is sold under; both
// may be gone, which changes only how a page looks.
func (s *Server) sold(ctx context.Context, v visit, sub billing.Subscription) (billing.Product, merchant.Brand, error) {
	product, err := record.Get[billing.Product](ctx, s.Store, v.Scope, sub.Product)
	if errors.Is(err, record.ErrNotFound) {
		return product, merchant.Brand{}, nil
	}
	if err != nil {
		return product, merchant.Brand{}, err
	}
	brand, err := record.BrandOf(ctx, s.Store, v.Scope, cmp.Or(sub.Brand, product.Brand))
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
	if v.wide {
		links = append(links, pages.Link{Text: v.say("All sellers"), Href: "/everywhere"})
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
	c.Banners = append(v.retired(), c.Banners...)
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
		"backup":    {v.say("Backup payment method saved"), v.say("It is charged only when the first one fails.")},
		"kept":      {v.say("The subscription goes on"), v.say("The cancellation was taken back.")},
		"paused":    {v.say("The subscription is paused"), v.say("Nothing is charged until you resume it.")},
		"resumed":   {v.say("The subscription is active again"), v.say("The time of the pause was added to the paid time.")},
		"saved":     {v.say("Your changes were saved"), ""},
		"card":      {v.say("The payment method was saved"), ""},
		"removed":   {v.say("The payment method was removed"), ""},
		"confirm":   {v.say("Check your mail"), v.say("We sent a link to the new address. The address changes once it is confirmed.")},
		"corrected": {v.say("The invoice was corrected"), v.say("Its PDF shows the corrected one now.")},
		"device":    {v.say("The device was removed"), v.say("Another one can use the key now.")},
		"left":      {v.say("Signed out there"), ""},
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
