package dynamo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Names of the indexes.
const (
	byBusiness = "byBusiness"
	byCustomer = "byCustomer"
	byDue      = "due"
)

// last sorts after every character of our ids and times.
const last = "~"

// key is an item's place in the table.
type key struct{ pk, sk string }

// place is where an object is kept. Every tenant's key starts with its scope,
// so that no key of one scope reaches another's; global kinds are found by
// their credential alone and carry their scope as an attribute.
func place(scope merchant.Scope, ref record.Ref) key {
	switch ref.Kind {
	case record.KindMethod:
		customer, method, _ := strings.Cut(ref.ID, "/")
		return key{customerPartition(scope, customer), methodPrefix + method}
	case record.KindMailbox:
		at := max(0, strings.LastIndexByte(ref.ID, '#'))
		return key{mailboxPartition(scope, ref.ID[:at]), strings.TrimPrefix(ref.ID[at:], "#")}
	case record.KindState:
		of, _ := merchant.ParseScope(ref.ID)
		return key{registry(of.Mode), ref.ID}
	case record.KindBusiness, record.KindKey, record.KindLink, record.KindSession, record.KindCheckout, record.KindShortLink, record.KindOffer:
		return key{string(ref.Kind) + "#" + ref.ID, "A"}
	default:
		return key{scope.String() + "#" + string(ref.Kind) + "#" + ref.ID, "A"}
	}
}

// methodPrefix starts the sort keys of payment methods, which lie in their
// customer's partition.
const methodPrefix = "PM#"

func customerPartition(scope merchant.Scope, customer string) string {
	return scope.String() + "#CUS#" + customer
}

func mailboxPartition(scope merchant.Scope, email string) string {
	return scope.String() + "#EMAIL#" + email
}

// addressPartition is the part of byCustomer that holds the mailboxes of one
// address over all businesses of a mode. It is the only key that does not
// begin with a tenant's scope.
func addressPartition(mode merchant.Mode, email string) string {
	return "EMAIL#" + string(mode) + "#" + email
}

// registry lists the states of all scopes of a mode.
func registry(mode merchant.Mode) string { return "SCOPES#" + string(mode) }

func claimKey(scope merchant.Scope, claim string) key {
	return key{scope.String() + "#CLAIM#" + claim, "C"}
}

// outboxPrefix starts the sort keys of outbox items; the stream's consumer is
// given only these.
const outboxPrefix = "OUT#"

func outboxKey(a record.Address) key {
	pk := a.Scope.String() + "#" + outboxPrefix + string(a.Subject.Kind) + "#" + a.Subject.ID
	return key{pk, fmt.Sprintf("%s%012d", outboxPrefix, a.Version)}
}

// outboxAddress reads what outboxKey wrote.
func outboxAddress(k key) (record.Address, error) {
	parts := strings.SplitN(k.pk, "#", 4)
	version, err := strconv.ParseInt(strings.TrimPrefix(k.sk, outboxPrefix), 10, 64)
	if len(parts) != 4 || err != nil || !strings.HasPrefix(k.sk, outboxPrefix) {
		return record.Address{}, fmt.Errorf("%s %s is no outbox item", k.pk, k.sk)
	}
	scope, _ := merchant.ParseScope(parts[0])
	return record.Address{Scope: scope, Subject: record.Ref{Kind: record.Kind(parts[2]), ID: parts[3]}, Version: version}, nil
}

// listPartition is the part of byBusiness that lists one kind. The shard
// number leaves room for splitting a very large business.
func listPartition(scope merchant.Scope, kind string) string {
	return scope.String() + "#" + kind + "#0"
}

// outboxList is the list that outbox items appear in.
const outboxList = "OUT"

func listSort(created time.Time, id string) string { return stamp(created) + "#" + id }

func ownerPartition(scope merchant.Scope, customer string) string {
	return scope.String() + "#" + customer
}

func ownerSort(kind record.Kind, created time.Time, id string) string {
	return string(kind) + "#" + listSort(created, id)
}

func duePartition(p record.Partition) string {
	if p.Scope != (merchant.Scope{}) {
		return "DUE#" + p.Scope.String()
	}
	return "DUE#" + strconv.Itoa(p.Shard)
}

// dueSort orders the due index by time. The card stands before the customer,
// who was always the last.
func dueSort(at calendar.Instant, id, card, customer string) string {
	if card != "" {
		card += "#"
	}
	return at.String() + "#" + id + "#" + card + customer
}

// dueItem reads an entry of the due index: the object from the place it is
// kept at, the rest from the sort key.
func dueItem(k key, sort string) (record.DueItem, error) {
	parts := strings.SplitN(k.pk, "#", 3)
	at, err := time.Parse(stampLayout, sort[:min(len(sort), len(stampLayout))])
	scope, ok := merchant.ParseScope(parts[0])
	if len(parts) != 3 || err != nil || !ok {
		return record.DueItem{}, fmt.Errorf("%s is due at %q, which is no due item", k.pk, sort)
	}
	end := strings.LastIndexByte(sort, '#')
	card := strings.TrimPrefix(sort[:max(0, end)], calendar.At(at).String()+"#"+parts[2])
	return record.DueItem{
		Scope: scope, Ref: record.Ref{Kind: record.Kind(parts[1]), ID: parts[2]},
		Customer: sort[end+1:], Card: strings.TrimPrefix(card, "#"), Due: calendar.At(at),
	}, nil
}

// stampLayout writes times so that they sort as text.
const stampLayout = "2006-01-02T15:04:05.000000Z"

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

// filterAttributes are where byBusiness keeps what lists are filtered by. A
// renewal changes none of them, so it costs no write to that index.
var filterAttributes = map[string]string{
	"status": "st", "customer_id": "cus", "product_id": "f1", "subscription_id": "f1", "archived": "f1",
	"webhook_id": "f1", "series": "f1",
	"cancel_at_next_billing_date": "f2", "stage": "f2", "feedback": "f2",
}

// brakeKey counts the charges of a scope in one minute.
func brakeKey(scope merchant.Scope, minute time.Time) key {
	return key{scope.String() + "#BRAKE", stamp(minute)}
}

// rateKey counts what happens in one window of time: the webhooks that an
// endpoint gets, the links that somebody asks for.
func rateKey(scope merchant.Scope, endpoint string, second time.Time) key {
	return key{scope.String() + "#RATE#" + endpoint, stamp(second)}
}
