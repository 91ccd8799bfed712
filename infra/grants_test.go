package main

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGrants compares all that the roles of the app may do with
// testdata/grants.golden, so that every new permission shows in review.
func TestGrants(t *testing.T) {
	const golden = "testdata/grants.golden"
	got := strings.Join(permissions(deployment().app), "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("permissions changed; if that is meant, run with -update (-want +got):\n%s", diff)
	}
}

// wildcards are the only resources that may hold a star, each with its reason.
var wildcards = map[string]string{
	"Api s3:GetObject Assets/files/*":                                             "every product has files of its own",
	"Api s3:GetObject Assets/images/*":                                            "every product has an image of its own",
	"Api s3:PutObject Assets/files/*":                                             "every product has files of its own",
	"Api s3:PutObject Assets/images/*":                                            "every product has an image of its own",
	"Publisher dynamodb:ListStreams Table/stream/*":                               "a table's streams have names that AWS gives",
	"Publisher states:DescribeExecution states:execution:PerennialApp-holdflow:*": "executions are named after holds",
	"HoldFlowMachine logs:CreateLogDelivery *":                                    "log deliveries have no resource",
	"HoldFlowMachine logs:DeleteLogDelivery *":                                    "log deliveries have no resource",
	"HoldFlowMachine logs:DescribeLogGroups *":                                    "log deliveries have no resource",
	"HoldFlowMachine logs:DescribeResourcePolicies *":                             "log deliveries have no resource",
	"HoldFlowMachine logs:GetLogDelivery *":                                       "log deliveries have no resource",
	"HoldFlowMachine logs:ListLogDeliveries *":                                    "log deliveries have no resource",
	"HoldFlowMachine logs:PutResourcePolicy *":                                    "log deliveries have no resource",
	"HoldFlowMachine logs:UpdateLogDelivery *":                                    "log deliveries have no resource",
	"HoldFlowMachine xray:GetSamplingRules *":                                     "X-Ray has no resource",
	"HoldFlowMachine xray:GetSamplingTargets *":                                   "X-Ray has no resource",
	"HoldFlowMachine xray:PutTelemetryRecords *":                                  "X-Ray has no resource",
	"HoldFlowMachine xray:PutTraceSegments *":                                     "X-Ray has no resource",
}

func TestNoWildcardWithoutAReason(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range permissions(deployment().app) {
		if strings.Contains(p, "*") {
			seen[p] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(wildcards)), slices.Sorted(maps.Keys(seen))); diff != "" {
		t.Errorf("wildcards (-with a reason +found):\n%s", diff)
	}
}

func TestNobodyMayScanOrAdminister(t *testing.T) {
	forbidden := regexp.MustCompile(`dynamodb:(Scan|\*|BatchWrite\w*|DeleteTable|UpdateTable|CreateTable|PartiQL\w*)|[a-z]+:\*|iam:|secretsmanager:`)
	all := permissions(deployment().app)
	if len(all) < 50 {
		t.Fatalf("only %d permissions found: this test looks at the wrong place", len(all))
	}
	for _, p := range all {
		if action := strings.Fields(p)[1]; forbidden.MatchString(action) {
			t.Errorf("%s", p)
		}
	}
}

func TestTheSweeperSeesNoIndexButDue(t *testing.T) {
	var got []string
	for _, p := range permissions(deployment().app) {
		if strings.HasPrefix(p, "Sweeper ") && strings.Contains(p, "/index/") {
			got = append(got, p)
		}
	}
	if diff := cmp.Diff([]string{"Sweeper dynamodb:Query Table/index/due"}, got); diff != "" {
		t.Errorf("indexes (-want +got):\n%s", diff)
	}
}

func TestRolesHaveNoManagedPolicies(t *testing.T) {
	for id, role := range deployment().app.all("AWS::IAM::Role") {
		if p := role.Properties["ManagedPolicyArns"]; p != nil {
			t.Errorf("%s has managed policies %v", id, p)
		}
	}
}

// permissions lists every statement of a stack's policies as "role action
// resource [condition]", sorted.
func permissions(t template) []string {
	var all []string
	for _, policy := range t.all("AWS::IAM::Policy") {
		role := strings.TrimSuffix(short(policy.Properties["Roles"].([]any)[0]), "Role")
		for _, s := range at(policy.Properties, "PolicyDocument", "Statement").([]any) {
			condition := ""
			if c := at(s, "Condition"); c != nil {
				condition = fmt.Sprint(" if ", c)
			}
			for _, action := range list(at(s, "Action")) {
				for _, resource := range list(at(s, "Resource")) {
					all = append(all, role+" "+short(action)+" "+short(resource)+condition)
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// list makes one value a list of one.
func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

var (
	exported = regexp.MustCompile(`^\w+:ExportsOutput(?:Ref|FnGetAtt)(.+)$`)
	account  = regexp.MustCompile(`^arn:AWS::Partition:([\w-]+):AWS::Region:AWS::AccountId:`)
)

// short names what a CloudFormation value refers to: "Table", "WorkLive",
// "Table/index/due", "states:stateMachine:PerennialApp-holdflow".
func short(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if name, ok := v["Ref"].(string); ok {
			return plain(name)
		}
		if parts, ok := v["Fn::GetAtt"].([]any); ok {
			return plain(parts[0].(string))
		}
		if name, ok := v["Fn::ImportValue"].(string); ok {
			return imported(name)
		}
		if parts, ok := v["Fn::Join"].([]any); ok {
			var texts []string
			for _, p := range parts[1].([]any) {
				texts = append(texts, short(p))
			}
			joined := strings.Join(texts, parts[0].(string))
			return strings.TrimPrefix(account.ReplaceAllString(joined, "$1:"), "execute-api:")
		}
	}
	return fmt.Sprint(v)
}

// imported finds the logical id in the name of an export, which is the id,
// its hash, perhaps an attribute, and a hash of its own.
func imported(export string) string {
	m := exported.FindStringSubmatch(export)
	if m == nil {
		return export
	}
	name := plain(m[1])
	if table, isStream := strings.CutSuffix(name, "StreamArn"); isStream {
		return plain(table) + "/stream"
	}
	for _, attribute := range []string{"Arn", "DomainName", "ApiEndpoint"} {
		name = strings.TrimSuffix(name, attribute)
	}
	return plain(name)
}
