package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// edgeStack holds the public addresses, one HTTP API per host and, before
// those with an edge, one CloudFront distribution each. The app stack hangs
// its functions behind them.
type edgeStack struct {
	stack awscdk.Stack
	apis  map[string]awsapigatewayv2.CfnApi // by the topology's host
	urls  map[string]*string                // public base URL, by the topology's host
}

func newEdgeStack(app awscdk.App, set settings, data *dataStack) *edgeStack {
	e := &edgeStack{
		stack: awscdk.NewStack(app, jsii.String(set.name+"Edge"), &awscdk.StackProps{
			Description: jsii.String("Perennial: HTTP APIs and CloudFront distributions"),
		}),
		apis: map[string]awsapigatewayv2.CfnApi{},
		urls: map[string]*string{},
	}
	front := newFront(e.stack, set, data)
	for _, s := range hosts() {
		api := newAPI(e.stack, s)
		e.apis[s.Host] = api
		switch host := set.hosts[s.Host]; {
		case s.Edge:
			e.urls[s.Host] = front.before(api, s)
		case host != "":
			e.urls[s.Host] = nameAPI(e.stack, api, s, host, set.apiCertificate)
		default:
			e.urls[s.Host] = api.AttrApiEndpoint()
		}
		output(e.stack, pascal(s.Host)+"Url", e.urls[s.Host])
	}
	return e
}

// hosts is the first surface of each host: api and gateway-events share one.
func hosts() []topology.Surface {
	var first []topology.Surface
	for _, s := range topology.Surfaces {
		if !slices.ContainsFunc(first, func(f topology.Surface) bool { return f.Host == s.Host }) {
			first = append(first, s)
		}
	}
	return first
}

// accessLog is what an API remembers of a request. It has no path and no
// query, because links carry tokens there.
const accessLog = `{"requestId":"$context.requestId","time":"$context.requestTime","ip":"$context.identity.sourceIp",` +
	`"route":"$context.routeKey","method":"$context.httpMethod","status":"$context.status",` +
	`"bytes":"$context.responseLength","ms":"$context.responseLatency","error":"$context.integrationErrorMessage"}`

func newAPI(stack awscdk.Stack, s topology.Surface) awsapigatewayv2.CfnApi {
	id := pascal(s.Host)
	api := awsapigatewayv2.NewCfnApi(stack, jsii.String(id+"Api"), &awsapigatewayv2.CfnApiProps{
		Name:         jsii.String(*stack.StackName() + "-" + s.Name),
		ProtocolType: jsii.String("HTTP"),
	})
	logs := awslogs.NewLogGroup(stack, jsii.String(id+"AccessLog"), &awslogs.LogGroupProps{
		Retention:     awslogs.RetentionDays_ONE_MONTH,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	awsapigatewayv2.NewCfnStage(stack, jsii.String(id+"Stage"), &awsapigatewayv2.CfnStageProps{
		ApiId:      api.Ref(),
		StageName:  jsii.String("$default"),
		AutoDeploy: jsii.Bool(true),
		AccessLogSettings: &awsapigatewayv2.CfnStage_AccessLogSettingsProperty{
			DestinationArn: logs.LogGroupRef().LogGroupArn,
			Format:         jsii.String(accessLog),
		},
	})
	return api
}

// nameAPI gives an API that has no distribution a host name of its own. The
// operator points the name at the address in the output.
func nameAPI(stack awscdk.Stack, api awsapigatewayv2.CfnApi, s topology.Surface, host, certificate string) *string {
	id := pascal(s.Host)
	domain := awsapigatewayv2.NewCfnDomainName(stack, jsii.String(id+"Domain"), &awsapigatewayv2.CfnDomainNameProps{
		DomainName: jsii.String(host),
		DomainNameConfigurations: []any{&awsapigatewayv2.CfnDomainName_DomainNameConfigurationProperty{
			CertificateArn: jsii.String(certificate),
			SecurityPolicy: jsii.String("TLS_1_2"),
		}},
	})
	mapping := awsapigatewayv2.NewCfnApiMapping(stack, jsii.String(id+"Mapping"), &awsapigatewayv2.CfnApiMappingProps{
		ApiId:      api.Ref(),
		DomainName: domain.Ref(),
		Stage:      jsii.String("$default"),
	})
	mapping.AddDependency(stack.Node().FindChild(jsii.String(id + "Stage")).(awscdk.CfnResource))
	output(stack, id+"Address", domain.AttrRegionalDomainName())
	return jsii.String("https://" + host)
}
