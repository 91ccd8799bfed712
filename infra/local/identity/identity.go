// Package identity holds the make-believe AWS identity of the local stack:
// one account, one Region and credentials that open nothing anywhere.
package identity

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// The account, Region and credentials that every local function carries.
const (
	Account   = "000000000000"
	Region    = "us-east-1"
	KeyID     = "local"
	SecretKey = "local"
)

// Credentials returns the make-believe credentials as the SDK wants them.
func Credentials() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: KeyID, SecretAccessKey: SecretKey, Source: "local stack"}, nil
	})
}

// ARN names a resource of the local account, for example
// ARN("sqs", "mail") = "arn:aws:sqs:us-east-1:000000000000:mail".
func ARN(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, Region, Account, resource)
}

// UUID returns a new random identifier of the kind AWS gives to requests and
// messages.
func UUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}
