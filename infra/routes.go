package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// addRoutes puts each surface's function behind its API, by path prefix. One
// permission covers all routes of a surface: one per operation would outgrow
// the function's policy.
func (a *appStack) addRoutes() {
	for _, s := range topology.Surfaces {
		id, api, function := pascal(s.Name), a.edge.apis[s.Host], a.functions[s.Function]
		integration := awsapigatewayv2.NewCfnIntegration(a.stack, jsii.String(id+"Integration"), &awsapigatewayv2.CfnIntegrationProps{
			ApiId:                api.Ref(),
			IntegrationType:      jsii.String("AWS_PROXY"),
			IntegrationUri:       function.FunctionArn(),
			PayloadFormatVersion: jsii.String("2.0"),
		})
		for i, path := range paths(s.Prefixes) {
			awsapigatewayv2.NewCfnRoute(a.stack, jsii.String(fmt.Sprint(id, "Route", i)), &awsapigatewayv2.CfnRouteProps{
				ApiId:    api.Ref(),
				RouteKey: jsii.String("ANY " + path),
				Target:   jsii.String("integrations/" + *integration.Ref()),
			})
		}
		awslambda.NewCfnPermission(a.stack, jsii.String(id+"Permission"), &awslambda.CfnPermissionProps{
			Action:       jsii.String("lambda:InvokeFunction"),
			FunctionName: function.FunctionArn(),
			Principal:    jsii.String("apigateway.amazonaws.com"),
			SourceArn: a.stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("execute-api"), Resource: api.Ref(), ResourceName: jsii.String("*"),
			}),
		})
	}
}

// paths are the routes of some prefixes. The greedy part of a route needs at
// least one character, so the root has a route of its own.
func paths(prefixes []string) []string {
	var all []string
	for _, p := range prefixes {
		p = strings.TrimSuffix(p, "/")
		if p == "" {
			all = append(all, "/")
		}
		all = append(all, p+"/{proxy+}")
	}
	return all
}
