package bankhttp

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"perennial/shared/bank"
	"perennial/shared/bank/teller"
	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
)

type challengePage struct {
	Intent  string
	Amount  string
	Waiting bool
	State   string
	Back    string // empty when the account named no place to return to
}

func (s *Server) challengePage(w http.ResponseWriter, r *http.Request) {
	intent, err := s.Teller.Waiting(r.Context(), r.PathValue("intent"))
	if err != nil {
		s.lost(w, r, err)
		return
	}
	page := challengePage{
		Intent: intent.ID, Amount: amountText(intent.Amount), Waiting: intent.State == bank.ActionNeeded,
		State: strings.ReplaceAll(string(intent.State), "_", " "), Back: backTo(intent),
	}
	render(w, r, http.StatusOK, policy("'none'", "'self'"+originOf(page.Back)), "challenge.html", page)
}

// challenge takes the holder's answer and sends the browser back by GET.
func (s *Server) challenge(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, largestBody)
	intent, err := s.answerChallenge(w, r)
	if err != nil {
		s.lost(w, r, err)
		return
	}
	if intent.ID == "" {
		return
	}
	back := backTo(intent)
	if back == "" {
		back = "/challenge/" + intent.ID
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// answerChallenge gives no intent when an ordered fault has answered already.
func (s *Server) answerChallenge(w http.ResponseWriter, r *http.Request) (bank.Intent, error) {
	intent, err := s.Teller.Waiting(r.Context(), r.PathValue("intent"))
	if err != nil {
		return bank.Intent{}, err
	}
	f, err := s.trouble(r, intent.Account, bank.OpChallenge, intent.ID)
	if err != nil {
		return bank.Intent{}, err
	}
	if s.spoilBefore(w, r, f) {
		return bank.Intent{}, nil
	}
	call := teller.Call{Account: intent.Account, Webhooks: f.Webhooks}
	intent, err = s.Teller.Challenge(context.WithoutCancel(r.Context()), call, intent.ID, r.PostFormValue("answer") == "approve")
	if err != nil || s.spoilAfter(w, r, f) {
		return bank.Intent{}, err
	}
	return intent, nil
}

// lost shows that there is nothing here, or that something went wrong.
func (s *Server) lost(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	if f := fault.Of(err); f != nil && f.Kind == fault.NotFound {
		status = http.StatusNotFound
	} else {
		lambdahttp.NoteError(r.Context(), err)
	}
	render(w, r, status, policy("'none'", "'none'"), "lost.html", status == http.StatusNotFound)
}

// backTo is the account's return address with the intent appended.
func backTo(i bank.Intent) string {
	u, err := url.Parse(i.ReturnURL)
	if err != nil || i.ReturnURL == "" {
		return ""
	}
	query := u.Query()
	query.Set("intent", i.ID)
	u.RawQuery = query.Encode()
	return u.String()
}

// originOf is the origin of an address for a policy, after a blank; the
// browser checks redirects of a form against it.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || !isOrigin(u.Scheme+"://"+u.Host) {
		return ""
	}
	return " " + u.Scheme + "://" + u.Host
}
