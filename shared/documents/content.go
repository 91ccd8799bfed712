package documents

import (
	"strings"
	"time"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/money"
)

// content is everything that a document says, in the order of the page.
type content struct {
	Name      string // of the merchant, where there is no logo
	Title     string
	Stamp     string
	Marked    string // across the head, in test mode
	Headline  string
	Facts     [][2]string
	Seller    []string
	Buyer     []string
	Columns   [5]string
	Rows      []row
	Totals    []total
	Notes     []string
	Footer    []string
	Parties   [2]string // headings of seller and buyer
	PageOf    string
	Preserved string // number, repeated on every page
}

// row is one line of the table: its cells, and what stands small below the
// first.
type row struct {
	Cells [5]string
	Below []string
}

// total is one line under the table.
type total struct {
	Label, Amount string
	Strong        bool
}

// teller says things of one document in its language.
type teller struct {
	Document
	w words
}

func (d Document) language() string {
	if Languages(d.Language) {
		return d.Language
	}
	return i18n.English
}

func (d Document) content() content {
	t := teller{Document: d, w: languages[d.language()]}
	if t.Zone == nil {
		t.Zone = time.UTC
	}
	v := t.Invoice
	c := content{
		Name: t.Brand.Name, Title: t.title(), Stamp: t.stamp(), Headline: t.headline(), Facts: t.facts(),
		Seller: t.seller(), Buyer: t.buyer(), Rows: t.rows(), Totals: t.totals(), Notes: t.notes(),
		Parties: [2]string{t.w.Seller, t.w.Buyer}, PageOf: t.w.Page, Preserved: v.Number,
		Columns: [5]string{t.w.Item, t.w.Quantity, t.w.Unit, t.w.Tax, t.w.Amount},
	}
	if c.Name == "" {
		c.Name = v.Seller.Name
	}
	if t.Test {
		c.Marked = t.w.Test
	}
	c.Footer = t.footer()
	return c
}

func (t teller) title() string {
	switch {
	case t.Receipt:
		return t.w.Receipt
	case t.Invoice.Kind == billing.KindCreditNote:
		return t.w.CreditNote
	case t.Invoice.Kind == billing.KindCorrection:
		return t.w.Correction
	case !t.Invoice.Final():
		return t.w.DueNotice
	}
	return t.w.Invoice
}

// stamp is the label that stops accountants from paying twice (R265, R266).
func (t teller) stamp() string {
	switch {
	case t.Invoice.Kind == billing.KindCreditNote && t.Invoice.Refund != "":
		return t.w.Refunded
	case t.Invoice.Kind == billing.KindCreditNote:
		return ""
	case t.Invoice.Status == billing.InvoicePaid:
		return t.w.Paid
	case t.Invoice.Status == billing.InvoiceVoid:
		return t.w.Void
	}
	return ""
}

func (t teller) headline() string {
	v := t.Invoice
	switch {
	case v.Kind == billing.KindCreditNote:
		return t.put(t.w.CreditedOn, "{amount}", t.money(negated(v.Due())), "{date}", t.date(v.FinalAt))
	case v.Status == billing.InvoicePaid:
		return t.put(t.w.PaidOn, "{amount}", t.money(v.Due()), "{date}", t.date(v.PaidAt))
	case v.Status == billing.InvoiceVoid:
		return t.w.Void
	}
	return t.put(t.w.DueOn, "{amount}", t.money(v.Due()), "{date}", t.date(v.DueAt))
}

func (t teller) facts() [][2]string {
	v := t.Invoice
	var all [][2]string
	add := func(label, value string) {
		if value != "" {
			all = append(all, [2]string{label, value})
		}
	}
	add(t.w.Number, v.Number)
	add(t.w.Issued, t.date(v.FinalAt))
	if v.Kind != billing.KindCreditNote {
		add(t.w.Due, t.date(v.DueAt))
		add(t.w.Period, t.period(v.Period))
		if v.Period.End <= v.Period.Start {
			add(t.w.Supplied, t.date(v.PaidAt))
		}
	}
	if t.Receipt || v.Number == "" {
		add(t.w.PaymentID, t.Payment.ID)
	}
	return all
}

func (t teller) notes() []string {
	v := t.Invoice
	var all []string
	add := func(s string) {
		for _, known := range all {
			if known == s {
				return
			}
		}
		if s != "" {
			all = append(all, s)
		}
	}
	add(t.paidWith())
	if t.Receipt && v.Number != "" {
		add(t.put(t.w.Settles, "{numbers}", v.Number))
	}
	about := func(form string) {
		add(t.put(form, "{number}", t.About.Number, "{date}", t.date(t.About.FinalAt)))
	}
	switch {
	case v.Kind == billing.KindCreditNote:
		about(t.w.OfInvoice)
	case v.Kind == billing.KindCorrection:
		about(t.w.CorrectsInvoice)
	case v.Kind == billing.KindReinstated:
		about(t.w.CancelsNote)
	case !v.Final():
		add(t.w.NoLegalNumber)
	}
	if v.Final() && v.Number == "" {
		add(t.w.NumberFollows)
	}
	if v.Reason != "" {
		add(t.put(t.w.Reason, "{reason}", v.Reason))
	}
	for _, levy := range v.Levies {
		add(t.w.sentence(levy))
	}
	if len(v.Levies) == 0 {
		add(t.w.NotCollecting)
	}
	return all
}

// paidWith names the payment method (R265).
func (t teller) paidWith() string {
	v, method := t.Invoice, t.Payment.Method
	if v.Status != billing.InvoicePaid || v.Kind == billing.KindCreditNote {
		return ""
	}
	if v.Due().Nothing() && v.Credit.Minor > 0 {
		return t.put(t.w.PaidByCredit, "{date}", t.date(v.PaidAt))
	}
	name := strings.TrimSpace(i18n.Network(method.Kind()) + " •••• " + method.Last4)
	if method.Last4 == "" {
		return ""
	}
	return t.put(t.w.PaidWith, "{method}", name, "{date}", t.date(v.PaidAt))
}

func (t teller) footer() []string {
	s := t.Invoice.Seller
	line := []string{s.Name}
	if s.Register != "" {
		line = append(line, s.Register)
	}
	all := []string{strings.Join(line, " · ")}
	if s.Email != "" {
		all = append(all, t.put(t.w.Questions, "{email}", s.Email))
	}
	return all
}

func (t teller) put(form string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(form)
}

// money is an amount with a true minus, which the eye does not take for a dash.
func (t teller) money(a money.Amount) string {
	return strings.ReplaceAll(i18n.Money(t.language(), a), "-", "−")
}

func (t teller) date(i calendar.Instant) string {
	if i.IsZero() {
		return ""
	}
	return i18n.Date(t.language(), i.Time(), t.Zone)
}

// period is written with its last day, which is the one before its end.
func (t teller) period(p calendar.Period) string {
	if p.End <= p.Start || p.Start.IsZero() {
		return ""
	}
	last := p.End.Time().Add(-time.Microsecond)
	return i18n.Date(t.language(), p.Start.Time(), t.Zone) + " – " + i18n.Date(t.language(), last, t.Zone)
}

func negated(a money.Amount) money.Amount { return money.Of(-a.Minor, a.Currency) }
