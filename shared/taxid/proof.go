package taxid

import "time"

// Method is how an id was checked.
type Method string

// The methods.
const (
	ByRegister Method = "register" // the tax office's own, through VIES
	ByForm     Method = "form"     // form and check digits alone
)

// Proof is what is known of an id, kept to show that it was checked.
type Proof struct {
	ID           string // normalised, with its country
	Status       Status
	Method       Method
	Name         string // the holder, where the register tells
	Address      string
	Consultation string    // the register's number for the enquiry
	Problem      string    // why it is pending or invalid, in the register's word
	At           time.Time // wall time of the answer
}

// How long an answer is relied upon. A register that did not answer is asked
// again after minutes.
const (
	validFor   = 30 * 24 * time.Hour
	invalidFor = 24 * time.Hour
	pendingFor = 5 * time.Minute
)

// Fresh reports whether the proof may still be relied upon.
func (p Proof) Fresh(now time.Time) bool {
	age := now.Sub(p.At)
	switch p.Status {
	case Valid:
		return age < validFor
	case Invalid:
		return age < invalidFor
	case Pending:
		return age < pendingFor
	case Unknown:
	}
	return false
}

// After is the proof to keep when a newer answer has come: an outage takes
// nothing back that the register has confirmed.
func (p Proof) After(next Proof) Proof {
	if next.Status == Pending && p.Status == Valid && p.ID == next.ID {
		return p
	}
	return next
}
