package faults

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"perennial/infra/local/identity"
	"perennial/shared/assembly"
	"perennial/shared/config"
	store "perennial/shared/dynamo"
	flow "perennial/shared/flow/sfn"
	"perennial/shared/gateway/sandbox"
)

// portal is the function in whose place this process acts for customers: the
// use cases that a portal request runs, behind the same proxy as functions.
const portal = "portal"

// newTill opens the money use cases as a function's main does. With a name
// they go through the proxy.
func (s *site) newTill(function string) *assembly.Till {
	through := func(service, upstream string) string {
		if function == "" {
			return upstream
		}
		url, err := s.proxy.URL(function, service, upstream)
		s.must(err)
		return url
	}
	cfg := aws.Config{
		Region: identity.Region, Credentials: identity.Credentials(),
		HTTPClient: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8}},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 3, 500*time.Millisecond })
		},
	}
	engineURL, flowsURL := through("dynamodb", s.engine), through("sfn", s.urls["sfn"])
	client := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.BaseEndpoint = &engineURL })
	flows := sfn.NewFromConfig(cfg, func(o *sfn.Options) { o.BaseEndpoint = &flowsURL })
	bank := sandbox.New(sandbox.Options{BaseURL: through("sandbox", s.urls[config.URLSandbox]), Secret: sandboxSecret})
	return assembly.Build(cfg, store.New(client, s.urls[config.Table]), bank, flow.New(flows, machineARN), assembly.Keys{})
}

// inPortal does something as a request to the portal would, through the
// proxy. A kill cuts it off from everything.
func (s *site) inPortal(do func(ctx context.Context, till *assembly.Till) error) error {
	ctx, cancel := context.WithTimeout(s.t.Context(), 29*time.Second)
	defer cancel()
	s.mu.Lock()
	s.left = cancel
	s.mu.Unlock()
	return do(ctx, s.newTill(portal))
}
