package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-lambda-go/events"

	"perennial/shared/email"
	"perennial/shared/email/ses"
	"perennial/shared/identity"
	"perennial/shared/lambdabatch"
	"perennial/shared/mails"
	"perennial/shared/record"
)

// service sends mails.
type service interface {
	Event(ctx context.Context, item record.DueItem) error
	Wish(ctx context.Context, wish identity.Wish, message string) error
	Invite(ctx context.Context, invite mails.Invite, message string) error
	Move(ctx context.Context, move identity.Move, message string) error
	Feedback(ctx context.Context, f email.Feedback) error
}

type mailer struct{ service }

func (m mailer) invoke(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return lambdabatch.Each(ctx, batch, 1, m.one), nil
}

// errUnknown hides the body: it may hold an address.
var errUnknown = errors.New("a message that asks for no mail")

// one tells messages apart by what they name.
func (m mailer) one(ctx context.Context, message events.SQSMessage) error {
	var names struct {
		Kind, Email, Customer string
		Detail                *struct{}
	}
	if err := json.Unmarshal([]byte(message.Body), &names); err != nil {
		return errUnknown
	}
	switch {
	case names.Detail != nil:
		heard, err := ses.ParseEvent([]byte(message.Body))
		if err != nil {
			return err
		}
		return m.Feedback(ctx, heard)
	case names.Kind != "":
		item, err := record.DecodeDue([]byte(message.Body))
		if err != nil {
			return err
		}
		return m.Event(ctx, item)
	case names.Email != "" && names.Customer != "":
		move, err := identity.DecodeMove(message.Body)
		if err != nil {
			return err
		}
		return m.Move(ctx, move, message.MessageId)
	case names.Email != "":
		wish, err := identity.DecodeWish(message.Body)
		if err != nil {
			return err
		}
		return m.Wish(ctx, wish, message.MessageId)
	case names.Customer != "":
		invite, err := mails.DecodeInvite(message.Body)
		if err != nil {
			return err
		}
		return m.Invite(ctx, invite, message.MessageId)
	}
	return errUnknown
}
