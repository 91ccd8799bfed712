package local

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"perennial/infra/local/dynamo"
	"perennial/infra/local/lambda"
	"perennial/infra/local/ses"
	"perennial/infra/local/sfn"
	"perennial/infra/local/sqs"
	"perennial/infra/topology"
)

// URL is the public address of a surface of the topology ("api", "portal",
// "checkout" …) or of the mailbox ("mail"); empty for any other name.
func (s *Stack) URL(surface string) string {
	for _, t := range topology.Surfaces {
		if t.Name == surface {
			return s.urls[t.Host]
		}
	}
	if surface == mailHost {
		return s.urls[mailHost]
	}
	return ""
}

// Lookup is the environment of a program that acts as operator of this stack:
// every endpoint, name and secret, for example as config.From(stack.Lookup).
// With kept data the same is in the file "env" there.
func (s *Stack) Lookup(name string) (string, bool) {
	value, ok := s.vars[name]
	return value, ok
}

// Mailbox holds the mails that were sent.
func (s *Stack) Mailbox() *ses.Mailbox { return s.mailbox }

// Queues holds the messages under way and the dead letters.
func (s *Stack) Queues() *sqs.Server { return s.queues }

// Flows holds the executions of the hold flow.
func (s *Stack) Flows() *sfn.Server { return s.flows }

// Functions drives the function processes.
func (s *Stack) Functions() *lambda.Driver { return s.driver }

// DynamoDB returns a client of the engine and the main table's name.
func (s *Stack) DynamoDB() (client *dynamodb.Client, table string) {
	return dynamo.Client(s.options.DynamoDB), topology.TableMain.Name + s.options.Suffix
}

// Client is an HTTP client that finds the stack's hosts.
func (s *Stack) Client() *http.Client { return Client() }
