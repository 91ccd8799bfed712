package wire

import "perennial/shared/billing"

// UpcomingInvoice is an invoice that a renewal would make; it is not Dodo's.
type UpcomingInvoice struct {
	DueAt         string         `json:"due_at"`
	PeriodStart   string         `json:"period_start"`
	PeriodEnd     string         `json:"period_end"`
	Currency      string         `json:"currency"`
	Subtotal      int64          `json:"subtotal"`
	Discount      int64          `json:"discount"`
	Tax           int64          `json:"tax"`
	Total         int64          `json:"total"`
	CreditApplied int64          `json:"credit_applied"`
	AmountDue     int64          `json:"amount_due"`
	Carried       bool           `json:"carried" doc:"Too little to be charged: it is not, and its lines are on the invoice after it."`
	Lines         []UpcomingLine `json:"lines"`
}

// UpcomingLine is one of its lines.
type UpcomingLine struct {
	ProductID string  `json:"product_id"`
	AddonID   *string `json:"addon_id"`
	Name      string  `json:"name"`
	Quantity  int64   `json:"quantity"`
	UnitPrice int64   `json:"unit_price"`
	Amount    int64   `json:"amount"`
	Discount  int64   `json:"discount"`
	Tax       int64   `json:"tax"`
	Carried   bool    `json:"carried" doc:"Of an earlier period, for which too little was due."`
}

// ToUpcomingInvoice converts an invoice that was only reckoned.
func ToUpcomingInvoice(v billing.Invoice) UpcomingInvoice {
	out := UpcomingInvoice{
		DueAt: v.DueAt.String(), PeriodStart: v.Period.Start.String(), PeriodEnd: v.Period.End.String(),
		Currency: string(v.Total.Currency), Subtotal: v.Subtotal.Minor, Discount: v.Discount.Minor, Tax: v.Tax.Minor,
		Total: v.Total.Minor, CreditApplied: v.Credit.Minor, AmountDue: v.Due().Minor, Lines: []UpcomingLine{},
		Carried: v.Reason == billing.ReasonCarried,
	}
	for _, l := range v.Lines {
		out.Lines = append(out.Lines, UpcomingLine{
			ProductID: l.Product, AddonID: text(l.Addon), Name: l.Description, Quantity: l.Quantity,
			UnitPrice: l.Unit.Minor, Amount: l.Amount.Minor, Discount: l.Discount.Minor, Tax: l.Tax.Minor,
			Carried: l.Kind == billing.LineCarried,
		})
	}
	return out
}
