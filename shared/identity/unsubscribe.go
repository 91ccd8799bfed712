package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"perennial/shared/merchant"
)

// Unsubscribe makes and checks the addresses at which one customer stops and
// resumes optional mails without signing in. An address works for as long as
// its secret is in use, and does nothing else.
type Unsubscribe struct {
	URL     string   // base URL of the hosted pages
	Secrets []string // the first signs, all are taken
}

// To is a customer's address; empty without a secret.
func (u Unsubscribe) To(scope merchant.Scope, customer string) string {
	if len(u.Secrets) == 0 {
		return ""
	}
	return u.URL + "/unsubscribe/" + scope.String() + "/" + customer + "/" + signedOff(u.Secrets[0], scope, customer)
}

// Signed reports whether a signature is a customer's.
func (u Unsubscribe) Signed(scope merchant.Scope, customer, signature string) bool {
	for _, secret := range u.Secrets {
		if hmac.Equal([]byte(signature), []byte(signedOff(secret, scope, customer))) {
			return true
		}
	}
	return false
}

// Tester is the address at which the reader of a test address, named by its
// hash, agrees to mails of the test mode; empty without a secret.
func (u Unsubscribe) Tester(scope merchant.Scope, address string) string {
	if len(u.Secrets) == 0 {
		return ""
	}
	return u.URL + "/test-address/" + scope.String() + "/" + address + "/" + signed(u.Secrets[0], "test address", scope, address)
}

// Agreed reports whether a signature is a test address's.
func (u Unsubscribe) Agreed(scope merchant.Scope, address, signature string) bool {
	return slices.ContainsFunc(u.Secrets, func(secret string) bool {
		return hmac.Equal([]byte(signature), []byte(signed(secret, "test address", scope, address)))
	})
}

func signedOff(secret string, scope merchant.Scope, customer string) string {
	return signed(secret, "unsubscribe", scope, customer)
}

func signed(secret, purpose string, scope merchant.Scope, subject string) string {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte(purpose + "\x00" + scope.String() + "\x00" + subject))
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:18])
}
