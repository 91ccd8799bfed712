// Package ids makes identifiers and random secrets. An identifier is a type
// prefix and 21 characters of an alphabet whose ASCII order is its numeric
// order: 48 bits of milliseconds, then 78 random bits. Sorting ids therefore
// sorts objects by creation, and an id cannot be guessed: where a URL has no
// other credential, the id is the credential.
package ids

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
	"time"
)

// The prefixes of object types, as the wire spells them.
const (
	Customer          = "cus_"
	Product           = "pdt_"
	ProductCollection = "pdc_"
	Addon             = "adn_"
	Discount          = "dsc_"
	Subscription      = "sub_"
	Purchase          = "pur_"
	Payment           = "pay_"
	Refund            = "ref_"
	PlanChange        = "chg_"
	Dispute           = "dp_"
	LicenseKey        = "lic_"
	LicenseInstance   = "lki_"
	CheckoutSession   = "cks_"
	Brand             = "brnd_"
	Business          = "bus_"
	WebhookEndpoint   = "whk_"
	Meter             = "mtr_"
	Entitlement       = "ent_"
	LocalizedPrice    = "lcp_"
	Invoice           = "inv_"
	Event             = "evt_"
	PaymentMethod     = "pm_"
	Attempt           = "att_"
	Hold              = "hold_"
	Import            = "imp_"
)

const (
	alphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
	length   = 21
)

// New makes an id such as cus_0CnLb3K… for an object created at now.
func New(prefix string, now time.Time) string {
	var b [16]byte // 126 bits, left-aligned
	_, _ = rand.Read(b[6:])
	binary.BigEndian.PutUint16(b[0:], uint16(now.UnixMilli()>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(now.UnixMilli()))
	return prefix + encode(b)
}

// encode writes the first 126 bits, six to a character.
func encode(b [16]byte) string {
	var out [length]byte
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	for i := range out {
		out[i] = alphabet[hi>>58]
		hi, lo = hi<<6|lo>>58, lo<<6
	}
	return string(out[:])
}

// Valid reports whether s is an id with this prefix. It does not say that the
// object exists.
func Valid(prefix, s string) bool {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(rest) != length {
		return false
	}
	for i := range len(rest) {
		if strings.IndexByte(alphabet, rest[i]) < 0 {
			return false
		}
	}
	return true
}
