// Package identity holds the make-believe AWS identity of the local stack:
// one account, one Region and credentials that open nothing anywhere.
package identity

import (
	"context"
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
