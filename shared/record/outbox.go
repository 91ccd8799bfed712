package record

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
)

// OutboxLife is how long outbox items are kept for replay.
const OutboxLife = 90 * 24 * time.Hour

// Outbox is one commit as its consumers see it: the ordered events with the
// state of every object they speak of, as it was then.
type Outbox struct {
	Key    string // unique and stable: scope, subject and version
	Scope  merchant.Scope
	Actor  Actor
	Cause  string
	At     calendar.Instant
	Wall   time.Time
	Events []billing.Event
	State  []any
}

// Find gives the state of an object in the outbox item.
func Find[T any](o Outbox, match func(T) bool) (T, bool) {
	for _, obj := range o.State {
		if t, ok := obj.(T); ok && match(t) {
			return t, true
		}
	}
	var none T
	return none, false
}

// Address is what an outbox item is numbered by: the version that the commit
// gave to its subject, which no other commit can give.
type Address struct {
	Scope   merchant.Scope
	Subject Ref
	Version int64
}

// kindClaim is the subject of a commit that writes nothing but a claim.
const kindClaim Kind = "CLAIM"

// String is the outbox item's key: "bus_x.live/SUB/sub_y/4".
func (a Address) String() string {
	return fmt.Sprintf("%s/%s/%s/%d", a.Scope, a.Subject.Kind, a.Subject.ID, a.Version)
}

// ParseAddress reads an outbox item's key.
func ParseAddress(key string) (Address, error) {
	scope, rest, _ := strings.Cut(key, "/")
	kind, rest, _ := strings.Cut(rest, "/")
	at := strings.LastIndexByte(rest, '/')
	if at < 0 {
		return Address{}, fmt.Errorf("record: %q is no outbox key", key)
	}
	s, ok := merchant.ParseScope(scope)
	version, err := strconv.ParseInt(rest[at+1:], 10, 64)
	if !ok || err != nil {
		return Address{}, fmt.Errorf("record: %q is no outbox key", key)
	}
	return Address{s, Ref{Kind(kind), rest[:at]}, version}, nil
}

// AddressOf finds a commit's subject: the first subscription it writes, or
// else the first object with a version, or else its first claim. Events of
// one subscription are thereby numbered in their order.
func AddressOf(c Commit) (Address, error) {
	var first Address
	for _, group := range [][]any{c.Put, c.Delete} {
		for _, obj := range group {
			e, err := Describe(obj)
			if err != nil {
				return first, err
			}
			a := Address{c.Scope, Ref{e.Kind, e.ID}, e.Version + 1}
			if e.Kind == KindSubscription {
				return a, nil
			}
			if first.Version == 0 && !e.Loose {
				first = a
			}
		}
	}
	if first.Version == 0 && len(c.Claims) > 0 {
		first = Address{c.Scope, Ref{kindClaim, c.Claims[0].Key}, 1}
	}
	if first.Version == 0 {
		return first, fmt.Errorf("record: %s: events of a commit that writes nothing", c.Cause)
	}
	return first, nil
}

// OutboxOf makes the outbox item of a commit with events.
func OutboxOf(c Commit, wall time.Time) (Outbox, error) {
	address, err := AddressOf(c)
	if err != nil {
		return Outbox{}, err
	}
	o := Outbox{
		Key: address.String(), Scope: c.Scope, Actor: c.Actor, Cause: c.Cause, At: c.At, Wall: wall, Events: c.Events,
	}
	seen := map[Ref]bool{}
	for i, obj := range append(append([]any{}, c.Put...), c.Attach...) {
		e, err := Describe(obj)
		if err != nil {
			return Outbox{}, err
		}
		ref := Ref{e.Kind, e.ID}
		if e.Private || seen[ref] {
			continue
		}
		seen[ref] = true
		if i < len(c.Put) {
			obj = atVersion(obj, e.Version+1)
		}
		o.State = append(o.State, obj)
	}
	return o, nil
}

// outboxDoc is an outbox item's document; key and scope are its place.
type outboxDoc struct {
	Actor  Actor
	Cause  string
	At     calendar.Instant
	Wall   time.Time
	Events []billing.Event
	State  []stateDoc
}

type stateDoc struct {
	Kind Kind
	Doc  jsontext.Value
}

// EncodeOutbox writes an outbox item as its document.
func EncodeOutbox(o Outbox) ([]byte, error) {
	doc := outboxDoc{Actor: o.Actor, Cause: o.Cause, At: o.At, Wall: o.Wall, Events: o.Events}
	for _, obj := range o.State {
		e, err := Describe(obj)
		if err != nil {
			return nil, err
		}
		body, err := Encode(obj, e.Version)
		if err != nil {
			return nil, err
		}
		doc.State = append(doc.State, stateDoc{e.Kind, body})
	}
	return json.Marshal(doc, options)
}

// DecodeOutbox reads the document of the outbox item with this key.
func DecodeOutbox(key string, schema int, document []byte) (Outbox, error) {
	address, err := ParseAddress(key)
	if err != nil {
		return Outbox{}, err
	}
	var doc outboxDoc
	if err := json.Unmarshal(document, &doc, options); err != nil {
		return Outbox{}, fmt.Errorf("record: outbox %s: %w", key, err)
	}
	o := Outbox{
		Key: key, Scope: address.Scope, Actor: doc.Actor, Cause: doc.Cause, At: doc.At, Wall: doc.Wall, Events: doc.Events,
	}
	for _, s := range doc.State {
		obj, err := Decode(s.Kind, schema, s.Doc)
		if err != nil {
			return Outbox{}, fmt.Errorf("record: outbox %s: %w", key, err)
		}
		o.State = append(o.State, obj)
	}
	return o, nil
}
