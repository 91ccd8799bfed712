package kms_test

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"perennial/infra/local/identity"
	"perennial/infra/local/kms"
)

func open(t *testing.T, file string) *client.Client {
	t.Helper()
	s, err := kms.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.API())
	t.Cleanup(server.Close)
	return client.New(client.Options{BaseEndpoint: aws.String(server.URL), Region: identity.Region, Credentials: identity.Credentials()})
}

func TestDataKeyUnwrapsInItsContextOnlyAndAfterARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kms.key")
	bound := map[string]string{"business": "bus_1", "purpose": "webhook"}
	made, err := open(t, file).GenerateDataKey(t.Context(), &client.GenerateDataKeyInput{
		KeyId: aws.String(kms.KeyARN), KeySpec: types.DataKeySpecAes256, EncryptionContext: bound,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Plaintext) != 32 || bytes.Contains(made.CiphertextBlob, made.Plaintext) {
		t.Errorf("plaintext of %d bytes in %x", len(made.Plaintext), made.CiphertextBlob)
	}
	again := open(t, file)
	out, err := again.Decrypt(t.Context(), &client.DecryptInput{CiphertextBlob: made.CiphertextBlob, EncryptionContext: bound})
	if err != nil || !bytes.Equal(out.Plaintext, made.Plaintext) {
		t.Errorf("decrypt = %v, %v", out, err)
	}
	for name, in := range map[string]*client.DecryptInput{
		"another context":  {CiphertextBlob: made.CiphertextBlob, EncryptionContext: map[string]string{"business": "bus_2", "purpose": "webhook"}},
		"no context":       {CiphertextBlob: made.CiphertextBlob},
		"changed bytes":    {CiphertextBlob: append(bytes.Clone(made.CiphertextBlob[:20]), 0), EncryptionContext: bound},
		"foreign envelope": {CiphertextBlob: []byte("anything"), EncryptionContext: bound},
	} {
		_, err := again.Decrypt(t.Context(), in)
		var invalid *types.InvalidCiphertextException
		if !errors.As(err, &invalid) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
}

func TestUnknownKeyIsNotFound(t *testing.T) {
	t.Parallel()
	_, err := open(t, "").GenerateDataKey(t.Context(), &client.GenerateDataKeyInput{KeyId: aws.String("other"), KeySpec: types.DataKeySpecAes256})
	var missing *types.NotFoundException
	if !errors.As(err, &missing) {
		t.Errorf("err = %v", err)
	}
}
