package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

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

func signedOff(secret string, scope merchant.Scope, customer string) string {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte("unsubscribe\x00" + scope.String() + "\x00" + customer))
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:18])
}
