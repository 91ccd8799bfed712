package merchant

import "perennial/shared/fault"

// Manual says when customers who renew by themselves are asked to pay (R240).
// Zero is the default.
type Manual struct {
	Lead  int // days before the due date on which the invoice is issued; default 7
	Grace int // days after it until the subscription expires unpaid; default 7
}

// Bounds and defaults of manual renewals.
const (
	mostManual  = 60
	leadManual  = 7
	graceManual = 7
)

// Filled gives the terms with the defaults written out.
func (m Manual) Filled() Manual {
	if m.Lead == 0 {
		m.Lead = leadManual
	}
	if m.Grace == 0 {
		m.Grace = graceManual
	}
	return m
}

// Bare gives the terms with the defaults left out, so that what nobody has
// chosen follows the defaults.
func (m Manual) Bare() Manual {
	if m.Lead == leadManual {
		m.Lead = 0
	}
	if m.Grace == graceManual {
		m.Grace = 0
	}
	return m
}

func (m Manual) check(check *fault.Check) {
	m = m.Filled()
	check.That(m.Lead >= 1 && m.Lead <= mostManual, "manual_renewals.invoice_days", "must be 1 to 60")
	check.That(m.Grace >= 1 && m.Grace <= mostManual, "manual_renewals.grace_days", "must be 1 to 60")
}
