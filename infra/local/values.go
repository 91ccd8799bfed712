package local

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"perennial/infra/local/identity"
	"perennial/infra/local/kms"
	"perennial/infra/local/sqs"
	"perennial/infra/topology"
)

// stateMachineEnv carries the hold flow's ARN to functions that start or
// answer executions.
const stateMachineEnv = "PERENNIAL_STATE_MACHINE"

// logLevelEnv may be set for all functions together.
const logLevelEnv = "PERENNIAL_LOG_LEVEL"

// stripeEnv is where a stand-in for Stripe is. A deployment never has it.
const stripeEnv = "PERENNIAL_URL_STRIPE"

// services says which AWS endpoint each grant opens, by the SDK's names.
var services = map[topology.Grant]string{
	topology.GrantReadTable: "dynamodb", topology.GrantWriteTable: "dynamodb",
	topology.GrantReadDue: "dynamodb", topology.GrantReadRegistry: "dynamodb",
	topology.GrantSandboxTable: "dynamodb", topology.GrantSandboxEvent: "sqs",
	topology.GrantSendMail: "sesv2", topology.GrantSeal: "kms", topology.GrantUnseal: "kms", topology.GrantAssets: "s3",
	topology.GrantStartFlow: "sfn", topology.GrantAnswerFlow: "sfn",
}

// endpointEnv is the variable by which the SDK finds a service.
var endpointEnv = map[string]string{
	"dynamodb": "AWS_ENDPOINT_URL_DYNAMODB", "sqs": "AWS_ENDPOINT_URL_SQS", "sfn": "AWS_ENDPOINT_URL_SFN",
	"sesv2": "AWS_ENDPOINT_URL_SESV2", "kms": "AWS_ENDPOINT_URL_KMS", "s3": "AWS_ENDPOINT_URL_S3",
}

// assetsBucket is the bucket of uploaded images and files.
const assetsBucket = "perennial-assets"

// values knows the value of every variable in this stack.
type values struct {
	options   Options
	endpoints map[string]string // by service, before any proxy
	denied    string            // answers for every service not granted
	urls      map[string]string // of surfaces, by host
	secrets   secrets
}

// environment gives a function the variables that its grants imply and those
// that the topology names, and no others.
func (v values) environment(f topology.Function) ([]string, error) {
	env := []string{"AWS_ENDPOINT_URL=" + v.denied}
	opened := v.opened(f)
	for _, service := range opened {
		env = append(env, endpointEnv[service]+"="+v.options.Endpoint(f.Name, service, v.endpoints[service]))
	}
	for _, name := range names(f) {
		value, err := v.value(name)
		if err != nil {
			return nil, fmt.Errorf("function %s: %w", f.Name, err)
		}
		env = append(env, name+"="+value)
	}
	for _, name := range []string{logLevelEnv, stripeEnv} {
		if value := v.options.Env[name]; value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env, nil
}

// opened lists the services that a function may call.
func (v values) opened(f topology.Function) []string {
	var all []string
	for _, g := range f.Grants {
		all = append(all, services[g])
	}
	if len(f.SendsTo) > 0 {
		all = append(all, "sqs")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// names lists the variables that a function is entitled to.
func names(f topology.Function) []string {
	all := slices.Clone(f.Env)
	for _, g := range f.Grants {
		switch g {
		case topology.GrantReadTable, topology.GrantWriteTable, topology.GrantReadDue, topology.GrantReadRegistry:
			all = append(all, topology.TableMain.Env)
		case topology.GrantStartFlow, topology.GrantAnswerFlow:
			all = append(all, stateMachineEnv)
		default: // an endpoint alone, or a variable that the topology names
		}
	}
	for _, q := range topology.Queues {
		if slices.Contains(f.SendsTo, q.Name) {
			all = append(all, q.Env)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// value is what a variable holds in this stack.
func (v values) value(name string) (string, error) {
	if set, ok := v.options.Env[name]; ok {
		return set, nil
	}
	for _, s := range topology.Surfaces {
		if s.URLEnv == name {
			return v.urls[s.Host], nil
		}
	}
	for _, q := range topology.Queues {
		if q.Env == name {
			return sqs.QueueURL(v.endpoints["sqs"], q.Name), nil
		}
	}
	switch name {
	case topology.TableMain.Env:
		return topology.TableMain.Name + v.options.Suffix, nil
	case topology.TableSandbox.Env:
		return topology.TableSandbox.Name + v.options.Suffix, nil
	case stateMachineEnv:
		return machineARN, nil
	case "PERENNIAL_ASSETS_BUCKET":
		return assetsBucket, nil
	case "PERENNIAL_KMS_KEY":
		return kms.KeyARN, nil
	case "PERENNIAL_MAIL_FROM":
		return "billing@mail.localhost", nil
	case "PERENNIAL_ORIGIN_SECRET":
		return v.secrets.Origin, nil
	case "PERENNIAL_LINK_SECRET":
		return v.secrets.Link, nil
	case "PERENNIAL_SANDBOX_SECRET":
		return v.secrets.Sandbox, nil
	case "PERENNIAL_ALLOW_PRIVATE_WEBHOOKS", "PERENNIAL_ANY_TEST_ADDRESS":
		return "true", nil
	}
	return "", fmt.Errorf("the topology names the variable %s, which has no value in the local stack", name)
}

// machineARN names the hold flow's state machine.
var machineARN = identity.ARN("states", "stateMachine:"+topology.FlowFunction)

// all is what a program needs that acts as operator: every endpoint, every
// name and the make-believe credentials.
func (v values) all() (map[string]string, error) {
	vars := map[string]string{
		"AWS_REGION": identity.Region, "AWS_ACCESS_KEY_ID": identity.KeyID,
		"AWS_SECRET_ACCESS_KEY": identity.SecretKey, "AWS_ENDPOINT_URL": v.denied,
	}
	for service, name := range endpointEnv {
		vars[name] = v.endpoints[service]
	}
	for _, f := range topology.Functions {
		for _, name := range names(f) {
			value, err := v.value(name)
			if err != nil {
				return nil, fmt.Errorf("function %s: %w", f.Name, err)
			}
			vars[name] = value
		}
	}
	return vars, nil
}

// write keeps the operator's variables in a file that a shell can read.
func write(file string, vars map[string]string) error {
	if file == "" {
		return nil
	}
	var lines []string
	for name, value := range vars {
		lines = append(lines, name+"='"+value+"'\n")
	}
	slices.Sort(lines)
	return os.WriteFile(file, []byte(strings.Join(lines, "")), 0o600)
}
