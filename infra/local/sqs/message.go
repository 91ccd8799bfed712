package sqs

import (
	"crypto/md5" // #nosec G501 -- the protocol's checksum
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"perennial/infra/local/identity"
)

// Message is one message of a queue, as it is kept.
type Message struct {
	ID         string               `json:"id"`
	Body       string               `json:"body"`
	Attributes map[string]Attribute `json:"attributes,omitempty"`
	Sent       time.Time            `json:"sent"`
	Visible    time.Time            `json:"visible"` // not delivered before
	Receives   int                  `json:"receives"`
	First      time.Time            `json:"first"` // of its first delivery
}

// Attribute is one user attribute of a message, spelled as on the wire.
type Attribute struct {
	DataType    string  `json:"DataType"`
	StringValue *string `json:"StringValue,omitempty"`
	BinaryValue []byte  `json:"BinaryValue,omitempty"`
}

// event builds what Lambda hands to the consumer.
func event(queue string, batch []*Message) ([]byte, error) {
	var e events.SQSEvent
	for _, m := range batch {
		e.Records = append(e.Records, record(queue, m))
	}
	return json.Marshal(e)
}

func record(queue string, m *Message) events.SQSMessage {
	r := events.SQSMessage{
		MessageId: m.ID, ReceiptHandle: m.ID + "#" + strconv.Itoa(m.Receives),
		Body: m.Body, Md5OfBody: digest(m.Body),
		EventSource: "aws:sqs", EventSourceARN: identity.ARN("sqs", queue), AWSRegion: identity.Region,
		Attributes: map[string]string{
			"ApproximateReceiveCount":          strconv.Itoa(m.Receives),
			"SentTimestamp":                    milliseconds(m.Sent),
			"ApproximateFirstReceiveTimestamp": milliseconds(m.First),
			"SenderId":                         identity.Account,
		},
		MessageAttributes: map[string]events.SQSMessageAttribute{},
	}
	for name, a := range m.Attributes {
		r.MessageAttributes[name] = events.SQSMessageAttribute{
			DataType: a.DataType, StringValue: a.StringValue, BinaryValue: a.BinaryValue,
			StringListValues: []string{}, BinaryListValues: [][]byte{},
		}
	}
	return r
}

func milliseconds(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func digest(s string) string {
	sum := md5.Sum([]byte(s)) // #nosec G401 -- the protocol's checksum
	return hex.EncodeToString(sum[:])
}
