package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Request is one request that a function sent.
type Request struct {
	Seq       int // since New, from 1
	Function  string
	Service   string
	Operation string // the AWS operation, or method and path
	Index     string // of a Query on an index
	Bytes     int    // of the request's body
	Reply     int    // bytes of the answer's body that was delivered
	Status    int    // as the function saw it; 0 when it saw none
	Fault     Kind   // what was injected, KindNone otherwise
	Body      []byte // only while bodies are kept
}

// Source is a function and a service it talks to.
type Source struct{ Function, Service string }

// Counts returns the number of requests of each function to each service.
func (p *Proxy) Counts() map[Source]int {
	counts := map[Source]int{}
	for _, r := range p.Log() {
		counts[Source{r.Function, r.Service}]++
	}
	return counts
}

// Operations returns the operations that a function asked of a service, in
// order.
func (p *Proxy) Operations(function, service string) []string {
	var operations []string
	for _, r := range p.Log() {
		if r.Function == function && r.Service == service {
			operations = append(operations, r.Operation)
		}
	}
	return operations
}

// Injected returns how often each kind of fault was injected.
func (p *Proxy) Injected() map[Kind]int {
	counts := map[Kind]int{}
	for _, r := range p.Log() {
		if r.Fault != KindNone {
			counts[r.Fault]++
		}
	}
	return counts
}

// operation names what a request asks for.
func operation(r *http.Request) string {
	if _, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return name
	}
	return r.Method + " " + r.URL.Path
}

// query is the part of a DynamoDB Query that says what it looks for.
type query struct {
	TableName                 string
	IndexName                 string
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]json.RawMessage
	FilterExpression          string
	ExclusiveStartKey         json.RawMessage
	ScanIndexForward          *bool
	Limit                     int
}

func readQuery(body []byte) query {
	var q query
	if err := json.Unmarshal(body, &q); err != nil {
		return query{} // not a query the service would accept
	}
	return q
}

var equality = regexp.MustCompile(`[^<>]=\s*(:\w+)`)

// key tells whether two queries are the same question: same index, same
// partition, same page. Bounds of the sort key do not count, since "due until
// now" is asked again every minute with another now.
func (q query) key() string {
	partition := map[string]string{}
	for _, match := range equality.FindAllStringSubmatch(q.KeyConditionExpression, -1) {
		partition[match[1]] = string(q.ExpressionAttributeValues[match[1]])
	}
	order := q.ScanIndexForward == nil || *q.ScanIndexForward
	return fmt.Sprint(q.TableName, q.IndexName, q.KeyConditionExpression, q.FilterExpression,
		q.ExpressionAttributeNames, partition, string(q.ExclusiveStartKey), order, q.Limit)
}

// single-item operations that can meet a transaction.
var conflicting = []string{"PutItem", "UpdateItem", "DeleteItem"}

// canConflict tells whether the service could answer the operation with a
// transaction conflict.
func canConflict(operation string) bool {
	return operation == "TransactWriteItems" || operation == "TransactGetItems" ||
		slices.Contains(conflicting, operation)
}
