package bankqueue_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/infra/local/lambda"
	"perennial/infra/local/sqs"
	"perennial/infra/topology"
	"perennial/shared/bank/bankqueue"
)

// bodies is a function that passes on what it is given.
type bodies chan string

func (b bodies) Invoke(_ context.Context, _ string, payload []byte) ([]byte, *lambda.FunctionError, error) {
	var e events.SQSEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, nil, err
	}
	for _, r := range e.Records {
		b <- r.Body
	}
	return []byte(`{}`), nil, nil
}

func TestDelayedMessageIsOvertaken(t *testing.T) {
	t.Parallel()
	got := make(bodies, 2)
	server, err := sqs.Start(sqs.Options{Queues: []topology.Queue{{Name: "q", Batch: 1, MaxReceives: 1}}, Invoker: got})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	api := client.New(client.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL()),
		Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
	})
	q := bankqueue.New(api, server.QueueURL("q"))
	for body, delay := range map[string]time.Duration{"late": 100 * time.Millisecond, "prompt": 0} {
		if err := q.Send(t.Context(), body, delay); err != nil {
			t.Fatal(err)
		}
	}
	if first, second := <-got, <-got; first != "prompt" || second != "late" {
		t.Errorf("%s came before %s", first, second)
	}
}
