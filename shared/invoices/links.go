package invoices

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"

	"perennial/shared/merchant"
)

// Kind is what an address of a document starts from.
type Kind string

// The kinds, as paths spell them.
const (
	Payments Kind = "payments"
	Refunds  Kind = "refunds"
	Invoices Kind = "documents" // one invoice, credit note or payment request
)

// Links makes and checks the addresses at which one document is read without
// a key (rules 18). An address works for as long as its secret is in use; it
// opens this document in this scope and nothing else.
type Links struct {
	URL     string   // public base URL of the API
	Secrets []string // the first signs, all are taken
}

// To is the address of a document; empty without a secret.
func (l Links) To(scope merchant.Scope, kind Kind, id string) string {
	if len(l.Secrets) == 0 {
		return ""
	}
	q := url.Values{"scope": {scope.String()}, "signature": {sign(l.Secrets[0], scope, kind, id)}}
	return l.URL + "/invoices/" + string(kind) + "/" + url.PathEscape(id) + "?" + q.Encode()
}

// Signed reports whether a signature opens a document.
func (l Links) Signed(scope merchant.Scope, kind Kind, id, signature string) bool {
	for _, secret := range l.Secrets {
		if hmac.Equal([]byte(signature), []byte(sign(secret, scope, kind, id))) {
			return true
		}
	}
	return false
}

func sign(secret string, scope merchant.Scope, kind Kind, id string) string {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte("document\x00" + scope.String() + "\x00" + string(kind) + "\x00" + id))
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:18])
}
