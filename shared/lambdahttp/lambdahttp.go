// Package lambdahttp serves a net/http handler as a Lambda function behind an
// API Gateway HTTP API (payload 2.0). A handler behaves as it would under
// net/http's own server, with what an edge owes it added: security headers,
// compression, a body limit, recovery, the viewer's address, the origin check
// and one log line per request.
//
// Conversion is done by aws-lambda-go-api-proxy; this package repairs what
// that changes (header values with commas, empty answers, a second
// WriteHeader, panics). It knows no routes and no use cases.
package lambdahttp

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

// Func is the signature under which Lambda calls an HTTP function.
type Func func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Start serves h until the execution environment ends; it does not return.
func Start(h http.Handler, opts ...Option) { lambda.Start(Handler(h, opts...)) }

// Handler makes the Lambda function of h. It answers every event and never
// returns an error: an event that cannot be a request is a 400.
func Handler(h http.Handler, opts ...Option) Func {
	adapter := httpadapter.NewV2(restored(Wrap(h, opts...)))
	return func(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		if !readable(&event) {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
		}
		return adapter.ProxyWithContext(context.WithValue(ctx, eventKey{}, &event), event)
	}
}

type eventKey struct{}

// requestID is API Gateway's id of the request, or a new one outside Lambda.
func requestID(ctx context.Context) string {
	if event, ok := ctx.Value(eventKey{}).(*events.APIGatewayV2HTTPRequest); ok && event.RequestContext.RequestID != "" {
		return event.RequestContext.RequestID
	}
	return newRequestID()
}
