package stream

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"perennial/infra/local/identity"
)

// The event that Lambda builds of stream records.
type (
	event struct{ Records []eventRecord }

	eventRecord struct {
		EventID        string `json:"eventID"`
		EventName      string `json:"eventName"`
		EventVersion   string `json:"eventVersion"`
		EventSource    string `json:"eventSource"`
		AWSRegion      string `json:"awsRegion"`
		EventSourceARN string `json:"eventSourceARN"`
		Change         change `json:"dynamodb"`
	}

	change struct {
		Created        int64 `json:"ApproximateCreationDateTime"`
		Keys           map[string]any
		NewImage       map[string]any `json:",omitempty"`
		OldImage       map[string]any `json:",omitempty"`
		SequenceNumber string
		SizeBytes      int64
		StreamViewType string
	}
)

func (p *Pump) event(batch []types.Record) ([]byte, error) {
	var e event
	for _, r := range batch {
		e.Records = append(e.Records, p.record(r))
	}
	return json.Marshal(e)
}

func (p *Pump) record(r types.Record) eventRecord {
	c := change{
		Keys: image(r.Dynamodb.Keys), NewImage: image(r.Dynamodb.NewImage), OldImage: image(r.Dynamodb.OldImage),
		SequenceNumber: *r.Dynamodb.SequenceNumber, StreamViewType: string(r.Dynamodb.StreamViewType),
	}
	if r.Dynamodb.ApproximateCreationDateTime != nil {
		c.Created = r.Dynamodb.ApproximateCreationDateTime.Unix()
	}
	if r.Dynamodb.SizeBytes != nil {
		c.SizeBytes = *r.Dynamodb.SizeBytes
	}
	return eventRecord{
		EventID: *r.EventID, EventName: string(r.EventName), EventVersion: "1.1", EventSource: "aws:dynamodb",
		AWSRegion: identity.Region, EventSourceARN: p.Stream, Change: c,
	}
}

// image spells attributes in DynamoDB JSON.
func image(attributes map[string]types.AttributeValue) map[string]any {
	if attributes == nil {
		return nil
	}
	m := map[string]any{}
	for name, v := range attributes {
		m[name] = value(v)
	}
	return m
}

func value(v types.AttributeValue) map[string]any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": v.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": v.Value}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": v.Value}
	case *types.AttributeValueMemberBS:
		return map[string]any{"BS": v.Value}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": image(v.Value)}
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, e := range v.Value {
			list = append(list, value(e))
		}
		return map[string]any{"L": list}
	}
	return map[string]any{"NULL": true} // no further kinds exist
}
