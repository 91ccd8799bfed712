package main

import (
	"strings"
	"testing"
)

func TestSettingsThatCannotBeDeployedAreNamedTogether(t *testing.T) {
	set := settings{mailFrom: "billing", hosts: map[string]string{"portal": "billing.example.com", "api": "api.example.com"}}
	err := set.check()
	if err == nil {
		t.Fatal("no problem found")
	}
	for _, want := range []string{
		`perennial:mailFrom is "billing"`, "perennial:host:portal needs a certificate in perennial:certificate",
		"perennial:host:api needs a certificate in perennial:apiCertificate",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestSettingsInCdkJSONAreFine(t *testing.T) {
	context := *cdkContext(nil)
	from, _ := context["perennial:mailFrom"].(string)
	if err := (settings{mailFrom: from}).check(); err != nil {
		t.Error(err)
	}
}

func TestPascal(t *testing.T) {
	for name, want := range map[string]string{"api": "Api", "work-live": "WorkLive", "test.portal": "TestPortal"} {
		if got := pascal(name); got != want {
			t.Errorf("pascal(%q) = %q, want %q", name, got, want)
		}
	}
}
