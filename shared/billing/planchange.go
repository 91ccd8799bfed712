package billing

import (
	"math/big"
	"slices"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/fault"
	"perennial/shared/money"
	"perennial/shared/proration"
)

// PendingChangeLife is how long a change waits for its payment before it is
// discarded (rules 3).
const PendingChangeLife = 24 * time.Hour

// PlanChange is a change of plan that has not settled: it waits for its
// payment or for its date, or it took place and is owed.
type PlanChange struct {
	ID      string
	Plan    Plan
	Mode    proration.Mode
	Prevent bool             // a charge that fails leaves the old plan (prevent_change)
	Invoice string           // what it costs
	Payment string           // that its customer was asked to make on a hosted page
	Used    money.Amount     // earlier credit that the invoice uses
	Credit  Credit           // what it gives back once it is paid
	Funded  proration.Funded // what is paid for then
	Carried Carried          // what its invoice bills of earlier ones
	Gone    money.Amount     // what had been given back of the period before: Funded knows it
	Period  calendar.Period  // the cycle that it starts; empty: the cycle goes on
	Former  *Former          // set once it took place unpaid: the plan to return to
	At      calendar.Instant // when it was asked for, and takes place from
	Expires calendar.Instant // when it is discarded unless paid
	Date    calendar.Instant // of a scheduled change: the billing date it waits for
}

// Former is a plan that is paid until its period ends, behind one that is not.
type Former struct {
	Plan     Plan
	Funded   proration.Funded
	Receipts []string
	Gone     money.Amount
	Period   calendar.Period
	Anchor   calendar.Instant
	TrialEnd calendar.Instant
	Frozen   time.Duration
	Cycle    calendar.Interval
}

// ChangeOrder is a wish for another plan.
type ChangeOrder struct {
	ID       string
	Plan     Plan
	Mode     proration.Mode
	Later    bool // at the next billing date, for its full price
	Prevent  bool // a charge that fails leaves the old plan
	Replace  bool // instead of a change that is scheduled
	Policy   proration.Policy
	Taken    money.Amount // by the period's payments; empty: nothing is known of them
	Returned money.Amount // of it, refunded or disputed
	TaxShare *big.Rat     // of what is left of it, where its tax was corrected; nil: as billed
	At       calendar.Instant
	Zone     *time.Location
}

// Proposal is a change with everything it does: the same values are previewed
// and carried out.
type Proposal struct {
	Change  PlanChange
	Quote   proration.Quote
	Invoice *Invoice     // nil when nothing is billed now
	After   Subscription // as it is once the change is paid
}

// Due is what is to be paid now.
func (p Proposal) Due() money.Amount {
	if p.Invoice == nil {
		return money.Of(0, p.Change.Plan.Price.Amount.Currency)
	}
	return p.Invoice.Due()
}

// Faults of plan changes.
var (
	ErrChangeInactive  = fault.New(fault.Invalid, "INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED", "Only an active subscription can change its plan.")
	ErrChangeOnDemand  = fault.New(fault.Invalid, "ON_DEMAND_PLAN_CHANGE_NOT_SUPPORTED", "An on-demand subscription has no plan to change.")
	ErrChangeCancelled = fault.New(fault.Invalid, "PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION", "This subscription is about to end.")
	ErrChangePending   = fault.New(fault.Conflict, "PENDING_PLAN_CHANGE_EXISTS", "A plan change still waits for its payment.")
	ErrChangeScheduled = fault.New(fault.Conflict, "SCHEDULED_PLAN_CHANGE_EXISTS", "A plan change is scheduled already.")
	ErrChangedAlready  = fault.New(fault.Conflict, "PLAN_CHANGED_ALREADY", "The subscription was changed to this plan in the running period. Billing it once more would charge twice.")
	ErrNoScheduled     = fault.New(fault.NotFound, "SCHEDULED_PLAN_CHANGE_NOT_FOUND", "No plan change is scheduled.")
	ErrNoPending       = fault.New(fault.NotFound, "NOT_FOUND", "No plan change waits for a payment.")
	ErrLaterMode       = fault.New(fault.Invalid, "INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE", "At the next billing date a plan costs its full price.")
)

// Propose tells what a change of plan does and costs (R106, R302). It writes
// nothing and reads no clock, so that a preview is what happens.
func (s Subscription) Propose(o ChangeOrder, t Terms) (Proposal, error) {
	if err := s.mayChange(o); err != nil {
		return Proposal{}, err
	}
	change := PlanChange{ID: o.ID, Plan: o.Plan, Mode: o.Mode, Prevent: o.Prevent, At: o.At, Gone: o.Returned}
	change.Expires = min(o.At.Add(PendingChangeLife), s.Period.End)
	if o.Later {
		change.Date, change.Expires = s.Period.End, 0
		return s.proposeLater(change, t, o.Zone)
	}
	funded, err := s.funded()
	if err != nil {
		return Proposal{}, err
	}
	return s.propose(change, s.arithmetic(o, funded), t)
}

// mayChange refuses changes that the subscription's state forbids.
func (s Subscription) mayChange(o ChangeOrder) error {
	switch {
	case s.Change != nil:
		return ErrChangePending
	case s.paidAhead(o.At) && !o.Later:
		return ErrPaidAhead
	case s.OnDemand:
		return ErrChangeOnDemand
	case s.Lock.Set():
		return ErrLocked
	case s.Status != StatusActive || len(s.Open) > 0 || o.At >= s.Period.End:
		return ErrChangeInactive
	case s.Cancel.AtPeriodEnd || s.Cancel.Pending:
		return ErrChangeCancelled
	case s.Scheduled != nil && !o.Replace:
		return ErrChangeScheduled
	case o.Later && o.Mode != proration.Full:
		return ErrLaterMode
	case o.Mode == proration.Full && !o.Later && s.ChangedAt != 0 && s.ChangedAt >= s.Period.Start && s.Plan().same(o.Plan):
		return ErrChangedAlready
	case o.Plan.Price.Amount.Currency != s.Price.Amount.Currency:
		return ErrPlanCurrency
	}
	return o.Plan.Check()
}

// cycle is the interval of the running period.
func (s Subscription) cycle() calendar.Interval {
	if s.Cycle.Valid() {
		return s.Cycle
	}
	return s.Price.Every
}

// arithmetic hands the change to the rules of proration. A trial that was
// not paid for gives nothing back.
func (s Subscription) arithmetic(o ChangeOrder, funded proration.Funded) proration.Change {
	c := proration.Change{
		Mode: o.Mode, Old: s.Plan().items(), New: o.Plan.items(), Funded: funded, Period: s.running(), At: o.At,
		Zone: o.Zone, Trial: o.At < s.TrialEnd, Interval: o.Plan.Price.Every != s.cycle(),
		Inclusive: s.Price.TaxInclusive, Policy: o.Policy,
	}
	if c.Trial {
		c.Old = nil
		if !s.Funded.Due.Nothing() { // a paid trial
			c.Old = []proration.Item{{ID: s.Product, Unit: s.Funded.Due, Quantity: 1}}
		}
	}
	if share := s.goneSince(o); share.Sign() > 0 {
		c.Funded = kept(c.Funded, share)
	}
	if o.TaxShare != nil {
		c.Funded = taxedAnew(c.Funded, o.TaxShare, c.Inclusive)
	}
	return c
}

// goneSince is the share of the period's payments that was given back since
// what is paid for was last reckoned.
func (s Subscription) goneSince(o ChangeOrder) *big.Rat {
	taken := o.Taken.Minor - s.Gone.Minor
	if taken <= 0 {
		return new(big.Rat)
	}
	return big.NewRat(max(o.Returned.Minor-s.Gone.Minor, 0), taken)
}

// kept is what is left of the payments of a period after refunds.
func kept(f proration.Funded, returned *big.Rat) proration.Funded {
	share := new(big.Rat).Sub(big.NewRat(1, 1), returned)
	if share.Sign() < 0 {
		share.SetInt64(0)
	}
	paid, errPaid := f.Paid.Part(share)
	tax, errTax := f.Tax.Part(share)
	if errPaid == nil && errTax == nil { // a share of at most one cannot overflow
		f.Paid, f.Tax = paid, tax
	}
	return f
}

// taxedAnew is what was paid with the tax that a correction left in it; gross
// it is the same.
func taxedAnew(f proration.Funded, share *big.Rat, inclusive bool) proration.Funded {
	gross := f.Paid
	if !inclusive {
		gross.Minor += f.Tax.Minor
	}
	tax, err := gross.Part(share)
	if err != nil {
		return f // a share of at most one cannot overflow
	}
	f.Tax = tax
	if !inclusive {
		f.Paid.Minor = gross.Minor - tax.Minor
	}
	return f
}

// propose prices the change and composes its invoice.
func (s Subscription) propose(change PlanChange, c proration.Change, t Terms) (Proposal, error) {
	quote, err := proration.Price(c)
	if err != nil {
		return Proposal{}, err
	}
	p := Proposal{Change: change, Quote: quote}
	if quote.Restart {
		end, _ := calendar.Next(c.At, change.Plan.Price.Every, c.At, c.Zone)
		p.Change.Period, p.Change.Gone = calendar.Period{Start: c.At, End: end}, money.Amount{}
	}
	if c.Mode == proration.DoNotBill {
		zero := money.Of(0, change.Plan.Price.Amount.Currency)
		if p.Change.Funded, err = c.Paid(quote, zero, zero, zero); err != nil {
			return Proposal{}, err
		}
		p.After = s.take(p.Change)
		p.After.Funded, p.After.Frozen, p.After.Gone = p.Change.Funded, s.Frozen, p.Change.Gone
		return p, nil
	}
	invoice, err := s.changeInvoice(p, t)
	if err != nil {
		return Proposal{}, err
	}
	due, paid, tax, err := invoice.priced()
	if err == nil {
		p.Change.Funded, err = c.Paid(quote, due, paid, tax)
	}
	if err != nil {
		return Proposal{}, err
	}
	back := quote.Credit
	fresh := min(back.Gross.Minor, invoice.Credit.Minor) // what it gives back pays first
	p.Change.Credit = Credit{ID: change.ID, Gross: back.Gross, Tax: back.Tax, Left: money.Of(back.Gross.Minor-fresh, back.Gross.Currency), Payments: slices.Clone(s.Receipts), At: c.At}
	p.Change.Used = money.Of(invoice.Credit.Minor-fresh, back.Gross.Currency)
	p.Change.Invoice, p.Invoice, p.Change.Carried = invoice.ID, &invoice, s.Carried
	p.After = s.spend(p.Change.Used).take(p.Change).settled(p.Change)
	p.After.Carried = Carried{}
	return p, nil
}

// changeInvoice bills what the change charges and what was carried; what it
// gives back and earlier credit go off after tax.
func (s Subscription) changeInvoice(p Proposal, t Terms) (Invoice, error) {
	period := calendar.Period{Start: p.Change.At, End: s.Period.End}
	if p.Quote.Restart {
		period = p.Change.Period
	}
	credit, err := p.Quote.Credit.Gross.Add(s.Balance())
	if err != nil {
		return Invoice{}, err
	}
	t.Credit, t.At = credit, p.Change.At
	d := s.on(p.Change.Plan).Draft(t, CausePlanChange, period)
	d.Lines, d.DueAt = nil, p.Change.At
	for i, l := range p.Change.Plan.Lines() {
		if i < len(p.Quote.Charge) {
			l.Amount = p.Quote.Charge[i].Amount
			if p.Quote.Charge[i].Factor.Cmp(big.NewRat(1, 1)) != 0 {
				l.Kind = LineProrationCharge
			}
			d.Lines = append(d.Lines, l)
		}
	}
	d.Lines = append(d.Lines, s.Carried.Lines...)
	return d.Invoice()
}

// proposeLater previews the invoice of the billing date that a scheduled
// change waits for.
func (s Subscription) proposeLater(change PlanChange, t Terms, zone *time.Location) (Proposal, error) {
	p := Proposal{Change: change, After: s}
	p.After.Scheduled = &change
	coming := s
	coming.Scheduled, t.At = &change, s.Period.End
	_, invoice, err := coming.renewal(t, zone)
	p.Invoice = &invoice
	return p, err
}
