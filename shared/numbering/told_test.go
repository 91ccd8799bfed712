package numbering_test

import (
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/numbering"
	"perennial/shared/record"
	"perennial/shared/record/recordtest"
	"perennial/shared/wire"
)

// A credit note of a business with one series is told of once, with its number
// and what it is about, when it has got it.
func TestACreditNoteIsToldOfWithItsNumber(t *testing.T) {
	t.Parallel()
	store, scope := recordtest.New(), merchant.Scope{Business: "bus_1", Mode: merchant.Test}
	at := calendar.At(monday)
	note := billing.Invoice{
		ID: "inv_note", Kind: billing.KindCreditNote, Corrects: "inv_1", Customer: "cus_1", Payment: "pay_1", Status: billing.InvoicePaid, Series: "credit_note:C-:2046",
		Total: money.Of(-500, "EUR"), Tax: money.Of(0, "EUR"), FinalAt: at,
	}
	if told := note.Created(); len(told) != 0 {
		t.Errorf("it is told of without a number: %+v", told)
	}
	ticket := billing.Ticket{Invoice: note.ID, Series: note.Series, Year: 2046, Look: look, At: at}
	err := store.Commit(t.Context(), record.Commit{Scope: scope, Actor: record.System, Cause: "test", Put: []any{
		note, ticket, billing.Invoice{ID: "inv_1", Number: "R-1", Customer: "cus_1"}, billing.Customer{ID: "cus_1", Email: "ada@example.com", Name: "Ada"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := &numbering.Service{Store: store}
	for range 2 {
		if err := s.Serve(t.Context(), scope, ticket.Invoice, at); err != nil {
			t.Fatal(err)
		}
	}
	if events := store.Events(); len(events) != 1 || events[0].Type != billing.EventCreditNote || events[0].Object != note.ID {
		t.Fatalf("told %+v", events)
	}
	commits := store.Commits()
	last := commits[len(commits)-1]
	body, err := wire.Event(record.Outbox{Scope: scope, Events: last.Events, State: append(last.Put, last.Attach...)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"number":"R-2046-000001"`, `"invoice_id":"R-1"`, "ada@example.com"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%s lacks %s", body, want)
		}
	}
}
