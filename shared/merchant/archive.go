package merchant

import (
	"time"

	"perennial/shared/fault"
)

// ErrArchived refuses what an archived business does no more: to sell, to
// charge, and to change anything by API. Nothing was charged.
var ErrArchived = fault.New(fault.Forbidden, "BUSINESS_ARCHIVED", "This business is archived: everything can be read, and nothing is sold or changed.")

// Archive is since when a mode of a business is archived, and why. Its
// customers still read what they have bought, and can cancel.
type Archive struct {
	At  time.Time
	Why string // for the operator
}

// Archived reports that nothing is sold and nobody is charged any more.
func (s State) Archived() bool { return !s.Archive.At.IsZero() }
