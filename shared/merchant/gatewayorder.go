package merchant

import "slices"

// Place is an active account's place in the order in which they are asked,
// from 1 on; 0 for one that takes no new payment methods.
func (s State) Place(account string) int {
	place := 0
	for _, g := range s.Gateways {
		if g.Status == GatewayActive {
			place++
		}
		if g.Account == account && g.Status == GatewayActive {
			return place
		}
	}
	return 0
}

// Selling is how many accounts take new payment methods.
func (s State) Selling() int {
	n := 0
	for _, g := range s.Gateways {
		if g.Status == GatewayActive {
			n++
		}
	}
	return n
}

// Move gives an active account another place among those that take new payment
// methods, from 1 on; the others keep their order. A place after the last is
// the last.
func (s State) Move(account string, place int) State {
	from := slices.IndexFunc(s.Gateways, func(g Gateway) bool { return g.Account == account && g.Status == GatewayActive })
	if from < 0 || place < 1 {
		return s
	}
	moved := s.Gateways[from]
	rest := slices.Delete(slices.Clone(s.Gateways), from, from+1)
	to := len(rest)
	for i, g := range rest {
		if g.Status != GatewayActive {
			continue
		}
		if place--; place == 0 {
			to = i
			break
		}
	}
	s.Gateways = slices.Insert(rest, to, moved)
	return s
}
