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

// ErrUnanswered says that nobody knows whether the mail system has taken this
// message: it did not answer.
var ErrUnanswered = errors.New("the mail system did not answer")

// Message is one mail to one person. The sending address belongs to the
// deployment; the merchant's name stands beside it.
type Message struct {
	To          string // address
	FromName    string // shown as the sender
	ReplyTo     string // address; empty for none
	Subject     string
	Unsubscribe string // address that takes a one-click POST (RFC 8058); empty for mails that cannot be stopped
	Tags        Tags   // come back with bounces and complaints
	Text        string
	HTML        string
}

// Sender hands a message to the mail system. A nil error means that it was
// taken, not that it arrived; ErrRefused, that trying again is of no use.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Tags come back with what is heard of a message later. Names and values are
// letters, digits, - and _.
type Tags map[string]string

// FeedbackKind is what the mail system tells of a message later.
type FeedbackKind string

// The kinds.
const (
	Bounced    FeedbackKind = "bounce"    // the address takes no mail
	Delayed    FeedbackKind = "transient" // this mail was not taken; another may be
	Complained FeedbackKind = "complaint" // the reader called it spam
)

// Feedback is what became of a message after it was taken.
type Feedback struct {
	Kind       FeedbackKind
	Message    string // the mail system's id of it
	Recipients []string
	Tags       Tags
}
