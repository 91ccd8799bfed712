package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"perennial/infra/local/identity"
)

// Client returns a DynamoDB client for the engine at url.
func Client(url string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(url),
		Region:       identity.Region,
		Credentials:  identity.Credentials(),
	})
}

// StreamsClient returns a DynamoDB Streams client for the engine at url.
func StreamsClient(url string) *dynamodbstreams.Client {
	return dynamodbstreams.New(dynamodbstreams.Options{
		BaseEndpoint: aws.String(url),
		Region:       identity.Region,
		Credentials:  identity.Credentials(),
	})
}
