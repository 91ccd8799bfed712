package dynamo_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	localdynamo "perennial/infra/local/dynamo"
	"perennial/infra/local/dynamotest"
	"perennial/infra/local/wire"
	"perennial/infra/topology"
	"perennial/shared/dynamo"
	"perennial/shared/record"
)

// line is a store behind a proxy that counts, and breaks what it is told to.
type line struct {
	*dynamo.Store
	proxy *wire.Proxy
	table string
}

func newLine(t *testing.T) line {
	t.Helper()
	proxy := wire.New(1)
	proxy.KeepBodies(true)
	t.Cleanup(func() { _ = proxy.Close() })
	url, err := proxy.URL("store", "dynamodb", dynamotest.Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	table := dynamotest.Table(t)
	return line{dynamo.New(localdynamo.Client(url), table), proxy, table}
}

// ops are the operations since the proxy was reset.
func (l line) ops() []string { return l.proxy.Operations("store", "dynamodb") }

// items reads the whole table past the proxy.
func (l line) items(t *testing.T) map[string]map[string]types.AttributeValue {
	t.Helper()
	all := map[string]map[string]types.AttributeValue{}
	pages := dynamodb.NewScanPaginator(dynamotest.Client(t), &dynamodb.ScanInput{TableName: &l.table})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range out.Items {
			all[it["pk"].(*types.AttributeValueMemberS).Value+"|"+it["sk"].(*types.AttributeValueMemberS).Value] = it
		}
	}
	return all
}

// metered is a committer that adds up the write units of what passes.
type metered struct {
	line
	t        *testing.T
	units    int
	requests int
}

func (m *metered) Commit(c record.Commit) error {
	before := m.items(m.t)
	m.proxy.Reset()
	if err := m.Store.Commit(m.t.Context(), c); err != nil {
		return err
	}
	after := m.items(m.t)
	sum := 0
	for _, request := range m.proxy.Log() {
		m.requests++
		writes, err := wire.Writes(request)
		if err != nil {
			return err
		}
		for _, w := range writes {
			at := w.PK + "|" + w.SK
			n := wire.Units(w.Op, before[at], after[at], topology.TableMain.Indexes, w.Transactional)
			sum += n
			m.t.Logf("%-8s %2d units, %4d bytes: %s", c.Cause, n, wire.Size(after[at]), strings.TrimPrefix(w.PK, c.Scope.String()))
		}
	}
	m.units += sum
	return nil
}
