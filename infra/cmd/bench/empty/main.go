// Command empty is the smallest Lambda function there is: what the bench
// compares the cold start of the others with.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context) error { return nil })
}
