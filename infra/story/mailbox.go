package story

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// mail is one mail of the local mailbox.
type mail struct {
	ID      string    `json:"id"`
	Sent    time.Time `json:"sent"`
	To      []string  `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	HTML    string    `json:"html"`
}

// mailbox reads the local stack's mails.
type mailbox struct {
	url    string
	client *http.Client
}

func (m mailbox) all() ([]mail, error) {
	answer, err := m.client.Get(m.url + "/api/messages")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() //nolint:errcheck // nothing to do about it
	var mails []mail
	if err := json.NewDecoder(answer.Body).Decode(&mails); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	return mails, nil
}

// await waits for a mail to an address that matches and was not seen before.
func (m mailbox) await(to string, seen map[string]bool, match func(mail) bool) (mail, error) {
	deadline := time.Now().Add(patience)
	var subjects []string
	for time.Now().Before(deadline) {
		mails, err := m.all()
		if err != nil {
			return mail{}, err
		}
		subjects = subjects[:0]
		for _, one := range mails {
			subjects = append(subjects, one.Subject)
			if !seen[one.ID] && slices.Contains(one.To, to) && match(one) {
				seen[one.ID] = true
				return one, nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return mail{}, fmt.Errorf("the mail to %s did not come; the mailbox has %q", to, subjects)
}

var link = regexp.MustCompile(`https?://[^\s<>"]+/session/[^\s<>"]+`)

// magicLink is the one-time link of a portal mail.
func (m mail) magicLink() (string, error) {
	found := link.FindString(m.Text)
	if found == "" {
		return "", fmt.Errorf("mail %q holds no link:\n%s", m.Subject, m.Text)
	}
	return found, nil
}

// about tells whether a mail speaks of something, in subject or text.
func about(phrases ...string) func(mail) bool {
	return func(m mail) bool {
		text := strings.ToLower(m.Subject + "\n" + m.Text)
		for _, phrase := range phrases {
			if !strings.Contains(text, strings.ToLower(phrase)) {
				return false
			}
		}
		return true
	}
}
