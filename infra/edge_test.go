package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/topology"
)

func TestEachHostHasOneAPI(t *testing.T) {
	want := map[string]bool{}
	for _, s := range topology.Surfaces {
		want[pascal(s.Host)+"Api"] = true
	}
	got := map[string]bool{}
	for id := range deployment().edge.all("AWS::ApiGatewayV2::Api") {
		got[id] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("APIs (-want +got):\n%s", diff)
	}
}

func TestAccessLogsHoldNoLinksAndEnd(t *testing.T) {
	edge := deployment().edge
	for id, stage := range edge.all("AWS::ApiGatewayV2::Stage") {
		format, _ := at(stage.Properties, "AccessLogSettings", "Format").(string)
		var fields map[string]string
		if err := json.Unmarshal([]byte(format), &fields); err != nil {
			t.Errorf("%s: access log is not JSON: %v", id, err)
		}
		if strings.Contains(format, "path") || strings.Contains(format, "query") {
			t.Errorf("%s logs paths or queries, where links carry tokens: %s", id, format)
		}
	}
	if n := len(edge.all("AWS::ApiGatewayV2::Stage")); n != len(hosts()) {
		t.Errorf("%d stages, want %d", n, len(hosts()))
	}
}

func TestCloudFrontAddsWhatTheOriginTrusts(t *testing.T) {
	edge := deployment().edge
	for _, s := range topology.Surfaces {
		if !s.Edge {
			continue
		}
		distribution := edge.one(t, "AWS::CloudFront::Distribution", pascal(s.Host)+"Distribution")
		origin := at(distribution.Properties, "DistributionConfig", "Origins").([]any)[0]
		headers := map[string]string{}
		for _, h := range at(origin, "OriginCustomHeaders").([]any) {
			headers[at(h, "HeaderName").(string)] = short(at(h, "HeaderValue"))
		}
		want := map[string]string{
			originHeader:  "{{resolve:secretsmanager:OriginSecret:SecretString:::}}",
			surfaceHeader: s.Name,
		}
		if diff := cmp.Diff(want, headers); diff != "" {
			t.Errorf("%s: headers to the origin (-want +got):\n%s", s.Name, diff)
		}
		if got := at(origin, "CustomOriginConfig", "OriginProtocolPolicy"); got != "https-only" {
			t.Errorf("%s speaks %v to its origin", s.Name, got)
		}
	}
}

func TestCloudFrontCachesNothingAndForwardsWhatThePagesRead(t *testing.T) {
	edge := deployment().edge
	const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" // AWS's id of the managed policy
	for id, d := range edge.all("AWS::CloudFront::Distribution") {
		behaviour := at(d.Properties, "DistributionConfig", "DefaultCacheBehavior")
		if got := at(behaviour, "CachePolicyId"); got != cachingDisabled {
			t.Errorf("%s caches by policy %v", id, got)
		}
		if got := at(behaviour, "ViewerProtocolPolicy"); got != "redirect-to-https" {
			t.Errorf("%s answers by %v", id, got)
		}
		if got := short(at(behaviour, "OriginRequestPolicyId")); got != "ViewerHeaders" {
			t.Errorf("%s forwards by policy %s", id, got)
		}
		functions, _ := at(behaviour, "FunctionAssociations").([]any)
		if len(functions) != 1 || at(functions[0], "EventType") != "viewer-request" {
			t.Errorf("%s: functions %v, want the one that tells the viewer's address", id, functions)
		}
	}
	policy := edge.one(t, "AWS::CloudFront::OriginRequestPolicy", "ViewerHeaders")
	want := map[string]any{"HeaderBehavior": "whitelist", "Headers": []any{
		"Accept-Language", "Content-Type", "Origin", "Referer", "Sec-Fetch-Site", "User-Agent",
		"CloudFront-Viewer-Country", "X-Perennial-Viewer", "X-Perennial-Encoding",
	}}
	if diff := cmp.Diff(want, at(policy.Properties, "OriginRequestPolicyConfig", "HeadersConfig")); diff != "" {
		t.Errorf("headers forwarded (-want +got):\n%s", diff)
	}
	if len(topology.ViewerHeaders) > 10 {
		t.Error("CloudFront takes ten headers in a policy")
	}
	function := edge.one(t, "AWS::CloudFront::Function", "ViewerAddress").Properties["FunctionCode"].(string)
	for _, header := range []string{"x-perennial-viewer", "x-perennial-encoding"} {
		if !strings.Contains(function, "request.headers['"+header+"'] = ") {
			t.Errorf("a viewer's own %s goes through:\n%s", header, function)
		}
	}
}

func TestRoutesFollowTheTopologysPrefixes(t *testing.T) {
	var want, got []string
	for _, s := range topology.Surfaces {
		for _, path := range paths(s.Prefixes) {
			want = append(want, pascal(s.Host)+"Api ANY "+path+" "+s.Function)
		}
	}
	app := deployment().app
	target := map[string]string{}
	for id, integration := range app.all("AWS::ApiGatewayV2::Integration") {
		target["integrations/"+id] = strings.ToLower(short(integration.Properties["IntegrationUri"]))
	}
	for _, route := range app.all("AWS::ApiGatewayV2::Route") {
		p := route.Properties
		got = append(got, short(p["ApiId"])+" "+p["RouteKey"].(string)+" "+target[short(p["Target"])])
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}

func TestPaths(t *testing.T) {
	if diff := cmp.Diff([]string{"/", "/{proxy+}", "/gateway-events/{proxy+}"}, paths([]string{"/", "/gateway-events"})); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestOnePermissionPerSurfaceIsBoundToItsAPI(t *testing.T) {
	got := map[string]string{}
	for id, p := range deployment().app.all("AWS::Lambda::Permission") {
		if p.Properties["Principal"] == "apigateway.amazonaws.com" {
			got[id] = strings.ToLower(short(p.Properties["FunctionName"])) + " from " + short(p.Properties["SourceArn"])
		}
	}
	want := map[string]string{}
	for _, s := range topology.Surfaces {
		want[pascal(s.Name)+"Permission"] = s.Function + " from " + pascal(s.Host) + "Api/*"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
}

func TestCustomHosts(t *testing.T) {
	d := synthesise(map[string]any{
		"perennial:host:portal":      "customer.example.com",
		"perennial:host:test.portal": "test.customer.example.com",
		"perennial:host:api":         "api.example.com",
		"perennial:certificate":      "arn:aws:acm:us-east-1:111111111111:certificate/edge",
		"perennial:apiCertificate":   "arn:aws:acm:eu-central-1:111111111111:certificate/api",
		"perennial:webAcl":           "arn:aws:wafv2:us-east-1:111111111111:global/webacl/a/b",
		"perennial:alarmTopic":       "arn:aws:sns:eu-central-1:111111111111:pager",
	})
	config := at(d.edge.one(t, "AWS::CloudFront::Distribution", "PortalDistribution").Properties, "DistributionConfig")
	if diff := cmp.Diff([]any{"customer.example.com"}, at(config, "Aliases")); diff != "" {
		t.Errorf("portal's names (-want +got):\n%s", diff)
	}
	test := at(d.edge.one(t, "AWS::CloudFront::Distribution", "TestPortalDistribution").Properties, "DistributionConfig")
	if diff := cmp.Diff([]any{"test.customer.example.com"}, at(test, "Aliases")); diff != "" {
		t.Errorf("the test portal's names (-want +got):\n%s", diff)
	}
	if got := at(config, "ViewerCertificate", "MinimumProtocolVersion"); got != "TLSv1.2_2021" {
		t.Errorf("portal accepts %v", got)
	}
	if at(config, "WebACLId") == nil {
		t.Error("portal has no web ACL")
	}
	domain := d.edge.one(t, "AWS::ApiGatewayV2::DomainName", "ApiDomain")
	if got := domain.Properties["DomainName"]; got != "api.example.com" {
		t.Errorf("API's name %v", got)
	}
	variables := at(d.app.one(t, "AWS::Lambda::Function", "Mailer").Properties, "Environment", "Variables")
	for name, want := range map[string]string{
		"PERENNIAL_URL_PORTAL":      "https://customer.example.com",
		"PERENNIAL_URL_PORTAL_TEST": "https://test.customer.example.com",
		"PERENNIAL_URL_API":         "https://api.example.com",
	} {
		if got := at(variables, name); got != want {
			t.Errorf("the mailer's %s is %v, want %s", name, got, want)
		}
	}
	for id, alarm := range d.app.all("AWS::CloudWatch::Alarm") {
		if diff := cmp.Diff([]any{"arn:aws:sns:eu-central-1:111111111111:pager"}, alarm.Properties["AlarmActions"]); diff != "" {
			t.Errorf("%s rings nobody (-want +got):\n%s", id, diff)
		}
	}
}
