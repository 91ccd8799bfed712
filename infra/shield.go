package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/jsii-runtime-go"
)

// leastRate is the smallest limit that WAF takes.
const leastRate = 10

// newShieldStack makes a web ACL with one rule: an address that asks more often
// than the limit in five minutes is blocked until it asks less. CloudFront
// takes web ACLs of us-east-1 only, so it is a stack of its own, whose output
// becomes the setting webAcl of the others.
func newShieldStack(app awscdk.App, set settings) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String(set.name+"Shield"), &awscdk.StackProps{
		Description: jsii.String("Perennial: a web ACL that limits how often one address may ask"),
		Env:         &awscdk.Environment{Region: jsii.String("us-east-1")},
	})
	acl := awswafv2.NewCfnWebACL(stack, jsii.String("WebAcl"), &awswafv2.CfnWebACLProps{
		Scope:            jsii.String("CLOUDFRONT"),
		DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		VisibilityConfig: visible("Requests"),
		Rules: &[]any{&awswafv2.CfnWebACL_RuleProperty{
			Name:     jsii.String("Rate"),
			Priority: jsii.Number(0),
			Action:   &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{}},
			Statement: &awswafv2.CfnWebACL_StatementProperty{
				RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
					AggregateKeyType:    jsii.String("IP"),
					Limit:               jsii.Number(set.rateLimit),
					EvaluationWindowSec: jsii.Number(300),
				},
			},
			VisibilityConfig: visible("Rate"),
		}},
	})
	output(stack, "WebAclArn", acl.AttrArn())
	return stack
}

func visible(metric string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		CloudWatchMetricsEnabled: jsii.Bool(true), MetricName: jsii.String(metric), SampledRequestsEnabled: jsii.Bool(false),
	}
}
