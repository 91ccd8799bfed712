package wire

import (
	"perennial/shared/billing"
	"perennial/shared/invoices"
	"perennial/shared/merchant"
)

// CreditNote is a credit note: what is taken back of an invoice. Amounts are
// positive.
type CreditNote struct {
	CreditNoteID   *string          `json:"credit_note_id"`
	Number         *string          `json:"number"`
	Type           string           `json:"type" enum:"refund,credit,out_of_band,none"`
	Status         string           `json:"status" enum:"issued,pending,failed"`
	InvoiceID      *string          `json:"invoice_id"`
	PaymentID      string           `json:"payment_id"`
	SubscriptionID *string          `json:"subscription_id"`
	RefundID       *string          `json:"refund_id"`
	BusinessID     string           `json:"business_id"`
	Customer       CustomerLimited  `json:"customer"`
	Amount         int64            `json:"amount" doc:"Minor units, with tax."`
	Tax            int64            `json:"tax" doc:"In the amount."`
	Currency       string           `json:"currency"`
	Reason         *string          `json:"reason"`
	Items          []CreditNoteItem `json:"items"`
	CreatedAt      string           `json:"created_at"`
	DocumentURL    *string          `json:"document_url" doc:"Signed address of the PDF."`
}

// CreditNoteItem is one line of a credit note.
type CreditNoteItem struct {
	ItemID string `json:"item_id" doc:"The product or addon."`
	Amount int64  `json:"amount" doc:"Minor units, with tax."`
	Tax    int64  `json:"tax"`
}

// CreditNoteData is the data of credit notes' events, which are not Dodo's.
type CreditNoteData struct {
	PayloadType string `json:"payload_type"`
	Version     int64  `json:"version"`
	CreditNote
}

// ToCreditNote converts a credit note with the invoice that it is about.
func ToCreditNote(scope merchant.Scope, v, about billing.Invoice, c billing.Customer, links invoices.Links) CreditNote {
	out := CreditNote{
		CreditNoteID: &v.ID, Number: text(v.Number), Type: "none", Status: "issued", InvoiceID: text(about.Number), PaymentID: v.Payment,
		SubscriptionID: text(v.Subscription), RefundID: text(v.Refund), BusinessID: scope.Business, Customer: ToCustomerLimited(c),
		Amount: -v.Total.Minor, Tax: -v.Tax.Minor, Currency: string(v.Total.Currency), Reason: text(v.Reason), Items: []CreditNoteItem{},
		CreatedAt: v.FinalAt.String(), DocumentURL: text(links.To(scope, invoices.Invoices, v.ID)),
	}
	if to := v.Gives(); to != billing.CreditNothing {
		out.Type = string(to)
	}
	for _, l := range v.Lines {
		out.Items = append(out.Items, CreditNoteItem{ItemID: l.Item(), Amount: -l.Gross().Minor, Tax: -l.Tax.Minor})
	}
	return out
}

// ToRefundedNote converts a refund whose credit note follows when it has
// succeeded.
func ToRefundedNote(scope merchant.Scope, r billing.Refund, about billing.Invoice, c billing.Customer) CreditNote {
	out := CreditNote{
		Type: string(billing.CreditRefund), Status: "pending", InvoiceID: text(about.Number), PaymentID: r.Payment, SubscriptionID: text(r.Subscription),
		RefundID: &r.ID, BusinessID: scope.Business, Customer: ToCustomerLimited(c), Amount: r.Amount.Minor, Tax: r.Tax.Minor,
		Currency: string(r.Amount.Currency), Reason: text(r.Reason), Items: []CreditNoteItem{}, CreatedAt: r.CreatedAt.String(),
	}
	if r.Status == billing.RefundFailed {
		out.Status = "failed"
	}
	for _, b := range r.Backs {
		out.Items = append(out.Items, CreditNoteItem{ItemID: b.Item, Amount: b.Amount.Minor, Tax: b.Tax.Minor})
	}
	return out
}
