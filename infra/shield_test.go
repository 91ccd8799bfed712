package main

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
)

// A rate limit at the edge is asked for with a setting and costs money, so
// there is none by default.
func TestTheShieldLimitsOneAddress(t *testing.T) {
	plain := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false), Context: cdkContext(nil)})
	if readSettings(plain).rateLimit != 0 {
		t.Error("a rate limit by default")
	}
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false), Context: cdkContext(map[string]any{"perennial:rateLimit": "2000"})})
	set := readSettings(app)
	if err := set.check(); err != nil {
		t.Fatal(err)
	}
	stack := newShieldStack(app, set)
	if region := *stack.Region(); region != "us-east-1" {
		t.Errorf("CloudFront takes no web ACL of %s", region)
	}
	acl := templateOf(stack).one(t, "AWS::WAFv2::WebACL", "WebAcl")
	rule := at(acl.Properties, "Rules").([]any)[0]
	want := map[string]any{"AggregateKeyType": "IP", "Limit": 2000.0, "EvaluationWindowSec": 300.0}
	if diff := cmp.Diff(want, at(rule, "Statement", "RateBasedStatement")); diff != "" {
		t.Errorf("rule (-want +got):\n%s", diff)
	}
	if acl.Properties["Scope"] != "CLOUDFRONT" || at(rule, "Action", "Block") == nil || at(acl.Properties, "DefaultAction", "Allow") == nil {
		t.Errorf("%v", acl.Properties)
	}
}

func TestARateLimitThatWAFDoesNotTakeIsRefused(t *testing.T) {
	for _, limit := range []string{"5", "-1", "many"} {
		app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false), Context: cdkContext(map[string]any{"perennial:rateLimit": limit})})
		if readSettings(app).check() == nil {
			t.Errorf("%s is taken", limit)
		}
	}
}
