package record

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"perennial/shared/billing"
)

// Suppression is what the mail system has told about an address of a scope.
// It is named by a hash: the address itself is not kept here.
type Suppression struct {
	ID           string // SuppressionID
	Version      int64
	BouncedAt    time.Time // the address takes no mail; zero while it does
	ComplainedAt time.Time // its reader called a mail spam; zero if never
	Transient    int       // deliveries that failed and may have succeeded later
	LastAt       time.Time
}

// SuppressionID names what is known of an address.
func SuppressionID(email string) string {
	sum := sha256.Sum256([]byte("mail address\x00" + billing.NormalEmail(email)))
	return hex.EncodeToString(sum[:20])
}

// Blocks reports that a mail may not be sent to the address: none after a
// permanent bounce, none that is optional after a complaint.
func (s Suppression) Blocks(optional bool) bool {
	return !s.BouncedAt.IsZero() || optional && !s.ComplainedAt.IsZero()
}
