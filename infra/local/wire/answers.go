package wire

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

const dynamoPrefix = "com.amazonaws.dynamodb.v20120810#"

// reason is one entry of a cancelled transaction, in the order of its actions.
type reason struct {
	Code    string `json:"Code"`
	Message string `json:"Message,omitempty"`
}

// failure builds an error reply of the AWS JSON protocol.
func failure(status int, kind string, fields map[string]any) answer {
	fields["__type"] = kind
	body, err := json.Marshal(fields)
	if err != nil {
		return answer{} // text and slices always encode
	}
	return answer{status, http.Header{
		"Content-Type":     {"application/x-amz-json-1.0"},
		"X-Amzn-Requestid": {"WIRE0000000000000000000000000000000000000000000000AA"},
	}, body}
}

// conflict is what DynamoDB answers while another transaction holds an item:
// for a transaction one reason per action, some of them TransactionConflict.
func conflict(operation string, body []byte, random *rand.Rand) answer {
	const message = "Transaction is ongoing for the item"
	if slices.Contains(conflicting, operation) {
		return failure(http.StatusBadRequest, dynamoPrefix+"TransactionConflictException", map[string]any{"message": message})
	}
	var transaction struct{ TransactItems []json.RawMessage }
	if err := json.Unmarshal(body, &transaction); err != nil || len(transaction.TransactItems) == 0 {
		return serverError() // the service would refuse it anyway
	}
	reasons := make([]reason, len(transaction.TransactItems))
	codes := make([]string, len(reasons))
	hit := random.IntN(len(reasons))
	for i := range reasons {
		reasons[i].Code = "None"
		if i == hit || random.IntN(4) == 0 {
			reasons[i] = reason{"TransactionConflict", message}
		}
		codes[i] = reasons[i].Code
	}
	return failure(http.StatusBadRequest, dynamoPrefix+"TransactionCanceledException", map[string]any{
		"CancellationReasons": reasons,
		"Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [" +
			strings.Join(codes, ", ") + "]",
	})
}

// throttle is the refusal of a service that is asked too often.
func throttle(r *http.Request) answer {
	if r.Header.Get("X-Amz-Target") != "" {
		return failure(http.StatusBadRequest, "com.amazon.coral.availability#ThrottlingException",
			map[string]any{"message": "Rate of requests exceeds the allowed throughput."})
	}
	reply := failure(http.StatusTooManyRequests, "TooManyRequestsException", map[string]any{"message": "Rate exceeded"})
	reply.header.Set("X-Amzn-Errortype", "TooManyRequestsException")
	reply.header.Set("Content-Type", "application/json")
	return reply
}

func throughput() answer {
	return failure(http.StatusBadRequest, dynamoPrefix+"ProvisionedThroughputExceededException", map[string]any{
		"message": "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
	})
}

func serverError() answer {
	return failure(http.StatusInternalServerError, "InternalServerError", map[string]any{"message": "The request could not be completed"})
}

// maxSeen bounds the number of index queries whose answers are kept.
const maxSeen = 4096

// remember keeps the answer of an index query for a later stale read.
func (p *Proxy) remember(q query, reply answer) {
	if q.IndexName == "" || reply.status != http.StatusOK {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen) >= maxSeen {
		clear(p.seen)
	}
	p.seen[q.key()] = reply
}

// stale answers an index query from memory; an index that has not caught up
// with anything is empty.
func (p *Proxy) stale(q query, kind Kind) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if reply, ok := p.seen[q.key()]; ok && kind == KindStaleRead {
		return reply
	}
	return answer{http.StatusOK, http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		[]byte(`{"Count":0,"Items":[],"ScannedCount":0}`)}
}
