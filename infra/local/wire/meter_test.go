package wire_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/infra/local/wire"
	"perennial/infra/topology"
)

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

type attributes = map[string]types.AttributeValue

func TestSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		item attributes
		want int
	}{
		{"nothing", nil, 0},
		{"text: name 1 + 5 bytes", attributes{"a": text("hello")}, 6},
		{"text is UTF-8: 1 + 2 + 3", attributes{"a": text("é€")}, 6},
		{"names are UTF-8 too", attributes{"é": text("")}, 2},
		{"zero", attributes{"n": number("0")}, 2},
		{"one digit: 1 + 1 + 1", attributes{"n": number("7")}, 3},
		{"two digits fill one byte", attributes{"n": number("42")}, 3},
		{"three digits need two", attributes{"n": number("999")}, 4},
		{"trailing zeros are free", attributes{"n": number("1200000000")}, 3},
		{"a price of 129900: 12 99 00", attributes{"n": number("129900")}, 4},
		{"below zero one more", attributes{"n": number("-42")}, 4},
		{"leading zeros are free", attributes{"n": number("000042")}, 3},
		{"a fraction: 1 . 50", attributes{"n": number("1.5")}, 4},
		{"small fraction: . 00 05", attributes{"n": number("0.0005")}, 3},
		{"exponent: 1.5e3 is 15 00", attributes{"n": number("1.5E3")}, 3},
		{"negative exponent: 25e-2 is . 25", attributes{"n": number("25e-2")}, 3},
		{"38 digits: 1 + 19 + 1", attributes{"n": number(strings.Repeat("9", 38))}, 21},
		{"38 digits across the pairs: never above 21", attributes{"n": number("9." + strings.Repeat("9", 37))}, 22},
		{"a time in milliseconds: 1 77 49 56 80 00 00", attributes{"n": number("1774956800000")}, 7},
		{"null and booleans", attributes{"a": &types.AttributeValueMemberNULL{Value: true}, "b": &types.AttributeValueMemberBOOL{}}, 4},
		{"binary", attributes{"d": &types.AttributeValueMemberB{Value: make([]byte, 300)}}, 301},
		{"sets: 1 + 2 + 3, 1 + 2 + 2, 1 + 4", attributes{
			"s": &types.AttributeValueMemberSS{Value: []string{"ab", "cde"}},
			"n": &types.AttributeValueMemberNS{Value: []string{"1", "20"}},
			"b": &types.AttributeValueMemberBS{Value: [][]byte{make([]byte, 4)}}}, 16},
		{"an empty list: 1 + 3", attributes{"l": &types.AttributeValueMemberL{}}, 4},
		{"a list: 1 + 3 + (1 + 2) + (1 + 2)", attributes{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("ab"), number("5")}}}, 10},
		{"a map: 1 + 3 + (1 + 3 + 2)", attributes{"m": &types.AttributeValueMemberM{Value: attributes{"key": text("ab")}}}, 10},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := wire.Size(test.item); got != test.want {
				t.Errorf("%d bytes, want %d", got, test.want)
			}
		})
	}
}

// sized returns an item of exactly that many bytes with the attributes added:
// pk and sk take 2+1+2+1 bytes and d its name.
func sized(bytes int, more attributes) attributes {
	out := attributes{"pk": text("p"), "sk": text("s")}
	for name, value := range more {
		out[name] = value
	}
	out["d"] = text("")
	out["d"] = text(strings.Repeat("x", bytes-wire.Size(out)))
	return out
}

func TestUnits(t *testing.T) {
	t.Parallel()
	due := []topology.Index{{Name: "due", Partition: "dpk", Sort: "dsk"}}
	customer := []topology.Index{{Name: "byCustomer", Partition: "cpk", Sort: "csk", Projection: []string{"d"}}}
	at := func(when string) attributes { return attributes{"dpk": text("DUE#1"), "dsk": text(when)} }
	of := attributes{"cpk": text("cus_1"), "csk": text("sub_1")}
	tests := []struct {
		name          string
		op            wire.Op
		old, new      attributes
		indexes       []topology.Index
		transactional bool
		want          int
	}{
		{"a small put", wire.OpPut, nil, sized(100, nil), nil, false, 1},
		{"a put of exactly 1 KB", wire.OpPut, nil, sized(1024, nil), nil, false, 1},
		{"one byte more starts the second KB", wire.OpPut, nil, sized(1025, nil), nil, false, 2},
		{"twice in a transaction", wire.OpPut, nil, sized(1025, nil), nil, true, 4},
		{"an update pays for the larger image", wire.OpUpdate, sized(3000, nil), sized(100, nil), nil, false, 3},
		{"a delete pays for what was there", wire.OpDelete, sized(2049, nil), nil, nil, true, 6},
		{"a delete of nothing", wire.OpDelete, nil, nil, nil, false, 1},
		{"a condition check pays for the item", wire.OpConditionCheck, sized(1500, nil), nil, due, true, 4},
		{"a condition check of nothing", wire.OpConditionCheck, nil, nil, nil, true, 2},
		{"nine items of 500 bytes in a transaction cost 2 each", wire.OpPut, nil, sized(500, nil), nil, true, 2},

		{"not in the sparse index", wire.OpPut, nil, sized(100, nil), due, true, 2},
		{"half a key is no entry", wire.OpPut, nil, sized(100, attributes{"dpk": text("DUE#1")}), due, true, 2},
		{"enters the index", wire.OpPut, nil, sized(100, at("t1")), due, true, 3},
		{"moves in the index: delete and put", wire.OpUpdate, sized(100, at("t1")), sized(100, at("t2")), due, true, 4},
		{"leaves the index", wire.OpUpdate, sized(100, at("t1")), sized(100, nil), due, true, 3},
		{"changes what a keys-only index does not hold", wire.OpUpdate, sized(100, at("t1")), sized(200, at("t1")), due, true, 2},
		{"deleted from the index too", wire.OpDelete, sized(100, at("t1")), nil, due, true, 3},

		{"changes a projected attribute", wire.OpUpdate, sized(100, of), sized(200, of), customer, true, 3},
		{"a put that changes nothing costs the index nothing", wire.OpPut, sized(100, of), sized(100, of), customer, true, 2},
		{"an entry of 2 KB costs two", wire.OpPut, nil, sized(2000, of), customer, true, 6},
		{"an entry that grows pays for the larger", wire.OpUpdate, sized(100, of), sized(2000, of), customer, false, 4},
		{"both indexes", wire.OpUpdate, sized(100, join(of, at("t1"))), sized(120, join(of, at("t2"))), append(due, customer...), true, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := wire.Units(test.op, test.old, test.new, test.indexes, test.transactional); got != test.want {
				t.Errorf("%d units, want %d", got, test.want)
			}
		})
	}
}

func join(a, b attributes) attributes {
	out := attributes{}
	for _, m := range []attributes{a, b} {
		for name, value := range m {
			out[name] = value
		}
	}
	return out
}

func TestWritesOfARecordedTransaction(t *testing.T) {
	t.Parallel()
	u, p := newUpstream(t), newProxy(t, 1)
	p.KeepBodies(true)
	client := dynamo(address(t, p, "collector", "dynamodb", u.URL), 1)
	table := aws.String("perennial")
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: table, Item: sized(100, attributes{"pk": text("a")})}},
		{Update: &types.Update{TableName: table, Key: item("b"), UpdateExpression: aws.String("SET x = :x")}},
		{Delete: &types.Delete{TableName: table, Key: item("c")}},
		{ConditionCheck: &types.ConditionCheck{TableName: table, Key: item("d"), ConditionExpression: aws.String("x = :x")}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item("e")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item("f")}); err != nil {
		t.Fatal(err)
	}
	var got []wire.Write
	for _, r := range p.Log() {
		writes, err := wire.Writes(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, writes...)
	}
	want := []wire.Write{
		{Op: wire.OpPut, Table: "perennial", PK: "a", SK: "s", Transactional: true},
		{Op: wire.OpUpdate, Table: "perennial", PK: "b", SK: "-", Transactional: true},
		{Op: wire.OpDelete, Table: "perennial", PK: "c", SK: "-", Transactional: true},
		{Op: wire.OpConditionCheck, Table: "perennial", PK: "d", SK: "-", Transactional: true},
		{Op: wire.OpPut, Table: "perennial", PK: "e", SK: "-"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
