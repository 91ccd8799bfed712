package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

// accepted are the findings of cdk-nag's AwsSolutions pack that stay, each
// with its reason. A finding that is not here fails, and so does a line here
// that finds nothing any more.
var accepted = []acceptance{
	{"AwsSolutions-SMG4", "PerennialData/(Origin|Sandbox|Link)Secret/Resource", "rotated by the operator: who checks accepts two values while one replaces the other"},
	{"AwsSolutions-S1", "PerennialData/Assets/Resource", "holds pictures that are public anyway and files behind addresses that end; an access log would cost more"},
	{"AwsSolutions-CFR1", "PerennialEdge/.*Distribution/Resource", "merchants sell where they like; a country block is theirs to decide"},
	{"AwsSolutions-CFR2", "PerennialEdge/.*Distribution/Resource", "a web ACL costs more than the rest of an idle deployment; the setting webAcl adds one"},
	{"AwsSolutions-CFR3", "PerennialEdge/.*Distribution/Resource", "nothing is cached, so the access log of the API behind it shows every request"},
	{"AwsSolutions-CFR4", "PerennialEdge/.*Distribution/Resource", "the default certificate fixes the protocol; with a host name of its own it is TLS 1.2"},
	{"AwsSolutions-APIG4", "PerennialApp/.*Route\\d", "functions check API keys, sessions, signatures and the origin secret themselves"},
	{"AwsSolutions-SQS3", "PerennialApp/StreamFailures/Resource", "it is the failure destination of the stream, the end of the line"},
	{"AwsSolutions-IAM5", "PerennialApp/(ApiRole|PublisherRole|HoldFlowMachine/Role)/DefaultPolicy/Resource", "TestNoWildcardWithoutAReason names each wildcard and its reason"},
}

type acceptance struct{ rule, where, reason string }

func TestNagFindsOnlyWhatIsAccepted(t *testing.T) {
	used := make([]bool, len(accepted))
	for _, f := range deployment().findings {
		i := slices.IndexFunc(accepted, f.isCovered)
		if i < 0 {
			t.Errorf("%s at %s: %s", f.rule, f.where, f.text)
			continue
		}
		used[i] = true
	}
	for i, a := range accepted {
		if !used[i] {
			t.Errorf("%s at %s is accepted and no longer found", a.rule, a.where)
		}
		if len(strings.Fields(a.reason)) < 5 {
			t.Errorf("%s at %s is accepted without a reason", a.rule, a.where)
		}
	}
}

type finding struct{ rule, where, text string }

func (f finding) isCovered(by acceptance) bool {
	return by.rule == f.rule && regexp.MustCompile("^(?:"+by.where+")$").MatchString(f.where)
}

var ruleOf = regexp.MustCompile(`(?s)^(AwsSolutions-\w+)(.*)`)

// findings are the errors and warnings that nag left on a stack's constructs.
func findings(stack awscdk.Stack) []finding {
	annotations := assertions.Annotations_FromStack(stack)
	pattern := assertions.Match_StringLikeRegexp(jsii.String("AwsSolutions-.*"))
	messages := slices.Concat(
		*annotations.FindError(jsii.String("*"), pattern),
		*annotations.FindWarning(jsii.String("*"), pattern))
	var all []finding
	for _, m := range messages {
		where, text := *m.Id, fmt.Sprint(m.Entry.Data)
		parts := ruleOf.FindStringSubmatch(text)
		if parts == nil {
			parts = []string{text, "unreadable", text}
		}
		all = append(all, finding{parts[1], strings.TrimPrefix(where, "/"), strings.TrimLeft(parts[2], ": ")})
	}
	return all
}
