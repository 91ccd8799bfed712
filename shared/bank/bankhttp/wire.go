package bankhttp

import (
	"time"

	"perennial/shared/bank"
)

// wireVersion is the schema of events and of the queue messages that carry them.
const wireVersion = 1

type customerJSON struct {
	ID        string `json:"id"`
	Reference string `json:"reference"`
}

type methodJSON struct {
	ID          string `json:"id"`
	Customer    string `json:"customer"`
	Type        string `json:"type,omitempty"`
	Brand       string `json:"brand"`
	Last4       string `json:"last4"`
	ExpMonth    int    `json:"exp_month"`
	ExpYear     int    `json:"exp_year"`
	Fingerprint string `json:"fingerprint"`
	Country     string `json:"country"`
}

type orderJSON struct {
	Amount    int64  `json:"amount"` // minor units
	Currency  string `json:"currency"`
	Customer  string `json:"customer"`
	Method    string `json:"method"`
	OnSession bool   `json:"on_session"`
	Challenge bool   `json:"challenge"`
	ReturnURL string `json:"return_url"`
	Payment   string `json:"payment"`
}

type intentJSON struct {
	ID        string       `json:"id"`
	State     string       `json:"state"`
	Amount    int64        `json:"amount"` // minor units
	Currency  string       `json:"currency"`
	Refunded  int64        `json:"refunded"`
	Customer  string       `json:"customer"`
	Method    string       `json:"method"`
	Payment   string       `json:"payment"`
	OnSession bool         `json:"on_session"`
	Charge    string       `json:"charge,omitempty"`
	Decline   *declineJSON `json:"decline,omitempty"`
	ActionURL string       `json:"action_url,omitempty"`
	Created   time.Time    `json:"created"`
}

type declineJSON struct {
	Code   string `json:"code"`
	Advice string `json:"advice,omitempty"`
}

type lineJSON struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Intent   string    `json:"intent"`
	Customer string    `json:"customer"`
	Payment  string    `json:"payment"`
	Amount   int64     `json:"amount"` // minor units, positive in all kinds
	Currency string    `json:"currency"`
	At       time.Time `json:"at"`
}

type listJSON[T any] struct {
	Items []T `json:"items"`
}

type eventJSON struct {
	Version int          `json:"version"`
	ID      string       `json:"id"`
	Type    string       `json:"type"`
	Created time.Time    `json:"created"`
	Intent  intentJSON   `json:"intent"`
	Dispute *disputeJSON `json:"dispute,omitempty"`
}

type refundJSON struct {
	ID       string `json:"id"`
	Key      string `json:"key"`
	Intent   string `json:"intent"`
	State    string `json:"state"`
	Amount   int64  `json:"amount"` // minor units
	Currency string `json:"currency"`
	Problem  string `json:"problem,omitempty"`
}

type disputeJSON struct {
	ID       string    `json:"id"`
	Intent   string    `json:"intent"`
	Payment  string    `json:"payment"`
	Amount   int64     `json:"amount"` // minor units
	Currency string    `json:"currency"`
	Stage    string    `json:"stage"`
	State    string    `json:"state"`
	Reason   string    `json:"reason"`
	Opened   time.Time `json:"opened"`
}

func refundToJSON(intent string, r bank.Refund, now time.Time) refundJSON {
	out := refundJSON{
		ID: r.ID, Key: r.Key, Intent: intent, State: string(r.State(now)), Amount: r.Amount.Minor, Currency: string(r.Amount.Currency),
	}
	if r.State(now) == bank.RefundFailed {
		out.Problem = "expired_or_canceled_card"
	}
	return out
}

func disputeToJSON(d bank.Dispute) disputeJSON {
	return disputeJSON{
		ID: d.ID, Intent: d.Intent, Payment: d.Payment, Amount: d.Amount.Minor, Currency: string(d.Amount.Currency),
		Stage: string(d.Stage), State: string(d.State), Reason: d.Reason, Opened: d.Opened,
	}
}

func methodToJSON(m bank.Method) methodJSON {
	card, ok := bank.CardNamed(m.Card)
	if !ok {
		return methodJSON{}
	}
	return methodJSON{
		ID: m.ID, Customer: m.Customer, Type: card.Type, Brand: card.Brand, Last4: card.Last4(), Country: card.Country,
		ExpMonth: m.ExpMonth, ExpYear: m.ExpYear, Fingerprint: m.Fingerprint,
	}
}

// intentToJSON describes an intent; the challenge page lies under origin.
func intentToJSON(origin string, i bank.Intent) intentJSON {
	out := intentJSON{
		ID: i.ID, State: string(i.State), Amount: i.Amount.Minor, Currency: string(i.Amount.Currency),
		Refunded: i.Refunded, Customer: i.Customer, Method: i.Method, Payment: i.Payment,
		OnSession: i.OnSession, Charge: i.Charge, Created: i.Created,
	}
	if i.Decline != "" {
		out.Decline = &declineJSON{Code: i.Decline}
	}
	if i.State == bank.ActionNeeded {
		out.ActionURL = origin + "/challenge/" + i.ID
	}
	return out
}

func lineToJSON(l bank.Line) lineJSON {
	return lineJSON{
		ID: l.ID, Kind: string(l.Kind), Intent: l.Intent, Customer: l.Customer, Payment: l.Payment,
		Amount: l.Amount.Minor, Currency: string(l.Amount.Currency), At: l.At,
	}
}

func eventToJSON(origin string, e bank.Event) eventJSON {
	out := eventJSON{Version: wireVersion, ID: e.ID, Type: e.Type(), Created: e.At, Intent: intentToJSON(origin, e.Intent)}
	if e.Dispute != nil {
		dispute := disputeToJSON(*e.Dispute)
		out.Dispute = &dispute
	}
	return out
}
