package merchant

import (
	"strings"
	"time"

	"perennial/shared/fault"
)

// TestAddress is an address to which mails of the test mode are delivered,
// once its reader has agreed (rules 21).
type TestAddress struct {
	Email      string
	VerifiedAt time.Time // zero until its reader has confirmed it
}

// mostTesters is how many addresses a test mode may write to.
const mostTesters = 20

// Testers are the addresses that mails of the test mode reach, in lower case:
// the business's own, and those that were confirmed.
func (s State) Testers() []string {
	all := []string{strings.ToLower(s.Business.Email)}
	for _, t := range s.Settings.Testers {
		if !t.VerifiedAt.IsZero() {
			all = append(all, strings.ToLower(t.Email))
		}
	}
	return all
}

// IsSimulator reports an address of SES's mailbox simulator, which bounces or
// complains on demand and is nobody's.
func IsSimulator(email string) bool {
	return strings.HasSuffix(strings.ToLower(email), "@simulator.amazonses.com")
}

func (s Settings) checkTesters(check *fault.Check) {
	seen := map[string]bool{}
	check.That(len(s.Testers) <= mostTesters, "test_addresses", "at most 20 addresses")
	for _, t := range s.Testers {
		check.That(mailable(t.Email) && !seen[strings.ToLower(t.Email)], "test_addresses", "must be e-mail addresses, each once")
		seen[strings.ToLower(t.Email)] = true
	}
}
