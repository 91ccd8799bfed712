package identity

import (
	"cmp"
	"slices"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// inTurn takes up to most owners, the first of every business, then the second
// of each, and so on: no business crowds out another. They come ordered by
// business.
func inTurn(owners []record.Owner, most int) []record.Owner {
	type waiting struct {
		record.Owner
		turn int
	}
	queue, turns := make([]waiting, len(owners)), map[merchant.Scope]int{}
	for i, o := range owners {
		queue[i] = waiting{o, turns[o.Scope]}
		turns[o.Scope]++
	}
	slices.SortStableFunc(queue, func(a, b waiting) int { return cmp.Compare(a.turn, b.turn) })
	var taken []record.Owner
	for _, w := range queue[:min(len(queue), most)] {
		taken = append(taken, w.Owner)
	}
	return taken
}

// grouped are the places of owners, of whose customers only the ids are known.
func grouped(owners []record.Owner) []Place {
	var places []Place
	at := map[merchant.Scope]int{}
	for _, o := range owners {
		i, known := at[o.Scope]
		if !known {
			i, at[o.Scope] = len(places), len(places)
			places = append(places, Place{Scope: o.Scope})
		}
		places[i].Customers = append(places[i].Customers, billing.Customer{ID: o.Customer})
	}
	return places
}

// worthMost keeps the places of up to most customer records: of those that
// have paid first, then of the rest, each business in its turn.
func worthMost(places []Place, most int) []Place {
	var paid, others []record.Owner
	known := map[record.Owner]billing.Customer{}
	for _, p := range places {
		for _, c := range p.Customers {
			o := record.Owner{Scope: p.Scope, Customer: c.ID}
			known[o] = c
			if c.HasPaid() || c.InvoiceSeq > 0 { // the second: paid before the first was kept
				paid = append(paid, o)
			} else {
				others = append(others, o)
			}
		}
	}
	kept := append(inTurn(paid, len(paid)), inTurn(others, len(others))...)
	out := grouped(kept[:min(len(kept), most)])
	for i, p := range out {
		for j, c := range p.Customers {
			out[i].Customers[j] = known[record.Owner{Scope: p.Scope, Customer: c.ID}]
		}
	}
	slices.SortFunc(out, func(a, b Place) int { return cmp.Compare(a.Scope.String(), b.Scope.String()) })
	return out
}
