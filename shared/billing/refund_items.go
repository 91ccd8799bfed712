package billing

import (
	"slices"

	"perennial/shared/fault"
	"perennial/shared/money"
)

// RefundItem asks for part of what was paid for a product or addon.
type RefundItem struct {
	Item   string
	All    bool  // all that is left of it; Amount is not looked at
	Amount int64 // minor units
	Net    bool  // the amount is without tax, which is added
}

// share is what a payment paid for one invoice line and how much of it went
// back.
type share struct {
	invoice   string
	line      int
	item      string
	prorated  bool
	paid, tax int64 // tax is within paid
	back      int64 // given back, with tax
	backTax   int64
}

// shares are all of a payment, in the order of its invoices' lines.
type shares struct {
	currency money.Currency
	all      []*share
}

// Refundable is what is left of one line of a payment.
type Refundable struct {
	Invoice string
	Line    int
	Left    int64 // minor units, with tax
}

// Refundables lists what could be refunded of each invoice line that was paid
// for, apart from windows and disputes.
func (p Payment) Refundables(invoices []Invoice) ([]Refundable, error) {
	s, err := p.shares(invoices)
	if err != nil {
		return nil, err
	}
	var out []Refundable
	for _, each := range s.all {
		left := each.paid - each.back
		if p.Status != PaymentSucceeded || p.Refunding != "" || p.Withheld.Minor > 0 || each.prorated {
			left = 0
		}
		out = append(out, Refundable{Invoice: each.invoice, Line: each.line, Left: left})
	}
	return out, nil
}

// shares spreads the payment over the lines of its invoices. Where credits
// made the payment smaller than its lines, amounts and tax are scaled to it.
func (p Payment) shares(invoices []Invoice) (shares, error) {
	out := shares{currency: p.Amount.Currency}
	var weights, taxes []int64
	var gross, tax, sum int64
	for _, v := range invoices {
		for i, line := range v.Lines {
			total := line.Gross().Minor - line.Moved.Minor
			taxed := line.Tax.Minor - line.MovedTax.Minor
			sum += total
			if total <= 0 {
				continue
			}
			out.all = append(out.all, &share{
				invoice: v.ID, line: i, item: line.Item(), prorated: isProrated(line), paid: total, tax: taxed,
			})
			weights, taxes = append(weights, total), append(taxes, taxed)
			gross, tax = gross+total, tax+taxed
		}
	}
	if gross == 0 {
		out.all = []*share{{paid: p.Amount.Minor, tax: p.Tax.Minor}}
	} else if gross != p.Amount.Minor || tax != p.Tax.Minor {
		if err := out.scale(p, weights, taxes, sum); err != nil {
			return out, err
		}
	}
	out.deduct(p.Backs)
	return out, nil
}

// Item is what a line is refunded by.
func (l Line) Item() string {
	if l.Addon != "" {
		return l.Addon
	}
	return l.Product
}

func isProrated(l Line) bool {
	return l.Kind == LineProrationCharge || l.Kind == LineProrationCredit
}

// scale splits the payment by the lines' weights, to the last unit.
func (s shares) scale(p Payment, weights, taxes []int64, sum int64) error {
	parts, err := p.Amount.Split(weights)
	if err != nil {
		return err
	}
	paidTax, err := p.Tax.Times(min(p.Amount.Minor, sum), max(sum, 1))
	if err != nil {
		return err
	}
	taxParts := make([]money.Amount, len(taxes))
	if !paidTax.Nothing() && slices.Max(taxes) > 0 {
		if taxParts, err = paidTax.Split(taxes); err != nil {
			return err
		}
	}
	for i, each := range s.all {
		each.paid = parts[i].Minor
		each.tax = min(taxParts[i].Minor, each.paid)
	}
	return nil
}

// deduct takes off what went back before.
func (s shares) deduct(backs []Back) {
	for _, b := range backs {
		for _, each := range s.all {
			if each.invoice == b.Invoice && each.line == b.Line {
				each.back += b.Amount.Minor
				each.backTax += b.Tax.Minor
			}
		}
	}
}

// of are the shares of one invoice.
func (s shares) of(invoice string) shares {
	s.all = slices.DeleteFunc(slices.Clone(s.all), func(e *share) bool { return e.invoice != invoice })
	return s
}

// some gives back items, or a gross amount, or all that is left. There is
// always something.
func (s shares) some(items []RefundItem, gross int64) (backs []Back, err error) {
	switch {
	case len(items) > 0:
		backs, err = s.take(items)
	case gross != 0:
		backs, err = s.spread(gross)
	default:
		backs = s.left()
	}
	if err == nil && len(backs) == 0 {
		err = ErrNothingLeft
	}
	return backs, err
}

// spread gives back a gross amount over what is left of all lines, in
// proportion to it.
func (s shares) spread(gross int64) ([]Back, error) {
	var lines []*share
	var weights []int64
	var left int64
	for _, each := range s.all {
		if room := each.room(false); room > 0 {
			lines, weights, left = append(lines, each), append(weights, room), left+room
		}
	}
	switch {
	case left == 0:
		return nil, ErrNothingLeft
	case gross < 0 || gross > left:
		return nil, ErrCreditTooMuch
	}
	parts, err := money.Of(gross, s.currency).Split(weights)
	if err != nil {
		return nil, err
	}
	var backs []Back
	for i, each := range lines {
		if parts[i].Nothing() {
			continue
		}
		b, err := each.gross(s.currency, parts[i].Minor)
		if err != nil {
			return nil, err
		}
		backs = append(backs, b)
	}
	return backs, nil
}

// left gives back all that is left.
func (s shares) left() []Back {
	var backs []Back
	for _, each := range s.all {
		if rest := each.paid - each.back; rest > 0 {
			backs = append(backs, each.give(s.currency, rest, each.tax-each.backTax))
		}
	}
	return backs
}

func (e *share) give(c money.Currency, amount, tax int64) Back {
	e.back += amount
	e.backTax += tax
	return Back{Invoice: e.invoice, Line: e.line, Item: e.item, Amount: money.Of(amount, c), Tax: money.Of(tax, c)}
}

// gross gives back an amount with tax. The tax follows what was given back so
// far, so that all parts together hold exactly the tax of the line.
func (e *share) gross(c money.Currency, amount int64) (Back, error) {
	due, err := money.Of(e.tax, c).Times(e.back+amount, e.paid)
	if err != nil {
		return Back{}, err
	}
	tax := due.Minor - e.backTax
	netLeft := (e.paid - e.tax) - (e.back - e.backTax)
	tax = min(max(tax, 0, amount-netLeft), amount, e.tax-e.backTax)
	return e.give(c, amount, tax), nil
}

// net gives back an amount without tax, and the tax upon it.
func (e *share) net(c money.Currency, amount int64) (Back, error) {
	done := e.back - e.backTax
	due, err := money.Of(e.tax, c).Times(done+amount, e.paid-e.tax)
	if err != nil {
		return Back{}, err
	}
	tax := min(max(due.Minor-e.backTax, 0), e.tax-e.backTax)
	return e.give(c, amount+tax, tax), nil
}

// untax gives back tax alone.
func (s shares) untax(wanted []Back) ([]Back, error) {
	for _, b := range wanted {
		i := slices.IndexFunc(s.all, func(e *share) bool { return e.invoice == b.Invoice && e.line == b.Line })
		if i < 0 || b.Amount.Minor <= 0 || b.Amount.Minor > s.all[i].paid-s.all[i].back || b.Amount.Minor > s.all[i].tax-s.all[i].backTax {
			return nil, ErrCreditTooMuch
		}
	}
	return wanted, nil
}

// take gives back items, or names everything that is wrong with them.
func (s shares) take(items []RefundItem) ([]Back, error) {
	var wrong refusals
	var backs []Back
	seen := map[string]bool{}
	for _, item := range items {
		switch {
		case seen[item.Item]:
			wrong.add("DUPLICATE_LINE_ITEMS_IN_REQUEST", item.Item, "is named twice")
		default:
			given, err := s.takeOne(item, &wrong)
			if err != nil {
				return nil, err
			}
			backs = append(backs, given...)
		}
		seen[item.Item] = true
	}
	return backs, wrong.fault()
}

// takeOne gives back one item, from the lines that were paid for it in their
// order.
func (s shares) takeOne(item RefundItem, wrong *refusals) ([]Back, error) {
	item.Net = item.Net && !item.All // all of it is with its tax
	var mine []*share
	var left int64
	for _, each := range s.all {
		if each.item != item.Item || item.Item == "" {
			continue
		}
		if each.prorated {
			wrong.add("LINE_ITEM_PRORATED", item.Item, "was prorated and can only be refunded with the whole payment")
			return nil, nil
		}
		mine = append(mine, each)
		left += each.room(item.Net)
	}
	want := item.Amount
	if item.All {
		want = left
	}
	switch {
	case len(mine) == 0:
		wrong.add("LINE_ITEM_NOT_FOUND", item.Item, "is no item of this payment")
	case left == 0:
		wrong.add("LINE_ITEM_FULLY_REFUNDED", item.Item, "was refunded whole")
	case want <= 0:
		wrong.add("LINE_ITEM_REFUND_AMOUNT_TOO_LOW", item.Item, "must be more than zero")
	case want > left:
		wrong.add("LINE_ITEM_REFUND_AMOUNT_TOO_HIGH", item.Item, "is more than what is left of it")
	default:
		return s.fill(mine, want, item.Net)
	}
	return nil, nil
}

// room is what is left of the line, with tax or without.
func (e *share) room(net bool) int64 {
	if net {
		return (e.paid - e.tax) - (e.back - e.backTax)
	}
	return e.paid - e.back
}

func (s shares) fill(lines []*share, want int64, net bool) ([]Back, error) {
	var backs []Back
	for _, each := range lines {
		part := min(want, each.room(net))
		if part <= 0 {
			continue
		}
		give := each.gross
		if net {
			give = each.net
		}
		b, err := give(s.currency, part)
		if err != nil {
			return nil, err
		}
		backs, want = append(backs, b), want-part
	}
	return backs, nil
}

// refusals collects what is wrong with items. The first code is the fault's.
type refusals struct {
	code     string
	problems []fault.Problem
}

func (r *refusals) add(code, item, message string) {
	if r.code == "" {
		r.code = code
	}
	r.problems = append(r.problems, fault.Problem{Field: "items." + item, Message: message})
}

func (r *refusals) fault() error {
	if r.code == "" {
		return nil
	}
	kind := fault.Invalid
	if r.code == "LINE_ITEM_NOT_FOUND" {
		kind = fault.NotFound
	}
	return &fault.Fault{Kind: kind, Code: r.code, Message: "The items cannot be refunded.", Problems: r.problems}
}
