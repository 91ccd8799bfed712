package tax

import "fmt"

// step is a rate from one day until the next step, in hundredths of a percent:
// 25_50 is 25.5 %.
type step struct {
	from Date
	rate int
}

// again marks the return of an e-book rate to the standard rate.
const again = -1

// at is the step that holds on a day, nothing before the first.
func at(steps []step, on Date) (step, bool) {
	var found step
	for _, s := range steps {
		if s.from <= on {
			found = s
		}
	}
	return found, found.from != ""
}

// Lookup is the built-in rate of the area for the category on the day. Rates
// begin in 2010; an earlier day or an area without rates is ErrNoRate.
func Lookup(a Area, c Category, on Date) (Treatment, Rate, error) {
	if c == EBook {
		if s, ok := at(rates(ebooks, a), on); ok && s.rate != again {
			if s.rate == 0 {
				return ZeroRated, 0, nil
			}
			return Reduced, Rate(s.rate * 100), nil
		}
	}
	s, ok := at(rates(standard, a), on)
	if !ok {
		return "", 0, fmt.Errorf("%w: %s, %s on %s", ErrNoRate, a.Code(), c, on)
	}
	return Standard, Rate(s.rate * 100), nil
}

// rates are the steps of the area itself, or of its state.
func rates(table map[string][]step, a Area) []step {
	if own := table[a.Code()]; own != nil {
		return own
	}
	if a.State == "XI" {
		return table["GB"]
	}
	return table[a.State]
}
