package config_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"

	"perennial/shared/config"
)

func setAWS(t *testing.T, vars map[string]string) {
	t.Helper()
	for _, name := range []string{
		"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_KMS",
	} {
		t.Setenv(name, vars[name])
	}
}

func TestAWSReadsRegionKeysAndServiceEndpoint(t *testing.T) {
	var calls atomic.Int32
	var auth atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		auth.Store(r.Header.Get("Authorization") + " token=" + r.Header.Get("X-Amz-Security-Token"))
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer server.Close()
	setAWS(t, map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY": "k", "AWS_SESSION_TOKEN": "session",
		"AWS_ENDPOINT_URL_KMS": server.URL,
	})
	cfg, err := config.AWS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = kms.NewFromConfig(cfg).Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: []byte("x")})
	var api smithy.APIError
	if !errors.As(err, &api) && err == nil {
		t.Fatal("a server that always fails gave no error")
	}
	if got := calls.Load(); got != 3 {
		t.Errorf("a failing call was tried %d times, want 3", got)
	}
	got, _ := auth.Load().(string)
	if !strings.Contains(got, "Credential=AKIDEXAMPLE/") || !strings.Contains(got, "/eu-central-1/kms/") || !strings.HasSuffix(got, "token=session") {
		t.Errorf("request signed as %q", got)
	}
}

func TestAWSWithoutRegionIsRefused(t *testing.T) {
	setAWS(t, nil)
	if _, err := config.AWS(t.Context()); err == nil || err.Error() != "AWS_REGION is not set" {
		t.Errorf("got %v", err)
	}
}

func TestAWSWithoutKeysFailsAtTheCallNotOnTheNetwork(t *testing.T) {
	setAWS(t, map[string]string{"AWS_REGION": "us-east-1"})
	cfg, err := config.AWS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cfg.BaseEndpoint = aws.String("http://127.0.0.1:1")
	_, err = kms.NewFromConfig(cfg).Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: []byte("x")})
	if err == nil || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set") {
		t.Errorf("got %v", err)
	}
}
