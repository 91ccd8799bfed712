package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/infra/topology"
)

// Op is one way to write an item.
type Op string

// The write operations, as TransactWriteItems names them.
const (
	OpPut            Op = "Put"
	OpUpdate         Op = "Update"
	OpDelete         Op = "Delete"
	OpConditionCheck Op = "ConditionCheck"
)

// keys of every table.
var tableKeys = []string{"pk", "sk"}

// Units returns the write units that one write consumes on AWS, from the item
// before and after it (nil where there is none). The base item costs one unit
// per started KB of its larger image, two inside a transaction, and never less
// than for 1 KB. An index costs nothing where its entry stays the same, one
// unit per started KB of the entry where it appears, changes or goes, and both
// where a key changes, since that is a delete and a put. The engine's own
// ConsumedCapacity is wrong for transactions; these are the documented rules.
func Units(op Op, old, new map[string]types.AttributeValue, indexes []topology.Index, transactional bool) int {
	switch op {
	case OpDelete:
		new = nil
	case OpConditionCheck:
		new = old
	default: // a put or an update has both images
	}
	units := max(1, kilobytes(old), kilobytes(new))
	if transactional {
		units *= 2
	}
	for _, index := range indexes {
		units += indexUnits(entry(old, index), entry(new, index), index)
	}
	return units
}

func indexUnits(old, new map[string]types.AttributeValue, index topology.Index) int {
	switch {
	case reflect.DeepEqual(old, new):
		return 0
	case old == nil || new == nil || sameKeys(old, new, index):
		return max(kilobytes(old), kilobytes(new))
	default:
		return kilobytes(old) + kilobytes(new)
	}
}

// entry returns what an index holds of an item: its keys, the table's keys and
// the projected attributes; nil for an item that lacks a key.
func entry(item map[string]types.AttributeValue, index topology.Index) map[string]types.AttributeValue {
	for _, key := range indexKeys(index) {
		if item[key] == nil {
			return nil
		}
	}
	out := map[string]types.AttributeValue{}
	for _, name := range slices.Concat(tableKeys, indexKeys(index), index.Projection) {
		if value, ok := item[name]; ok {
			out[name] = value
		}
	}
	return out
}

func indexKeys(index topology.Index) []string {
	if index.Sort == "" {
		return []string{index.Partition}
	}
	return []string{index.Partition, index.Sort}
}

func sameKeys(a, b map[string]types.AttributeValue, index topology.Index) bool {
	return !slices.ContainsFunc(indexKeys(index), func(key string) bool {
		return !reflect.DeepEqual(a[key], b[key])
	})
}

// kilobytes returns the started KB of an item, 0 for none.
func kilobytes(item map[string]types.AttributeValue) int {
	return (Size(item) + 1023) / 1024
}

// Write is one write of a recorded request: enough to look up the images that
// Units wants.
type Write struct {
	Op            Op
	Table         string
	PK, SK        string
	Transactional bool
}

// Writes returns the writes of a recorded request, none for a request that
// writes nothing. It needs the body, so the proxy must have kept it.
func Writes(r Request) ([]Write, error) {
	single := map[string]Op{"PutItem": OpPut, "UpdateItem": OpUpdate, "DeleteItem": OpDelete}
	if op, ok := single[r.Operation]; ok {
		var action writeAction
		if err := json.Unmarshal(r.Body, &action); err != nil {
			return nil, fmt.Errorf("read %s: %w", r.Operation, err)
		}
		return []Write{action.write(op, false)}, nil
	}
	if r.Operation != "TransactWriteItems" {
		return nil, nil
	}
	var transaction struct{ TransactItems []map[Op]writeAction }
	if err := json.Unmarshal(r.Body, &transaction); err != nil {
		return nil, fmt.Errorf("read %s: %w", r.Operation, err)
	}
	var writes []Write
	for _, item := range transaction.TransactItems {
		for op, action := range item {
			writes = append(writes, action.write(op, true))
		}
	}
	return writes, nil
}

// writeAction is the part of a write that says which item it means.
type writeAction struct {
	TableName string
	Key, Item struct {
		PK struct{ S string } `json:"pk"`
		SK struct{ S string } `json:"sk"`
	}
}

func (a writeAction) write(op Op, transactional bool) Write {
	key := a.Key
	if op == OpPut {
		key = a.Item
	}
	return Write{op, a.TableName, key.PK.S, key.SK.S, transactional}
}
