// Package email is the port to the mail system: a finished message and who
// sends it. It knows no template and no provider.
package email

import (
	"context"
	"errors"
)

// ErrRefused says that the mail system will never take this message, most
// often for its address. Any other error may pass.
var ErrRefused = errors.New("refused for good")

// Message is one mail to one person. The sending address belongs to the
// deployment; the merchant's name stands beside it.
type Message struct {
	To          string // address
	FromName    string // shown as the sender
	ReplyTo     string // address; empty for none
	Subject     string
	Unsubscribe string // address that takes a one-click POST (RFC 8058); empty for mails that cannot be stopped
	Text        string
	HTML        string
}

// Sender hands a message to the mail system. A nil error means that it was
// taken, not that it arrived; ErrRefused, that trying again is of no use.
type Sender interface {
	Send(ctx context.Context, m Message) error
}
