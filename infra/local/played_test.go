package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	mail "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/config"
)

// TestMain lets this binary play every function of the topology.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		os.Exit(m.Run())
	}
	cfg, err := config.AWS(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	p := player{cfg}
	lambda.Start(p.invoke)
}

type player struct{ aws aws.Config }

func (p player) invoke(ctx context.Context, payload json.RawMessage) (any, error) {
	var in struct{ Ask string }
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	switch in.Ask {
	case "env":
		return environment(), nil
	case "kms":
		_, err := kms.NewFromConfig(p.aws).Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: []byte("x")})
		return nil, err
	}
	switch lambdacontext.FunctionName {
	case "publisher":
		return each(ctx, payload, p.publish)
	case "sweeper":
		return nil, p.queue(ctx, "PERENNIAL_QUEUE_MAIL", "tick")
	case "mailer":
		return each(ctx, payload, p.mail)
	case "holdflow":
		return map[string]any{"outcome": "done", "wait_seconds": 0}, nil
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	if e.RawPath == "/write" {
		if err := p.write(ctx, e.QueryStringParameters["sk"]); err != nil {
			return nil, err
		}
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: lambdacontext.FunctionName}, nil
}

// environment lists what the stack gave beyond what Lambda itself sets.
func environment() []string {
	var names []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "PERENNIAL_") || strings.HasPrefix(name, "AWS_ENDPOINT_URL") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func each[E any](ctx context.Context, payload []byte, f func(context.Context, E) error) (any, error) {
	var e E
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	return nil, f(ctx, e)
}

func (p player) write(ctx context.Context, sk string) error {
	_, err := dynamodb.NewFromConfig(p.aws).PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(os.Getenv("PERENNIAL_TABLE")),
		Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "p"}, "sk": &types.AttributeValueMemberS{Value: sk},
		},
	})
	return err
}

// publish queues one message for each outbox item, and starts a flow for the
// one that asks for it.
func (p player) publish(ctx context.Context, e events.DynamoDBEvent) error {
	for _, r := range e.Records {
		sk := r.Change.Keys["sk"].String()
		if err := p.queue(ctx, "PERENNIAL_QUEUE_MAIL", sk); err != nil {
			return err
		}
		if sk != "OUT#flow" {
			continue
		}
		_, err := sfn.NewFromConfig(p.aws).StartExecution(ctx, &sfn.StartExecutionInput{
			StateMachineArn: aws.String(os.Getenv("PERENNIAL_STATE_MACHINE")),
			Name:            aws.String("hold-sub_1-1-1"), Input: aws.String(`{"flow":{}}`),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p player) queue(ctx context.Context, name, body string) error {
	_, err := sqs.NewFromConfig(p.aws).SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: aws.String(os.Getenv(name)), MessageBody: &body,
	})
	return err
}

func (p player) mail(ctx context.Context, e events.SQSEvent) error {
	for _, r := range e.Records {
		_, err := sesv2.NewFromConfig(p.aws).SendEmail(ctx, &sesv2.SendEmailInput{
			FromEmailAddress: aws.String(os.Getenv("PERENNIAL_MAIL_FROM")),
			Destination:      &mail.Destination{ToAddresses: []string{"ada@example.com"}},
			Content: &mail.EmailContent{Simple: &mail.Message{
				Subject: &mail.Content{Data: &r.Body}, Body: &mail.Body{Text: &mail.Content{Data: aws.String("body")}},
			}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
