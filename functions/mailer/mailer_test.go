package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/email"
	"perennial/shared/identity"
	"perennial/shared/mails"
	"perennial/shared/record"
)

// asked keeps what was asked for.
type asked struct{ calls []string }

func (a *asked) Event(_ context.Context, item record.DueItem) error {
	a.calls = append(a.calls, "event "+item.Ref.ID)
	return nil
}

func (a *asked) Wish(_ context.Context, w identity.Wish, message string) error {
	a.calls = append(a.calls, "wish "+w.Email+" "+w.Next+" "+message)
	return nil
}

func (a *asked) Invite(_ context.Context, i mails.Invite, message string) error {
	a.calls = append(a.calls, "invite "+i.Customer+" "+i.ReturnURL+" "+message)
	return nil
}

func (a *asked) Move(_ context.Context, m identity.Move, message string) error {
	a.calls = append(a.calls, "move "+m.Customer+" "+m.Email+" "+message)
	return nil
}

func (a *asked) Feedback(_ context.Context, f email.Feedback) error {
	a.calls = append(a.calls, "feedback "+string(f.Kind)+" "+f.Message+" "+strings.Join(f.Recipients, " "))
	return nil
}

func sample(t *testing.T, name string) events.SQSEvent {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../events", name))
	if err != nil {
		t.Fatal(err)
	}
	var batch events.SQSEvent
	if err := json.Unmarshal(raw, &batch); err != nil {
		t.Fatal(err)
	}
	return batch
}

func TestTheSamplesAskForTheirMails(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"mailer-queue.json": {"event bus_sample.test/SUB/sub_sample/4@on_hold"},
		"mailer-feedback.json": {
			"feedback bounce 0100018f-sample bounce@simulator.amazonses.com", "feedback complaint 0100018f-other complaint@simulator.amazonses.com",
		},
		"mailer-login.json": {
			"wish ada@example.com /subscriptions/sub_sample 00000000-0000-4000-8000-000000000001",
			"invite cus_sample https://shop.example.com/account 00000000-0000-4000-8000-000000000002",
			"move cus_sample ada@elsewhere.example 00000000-0000-4000-8000-000000000003",
		},
	} {
		var a asked
		answer, err := mailer{&a}.invoke(t.Context(), sample(t, name))
		if err != nil || len(answer.BatchItemFailures) != 0 {
			t.Fatalf("%s: answered %+v, %v", name, answer, err)
		}
		if diff := cmp.Diff(want, a.calls); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAMessageThatAsksForNoMailFailsWithoutShowingIt(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"ada@example.com", `{"v":1,"scope":"bus_1.test"}`, `{"v":1,"scope":"bus_1.test","kind":"MAIL"}`,
		`{"v":9,"scope":"bus_1.test","email":"ada@example.com"}`, `{"v":1,"scope":"nowhere","customer":"cus_1"}`,
	} {
		var a asked
		err := mailer{&a}.one(t.Context(), events.SQSMessage{Body: body})
		if err == nil || len(a.calls) != 0 || strings.Contains(err.Error(), "ada") {
			t.Errorf("%s: %v, %v", body, a.calls, err)
		}
	}
}
