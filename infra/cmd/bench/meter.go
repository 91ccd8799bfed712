package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"perennial/infra/local/wire"
	"perennial/infra/topology"
)

// item is one record of the table.
type item = map[string]types.AttributeValue

// cost is what a function asked of the table: its operations in order, and
// the write units of those that were done.
type cost struct {
	operations []string
	units      int
}

// String counts the operations, in the order of their first use.
func (c cost) String() string {
	var names []string
	counts := map[string]int{}
	for _, op := range c.operations {
		if counts[op]++; counts[op] == 1 {
			names = append(names, op)
		}
	}
	for i, name := range names {
		if counts[name] > 1 {
			names[i] = fmt.Sprintf("%d %s", counts[name], name)
		}
	}
	return strings.Join(names, ", ")
}

// meter measures one operation at a time on a stack behind a proxy.
type meter struct {
	stack *stack
	proxy *wire.Proxy
}

// measure does something and tells what each function asked of the main table,
// until everything that follows from it is done.
func (m meter) measure(ctx context.Context, do func() error) (map[string]cost, error) {
	if err := m.stack.Settle(ctx); err != nil {
		return nil, err
	}
	items, err := m.items(ctx)
	if err != nil {
		return nil, err
	}
	m.proxy.Reset()
	if err := do(); err != nil {
		return nil, err
	}
	if err := m.stack.Settle(ctx); err != nil {
		return nil, err
	}
	_, table := m.stack.DynamoDB()
	return costs(m.proxy.Log(), items, table)
}

// items reads the whole table past the proxy.
func (m meter) items(ctx context.Context) (map[string]item, error) {
	client, table := m.stack.DynamoDB()
	all := map[string]item{}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			all[key(it)] = it
		}
	}
	return all, nil
}

func key(it item) string {
	pk, _ := it["pk"].(*types.AttributeValueMemberS)
	sk, _ := it["sk"].(*types.AttributeValueMemberS)
	return pk.Value + "|" + sk.Value
}

// costs replays the log over the items as they were before, so that each write
// is priced by the images it met.
func costs(log []wire.Request, items map[string]item, table string) (map[string]cost, error) {
	all := map[string]cost{}
	for _, r := range log {
		if !strings.Contains(string(r.Body), `"`+table+`"`) {
			continue // another table
		}
		units, err := replay(r, items)
		if err != nil {
			return nil, err
		}
		c := all[r.Function]
		c.operations, c.units = append(c.operations, r.Operation), c.units+units
		all[r.Function] = c
	}
	return all, nil
}

// replay does a request's writes on the items and prices them.
func replay(r wire.Request, items map[string]item) (int, error) {
	writes, err := wire.Writes(r)
	if err != nil || r.Status != 200 {
		return 0, err
	}
	images, err := written(r)
	if err != nil {
		return 0, err
	}
	units := 0
	for _, w := range writes {
		at := w.PK + "|" + w.SK
		before, after := items[at], images[at]
		units += wire.Units(w.Op, before, after, topology.TableMain.Indexes, w.Transactional)
		switch w.Op {
		case wire.OpPut:
			items[at] = after
		case wire.OpDelete:
			delete(items, at)
		case wire.OpConditionCheck:
		case wire.OpUpdate:
			return 0, fmt.Errorf("an update of %s: the bench knows only whole items", at)
		}
	}
	return units, nil
}

// written are the whole items that a request puts.
func written(r wire.Request) (map[string]item, error) {
	type put struct{ Item json.RawMessage }
	var body struct {
		put
		TransactItems []struct{ Put *put }
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return nil, fmt.Errorf("read %s: %w", r.Operation, err)
	}
	puts := []put{body.put}
	for _, t := range body.TransactItems {
		if t.Put != nil {
			puts = append(puts, *t.Put)
		}
	}
	all := map[string]item{}
	for _, p := range puts {
		if p.Item == nil {
			continue
		}
		it, err := attributevalue.UnmarshalMapJSON(p.Item)
		if err != nil {
			return nil, fmt.Errorf("read item: %w", err)
		}
		all[key(it)] = it
	}
	return all, nil
}

// others sums up every function but one, in alphabetical order.
func others(all map[string]cost, but string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name != but {
			parts = append(parts, fmt.Sprintf("%s %d (%d units)", name, len(all[name].operations), all[name].units))
		}
	}
	return strings.Join(parts, ", ")
}
