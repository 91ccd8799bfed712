package portal

import (
	"slices"

	"perennial/shared/billing"
)

// try is a charge of what is due that failed.
type try struct {
	Method  billing.Method
	Decline billing.Decline
	By      billing.Initiator
}

// tries are the charges that failed since the subscription owes, the last one
// first. The list of payments may lag behind; the last failure does not.
func tries(sub billing.Subscription, payments []billing.Payment) []try {
	if sub.Failure.Method.IsZero() {
		return nil
	}
	last := try{Method: sub.Failure.Method, Decline: sub.Failure.Decline}
	var before []try
	for _, p := range payments {
		switch {
		case p.Subscription != sub.ID || p.Status != billing.PaymentFailed || p.UpdatedAt < sub.Failure.At:
		case p.ID == sub.Failure.Payment:
			last.By = p.By
		default:
			before = append(before, try{p.Method, p.Decline, p.By})
		}
	}
	return append([]try{last}, before...)
}

// lastTry is what became of a card when it was last charged.
func lastTry(tried []try, m billing.Method) (try, bool) {
	at := slices.IndexFunc(tried, func(t try) bool { return same(t.Method, m) })
	if at < 0 {
		return try{}, false
	}
	return tried[at], true
}

// preselect chooses what the customer most likely wants to pay with: the card
// that they chose last, where its bank said what is to be mended, else the
// newest that has not failed, else a new one. A choice that was made is kept.
func (p *methodPage) preselect(tried []try) {
	if p.Due == "" || !p.Fresh {
		return
	}
	at := -1
	i := slices.IndexFunc(tried, func(t try) bool { return t.By == billing.ByCustomer })
	if i >= 0 && tried[i].Decline.Class != billing.ClassVague {
		at = slices.IndexFunc(p.Methods, func(m methodView) bool { return same(m.card, tried[i].Method) })
	}
	if at < 0 {
		at = slices.IndexFunc(p.Methods, func(m methodView) bool { return m.Note == "" })
	}
	if at >= 0 {
		p.Methods[at].Chosen, p.Fresh = true, false
	}
}
