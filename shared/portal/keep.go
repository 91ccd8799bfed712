package portal

import (
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/lifecycle"
	"perennial/shared/pages"
	"perennial/shared/subscriptions"
)

// keepPage shows what keeping a cancelled subscription comes to, before it is
// confirmed.
type keepPage struct {
	Action string
	Back   string
	Name   string
	Facts  []fact
	Offer  string // id of the discount that is taken on, sent back
}

// noOffer is what a form sends back that shows no discount.
const noOffer = "none"

func (s *Server) keepForm(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if ok {
		s.showKeep(w, r, http.StatusOK, v, sub)
	}
}

func (s *Server) showKeep(w http.ResponseWriter, r *http.Request, status int, v visit, sub billing.Subscription) {
	if !sub.Ending() {
		http.Redirect(w, r, address(sub.ID), http.StatusSeeOther)
		return
	}
	kept, err := s.Self.PreviewKeep(r.Context(), v.visitor(), sub)
	if err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	g, ok := s.own(w, r, v)
	if !ok {
		return
	}
	_, brand, err := s.sold(r.Context(), v, sub)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	chrome := v.chrome(v.say("Keep the subscription")).Dress(v.State, brand)
	if kept.Refused != nil {
		chrome.Banners = append(chrome.Banners, pages.Banner{
			Tone: pages.Warn, Title: v.say(kept.Refused.Message), Lines: []string{v.say("The subscription can go on without this discount.")},
		})
	}
	s.show(w, r, status, "keep", v, chrome, v.keeping(kept, g))
}

// keeping are the price, what is taken off it, and what is charged when.
func (v visit) keeping(kept subscriptions.Kept, g goods) keepPage {
	sub := kept.Subscription
	page := keepPage{
		Action: address(sub.ID, "keep"), Back: address(sub.ID), Name: sub.ProductName, Offer: noOffer,
		Facts: []fact{{v.say("Price"), v.view(sub).Price}},
	}
	for _, d := range sub.Discounts {
		if d.Live() {
			page.Facts = append(page.Facts, fact{v.say("Discount"), v.discount(d)})
		}
	}
	if next, ok := v.upcoming(sub, g); ok {
		page.Facts = append(page.Facts, fact{v.say("Next payment"), next})
	}
	if kept.Offer.ID != "" {
		page.Offer = kept.Offer.ID
	}
	return page
}

// keep takes the cancellation back on the terms that were shown; who was not
// shown what was offered, sees it first.
func (s *Server) keep(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	offer := r.PostFormValue("offer")
	if offer == "" && sub.Offered() != "" {
		http.Redirect(w, r, address(sub.ID, "keep"), http.StatusSeeOther)
		return
	}
	if offer == noOffer {
		offer = ""
	}
	err := s.Self.Keep(r.Context(), v.visitor(), sub, offer)
	switch {
	case offer != "" && lifecycle.Refusal(err) != nil: // it was used up or ended meanwhile
		s.showKeep(w, r, http.StatusUnprocessableEntity, v, sub)
	case err != nil:
		s.fail(w, r, v, sub, err)
	default:
		http.Redirect(w, r, address(sub.ID)+"?done=kept", http.StatusSeeOther)
	}
}
