// Package mailtext puts mails into words: a letter becomes a subject, a plain
// text and an HTML page that say the same. It decides neither who gets a mail
// nor when. Sentences come from one catalogue a language; amounts and dates
// follow CLDR through package i18n.
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
	Locale        string
	Dir           string // rtl for languages written from right to left
	Merchant      string
	Test          bool   // it begins with the banner
	Banner        string // what a mail of test mode begins with
	Subject       string
	Heading       string
	Opening       []string // paragraphs
	Facts         []fact
	Middle        []string
	Notice        []string // follows the middle, whoever wrote the words before it
	Button        string
	URL           string
	Eaten         string // what is said before the address
	ShowURL       bool   // also in the HTML, for a button that a mail program eats
	Closing       []string
	Footer        string
	Stop, StopURL string // how mails like this are stopped
}

// fact is one row of particulars.
type fact struct{ Name, Value string }

// Writer writes letters.
type Writer struct{}

// Write implements mails.Writer.
func (Writer) Write(l mails.Letter) (email.Message, error) {
	write, known := words[l.Template]
	if strings.HasPrefix(string(l.Template), "notify_") {
		_, known = spoken(i18n.English, string(l.Template))
		write = notified
	}
	if !known {
		return email.Message{}, fmt.Errorf("no words for mail %q", l.Template)
	}
	said := speechOf(l)
	p := write(said)
	if own, has := said.ownText(); has {
		p = said.own(p, own)
	}
	p = said.frame(p)
	var html, text bytes.Buffer
	if err := htmlPage.Execute(&html, p); err != nil {
		return email.Message{}, fmt.Errorf("mail %s: %w", l.Template, err)
	}
	if err := textPage.Execute(&text, p); err != nil {
		return email.Message{}, fmt.Errorf("mail %s: %w", l.Template, err)
	}
	return email.Message{
		To: l.To, FromName: line(l.Merchant), ReplyTo: l.Support, Unsubscribe: l.Unsubscribe, Subject: line(p.Subject),
		Text: text.String(), HTML: html.String(),
	}, nil
}

// frame adds what every mail has.
func (s speech) frame(p page) page {
	p.Locale, p.Merchant, p.URL = s.locale, s.Merchant, s.URL
	p.Middle = append(p.Middle, p.Notice...)
	p.Test = s.Test && !s.Trial // who is asked to agree to test mails bought nothing
	p.Dir = i18n.Direction(s.locale)
	p.Banner, p.Eaten = s.say("test_banner"), s.say("show_url")
	if s.Test {
		p.Subject = strings.Replace(s.say("test_subject"), "{subject}", p.Subject, 1)
	}
	p.Footer = s.say("footer")
	if s.Unsubscribe != "" {
		p.Stop, p.StopURL = s.say("unsubscribe"), s.Unsubscribe
	}
	if s.Support != "" {
		p.Footer += " " + s.say("footer_support")
	}
	return p
}

// line makes a text fit for a header: one line, no runs of spaces.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }
