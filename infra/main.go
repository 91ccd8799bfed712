// Package main is Perennial's CDK app: what topology describes becomes
// CloudFormation here, and nothing is deployed that topology does not name.
//
// Three stacks, in the order in which they are deployed. Data holds what must
// survive: tables, key, secrets, mail identity. Edge holds the public
// addresses: HTTP APIs and CloudFront distributions, without functions, so
// that a function can be told its own public URL on the first deployment. App
// holds everything that changes with the code.
//
// A fourth, Shield, is there when asked for: a web ACL, which lives in
// us-east-1.
//
// Permissions are written by hand in grants.go, one statement list per grant.
package main

import (
	"log"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// The folders as seen from infra, where the CDK command runs the app.
const (
	bootstraps     = "../build/arm64"
	flowDefinition = "holdflow.asl.json"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})
	set := readSettings(app)
	if err := set.check(); err != nil {
		log.Fatal(err)
	}
	newStacks(app, set, bootstraps)
	if set.rateLimit > 0 {
		newShieldStack(app, set)
	}
	app.Synth(nil)
}

// stacks is the whole deployment.
type stacks struct {
	data *dataStack
	edge *edgeStack
	app  *appStack
}

// newStacks builds the deployment; code is the folder with one bootstrap
// folder per function.
func newStacks(app awscdk.App, set settings, code string) stacks {
	data := newDataStack(app, set)
	edge := newEdgeStack(app, set, data)
	return stacks{data, edge, newAppStack(app, set, data, edge, code)}
}
