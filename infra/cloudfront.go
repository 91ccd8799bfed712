package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscertificatemanager"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// Headers that CloudFront adds to each request to the origin, replacing a
// viewer's own. Package lambdahttp reads them.
const (
	originHeader  = "X-Perennial-Origin"
	surfaceHeader = "X-Perennial-Surface"
)

// viewerFunction writes into headers of ours what a policy cannot pass on: the
// viewer's address, and which compression the viewer takes. What a viewer sends
// under those names is replaced.
const viewerFunction = `function handler(event) {
  var request = event.request;
  var takes = request.headers['accept-encoding'];
  request.headers['x-perennial-viewer'] = { value: event.viewer.ip + ':0' };
  request.headers['x-perennial-encoding'] = { value: takes ? takes.value : 'identity' };
  return request;
}
`

// front is what the distributions have in common.
type front struct {
	stack   awscdk.Stack
	set     settings
	secret  *string
	headers awscloudfront.OriginRequestPolicy
	viewer  awscloudfront.Function
}

func newFront(stack awscdk.Stack, set settings, data *dataStack) *front {
	return &front{
		stack:  stack,
		set:    set,
		secret: data.originSecret.SecretValue().UnsafeUnwrap(),
		headers: awscloudfront.NewOriginRequestPolicy(stack, jsii.String("ViewerHeaders"), &awscloudfront.OriginRequestPolicyProps{
			Comment: jsii.String("What the pages read of a viewer's headers, and the viewer's country"),
			// The policies that pass on everything either leave out CloudFront's own
			// headers or forward Host, which API Gateway refuses.
			HeaderBehavior:      awscloudfront.OriginRequestHeaderBehavior_AllowList(*jsii.Strings(topology.ViewerHeaders...)...),
			CookieBehavior:      awscloudfront.OriginRequestCookieBehavior_All(),
			QueryStringBehavior: awscloudfront.OriginRequestQueryStringBehavior_All(),
		}),
		viewer: awscloudfront.NewFunction(stack, jsii.String("ViewerAddress"), &awscloudfront.FunctionProps{
			Comment: jsii.String("Tells the origin the viewer's address"),
			Code:    awscloudfront.FunctionCode_FromInline(jsii.String(viewerFunction)),
			Runtime: awscloudfront.FunctionRuntime_JS_2_0(),
		}),
	}
}

// before puts a distribution before an API and gives its public URL. Nothing
// is cached, compressed or given headers here: package lambdahttp does that,
// so that it is the same on a laptop.
func (f *front) before(api awsapigatewayv2.CfnApi, s topology.Surface) *string {
	props := &awscloudfront.DistributionProps{
		Comment:     jsii.String(*f.stack.StackName() + " " + s.Name),
		HttpVersion: awscloudfront.HttpVersion_HTTP2_AND_3,
		WebAclId:    optional(f.set.webACL),
		DefaultBehavior: &awscloudfront.BehaviorOptions{
			Origin:               f.origin(api, s),
			AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_ALL(),
			CachePolicy:          awscloudfront.CachePolicy_CACHING_DISABLED(),
			OriginRequestPolicy:  f.headers,
			ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
			Compress:             jsii.Bool(false),
			FunctionAssociations: &[]*awscloudfront.FunctionAssociation{{
				Function:  f.viewer,
				EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST,
			}},
		},
	}
	host := f.set.hosts[s.Host]
	if host != "" {
		props.DomainNames = jsii.Strings(host)
		props.Certificate = f.certificate(s)
		props.MinimumProtocolVersion = awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021
	}
	distribution := awscloudfront.NewDistribution(f.stack, jsii.String(pascal(s.Host)+"Distribution"), props)
	output(f.stack, pascal(s.Host)+"Address", distribution.DistributionDomainName())
	if host == "" {
		host = *distribution.DistributionDomainName()
	}
	return jsii.String("https://" + host)
}

func (f *front) origin(api awsapigatewayv2.CfnApi, s topology.Surface) awscloudfront.IOrigin {
	host := awscdk.Fn_Join(jsii.String("."), &[]*string{
		api.Ref(), jsii.String("execute-api"), f.stack.Region(), f.stack.UrlSuffix(),
	})
	return awscloudfrontorigins.NewHttpOrigin(host, &awscloudfrontorigins.HttpOriginProps{
		ProtocolPolicy:     awscloudfront.OriginProtocolPolicy_HTTPS_ONLY,
		OriginSslProtocols: &[]awscloudfront.OriginSslPolicy{awscloudfront.OriginSslPolicy_TLS_V1_2},
		CustomHeaders: &map[string]*string{
			originHeader:  f.secret,
			surfaceHeader: jsii.String(s.Name),
		},
	})
}

func (f *front) certificate(s topology.Surface) interfacesawscertificatemanager.ICertificateRef {
	id := jsii.String(pascal(s.Host) + "Certificate")
	return awscertificatemanager.Certificate_FromCertificateArn(f.stack, id, jsii.String(f.set.certificate))
}
