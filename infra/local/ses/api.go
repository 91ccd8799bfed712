package ses

import (
	"encoding/json"
	"net/http"
	"time"

	"perennial/infra/local/identity"
)

// maxRequest is SES's limit for one mail with its attachments.
const maxRequest = 40 << 20

// The request of SendEmail, as on the wire.
type (
	sendEmail struct {
		FromEmailAddress string
		ReplyToAddresses []string
		Destination      struct{ ToAddresses, CcAddresses, BccAddresses []string }
		EmailTags        []tag
		Content          struct {
			Simple *simple
			Raw    *struct{ Data []byte }
		}
	}

	simple struct {
		Subject     content
		Body        struct{ Text, Html content }
		Headers     []tag
		Attachments []struct {
			FileName, ContentType string
			RawContent            []byte
		}
	}

	content struct{ Data string }

	tag struct{ Name, Value string }
)

// API serves SendEmail of SES version 2.
func (b *Mailbox) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/email/outbound-emails", b.send)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, "NotFoundException", "the local stack does not serve "+r.Method+" "+r.URL.Path)
	})
	return mux
}

func (b *Mailbox) send(w http.ResponseWriter, r *http.Request) {
	var in sendEmail
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&in); err != nil {
		refuse(w, "BadRequestException", err.Error())
		return
	}
	m, err := in.mail()
	if err != nil {
		refuse(w, "BadRequestException", err.Error())
		return
	}
	switch {
	case m.From == "":
		refuse(w, "BadRequestException", "Missing sender.")
		return
	case len(m.To)+len(m.Cc)+len(m.Bcc) == 0:
		refuse(w, "BadRequestException", "Missing recipients.")
		return
	}
	if err := b.add(m); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"MessageId": m.ID})
	for _, event := range feedback(m) {
		if b.tell != nil {
			b.tell(event)
		}
	}
}

func (in sendEmail) mail() (Mail, error) {
	d := in.Destination
	m := Mail{
		ID: identity.UUID(), Sent: time.Now().UTC(), From: in.FromEmailAddress, ReplyTo: in.ReplyToAddresses,
		To: d.ToAddresses, Cc: d.CcAddresses, Bcc: d.BccAddresses, Tags: asMap(in.EmailTags),
	}
	if in.Content.Raw != nil {
		return m, m.parse(in.Content.Raw.Data)
	}
	if s := in.Content.Simple; s != nil {
		m.Subject, m.Text, m.HTML, m.Headers = s.Subject.Data, s.Body.Text.Data, s.Body.Html.Data, asMap(s.Headers)
		for _, a := range s.Attachments {
			m.Attachments = append(m.Attachments, Attachment{Name: a.FileName, Type: a.ContentType, Data: a.RawContent})
		}
	}
	return m, nil
}

func asMap(tags []tag) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	m := map[string]string{}
	for _, t := range tags {
		m[t.Name] = t.Value
	}
	return m
}

func refuse(w http.ResponseWriter, code, message string) {
	w.Header().Set("X-Amzn-ErrorType", code)
	writeJSON(w, http.StatusBadRequest, map[string]string{"message": message})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client may be gone
}
