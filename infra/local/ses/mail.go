package ses

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// Mail is one mail that a function sent.
type Mail struct {
	ID          string            `json:"id"`
	Sent        time.Time         `json:"sent"`
	From        string            `json:"from"`
	To          []string          `json:"to"`
	Cc          []string          `json:"cc,omitempty"`
	Bcc         []string          `json:"bcc,omitempty"`
	ReplyTo     []string          `json:"reply_to,omitempty"`
	Subject     string            `json:"subject"`
	Text        string            `json:"text,omitempty"`
	HTML        string            `json:"html,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Attachments []Attachment      `json:"attachments,omitempty"`
}

// Attachment is one attached file.
type Attachment struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Data []byte `json:"data"`
}

// parse reads a whole message as sent under Content.Raw.
func (m *Mail) parse(raw []byte) error {
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	h := message.Header
	m.Subject = decodeWords(h.Get("Subject"))
	m.From = first(m.From, decodeWords(h.Get("From")))
	if len(m.To)+len(m.Cc)+len(m.Bcc) == 0 {
		m.To, m.Cc, m.Bcc = addresses(h, "To"), addresses(h, "Cc"), addresses(h, "Bcc")
	}
	if len(m.ReplyTo) == 0 {
		m.ReplyTo = addresses(h, "Reply-To")
	}
	m.Headers = map[string]string{}
	for name := range h {
		m.Headers[name] = decodeWords(h.Get(name))
	}
	return m.part(textproto.MIMEHeader(h), message.Body)
}

// part reads one MIME part and those inside it.
func (m *Mail) part(h textproto.MIMEHeader, body io.Reader) error {
	kind, parameters, err := mime.ParseMediaType(first(h.Get("Content-Type"), "text/plain"))
	if err != nil {
		return fmt.Errorf("content type of a part: %w", err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.parts(multipart.NewReader(body, parameters["boundary"]))
	}
	data, err := io.ReadAll(transferDecoder(h.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return fmt.Errorf("decode a part of type %s: %w", kind, err)
	}
	disposition, named, _ := mime.ParseMediaType(h.Get("Content-Disposition")) // absent or unreadable: a body
	switch {
	case disposition == "attachment" || kind != "text/plain" && kind != "text/html":
		m.Attachments = append(m.Attachments, Attachment{Name: first(named["filename"], parameters["name"]), Type: kind, Data: data})
	case kind == "text/html":
		m.HTML = string(data)
	default:
		m.Text = string(data)
	}
	return nil
}

func (m *Mail) parts(r *multipart.Reader) error {
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("next part: %w", err)
		}
		if err := m.part(p.Header, p); err != nil {
			return err
		}
	}
}

func transferDecoder(encoding string, r io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	}
	return r
}

func addresses(h mail.Header, name string) []string {
	list, err := h.AddressList(name)
	if err != nil {
		return nil // absent, or nothing a mail could be sent to
	}
	var all []string
	for _, a := range list {
		all = append(all, a.Address)
	}
	return all
}

func decodeWords(s string) string {
	decoded, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		return s
	}
	return decoded
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
