package billing

import (
	"slices"

	"perennial/shared/calendar"
)

// Bar is what keeps a card from being charged: disputes while they are open
// (rules 11), its bank for good (rules 14). It also tells whether any tally of
// the card is worth reading.
type Bar struct {
	Card     string // gateway, account and fingerprint: the record's identity
	Version  int64
	Disputes []string
	Stopped  Decline          // with which the bank has forbidden further charges; empty: it has not
	Watched  calendar.Instant // until when charges may count for a tally, whatever their amount
}

// Stop notes with what the bank has forbidden the card. The first word stands.
func (b Bar) Stop(d Decline) Bar {
	if b.Stopped.Code == "" {
		b.Stopped = d
	}
	return b
}

// Watch notes that a charge was declined, so that tallies are read from now on.
// It looks twice as far ahead as needed, so as to be written once in a while.
func (b Bar) Watch(at calendar.Instant) Bar {
	if b.Watched < at.Add(TallySpan) {
		b.Watched = at.Add(2 * TallySpan)
	}
	return b
}

// Free reports a card that may be charged at an instant without asking its
// tallies.
func (b Bar) Free(at calendar.Instant) bool {
	return len(b.Disputes) == 0 && b.Stopped.Code == "" && b.Watched <= at
}

// BarID names the bar of a card.
func BarID(gateway, account, fingerprint string) string {
	return gateway + "/" + account + "/" + fingerprint
}

// With adds an open dispute.
func (b Bar) With(dispute string) Bar {
	if !slices.Contains(b.Disputes, dispute) {
		b.Disputes = append(slices.Clone(b.Disputes), dispute)
	}
	return b
}

// Without takes a dispute off.
func (b Bar) Without(dispute string) Bar {
	b.Disputes = slices.DeleteFunc(slices.Clone(b.Disputes), func(id string) bool { return id == dispute })
	return b
}
