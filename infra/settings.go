package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"perennial/infra/topology"
)

// settings are what an operator chooses, given as CDK context in cdk.json or
// on the command line: cdk deploy -c perennial:mailFrom=billing@example.com.
type settings struct {
	name           string            // prefix of the stacks' names
	mailFrom       string            // sender of all mail; its domain becomes the SES identity
	hosts          map[string]string // custom host names by the topology's host, such as portal
	certificate    string            // ACM certificate in us-east-1 for the hosts behind CloudFront
	apiCertificate string            // ACM certificate in the stack's region for the other hosts
	webACL         string            // WAF web ACL for the distributions
	rateLimit      int               // requests of one address in five minutes; above 0 there is a web ACL of our own to deploy
	alarmTopic     string            // SNS topic that hears of alarms
}

func readSettings(app awscdk.App) settings {
	text := func(name, fallback string) string {
		if v, ok := app.Node().TryGetContext(jsii.String("perennial:" + name)).(string); ok && v != "" {
			return v
		}
		return fallback
	}
	set := settings{
		name:           text("name", "Perennial"),
		mailFrom:       text("mailFrom", "billing@example.com"),
		hosts:          map[string]string{},
		certificate:    text("certificate", ""),
		apiCertificate: text("apiCertificate", ""),
		webACL:         text("webAcl", ""),
		rateLimit:      whole(text("rateLimit", "0")),
		alarmTopic:     text("alarmTopic", ""),
	}
	for _, s := range topology.Surfaces {
		if host := text("host:"+s.Host, ""); host != "" {
			set.hosts[s.Host] = host
		}
	}
	return set
}

// check names every setting that a deployment would fail on.
func (s settings) check() error {
	var problems []error
	if s.mailDomain() == "" {
		problems = append(problems, fmt.Errorf("perennial:mailFrom is %q, which is no address", s.mailFrom))
	}
	if s.rateLimit != 0 && s.rateLimit < leastRate {
		problems = append(problems, fmt.Errorf("perennial:rateLimit must be a number of at least %d", leastRate))
	}
	for _, h := range hosts() {
		certificate, name := s.apiCertificate, "perennial:apiCertificate"
		if h.Edge {
			certificate, name = s.certificate, "perennial:certificate"
		}
		if s.hosts[h.Host] != "" && certificate == "" {
			problems = append(problems, fmt.Errorf("perennial:host:%s needs a certificate in %s", h.Host, name))
		}
	}
	return errors.Join(problems...)
}

// mailDomain is the part of the sender that SES verifies.
func (s settings) mailDomain() string {
	_, domain, _ := strings.Cut(s.mailFrom, "@")
	return domain
}

// optional is nil for a setting that was not made.
func optional(v string) *string {
	if v == "" {
		return nil
	}
	return jsii.String(v)
}

// pascal turns a topology name into a construct id: work-live, WorkLive.
func pascal(name string) string {
	var id strings.Builder
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '.' }) {
		id.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return id.String()
}

// whole reads a number; -1 is what check refuses.
func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}
