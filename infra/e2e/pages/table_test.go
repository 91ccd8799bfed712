package pages

import "testing"

// way is how a person uses the pages.
type way struct {
	language string
	phone    bool // 390 x 844 with touch, instead of a desk of 1280 x 800 with a mouse
	scripts  bool // JavaScript runs
}

func (w way) String() string {
	name := w.language + " desk"
	if w.phone {
		name = w.language + " phone"
	}
	if !w.scripts {
		name += " without scripts"
	}
	return name
}

// ways are all of them; the first four pair everything with everything.
var ways = []way{
	{"en", false, true}, {"en", true, false}, {"ar", false, false}, {"ar", true, true},
	{"en", true, true}, {"en", false, false}, {"ar", true, false}, {"ar", false, true},
}

// flow is what a person does for one purpose.
type flow struct {
	name  string
	begin func(*shop)  // what there is before, nil for a shop with plans and a customer
	walk  func(*visit) // what the person does and sees
}

// walk walks flows in their ways, each in a shop and a browser of its own.
func walk(t *testing.T, flows ...flow) {
	t.Helper()
	open(t)
	t.Parallel()
	chosen := ways[:4]
	if *all {
		chosen = ways
	}
	for _, f := range flows {
		for _, w := range chosen {
			t.Run(f.name+"/"+w.String(), func(t *testing.T) {
				t.Parallel()
				s := newShop(t, w.language)
				if f.begin != nil {
					f.begin(s)
				}
				v := newVisit(s, w)
				f.walk(v)
				v.leave()
			})
		}
	}
}
