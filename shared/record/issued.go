package record

import (
	"time"

	"perennial/shared/merchant"
)

// Issued is a document's bytes as they were first rendered. They are written
// once and never changed, and kept as long as the law wants invoices kept
// (rules 18).
type Issued struct {
	ID      string
	Version int64
	PDF     []byte
	Digest  string // SHA-256 of PDF, hex
	MadeAt  time.Time
	Until   time.Time // kept until then
}

func describeIssued(o Issued) Entry {
	return Entry{Kind: KindIssued, ID: o.ID, Version: o.Version, Expires: o.Until, Private: true}
}

// Retention is until when a document of an instant is kept: the end of the
// tenth calendar year after it, the longest that the law of a member state
// wants invoices kept; those of test modes, which are none, for 30 days.
func Retention(mode merchant.Mode, at, wall time.Time) time.Time {
	if mode == merchant.Test {
		return wall.AddDate(0, 0, 30)
	}
	return time.Date(at.Year()+11, time.January, 1, 0, 0, 0, 0, time.UTC)
}
