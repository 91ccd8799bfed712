package merchant

import (
	"slices"
	"time"
)

// Reading is how far the archive of a connected account was read: what it told
// and no webhook brought is found there.
type Reading struct {
	From   time.Time // of the last event that was taken, or when it was begun
	After  string    // that event; empty before the first
	Undone []Undone  // events that could not be taken and are tried again
	ReadAt time.Time // when it was last read without an error
	Next   time.Time // when it is read next; zero: never
}

// Undone is an event of an archive that could not be taken.
type Undone struct {
	Event string
	Since time.Time // when that was first tried
}

const (
	// readDaily is how often an archive is read while webhooks come: what a
	// webhook alone tells can wait that long, and a hundred thousand accounts
	// cost about one request a second.
	readDaily = 24 * time.Hour
	// readHourly is how often while they do not, or when reading failed: the
	// archive is then all that there is.
	readHourly = time.Hour
	// hopeless is how long failing to read is tried hourly. A key that was
	// revoked stays so.
	hopeless = 48 * time.Hour
	// undoneFor is how long an event is tried that cannot be taken, as long as
	// Stripe tries a webhook.
	undoneFor = 72 * time.Hour
	// MostUndone is how many events may wait to be tried again. More than that
	// cannot be taken when something larger is wrong: reading then stands.
	MostUndone = 5
	// LongestArchive is as long as any gateway keeps its archive.
	LongestArchive = 30 * 24 * time.Hour
)

// Watch has the account's archive read from now on, for what happened since a
// time. One that is read already goes on where it is.
func (c Connection) Watch(since, now time.Time) Connection {
	if c.Reading.From.IsZero() {
		c.Reading.From = since
	}
	if c.Reading.Next.IsZero() {
		c.Reading.Next = now.Add(readHourly)
	}
	return c
}

// Unwatch leaves the archive alone.
func (c Connection) Unwatch() Connection {
	c.Reading.Next, c.Reading.Undone = time.Time{}, nil
	return c
}

// Begun is a reading as it starts at a time. A mark of the future was made by
// a clock that was wrong, so all that is kept is read again.
func (r Reading) Begun(now time.Time) Reading {
	if r.From.After(now) {
		r.From, r.After = now.Add(-LongestArchive), ""
	}
	return r
}

// Fail remembers that an event could not be taken. It reports false when it
// must not be passed over, because too many wait already.
func (r Reading) Fail(event string, now time.Time) (Reading, bool) {
	if slices.ContainsFunc(r.Undone, func(u Undone) bool { return u.Event == event }) {
		return r, true
	}
	if len(r.Undone) >= MostUndone {
		return r, false
	}
	r.Undone = append(slices.Clone(r.Undone), Undone{Event: event, Since: now})
	return r, true
}

// Done forgets an event that was taken.
func (r Reading) Done(event string) Reading {
	r.Undone = slices.DeleteFunc(slices.Clone(r.Undone), func(u Undone) bool { return u.Event == event })
	return r
}

// Over reports an event that was tried for long enough.
func (u Undone) Over(now time.Time) bool { return now.Sub(u.Since) >= undoneFor }

// Read notes that an archive was read at a time, and when it is read again:
// at once while more is known to be there.
func (c Connection) Read(r Reading, more bool, now time.Time) Connection {
	r.ReadAt = now
	switch {
	case more:
		r.Next = now
	case len(r.Undone) > 0 || c.unheard(r):
		r.Next = now.Add(readHourly)
	default:
		r.Next = now.Add(readDaily)
	}
	c.Reading = r
	return c
}

// unheard reports that the archive knows of something after which no webhook
// came. Hearing is written down hourly.
func (c Connection) unheard(r Reading) bool {
	return r.After != "" && r.From.After(c.HeardAt.Add(heardEvery))
}

// Unread notes that an archive could not be read.
func (c Connection) Unread(r Reading, now time.Time) Connection {
	r.Next = now.Add(readHourly)
	if c.Silent(now) {
		r.Next = now.Add(readDaily)
	}
	c.Reading = r
	return c
}

// Silent reports an archive that should have been read and could not be for
// two days.
func (c Connection) Silent(now time.Time) bool {
	last := c.Reading.ReadAt
	if last.IsZero() {
		last = c.Reading.From
	}
	return now.Sub(last) >= hopeless
}
