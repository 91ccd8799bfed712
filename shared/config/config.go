// Package config reads what a function is told by its environment, opens the
// AWS configuration and sets up logging. Reading collects: every missing or
// malformed variable is named at once, so that a deployment is corrected once.
//
// It does not decide which function reads what; infra/topology does.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// The variables, by the names that infra/topology gives them.
const (
	Table                = "PERENNIAL_TABLE"
	QueueWorkLive        = "PERENNIAL_QUEUE_WORK_LIVE"
	QueueWorkTest        = "PERENNIAL_QUEUE_WORK_TEST"
	QueueWorkClock       = "PERENNIAL_QUEUE_WORK_CLOCK"
	QueueDeliveries      = "PERENNIAL_QUEUE_DELIVERIES"
	QueueMail            = "PERENNIAL_QUEUE_MAIL"
	QueueMailLogin       = "PERENNIAL_QUEUE_MAIL_LOGIN"
	URLAPI               = "PERENNIAL_URL_API"
	URLDocuments         = "PERENNIAL_URL_DOCUMENTS"
	URLGatewayEvents     = "PERENNIAL_URL_GATEWAY_EVENTS"
	URLPortal            = "PERENNIAL_URL_PORTAL"
	URLPortalTest        = "PERENNIAL_URL_PORTAL_TEST"
	URLCheckout          = "PERENNIAL_URL_CHECKOUT"
	URLSandbox           = "PERENNIAL_URL_SANDBOX"
	SandboxTable         = "PERENNIAL_SANDBOX_TABLE"
	SandboxQueue         = "PERENNIAL_SANDBOX_QUEUE"
	SandboxSecret        = "PERENNIAL_SANDBOX_SECRET"
	OriginSecret         = "PERENNIAL_ORIGIN_SECRET"
	LinkSecret           = "PERENNIAL_LINK_SECRET"
	KMSKey               = "PERENNIAL_KMS_KEY"
	URLStripe            = "PERENNIAL_URL_STRIPE" // a stand-in's, on the local stack alone
	AssetsBucket         = "PERENNIAL_ASSETS_BUCKET"
	MailFrom             = "PERENNIAL_MAIL_FROM"
	AnyTestAddress       = "PERENNIAL_ANY_TEST_ADDRESS"
	AllowPrivateWebhooks = "PERENNIAL_ALLOW_PRIVATE_WEBHOOKS"
	StateMachine         = "PERENNIAL_STATE_MACHINE"
	LogLevel             = "PERENNIAL_LOG_LEVEL"
)

// Env reads variables and remembers what was wrong with them.
type Env struct {
	lookup   func(string) (string, bool)
	problems []string
}

// Read reads the process's environment.
func Read() *Env { return From(os.LookupEnv) }

// From reads any source of variables, such as a map in a test.
func From(lookup func(string) (string, bool)) *Env { return &Env{lookup: lookup} }

// Need gives a variable that must be set and not empty.
func (e *Env) Need(name string) string {
	v, _ := e.lookup(name)
	if v == "" {
		e.problem(name, "is not set")
	}
	return v
}

// Or gives a variable, or fallback when it is unset or empty.
func (e *Env) Or(name, fallback string) string {
	if v, _ := e.lookup(name); v != "" {
		return v
	}
	return fallback
}

// URL gives a required absolute http or https URL without a trailing slash.
func (e *Env) URL(name string) string {
	v := strings.TrimRight(e.Need(name), "/")
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		e.problem(name, "is not an http(s) URL")
	}
	return v
}

// Local gives an optional URL on this machine, empty when it is unset. Any
// other host is a problem: what stands in for somebody else's service must
// never be set where real money moves.
func (e *Env) Local(name string) string {
	v := strings.TrimRight(e.Or(name, ""), "/")
	u, err := url.Parse(v)
	if err != nil || v != "" && !net.ParseIP(u.Hostname()).IsLoopback() && u.Hostname() != "localhost" && !strings.HasSuffix(u.Hostname(), ".localhost") {
		e.problem(name, "is not a URL on this machine")
	}
	return v
}

// Flag gives an optional boolean (true, 1, false, 0), false when unset.
func (e *Env) Flag(name string) bool {
	v := e.Or(name, "false")
	b, err := strconv.ParseBool(v)
	if err != nil {
		e.problem(name, "is not true or false")
	}
	return b
}

// List gives the non-empty parts of a required, comma-separated variable, such
// as the two values of a secret that is being rotated.
func (e *Env) List(name string) []string {
	var parts []string
	for part := range strings.SplitSeq(e.Need(name), ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func (e *Env) problem(name, what string) { e.problems = append(e.problems, name+" "+what) }

// Err names everything that was wrong so far, nil when nothing was. It never
// repeats a value.
func (e *Env) Err() error {
	if len(e.problems) == 0 {
		return nil
	}
	return fmt.Errorf("environment: %w", errors.New(strings.Join(e.problems, "; ")))
}

// Must ends the process when anything was wrong, naming everything in one log
// line. Call it once, after the last variable.
func (e *Env) Must() {
	if err := e.Err(); err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
}
