package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/invoices"
	"perennial/shared/money"
	"perennial/shared/pages"
	"perennial/shared/record"
)

// rows is how many lines one page of the history has.
const rows = 25

// historyPage is what was paid and given back, newest first (R062, R090).
type historyPage struct {
	Due    []dueLine // open invoices, on the first page
	Lines  []historyLine
	Years  []choice
	Kinds  []choice
	From   string // first day, as a date field has it
	To     string // last day
	Wrong  []string
	Newer  string
	Older  string
	Filter bool // something is filtered out
}

type choice struct {
	Value  string
	Text   string
	Chosen bool
}

// historyLine is a payment or a refund, with its paper.
type historyLine struct {
	paymentView
	Paper string // address of the PDF, empty when there is none
	Label string // what the paper is
	Mend  string // path of the form that corrects it
	at    billing.Payment
	kind  string
	year  string
}

func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	v, g, ok := s.with(w, r, record.KindSubscription, record.KindPayment, record.KindRefund, record.KindInvoice)
	if !ok {
		return
	}
	q := r.URL.Query()
	page := newHistoryPage(v, s.Documents, g, q, int(whole(q.Get("page"), 1)))
	chrome := v.chrome(v.say("Billing history"))
	chrome.Banners = v.banners(g)
	s.show(w, r, http.StatusOK, "history", v, chrome, page)
}

func newHistoryPage(v visit, papers invoices.Links, g goods, q url.Values, number int) historyPage {
	all := v.ledger(papers, g)
	only := v.filter(q, all)
	p := historyPage{
		Years: only.years, Kinds: only.kinds, From: only.from.text, To: only.to.text, Wrong: only.wrong,
		Filter: q.Get("year")+q.Get("kind")+q.Get("from")+q.Get("to") != "",
	}
	kept := slices.DeleteFunc(all, func(l historyLine) bool { return !only.keeps(l) })
	number = min(max(number, 1), (len(kept)+rows-1)/rows+1)
	from := min((number-1)*rows, len(kept))
	p.Lines = kept[from:min(from+rows, len(kept))]
	if number == 1 && !p.Filter {
		p.Due = v.toPay(g)
	}
	if number > 1 {
		p.Newer = only.page(number - 1)
	}
	if from+rows < len(kept) {
		p.Older = only.page(number + 1)
	}
	return p
}

// ledger lines up payments and refunds, newest first.
func (v visit) ledger(papers invoices.Links, g goods) []historyLine {
	var all []historyLine
	for _, p := range g.payments {
		if p.Status == billing.PaymentRequiresMethod {
			continue
		}
		l := historyLine{paymentView: v.payment(p, g.subs), kind: "failed", at: p}
		if p.Status == billing.PaymentSucceeded {
			l.kind = "paid"
		}
		if p.InvoiceNumber != "" {
			l.Paper, l.Label, l.Mend = papers.To(v.Scope, invoices.Payments, p.ID), v.say("Invoice (PDF)"), correctable(p)
		}
		all = append(all, l)
	}
	for _, x := range g.refunds {
		all = append(all, v.refund(papers, x, g.subs))
	}
	for _, n := range g.notes {
		all = append(all, v.note(papers, n, g.subs))
	}
	slices.SortStableFunc(all, func(a, b historyLine) int {
		return int(min(max(b.at.CreatedAt-a.at.CreatedAt, -1), 1))
	})
	for i := range all {
		all[i].year = strconv.Itoa(all[i].at.CreatedAt.Time().In(v.zone).Year())
	}
	return all
}

// note is a credit note whose money pays the next invoices, or is settled
// elsewhere.
func (v visit) note(papers invoices.Links, n billing.Invoice, subs []billing.Subscription) historyLine {
	l := historyLine{
		kind: "refund", at: billing.Payment{CreatedAt: n.FinalAt},
		Paper: papers.To(v.Scope, invoices.Invoices, n.ID), Label: v.say("Credit note (PDF)"),
	}
	l.paymentView = paymentView{Date: v.date(n.FinalAt), What: v.say("Credit"), Amount: v.amount(n.Total), Chip: chip{pages.Good, v.say("Credit")}}
	for _, s := range subs {
		if s.ID == n.Subscription {
			l.What = s.ProductName
		}
	}
	if n.To == billing.CreditOutside {
		l.Chip = chip{pages.Good, v.say("Refunded")}
	}
	return l
}

// refund is money that went back, or is on its way.
func (v visit) refund(papers invoices.Links, x billing.Refund, subs []billing.Subscription) historyLine {
	l := historyLine{kind: "refund", at: billing.Payment{CreatedAt: x.CreatedAt}}
	l.paymentView = paymentView{
		Date: v.date(x.CreatedAt), What: v.say("Refund"), Card: v.card(x.Method),
		Amount: v.amount(money.Of(-x.Amount.Minor, x.Amount.Currency)), Chip: chip{pages.Plain, v.say("On its way")},
	}
	for _, s := range subs {
		if s.ID == x.Subscription {
			l.What = v.say("Refund, %s", s.ProductName)
		}
	}
	switch {
	case x.Status == billing.RefundSucceeded:
		l.Chip = chip{pages.Good, v.say("Refunded")}
	case !x.Status.Open():
		l.Chip = chip{pages.Bad, v.say("Refund failed")}
	}
	if len(x.Notes) > 0 {
		l.Paper, l.Label = papers.To(v.Scope, invoices.Refunds, x.ID), v.say("Credit note (PDF)")
	}
	return l
}
