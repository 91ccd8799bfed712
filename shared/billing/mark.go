package billing

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Mark remembers which subscription took what an e-mail address can have only
// once in a scope. It is written with the lock of the payment that takes it,
// so that of two who take it at the same moment one does. Of the address it
// knows no more than a hash.
type Mark struct {
	ID           string // SeatID or TrialID
	Version      int64
	Subscription string
}

// SeatID names the mark of an address's only subscription, where a merchant
// allows no more than one.
func SeatID(scope, email string) string { return "seat/" + addressHash(scope, NormalEmail(email)) }

// TrialID names the mark of an address's trial of a product, where a merchant
// gives no more than one. What follows a plus sign makes no other person.
func TrialID(scope, product, email string) string {
	name, host, _ := strings.Cut(NormalEmail(email), "@")
	name, _, _ = strings.Cut(name, "+")
	return "trial/" + product + "/" + addressHash(scope, name+"@"+host)
}

// addressHash is the SHA-256 of an address in hexadecimal, another one in
// each scope: who has the marks of one learns nothing of other businesses.
func addressHash(scope, email string) string {
	sum := sha256.Sum256([]byte(scope + "\n" + email))
	return hex.EncodeToString(sum[:])
}
