// Command clients is a Lambda function that opens the AWS clients that most of
// ours need and does nothing with them: what the bench compares their cold
// start with.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"perennial/shared/config"
)

func main() {
	aws, err := config.AWS(context.Background())
	if err != nil {
		panic(err)
	}
	table, queue, flow := dynamodb.NewFromConfig(aws), sqs.NewFromConfig(aws), sfn.NewFromConfig(aws)
	lambda.Start(func(ctx context.Context) (err error) {
		_, err = table.ListTables(ctx, nil)
		if err == nil {
			_, err = queue.ListQueues(ctx, nil)
		}
		if err == nil {
			_, err = flow.ListStateMachines(ctx, nil)
		}
		return err
	})
}
