package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/refunds"
	"perennial/shared/wire"
)

const aboutCreditNote = "Takes back a part of a paid invoice. `items` name products or addons as in a refund, `amount` is spread over the lines in " +
	"proportion; neither takes all that is left. `type` says where the money goes: `refund` is a refund, whose note follows its success; `credit` pays the " +
	"next invoices of the payment's subscription; `out_of_band` is settled by you. Never more than is left after refunds, disputes, other notes and credits " +
	"of plan changes. `credit_note.created` follows to endpoints that name it."

func (s *server) routeCreditNotes(api *httpapi.API) {
	httpapi.Route(api, "POST /credit-notes", "Create a credit note", s.createCreditNote, httpapi.Describe(aboutCreditNote))
	httpapi.Route(api, "GET /payments/{payment_id}/credit-notes", "List the credit notes of a payment", s.listCreditNotes)
	httpapi.Route(api, "GET /credit-notes/{credit_note_id}", "Get a credit note", s.getCreditNote)
}

type createCreditNote struct {
	Body struct {
		PaymentID string                                `json:"payment_id" minLength:"1"`
		InvoiceID httpapi.Optional[string]              `json:"invoice_id,omitzero" doc:"Needed where the payment paid several invoices."`
		Type      string                                `json:"type" enum:"refund,credit,out_of_band"`
		Items     httpapi.Optional[[]RefundItemRequest] `json:"items,omitzero"`
		Amount    httpapi.Optional[int64]               `json:"amount,omitzero" doc:"Instead of items: minor units, with tax."`
		Reason    httpapi.Optional[string]              `json:"reason,omitzero" maxLength:"3000"`
	}
}

func (s *server) createCreditNote(ctx context.Context, c httpapi.Caller, in createCreditNote) (wire.CreditNote, error) {
	b := in.Body
	amount := b.Amount.Set && !b.Amount.Null
	var check fault.Check
	check.That(!amount || len(b.Items.Value) == 0, "amount", "cannot stand beside items")
	check.That(!amount || b.Amount.Value > 0, "amount", "must be more than zero")
	if err := invalid(&check); err != nil {
		return wire.CreditNote{}, err
	}
	made, err := s.Refunds.Credit(ctx, refunds.CreditWish{
		Scope: scopeOf(c), Actor: actorOf(c), Payment: b.PaymentID, Invoice: b.InvoiceID.Value, Items: fromItems(b.Items.Value),
		Gross: b.Amount.Value, To: billing.CreditTo(b.Type), Reason: b.Reason.Value,
	})
	if err != nil {
		return wire.CreditNote{}, err
	}
	return s.toCreditNote(c, made), nil
}

func (s *server) toCreditNote(c httpapi.Caller, p refunds.Paper) wire.CreditNote {
	if p.Note.ID == "" {
		return wire.ToRefundedNote(scopeOf(c), p.Refund, p.About, p.Customer)
	}
	return wire.ToCreditNote(scopeOf(c), p.Note, p.About, p.Customer, s.Documents)
}

// CreditNotes are all credit notes of one payment.
type CreditNotes struct {
	Items []wire.CreditNote `json:"items"`
}

func (s *server) listCreditNotes(ctx context.Context, c httpapi.Caller, in PaymentPath) (CreditNotes, error) {
	found, err := s.Refunds.CreditNotes(ctx, scopeOf(c), in.PaymentID)
	out := CreditNotes{Items: []wire.CreditNote{}}
	for _, p := range found {
		out.Items = append(out.Items, s.toCreditNote(c, p))
	}
	return out, err
}

// CreditNotePath names a credit note.
type CreditNotePath struct {
	CreditNoteID string `path:"credit_note_id"`
}

func (s *server) getCreditNote(ctx context.Context, c httpapi.Caller, in CreditNotePath) (wire.CreditNote, error) {
	found, err := s.Refunds.CreditNote(ctx, scopeOf(c), in.CreditNoteID)
	if err != nil {
		return wire.CreditNote{}, err
	}
	return s.toCreditNote(c, found), nil
}
