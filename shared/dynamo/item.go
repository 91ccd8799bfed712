package dynamo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Names of the attributes that are not an index's.
const (
	attrDoc     = "d"     // the document, as JSON
	attrPacked  = "dz"    // or compressed
	attrSchema  = "v"     // schema of the document
	attrVersion = "ver"   // what commits check
	attrKind    = "kind"  // what the document is
	attrScope   = "s"     // whose it is, where the key does not say
	attrWrite   = "w"     // names the write, so that its retry knows it
	attrUntil   = "until" // when a claim ends, in microseconds
	attrActor   = "by"    // who wrote it last
	attrCause   = "why"   // and what made it happen
	attrTTL     = "ttl"
)

// writeUnit is how many bytes one write unit pays for.
const writeUnit = 1024

// item is a DynamoDB item.
type item map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func (k key) item() item { return item{"pk": text(k.pk), "sk": text(k.sk)} }

// objectItem is an object at its next version with its index entries, and who
// wrote it, so that the last change of anything can be told even when it made
// no event.
func objectItem(scope merchant.Scope, obj any, e record.Entry, c record.Commit) (item, error) {
	ref := record.Ref{Kind: e.Kind, ID: e.ID}
	doc, err := record.Encode(obj, e.Version+1)
	if err != nil {
		return nil, err
	}
	it := place(scope, ref).item()
	it[attrKind], it[attrVersion] = text(string(e.Kind)), number(e.Version+1)
	if e.Kind.Global() {
		it[attrScope] = text(scope.String())
	}
	it[attrActor], it[attrCause] = text(string(c.Actor.Kind)+":"+c.Actor.ID), text(c.Cause)
	it.index(scope, e)
	it.expire(e.Expires)
	return it, it.hold(doc)
}

// index adds the attributes that place an object in the indexes.
func (it item) index(scope merchant.Scope, e record.Entry) {
	if indexed(e.Kind) && e.Customer != "" {
		it["cpk"] = text(ownerPartition(scope, e.Customer))
		it["csk"] = text(ownerSort(e.Kind, e.Created, e.ID))
	}
	if e.Kind == record.KindMailbox {
		it["cpk"], it["csk"] = text(addressPartition(scope.Mode, strings.TrimSuffix(e.ID, "#"+e.Customer))), text(scope.String()+"#"+e.Customer)
	}
	if e.Listed {
		it["bpk"] = text(listPartition(scope, string(e.Kind)))
		it["bsk"] = text(listSort(e.Created, e.ID))
		for name, value := range e.Filters {
			if value != "" {
				it[filterAttributes[name]] = text(value)
			}
		}
	}
	if at := e.DueAt(); !at.IsZero() {
		it["dpk"] = text(duePartition(record.PartitionOf(scope, e)))
		it["dsk"] = text(dueSort(at, e.ID, e.Card, e.Customer))
	}
}

// indexed reports the kinds that byCustomer holds.
func indexed(kind record.Kind) bool {
	switch kind {
	case record.KindSubscription, record.KindInvoice, record.KindPayment, record.KindRefund, record.KindDispute, record.KindSession:
		return true
	default:
		return false
	}
}

func (it item) expire(at time.Time) {
	if at.Unix() > 0 {
		it[attrTTL] = number(at.Unix())
	}
}

// hold adds the document: as JSON while the item stays within one write unit,
// compressed beyond.
func (it item) hold(doc []byte) error {
	it[attrSchema] = number(record.Schema)
	it[attrDoc] = text(string(doc))
	if it.size() <= writeUnit {
		return nil
	}
	packed, err := deflate(doc)
	if err != nil {
		return err
	}
	delete(it, attrDoc)
	it[attrPacked] = &types.AttributeValueMemberB{Value: packed}
	return nil
}

// size is the item's size as DynamoDB counts it: names and values, two digits
// of a number to a byte.
func (it item) size() int {
	n := 0
	for name, value := range it {
		n += len(name)
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			n += len(v.Value)
		case *types.AttributeValueMemberB:
			n += len(v.Value)
		case *types.AttributeValueMemberN:
			n += (len(v.Value)+1)/2 + 1
		}
	}
	return n
}

// str gives a text attribute, empty when there is none.
func (it item) str(name string) string {
	if v, ok := it[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func (it item) key() key { return key{it.str("pk"), it.str("sk")} }

// doc gives the document and its schema.
func (it item) doc() (doc []byte, schema int, err error) {
	if n, ok := it[attrSchema].(*types.AttributeValueMemberN); ok {
		if schema, err = strconv.Atoi(n.Value); err != nil {
			return nil, 0, fmt.Errorf("item %s: schema: %w", it.str("pk"), err)
		}
	}
	if packed, ok := it[attrPacked].(*types.AttributeValueMemberB); ok {
		doc, err = inflate(packed.Value)
	} else {
		doc = []byte(it.str(attrDoc))
	}
	if err != nil {
		return nil, 0, fmt.Errorf("item %s: %w", it.str("pk"), err)
	}
	return doc, schema, nil
}

// object reads the object that an item holds.
func (it item) object() (any, error) {
	doc, schema, err := it.doc()
	if err != nil {
		return nil, err
	}
	return record.Decode(record.Kind(it.str(attrKind)), schema, doc)
}

func objects(items []item) ([]any, error) {
	var all []any
	for _, it := range items {
		obj, err := it.object()
		if err != nil {
			return nil, err
		}
		all = append(all, obj)
	}
	return all, nil
}
