package wire_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"perennial/infra/local/wire"
)

var credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
})

func dynamo(url string, attempts int) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials, RetryMaxAttempts: attempts,
	})
}

func item(pk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: "-"},
	}
}

func transaction(actions int) *dynamodb.TransactWriteItemsInput {
	in := &dynamodb.TransactWriteItemsInput{}
	for i := range actions {
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{
			Put: &types.Put{TableName: aws.String("perennial"), Item: item(string(rune('a' + i)))},
		})
	}
	return in
}

func TestConflictAsTheSDKSeesIt(t *testing.T) {
	t.Parallel()
	u, p := newUpstream(t), newProxy(t, 3)
	p.Plan(wire.Fault{Kind: wire.KindConflict, Nth: 1})
	client := dynamo(address(t, p, "collector", "dynamodb", u.URL), 1)
	_, err := client.TransactWriteItems(t.Context(), transaction(7))
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		t.Fatalf("got %v", err)
	}
	codes := make([]string, len(cancelled.CancellationReasons))
	for i, reason := range cancelled.CancellationReasons {
		codes[i] = aws.ToString(reason.Code)
		if (codes[i] == "TransactionConflict") != (reason.Message != nil) {
			t.Errorf("reason %d: %s with message %q", i, codes[i], aws.ToString(reason.Message))
		}
	}
	unknown := slices.ContainsFunc(codes, func(code string) bool { return code != "None" && code != "TransactionConflict" })
	if len(codes) != 7 || unknown || !slices.Contains(codes, "TransactionConflict") || cancelled.ErrorMessage() == "" {
		t.Errorf("reasons %q, message %q", codes, cancelled.ErrorMessage())
	}
	if u.count() != 0 {
		t.Error("a cancelled transaction reached the service")
	}
	if _, err := client.TransactWriteItems(t.Context(), transaction(7)); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func TestConflictOfASingleWrite(t *testing.T) {
	t.Parallel()
	u, p := newUpstream(t), newProxy(t, 3)
	p.Plan(wire.Fault{Kind: wire.KindConflict})
	client := dynamo(address(t, p, "collector", "dynamodb", u.URL), 1)
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("t"), Item: item("a")})
	var conflict *types.TransactionConflictException
	if !errors.As(err, &conflict) {
		t.Errorf("got %v", err)
	}
	if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: item("a")}); err != nil {
		t.Errorf("a plain read conflicts with nothing: %v", err)
	}
}

func TestRefusalsAsTheSDKSeesThem(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind wire.Kind
		code string
	}{
		{wire.KindThrottle, "ThrottlingException"},
		{wire.KindThroughput, "ProvisionedThroughputExceededException"},
		{wire.KindServerError, "InternalServerError"},
	}
	for _, test := range tests {
		t.Run(test.kind.String(), func(t *testing.T) {
			t.Parallel()
			u, p := newUpstream(t), newProxy(t, 1)
			p.Plan(wire.Fault{Kind: test.kind})
			client := dynamo(address(t, p, "api", "dynamodb", u.URL), 1)
			_, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: item("a")})
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != test.code {
				t.Errorf("got %v, want %s", err, test.code)
			}
		})
	}
}

// TestSDKRetriesWhatPasses shows that faults look real enough for the SDK to
// try again, and that each try is counted.
func TestSDKRetriesWhatPasses(t *testing.T) {
	t.Parallel()
	for _, kind := range []wire.Kind{wire.KindThrottle, wire.KindThroughput, wire.KindServerError, wire.KindDrop} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			u, p := newUpstream(t), newProxy(t, 1)
			p.Plan(wire.Fault{Kind: kind, When: wire.After, Nth: 1})
			client := dynamo(address(t, p, "api", "dynamodb", u.URL), 3)
			if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: item("a")}); err != nil {
				t.Fatal(err)
			}
			if got := p.Operations("api", "dynamodb"); !slices.Equal(got, []string{"GetItem", "GetItem"}) {
				t.Errorf("operations %q", got)
			}
		})
	}
}

func TestOtherServicesOverTheWire(t *testing.T) {
	t.Parallel()
	u, p := newUpstream(t), newProxy(t, 1)
	p.Plan(wire.Fault{Kind: wire.KindThrottle})
	queues := sqs.New(sqs.Options{Region: "us-east-1", Credentials: credentials, RetryMaxAttempts: 1,
		BaseEndpoint: aws.String(address(t, p, "sweeper", "sqs", u.URL))})
	flows := sfn.New(sfn.Options{Region: "us-east-1", Credentials: credentials, RetryMaxAttempts: 1,
		BaseEndpoint: aws.String(address(t, p, "publisher", "sfn", u.URL))})
	_, first := queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("http://q/1/q"), MessageBody: aws.String("m")})
	_, second := flows.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: aws.String("t"), Output: aws.String("{}")})
	for _, err := range []error{first, second} {
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "ThrottlingException" {
			t.Errorf("got %v", err)
		}
	}
	operations := slices.Concat(p.Operations("sweeper", "sqs"), p.Operations("publisher", "sfn"))
	if !slices.Equal(operations, []string{"SendMessage", "SendTaskSuccess"}) || p.Log()[0].Status != http.StatusBadRequest {
		t.Errorf("operations %q, log %+v", operations, p.Log())
	}
}
