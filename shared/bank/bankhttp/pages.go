package bankhttp

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"perennial/shared/bank"
	"perennial/shared/bank/teller"
	"perennial/shared/fault"
	"perennial/shared/lambdahttp"
)

//go:embed web
var web embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"spaced": spaced}).ParseFS(web, "web/*.html"))

var (
	errOrigin  = fault.New(fault.Malformed, "INVALID_ORIGIN", "The card fields need the origin and the account of the page that shows them.")
	errTooMany = fault.New(fault.TooMany, "TOO_MANY_CARDS", "Too many cards in a short time. Please wait a minute.")
)

// originPattern is strict because origins are written into headers.
var originPattern = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$`)

func isOrigin(s string) bool { return originPattern.MatchString(s) }

func (s *Server) routePages(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.cardsPage)
	mux.HandleFunc("GET /fields", s.fieldsPage)
	mux.HandleFunc("GET /challenge/{intent}", s.challengePage)
	mux.HandleFunc("POST /challenge/{intent}", s.challenge)
	mux.HandleFunc("GET /assets/{file}", asset)
}

// asset serves the scripts and styles, and no template.
func asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if !strings.HasSuffix(name, ".js") && !strings.HasSuffix(name, ".css") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	http.ServeFileFS(w, r, web, "web/"+name)
}

// policy is a page's Content-Security-Policy: its own files and what it names.
func policy(frameAncestors, formAction string, more ...string) string {
	return strings.Join(append([]string{
		"default-src 'none'", "style-src 'self'", "base-uri 'none'",
		"frame-ancestors " + frameAncestors, "form-action " + formAction,
	}, more...), "; ")
}

// render writes a page at once, or an error and nothing of the page.
func render(w http.ResponseWriter, r *http.Request, status int, csp, name string, page any) {
	var buffer bytes.Buffer
	if err := templates.ExecuteTemplate(&buffer, name, page); err != nil {
		lambdahttp.NoteError(r.Context(), err)
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", csp)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(buffer.Bytes()) // the reader may have gone
}

func (s *Server) cardsPage(w http.ResponseWriter, r *http.Request) {
	render(w, r, http.StatusOK, policy("'none'", "'none'"), "cards.html", bank.Cards)
}

// tokenise takes a test card's name from the card fields. It is public: a
// token is worth nothing without the account's secret.
func (s *Server) tokenise(w http.ResponseWriter, r *http.Request) {
	if !s.limit.allow(r.RemoteAddr, s.Now()) {
		refuse(w, r, errTooMany)
		return
	}
	in, err := readTyped(w, r)
	if err != nil {
		refuse(w, r, err)
		return
	}
	token, err := s.Teller.Tokenise(r.Context(), in)
	if err != nil {
		refuse(w, r, err)
		return
	}
	card, _ := bank.CardNamed(token.Card) // Tokenise knew it
	write(w, r, http.StatusOK, tokenJSON{Token: token.ID, Brand: card.Brand, Last4: card.Last4()})
}

// cardOption is a test card as the card fields' script needs it.
type cardOption struct {
	Number string `json:"number"`
	Name   string `json:"name"`
}

type fieldsPage struct {
	Account string
	Origin  string // who may ask for a token and gets it
	Cards   []cardOption
}

// fieldsPage serves the iframe. The page that shows it names itself; the
// browser then lets only that page frame the fields, and the script answers to
// it alone. Further ancestors are named when that page is itself framed.
func (s *Server) fieldsPage(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	page := fieldsPage{Account: query.Get("account"), Origin: query.Get("origin")}
	frames := append([]string{page.Origin}, query["ancestor"]...)
	for _, origin := range frames {
		if !isOrigin(origin) || !accountPattern.MatchString(page.Account) {
			refuse(w, r, errOrigin)
			return
		}
	}
	for _, c := range bank.Cards {
		page.Cards = append(page.Cards, cardOption{Number: c.Number, Name: c.Name})
	}
	csp := policy(strings.Join(frames, " "), "'none'", "script-src 'self'", "connect-src 'self'")
	render(w, r, http.StatusOK, csp, "fields.html", page)
}

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

// spaced groups a card number for reading.
func spaced(number string) string {
	groups := []int{4, 4, 4, 4}
	if len(number) == 15 {
		groups = []int{4, 6, 5}
	}
	var parts []string
	for _, n := range groups {
		parts = append(parts, number[:n])
		number = number[n:]
	}
	return strings.Join(parts, " ")
}
