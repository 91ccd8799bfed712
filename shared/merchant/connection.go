package merchant

import "time"

// Connection is the secret side of a connected gateway. Its secrets are
// sealed and open for its scope alone.
type Connection struct {
	ID       string // the account, by GatewayAccount
	Version  int64
	Secret   string // sealed key; empty once forgotten
	Hint     string // last four characters of the key
	Webhooks []WebhookSecret
	HeardAt  time.Time // when a genuine webhook last came, written at most hourly
	Reading  Reading   // of what it told besides
	SetupEnd time.Time // until then somebody sets the account up at the gateway
}

// WebhookSecret is a sealed secret that the gateway signs webhooks with.
type WebhookSecret struct {
	Sealed   string
	Endpoint string    // the gateway's name of the endpoint that it is of; empty when it was given by hand
	Until    time.Time // zero: while it is the newest
}

// GatewayOverlap is how long a replaced webhook secret is believed: what the
// gateway signed with it may still be on its way.
const GatewayOverlap = 72 * time.Hour

// Sign replaces the webhook secret by that of an endpoint, which is empty for
// one that was given by hand; the one before is believed for a while.
func (c Connection) Sign(sealed, endpoint string, now time.Time) Connection {
	kept := []WebhookSecret{{Sealed: sealed, Endpoint: endpoint}}
	for _, w := range c.Webhooks {
		if w.Until.IsZero() {
			w.Until = now.Add(GatewayOverlap)
		}
		if now.Before(w.Until) {
			kept = append(kept, w)
		}
	}
	c.Webhooks = kept[:min(len(kept), 3)]
	return c
}

// Newest is the webhook secret that the gateway signs with now; one that is
// empty when there is none.
func (c Connection) Newest() WebhookSecret {
	if len(c.Webhooks) == 0 || !c.Webhooks[0].Until.IsZero() {
		return WebhookSecret{}
	}
	return c.Webhooks[0]
}

// Signers are the sealed webhook secrets that are believed now.
func (c Connection) Signers(now time.Time) []string {
	var all []string
	for _, w := range c.Webhooks {
		if w.Until.IsZero() || now.Before(w.Until) {
			all = append(all, w.Sealed)
		}
	}
	return all
}

// heardEvery is how often hearing from a gateway is written down.
const heardEvery = time.Hour

// Heard notes that a webhook came; worth is false when that is known well
// enough.
func (c Connection) Heard(now time.Time) (heard Connection, worth bool) {
	if now.Sub(c.HeardAt) < heardEvery {
		return c, false
	}
	c.HeardAt = now
	return c, true
}

// hearsWithin is how soon after a payment a gateway has told of it by webhook.
const hearsWithin = 6 * time.Hour

// Deaf reports that the account took a payment and was not heard since, long
// enough for something to be wrong. Paid is when it last took one; zero when it
// never did.
func (c Connection) Deaf(paid, now time.Time) bool {
	return !paid.IsZero() && now.Sub(paid) >= hearsWithin && c.HeardAt.Before(paid.Add(-heardEvery))
}
