package main

import (
	"strings"
	"testing"

	"perennial/shared/config"
)

// The doctor asks gateways where its environment is that of the functions.
func TestTheDoctorAsksGatewaysWithTheEnvironmentOfTheFunctions(t *testing.T) {
	for name, value := range map[string]string{
		config.KMSKey: "alias/perennial", config.URLAPI: "https://api.example.com", config.URLCheckout: "https://checkout.example.com",
		config.URLPortal: "https://portal.example.com", config.URLPortalTest: "https://test.portal.example.com", config.URLStripe: "", "AWS_REGION": "eu-central-1",
	} {
		t.Setenv(name, value)
	}
	if checker, asks, err := gatewayChecker(t.Context(), nil); checker == nil || !asks || err != nil {
		t.Errorf("%v %v", asks, err)
	}
	t.Setenv(config.URLStripe, "https://elsewhere.example.com")
	if _, _, err := gatewayChecker(t.Context(), nil); err == nil || !strings.Contains(err.Error(), config.URLStripe) {
		t.Errorf("a stand-in on another machine: %v", err)
	}
	t.Setenv(config.KMSKey, "")
	if _, asks, err := gatewayChecker(t.Context(), nil); asks || err != nil {
		t.Errorf("without a key: %v %v", asks, err)
	}
}
