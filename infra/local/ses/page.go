package ses

import (
	"bytes"
	_ "embed"
	"html/template"
	"mime"
	"net/http"
	"strconv"
	"time"
)

//go:embed mailbox.html
var pageSource string

var page = template.Must(template.New("mailbox").Funcs(template.FuncMap{
	"when": func(t time.Time) string { return t.Local().Format("2 Jan 15:04:05") },
}).Parse(pageSource))

// view is what the mailbox page shows.
type view struct {
	Address string // filter
	Mails   []Mail
	Open    *Mail
}

// Page serves the mailbox to a browser, and as JSON under /api/messages.
func (b *Mailbox) Page() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.list)
	mux.HandleFunc("GET /messages/{id}", b.show)
	mux.HandleFunc("GET /messages/{id}/html", b.html)
	mux.HandleFunc("GET /messages/{id}/attachments/{n}", b.attachment)
	mux.HandleFunc("GET /api/messages", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, b.Mails(r.URL.Query().Get("to")))
	})
	mux.HandleFunc("DELETE /api/messages", func(w http.ResponseWriter, _ *http.Request) {
		if err := b.Clear(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func (b *Mailbox) list(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	render(w, view{Address: to, Mails: b.Mails(to)})
}

func (b *Mailbox) show(w http.ResponseWriter, r *http.Request) {
	m, ok := b.find(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	to := r.URL.Query().Get("to")
	render(w, view{Address: to, Mails: b.Mails(to), Open: &m})
}

// html serves a mail's own HTML for the frame: without scripts, and with every
// link opening a tab of its own.
func (b *Mailbox) html(w http.ResponseWriter, r *http.Request) {
	m, ok := b.find(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; script-src 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(`<base target="_blank">` + m.HTML)) // the browser may be gone
}

func (b *Mailbox) attachment(w http.ResponseWriter, r *http.Request) {
	m, ok := b.find(r.PathValue("id"))
	n, err := strconv.Atoi(r.PathValue("n"))
	if !ok || err != nil || n < 0 || n >= len(m.Attachments) {
		http.NotFound(w, r)
		return
	}
	a := m.Attachments[n]
	w.Header().Set("Content-Type", a.Type)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name}))
	_, _ = w.Write(a.Data) // the browser may be gone
}

func render(w http.ResponseWriter, v view) {
	var out bytes.Buffer
	if err := page.Execute(&out, v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out.Bytes()) // the browser may be gone
}
