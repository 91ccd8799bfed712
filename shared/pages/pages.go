// Package pages is what the pages of every surface share: the layout, one
// style sheet, the error pages, how a page is written, and who may post a
// form. It knows no customer and no subscription.
//
// A page is rendered into a buffer and written at once, so a reader never
// gets half of one; nothing of it is cached. Style and script are files with
// their hash in the name, cached for ever.
package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"perennial/shared/cardfields"
	"perennial/shared/i18n"
	"perennial/shared/lambdahttp"
	"perennial/shared/merchant"
)

//go:embed web
var web embed.FS

// Chrome is what surrounds the content of a page.
type Chrome struct {
	Title    string
	Business string // the merchant's name; empty on pages that belong to nobody
	Test     bool   // test mode: no real money
	Email    string // who is signed in; empty when nobody is
	Logo     string // the merchant's picture, from LogoOf
	Theme    string // the merchant's style sheet, from ThemePath
	Leave    string // path of the form that signs out; /logout when it is empty
	Home     string // path of the first page, linked from the merchant's name
	Back     string // the merchant's page to go back to, already checked
	Support  string // the merchant's address for questions
	Privacy  string // the merchant's texts, already checked
	Terms    string
	Menu     []Link
	Banners  []Banner
	Fields   cardfields.Fields  // that the page has, none by default
	Gateways []merchant.Gateway // whose challenges its forms may lead to
	Refresh  int                // seconds after which the page looks again; 0 never
	Next     string             // what it looks at then
	Tongue
}

// Tongue is the language of a page and what its reader may choose instead.
// Render fills it in.
type Tongue struct {
	Lang      string // ISO 639-1
	Dir       string // ltr or rtl
	Languages []i18n.Language
	Self      string // this page's path, to come back to with another language; empty when it cannot be
}

// looks is how often a waiting page looks again by itself.
const looks = 15

// LookAgain gives the refresh of a page that waits: the seconds, and the same
// path with the number of looks so far. After the last one only the reader's
// own click looks again.
func LookAgain(r *http.Request) (seconds int, next string) {
	n, err := strconv.Atoi(r.URL.Query().Get("look"))
	if err != nil || n < 0 {
		n = 0
	}
	if n >= looks {
		return 0, ""
	}
	return 4, r.URL.EscapedPath() + "?look=" + strconv.Itoa(n+1)
}

// Link leads to a page; Here marks the one that is shown.
type Link struct {
	Text string
	Href string
	Here bool
}

// Banner is a message above the content of a page.
type Banner struct {
	Tone   Tone
	Title  string
	Lines  []string
	Action string // text of its one button, empty for none
	Href   string
}

// Tone is the colour and the role of a message.
type Tone string

// The tones.
const (
	Good  Tone = "good"
	Plain Tone = "plain"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
)

// Page is a whole page: the surroundings and what its template shows.
type Page struct {
	Chrome
	Content any
}

// Set is the templates of one surface, in every language. Each is parsed when
// it is first shown, so that a function that starts parses one.
type Set struct {
	files  fs.FS
	folder string
	layout func() *template.Template // never executed, so that it can be cloned
	mu     sync.Mutex
	spoken map[string]*template.Template // by language and name, as readers ask for them
}

// Parse takes every page *.html of a folder; each defines "content". Files
// that start with an underscore are parts which all pages may use.
func Parse(files fs.FS, folder string) *Set {
	layout := func() *template.Template {
		layout := template.Must(template.New("layout").Funcs(functions).ParseFS(web, "web/layout.html"))
		parts, _ := fs.Glob(files, folder+"/_*.html") // the pattern is well-formed
		if len(parts) > 0 {
			template.Must(layout.ParseFS(files, parts...))
		}
		return layout
	}
	return &Set{files: files, folder: folder, layout: sync.OnceValue(layout), spoken: map[string]*template.Template{}}
}

// Check reports the first page that cannot be parsed.
func (s *Set) Check() error {
	names, _ := fs.Glob(s.files, s.folder+"/[^_]*.html") // the pattern is well-formed
	for _, name := range names {
		if _, err := s.in("en", strings.TrimSuffix(path.Base(name), ".html")); err != nil {
			return err
		}
	}
	return nil
}

var functions = template.FuncMap{"asset": AssetPath, "t": i18n.Text}

// in is a page whose sentences are said in a language.
func (s *Set) in(locale, name string) (*template.Template, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.spoken[locale+" "+name]; ok {
		return t, nil
	}
	t, err := s.layout().Clone()
	if err != nil {
		return nil, err
	}
	if t, err = t.ParseFS(s.files, s.folder+"/"+name+".html"); err != nil {
		return nil, err
	}
	say := func(text string, args ...any) string { return i18n.Say(locale, text, args...) }
	s.spoken[locale+" "+name] = t.Funcs(template.FuncMap{"t": say})
	return t, nil
}

// Render writes a page. A template that fails is an internal error and shows
// the error page, nothing of the page.
func (s *Set) Render(w http.ResponseWriter, r *http.Request, status int, name string, p Page) {
	var out bytes.Buffer
	p.speak(r)
	if err := s.write(&out, name, p); err != nil {
		lambdahttp.NoteError(r.Context(), fmt.Errorf("render %s: %w", name, err))
		Fail(w, r, http.StatusInternalServerError)
		return
	}
	allowLogo(w, p.Logo)
	p.admit(w.Header())
	send(w, status, out.Bytes())
}

// admit opens the page to the gateways that it needs, and to no other. Wallets
// ask in a window of their own.
func (c Chrome) admit(h http.Header) {
	const policy = "Content-Security-Policy"
	if strict := h.Get(policy); strict != "" {
		h.Set(policy, cardfields.Policy(strict, c.Gateways, c.Fields))
	}
	if c.Fields.Library != "" {
		h.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
		h.Set("Permissions-Policy", `camera=(), geolocation=(), microphone=(), payment=(self "`+cardfields.StripeJS+`")`)
	}
}

func (s *Set) write(out *bytes.Buffer, name string, p Page) error {
	t, err := s.in(p.Lang, name)
	if err != nil {
		return err
	}
	return t.ExecuteTemplate(out, "layout.html", p)
}

func send(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader may have gone
}
