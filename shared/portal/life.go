package portal

import (
	"context"
	"net/http"

	"perennial/shared/billing"
	"perennial/shared/pages"
)

// act carries out what a form asks for a subscription of the visitor, and
// leads back to its page with a word on what was done.
func (s *Server) act(w http.ResponseWriter, r *http.Request, done string, what func(context.Context, visit, billing.Subscription) error) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	if err := what(r.Context(), v, sub); err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	http.Redirect(w, r, address(sub.ID)+"?done="+done, http.StatusSeeOther)
}

func (s *Server) pause(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "paused", func(ctx context.Context, v visit, sub billing.Subscription) error {
		return s.Self.Pause(ctx, v.visitor(), sub)
	})
}

func (s *Server) resume(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "resumed", func(ctx context.Context, v visit, sub billing.Subscription) error {
		return s.Self.Resume(ctx, v.visitor(), sub)
	})
}

func (s *Server) dropPlan(w http.ResponseWriter, r *http.Request) {
	s.act(w, r, "dropped", func(ctx context.Context, v visit, sub billing.Subscription) error {
		return s.Self.DropPlan(ctx, v.visitor(), sub)
	})
}

// cancelPage asks when, and, if the customer likes, why (rules 23, R210).
type cancelPage struct {
	Action  string
	Back    string
	Name    string
	AtEnd   string // what cancelling for the next date means; empty when it is immediate anyway
	Now     string // what cancelling at once means; empty when the seller does not allow it
	Reasons []reason
	Comment string
}

type reason struct{ Value, Text string }

// reasons are the eight that Dodo knows, in the customer's words.
func (v visit) reasons() []reason {
	texts := map[string]string{
		"too_expensive": v.say("It is too expensive"), "missing_features": v.say("I miss something in it"),
		"switched_service": v.say("I use another service now"), "unused": v.say("I do not use it"),
		"customer_service": v.say("I am not happy with the support"), "low_quality": v.say("It does not work well enough"),
		"too_complex": v.say("It is too complicated"), "other": v.say("Something else"),
	}
	var out []reason
	for _, value := range billing.Feedbacks {
		out = append(out, reason{value, texts[value]})
	}
	return out
}

func (s *Server) cancelForm(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	if sub.Status.Ended() || sub.Cancel.AtPeriodEnd || sub.Cancel.Pending {
		http.Redirect(w, r, address(sub.ID), http.StatusSeeOther)
		return
	}
	_, brand, err := s.sold(r.Context(), v, sub)
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	page := cancelPage{Action: address(sub.ID, "cancel"), Back: address(sub.ID), Name: sub.ProductName, Reasons: v.reasons()}
	if sub.Status == billing.StatusActive && sub.Failure.At.IsZero() {
		page.AtEnd = v.say("On %s. You keep access until then, and nothing more is charged.", v.date(sub.Period.End))
	}
	if v.visitor().MayCancelNow(sub) || page.AtEnd == "" {
		page.Now = v.say("At once. Access ends today, and nothing more is charged.")
	}
	s.show(w, r, http.StatusOK, "cancel", v, v.chrome(v.say("Cancel subscription")).Dress(v.State, brand), page)
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	v, sub, ok := s.mine(w, r)
	if !ok {
		return
	}
	comment := []rune(r.PostFormValue("comment"))
	now := r.PostFormValue("when") == "now"
	err := s.Self.Cancel(r.Context(), v.visitor(), sub, now, r.PostFormValue("reason"), string(comment[:min(len(comment), 250)]))
	if err != nil {
		s.fail(w, r, v, sub, err)
		return
	}
	done := "ending"
	if now || sub.Status != billing.StatusActive || !sub.Failure.At.IsZero() {
		done = "ended"
	}
	http.Redirect(w, r, address(sub.ID)+"?done="+done, http.StatusSeeOther)
}
