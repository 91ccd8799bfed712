package sqs

import (
	"context"
	"path"
	"strconv"
	"time"
	"unicode/utf8"

	"perennial/infra/local/awsjson"
	"perennial/infra/local/identity"
)

// Limits of the service.
const (
	maxBody    = 1 << 20
	maxEntries = 10
	maxDelay   = 900 // seconds
)

// entry is one message to send, alone or in a batch.
type entry struct {
	ID           string `json:"Id"`
	QueueURL     string `json:"QueueUrl"`
	Body         string `json:"MessageBody"`
	DelaySeconds int
	Attributes   map[string]Attribute `json:"MessageAttributes"`
}

// sent is the receipt of one message.
type sent struct {
	ID        string `json:"Id,omitempty"`
	MessageID string `json:"MessageId"`
	MD5       string `json:"MD5OfMessageBody"`
}

func (s *Server) service() awsjson.Service {
	return awsjson.Service{
		"SendMessage":        awsjson.Handle(s.sendMessage),
		"SendMessageBatch":   awsjson.Handle(s.sendMessageBatch),
		"GetQueueAttributes": awsjson.Handle(s.queueAttributes),
		"GetQueueUrl":        awsjson.Handle(s.queueURL),
	}
}

// find resolves a queue URL by its last part, so that a proxy may stand
// before the server under another host.
func (s *Server) find(url string) (*queue, error) {
	q, ok := s.queues[path.Base(url)]
	if !ok {
		return nil, awsjson.Errorf("QueueDoesNotExist", "The specified queue does not exist.")
	}
	return q, nil
}

func (s *Server) sendMessage(_ context.Context, in entry) (sent, error) {
	q, err := s.find(in.QueueURL)
	if err != nil {
		return sent{}, err
	}
	if err := in.check(); err != nil {
		return sent{}, err
	}
	return s.accept(q, in), nil
}

// Send puts a message into a queue, as another service of AWS would.
func (s *Server) Send(name string, body []byte) {
	if q, ok := s.queues[name]; ok {
		s.accept(q, entry{Body: string(body)})
	}
}

type batchIn struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []entry
}

type batchOut struct {
	Successful []sent
	Failed     []rejected
}

type rejected struct {
	ID          string `json:"Id"`
	Code        string
	Message     string
	SenderFault bool
}

func (s *Server) sendMessageBatch(_ context.Context, in batchIn) (batchOut, error) {
	q, err := s.find(in.QueueURL)
	if err != nil {
		return batchOut{}, err
	}
	if err := in.check(); err != nil {
		return batchOut{}, err
	}
	out := batchOut{Successful: []sent{}, Failed: []rejected{}}
	for _, e := range in.Entries {
		if err := e.check(); err != nil {
			out.Failed = append(out.Failed, rejected{ID: e.ID, Code: err.Code, Message: err.Message, SenderFault: true})
			continue
		}
		out.Successful = append(out.Successful, s.accept(q, e))
	}
	return out, nil
}

// check refuses a batch as a whole.
func (in batchIn) check() error {
	ids, total := map[string]bool{}, 0
	for _, e := range in.Entries {
		if ids[e.ID] {
			return awsjson.Errorf("BatchEntryIdsNotDistinct", "Id %s repeated.", e.ID)
		}
		ids[e.ID] = true
		total += len(e.Body)
	}
	switch {
	case len(in.Entries) == 0:
		return awsjson.Errorf("EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request.")
	case len(in.Entries) > maxEntries:
		return awsjson.Errorf("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent %d.", len(in.Entries))
	case total > maxBody:
		return awsjson.Errorf("BatchRequestTooLong", "Batch requests cannot be longer than %d bytes. You have sent %d bytes.", maxBody, total)
	}
	return nil
}

// check refuses one message.
func (e entry) check() *awsjson.Error {
	switch {
	case e.Body == "":
		return awsjson.Errorf("MissingParameter", "The request must contain the parameter MessageBody.")
	case len(e.Body) > maxBody:
		return awsjson.Errorf("InvalidParameterValue", "One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", maxBody)
	case !utf8.ValidString(e.Body):
		return awsjson.Errorf("InvalidMessageContents", "Invalid characters found.")
	case e.DelaySeconds < 0 || e.DelaySeconds > maxDelay:
		return awsjson.Errorf("InvalidParameterValue", "Value %d for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.", e.DelaySeconds)
	}
	return nil
}

func (s *Server) accept(q *queue, e entry) sent {
	now := time.Now()
	m := &Message{
		ID: identity.UUID(), Body: e.Body, Attributes: e.Attributes,
		Sent: now, Visible: now.Add(time.Duration(e.DelaySeconds) * time.Second),
	}
	q.put(m)
	return sent{ID: e.ID, MessageID: m.ID, MD5: digest(m.Body)}
}

type attributesIn struct {
	QueueURL string   `json:"QueueUrl"`
	Names    []string `json:"AttributeNames"`
}

type attributesOut struct {
	Attributes map[string]string
}

func (s *Server) queueAttributes(_ context.Context, in attributesIn) (attributesOut, error) {
	q, err := s.find(in.QueueURL)
	if err != nil {
		return attributesOut{}, err
	}
	d := q.depth(time.Now())
	all := map[string]string{
		"ApproximateNumberOfMessages":           strconv.Itoa(d.Visible),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(d.Delayed),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(d.InFlight),
		"QueueArn":                              identity.ARN("sqs", q.Name),
	}
	out := attributesOut{Attributes: map[string]string{}}
	for _, name := range in.Names {
		if name == "All" {
			return attributesOut{Attributes: all}, nil
		}
		value, ok := all[name]
		if !ok {
			return attributesOut{}, awsjson.Errorf("InvalidAttributeName", "Unknown Attribute %s.", name)
		}
		out.Attributes[name] = value
	}
	return out, nil
}

type urlIn struct{ QueueName string }

type urlOut struct {
	QueueURL string `json:"QueueUrl"`
}

func (s *Server) queueURL(_ context.Context, in urlIn) (urlOut, error) {
	q, err := s.find(in.QueueName)
	if err != nil {
		return urlOut{}, err
	}
	return urlOut{QueueURL: s.QueueURL(q.Name)}, nil
}
