package main

// mutant is an error that a programmer could make: one text of one file for
// another.
type mutant struct {
	name     string
	file     string // from the root of the project
	old, new string
}

// mutants are the errors that the story of the years must notice.
var mutants = []mutant{
	{"a line is skipped", "shared/billing/plan.go",
		"for _, a := range p.Addons {\n\t\tlines", "for _, a := range p.Addons[:len(p.Addons)/2] {\n\t\tlines"},
	{"the denominator is a day too long", "shared/proration/time.go",
		"whole, passed := seconds(p.End.Sub(p.Start)), ", "whole, passed := seconds(p.End.Sub(p.Start))+86400, "},
	{"tax is added twice", "shared/billing/line.go", "l.Net().Minor+l.Tax.Minor", "l.Net().Minor+2*l.Tax.Minor"},
	{"tax is reckoned before the discount", "shared/billing/draft.go", "levy.Apply(line.Discounted(), ", "levy.Apply(line.Amount, "},
	{"a credit is lost", "shared/billing/planchange_settle.go", "if !c.Credit.Left.Nothing() {", "if c.Credit.Left.Minor < 0 {"},
	{"a credit is used twice", "shared/billing/subscription.go", "return s.spend(invoice.Credit), invoice, nil", "return s, invoice, nil"},
	{"a credit has no tax", "shared/proration/proration.go", "if out.Tax, err = c.tax(part); err != nil {", "if _, err = c.tax(part); err != nil {"},
	{"a discount's cycle is not used up", "shared/billing/settle.go", "if begins {", "if begins && s.TrialDays < 0 {"},
	{"a second code is taken off the list price", "shared/billing/discount.go", "part, err := l.Discounted().Times(", "part, err := l.Amount.Times("},
	{"the anchor drifts", "shared/billing/subscription.go", "calendar.Next(s.Anchor, s.Price.Every, s.Period.End, zone)\n\tdraft", "calendar.Next(s.Period.End, s.Price.Every, s.Period.End, zone)\n\tdraft"},
	{"a change forgets what is carried", "shared/billing/planchange.go", "d.Lines = append(d.Lines, s.Carried.Lines...)", "d.Lines = append(d.Lines, s.Carried.Lines[:0]...)"},
	{"months have 30 days at most", "shared/calendar/calendar.go", "min(day, last)", "min(day, last, 30)"},
	{"a repeated hour is the later", "shared/calendar/calendar.go", "max(before, after), min(before, after)}", "min(before, after), max(before, after)}"},
	{"halves round down", "shared/money/money.go", "CmpAbs(den) >= 0", "CmpAbs(den) > 0"},
	{"late dues keep the dates", "shared/billing/lock.go", "return l.Restart || ", "return at < 0 && l.Restart || at < 0 && "},
	{"a pause does not move the term", "shared/billing/pause.go", "s.EndsAt = s.EndsAt.Add(length)", "s.EndsAt = s.EndsAt.Add(length - length)"},
	{"a pause counts as time used", "shared/billing/pause.go", "s.Frozen += length", "s.Frozen += length - length"},
	{"what was refunded comes back once more", "shared/billing/planchange.go", "if share := s.goneSince(o); share.Sign() > 0 {", "if share := s.goneSince(o); share.Sign() > 1 {"},
	{"a refund is counted in every later change", "shared/billing/planchange_settle.go", "s.Funded, s.Gone = c.Funded, c.Gone", "s.Funded = c.Funded"},
	{"a refund from before a period that credit paid is counted", "shared/charging/borne.go", "gone.Minor += p.GivenBack()", "gone.Minor += 0 * p.GivenBack()"},
	{"a part's tax forgets the parts before", "shared/billing/creditnote.go",
		"all.Refunded(money.Of(l.Credited.Minor-alone, cur), p.Gross)", "all.Refunded(money.Of(0, cur), p.Gross)"},
	{"one cent too much is charged", "shared/billing/lock.go", "Amount: total, Method: a.Method", "Amount: money.Of(total.Minor+min(total.Minor, 1), total.Currency), Method: a.Method"},
	{"rates change a day late", "shared/tax/tax.go", "return from <= d && ", "return from < d && "},
	{"an unbilled change loses what was paid", "shared/proration/proration.go", "case f.Paid.Minor == f.Due.Minor || f.Due.Minor <= 0:", "case f.Paid.Minor >= f.Due.Minor:"},
	{"a number is skipped", "shared/billing/customer.go", "c.InvoiceSeq++", "c.InvoiceSeq += 1 + c.InvoiceSeq/7"},
}
