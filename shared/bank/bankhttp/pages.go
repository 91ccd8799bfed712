package bankhttp

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"perennial/shared/bank"
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
	if !s.limit.allow(lambdahttp.Visitor(r), s.Now()) {
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

// spaced groups a card number or an IBAN for reading.
func spaced(number string) string {
	if len(number) == 15 {
		return number[:4] + " " + number[4:10] + " " + number[10:]
	}
	var parts []string
	for group := range slices.Chunk([]byte(number), 4) {
		parts = append(parts, string(group))
	}
	return strings.Join(parts, " ")
}
