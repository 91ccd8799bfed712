// Package ses sends mail through Amazon SES. Its errors name no recipient, as
// errors are logged.
package ses

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"perennial/shared/email"
)

// Client is what a Sender asks of SES.
type Client interface {
	SendEmail(context.Context, *sesv2.SendEmailInput, ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error)
}

// Only is the SDK's client without its other operations, which the linker then
// leaves out (see dynamo).
func Only(c *sesv2.Client) Client { return sendEmail(c.SendEmail) }

type sendEmail func(context.Context, *sesv2.SendEmailInput, ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error)

// SendEmail implements Client.
func (send sendEmail) SendEmail(ctx context.Context, in *sesv2.SendEmailInput, o ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error) {
	return send(ctx, in, o...)
}

// Sender sends from one verified address.
type Sender struct {
	client Client
	from   string
}

// New makes a sender; from is the address that SES has verified.
func New(client Client, from string) *Sender { return &Sender{client: client, from: from} }

// headersOf keep answering machines silent and, on mails that can be stopped,
// give mail programs the one click that stops them (RFC 8058).
func headersOf(m email.Message) []types.MessageHeader {
	all := []types.MessageHeader{{Name: aws.String("Auto-Submitted"), Value: aws.String("auto-generated")}}
	if m.Unsubscribe == "" {
		return all
	}
	return append(all,
		types.MessageHeader{Name: aws.String("List-Unsubscribe"), Value: aws.String("<" + m.Unsubscribe + ">")},
		types.MessageHeader{Name: aws.String("List-Unsubscribe-Post"), Value: aws.String("List-Unsubscribe=One-Click")})
}

// Send implements email.Sender.
func (s *Sender) Send(ctx context.Context, m email.Message) error {
	from := mail.Address{Name: m.FromName, Address: s.from}
	in := &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(from.String()),
		EmailTags:        tagsOf(m.Tags),
		Destination:      &types.Destination{ToAddresses: []string{m.To}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: content(m.Subject), Headers: headersOf(m),
			Body: &types.Body{Text: content(m.Text), Html: content(m.HTML)},
		}},
	}
	if m.ReplyTo != "" {
		in.ReplyToAddresses = []string{m.ReplyTo}
	}
	if _, err := s.client.SendEmail(ctx, in); err != nil {
		return fmt.Errorf("send mail: %w", s.explain(err))
	}
	return nil
}

func tagsOf(tags email.Tags) []types.MessageTag {
	var all []types.MessageTag
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, types.MessageTag{Name: aws.String(name), Value: aws.String(tags[name])})
	}
	return all
}

func content(text string) *types.Content {
	return &types.Content{Data: &text, Charset: aws.String("UTF-8")}
}

// explain keeps the code of SES's errors: their message repeats addresses.
func (s *Sender) explain(err error) error {
	var api smithy.APIError
	switch {
	case !errors.As(err, &api):
		return fmt.Errorf("%w: %w", email.ErrUnanswered, err)
	case s.refuses(api):
		return fmt.Errorf("%w: SES answered %s", email.ErrRefused, api.ErrorCode())
	}
	return errors.New("SES answered " + api.ErrorCode())
}

// refuses reports an answer about this message. The same code names our own
// address when that is not verified, and the account when it may not send:
// those are for the operator to mend, and the mail can wait for it.
// https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
func (s *Sender) refuses(api smithy.APIError) bool {
	switch api.ErrorCode() {
	case "BadRequestException":
		return true
	case "MessageRejected":
		why := strings.ToLower(api.ErrorMessage())
		return !strings.Contains(why, strings.ToLower(s.from)) && !strings.Contains(why, "for this account")
	}
	return false
}
