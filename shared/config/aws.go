package config

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// How long and how often an AWS call is tried. Three attempts of five seconds
// fit into the 29 s of an HTTP request.
const (
	awsAttempts = 3
	awsTimeout  = 5 * time.Second
	awsBackoff  = 500 * time.Millisecond
)

// AWS is the SDK configuration of a Lambda function: region, credentials and
// endpoints come from the variables that the runtime sets, and from nothing
// else. The SDK's own loader also knows profiles, SSO, STS and instance
// metadata; linking it costs a function 2 MB and several milliseconds of every
// cold start. Programs that run on a person's machine use that loader instead.
//
// AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> point at stand-ins.
func AWS(context.Context) (aws.Config, error) {
	region := os.Getenv("AWS_REGION")
	if region == "" {
		region = os.Getenv("AWS_DEFAULT_REGION")
	}
	if region == "" {
		return aws.Config{}, errors.New("AWS_REGION is not set")
	}
	cfg := aws.Config{
		Region:        region,
		Credentials:   aws.CredentialsProviderFunc(credentials),
		HTTPClient:    awshttp.NewBuildableClient().WithTimeout(awsTimeout),
		Retryer:       func() aws.Retryer { return retry.NewStandard(tune) },
		ConfigSources: []any{endpoints{}},
	}
	if all := os.Getenv("AWS_ENDPOINT_URL"); all != "" {
		cfg.BaseEndpoint = &all
	}
	return cfg, nil
}

func tune(o *retry.StandardOptions) {
	o.MaxAttempts = awsAttempts
	o.MaxBackoff = awsBackoff
}

// credentials reads the role's keys at each signing; the Lambda runtime sets
// them once per execution environment, and the environment outlives none of
// them.
func credentials(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	if !c.HasKeys() {
		return c, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
	}
	return c, nil
}

// endpoints answers the service clients' question for a configured endpoint.
type endpoints struct{}

// GetServiceBaseEndpoint reads AWS_ENDPOINT_URL_<SERVICE>, the service named
// by its SDK id in upper case with underscores.
func (endpoints) GetServiceBaseEndpoint(_ context.Context, sdkID string) (string, bool, error) {
	name := strings.ReplaceAll(strings.ToUpper(sdkID), " ", "_")
	v := os.Getenv("AWS_ENDPOINT_URL_" + name)
	return v, v != "", nil
}
