// Package mailtext puts mails into words: a letter becomes a subject, a plain
// text and an HTML page that say the same. It decides neither who gets a mail
// nor when. English is the only language so far; amounts and dates follow
// CLDR through package i18n.
package mailtext

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"perennial/shared/email"
	"perennial/shared/i18n"
	"perennial/shared/mails"
)

//go:embed templates
var files embed.FS

var (
	htmlPage = htmltemplate.Must(htmltemplate.ParseFS(files, "templates/mail.html.tmpl"))
	textPage = texttemplate.Must(texttemplate.ParseFS(files, "templates/mail.txt.tmpl"))
)

// page is a mail in words, before its layout.
type page struct {
	Locale   string
	Merchant string
	Test     bool
	Subject  string
	Heading  string
	Opening  []string // paragraphs
	Facts    []fact
	Middle   []string
	Button   string
	URL      string
	ShowURL  bool // also in the HTML, for a button that a mail program eats
	Closing  []string
	Footer   string
}

// fact is one row of particulars.
type fact struct{ Name, Value string }

// Writer writes letters.
type Writer struct{}

// Write implements mails.Writer.
func (Writer) Write(l mails.Letter) (email.Message, error) {
	write, known := words[l.Template]
	if !known {
		return email.Message{}, fmt.Errorf("no words for mail %q", l.Template)
	}
	p := frame(write(l), l)
	var html, text bytes.Buffer
	if err := htmlPage.Execute(&html, p); err != nil {
		return email.Message{}, fmt.Errorf("mail %s: %w", l.Template, err)
	}
	if err := textPage.Execute(&text, p); err != nil {
		return email.Message{}, fmt.Errorf("mail %s: %w", l.Template, err)
	}
	return email.Message{
		To: l.To, FromName: line(l.Merchant), ReplyTo: l.Support, Subject: line(p.Subject),
		Text: text.String(), HTML: html.String(),
	}, nil
}

// frame adds what every mail has.
func frame(p page, l mails.Letter) page {
	p.Locale, p.Merchant, p.Test, p.URL = i18n.English, l.Merchant, l.Test, l.URL
	if l.Test {
		p.Subject = "[Test] " + p.Subject
	}
	p.Footer = "This mail was sent for " + l.Merchant + "."
	if l.Support != "" {
		p.Footer += " Questions? Reply to it, or write to " + l.Support + "."
	}
	return p
}

// line makes a text fit for a header: one line, no runs of spaces.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }
