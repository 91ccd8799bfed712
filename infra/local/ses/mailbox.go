// Package ses is the local stand-in for Amazon SES: it takes mails over the
// SESv2 API and shows them on a mailbox page instead of sending them.
//
// Mails are kept in one file, a JSON object per line, and outlive a restart.
package ses

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
)

// Mailbox holds every mail that was sent.
type Mailbox struct {
	file string
	tell func(event []byte)

	mu    sync.Mutex
	mails []Mail // oldest first
}

// Open reads the mails that the file holds; an empty name keeps them in
// memory only.
func Open(file string) (*Mailbox, error) {
	b := &Mailbox{file: file}
	if file == "" {
		return b, nil
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(data) {
		var m Mail
		if err := json.Unmarshal(line, &m); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		b.mails = append(b.mails, m)
	}
	return b, nil
}

// add keeps a mail, first in the file.
func (b *Mailbox) add(m Mail) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file != "" {
		line, err := json.Marshal(m)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(b.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(append(line, '\n'))
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	b.mails = append(b.mails, m)
	return nil
}

// Mails returns the mails to an address, in any letter case, newest first;
// every mail when the address is empty.
func (b *Mailbox) Mails(to string) []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := []Mail{}
	for _, m := range slices.Backward(b.mails) {
		if to == "" || m.isFor(to) {
			found = append(found, m)
		}
	}
	return found
}

func (m Mail) isFor(address string) bool {
	return slices.ContainsFunc(slices.Concat(m.To, m.Cc, m.Bcc), func(a string) bool {
		return strings.EqualFold(a, address) || strings.HasSuffix(strings.ToLower(a), "<"+strings.ToLower(address)+">")
	})
}

func (b *Mailbox) find(id string) (Mail, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.mails, func(m Mail) bool { return m.ID == id })
	if i < 0 {
		return Mail{}, false
	}
	return b.mails[i], true
}

// Clear forgets every mail.
func (b *Mailbox) Clear() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = nil
	if b.file == "" {
		return nil
	}
	if err := os.Remove(b.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Tell gives what SES would tell of later to a function: mails to its mailbox
// simulator bounce, or are complained about. It is set before use.
func (b *Mailbox) Tell(f func(event []byte)) { b.tell = f }
