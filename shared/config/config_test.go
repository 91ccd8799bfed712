package config_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/infra/topology"
	"perennial/shared/config"
)

func env(vars map[string]string) *config.Env {
	return config.From(func(name string) (string, bool) { v, ok := vars[name]; return v, ok })
}

func TestReadingGivesTypedValues(t *testing.T) {
	t.Parallel()
	e := env(map[string]string{
		config.Table: "perennial", config.URLPortal: "https://portal.example.com/",
		config.AllowPrivateWebhooks: "1", config.OriginSecret: "new, old,",
	})
	if got := e.Need(config.Table); got != "perennial" {
		t.Errorf("table %q", got)
	}
	if got := e.URL(config.URLPortal); got != "https://portal.example.com" {
		t.Errorf("URL keeps its slash: %q", got)
	}
	if !e.Flag(config.AllowPrivateWebhooks) || e.Flag("UNSET") {
		t.Error("flags read wrong")
	}
	if diff := cmp.Diff([]string{"new", "old"}, e.List(config.OriginSecret)); diff != "" {
		t.Error(diff)
	}
	if got := e.Or("UNSET", "x"); got != "x" {
		t.Errorf("fallback %q", got)
	}
	if err := e.Err(); err != nil {
		t.Errorf("a complete environment gives %v", err)
	}
}

func TestEveryProblemIsNamedAtOnceAndNoValueShown(t *testing.T) {
	t.Parallel()
	e := env(map[string]string{config.URLAPI: "not-a-url-s3cret", config.AllowPrivateWebhooks: "s3cret"})
	e.Need(config.Table)
	e.URL(config.URLAPI)
	e.URL(config.URLPortal)
	e.Flag(config.AllowPrivateWebhooks)
	e.List(config.OriginSecret)
	err := e.Err()
	if err == nil {
		t.Fatal("five problems give no error")
	}
	want := "environment: PERENNIAL_TABLE is not set; PERENNIAL_URL_API is not an http(s) URL; " +
		"PERENNIAL_URL_PORTAL is not set; PERENNIAL_ALLOW_PRIVATE_WEBHOOKS is not true or false; " +
		"PERENNIAL_ORIGIN_SECRET is not set"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

// known holds the constants of this package.
var known = map[string]bool{
	config.Table: true, config.QueueWorkLive: true, config.QueueWorkTest: true,
	config.QueueWorkClock: true, config.QueueDeliveries: true, config.QueueMail: true,
	config.QueueMailLogin: true, config.URLAPI: true, config.URLGatewayEvents: true,
	config.URLPortal: true, config.URLPortalTest: true, config.URLCheckout: true,
	config.URLSandbox: true, config.SandboxTable: true, config.SandboxQueue: true,
	config.SandboxSecret: true, config.OriginSecret: true, config.LinkSecret: true, config.URLDocuments: true, config.KMSKey: true, config.AssetsBucket: true,
	config.MailFrom: true, config.AllowPrivateWebhooks: true, config.StateMachine: true,
	config.LogLevel: true, config.AnyTestAddress: true,
}

func TestEveryVariableOfTheTopologyHasAName(t *testing.T) {
	t.Parallel()
	names := []string{topology.TableMain.Env, topology.TableSandbox.Env}
	for _, q := range topology.Queues {
		names = append(names, q.Env)
	}
	for _, s := range topology.Surfaces {
		names = append(names, s.URLEnv)
	}
	for _, f := range topology.Functions {
		names = append(names, f.Env...)
	}
	for _, name := range names {
		if !known[name] {
			t.Errorf("the topology sets %s, which config does not name", name)
		}
	}
}

func TestLogLevel(t *testing.T) {
	t.Parallel()
	for level, want := range map[string][]string{
		"":      {"INFO", "ERROR"},
		"debug": {"DEBUG", "INFO", "ERROR"},
		"ERROR": {"ERROR"},
		"loud":  {"INFO", "ERROR"},
	} {
		var out bytes.Buffer
		log := config.Logger(&out, level)
		for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelError} {
			log.Log(t.Context(), l, "line")
		}
		var got []string
		for line := range strings.Lines(out.String()) {
			var entry struct{ Level, Msg string }
			if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Msg != "line" {
				t.Fatalf("%q: %v", line, err)
			}
			got = append(got, entry.Level)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("level %q: %s", level, diff)
		}
	}
}

func TestAStandInIsOnThisMachineAlone(t *testing.T) {
	t.Parallel()
	for value, good := range map[string]bool{
		"": true, "http://127.0.0.1:8080/": true, "http://[::1]:1": true, "http://stripe.localhost:1": true,
		"https://evil.example": false, "http://127.0.0.1.evil.example": false, "http://10.0.0.1": false, "http://evil.example#localhost": false, "localhost": false,
	} {
		env := config.From(func(string) (string, bool) { return value, true })
		got := env.Local("X")
		if (env.Err() == nil) != good || strings.HasSuffix(got, "/") {
			t.Errorf("%q: %q, %v", value, got, env.Err())
		}
	}
}
