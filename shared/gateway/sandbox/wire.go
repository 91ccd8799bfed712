package sandbox

import (
	"errors"

	"perennial/shared/gateway"
	"perennial/shared/money"
)

// errUnreadable is an answer without what it must hold.
var errUnreadable = errors.New("sandbox: unreadable answer")

type keyJSON struct {
	Key string `json:"key"`
}

type enrolJSON struct {
	Reference string `json:"reference"`
}

type saveJSON struct {
	Key      string `json:"key"`
	Customer string `json:"customer"`
	Token    string `json:"token"`
}

type orderJSON struct {
	Key       string `json:"key"`
	Amount    int64  `json:"amount"` // minor units
	Currency  string `json:"currency"`
	Customer  string `json:"customer"`
	Method    string `json:"method"`
	OnSession bool   `json:"on_session"`
	Challenge bool   `json:"challenge,omitempty"`
	ReturnURL string `json:"return_url"`
	Payment   string `json:"payment"`
}

type declineJSON struct {
	Code   string `json:"code"`
	Advice string `json:"advice"`
}

type refusalJSON struct {
	Error struct {
		Code    string      `json:"code"`
		Decline declineJSON `json:"decline"`
	} `json:"error"`
}

type methodJSON struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	Brand       string `json:"brand"`
	Last4       string `json:"last4"`
	ExpMonth    int    `json:"exp_month"`
	ExpYear     int    `json:"exp_year"`
	Fingerprint string `json:"fingerprint"`
	Country     string `json:"country"`
}

func (m methodJSON) method() gateway.Method {
	return gateway.Method{
		Ref: m.ID, Type: m.Type, Brand: m.Brand, Last4: m.Last4, ExpMonth: m.ExpMonth, ExpYear: m.ExpYear,
		Fingerprint: m.Fingerprint, Country: m.Country,
	}
}

type intentJSON struct {
	ID        string      `json:"id"`
	State     string      `json:"state"`
	Amount    int64       `json:"amount"` // minor units
	Currency  string      `json:"currency"`
	Payment   string      `json:"payment"`
	Charge    string      `json:"charge"`
	Decline   declineJSON `json:"decline"`
	ActionURL string      `json:"action_url"`
}

var states = map[string]gateway.State{
	"prepared":      gateway.StatePrepared,
	"processing":    gateway.StateProcessing,
	"succeeded":     gateway.StateSucceeded,
	"declined":      gateway.StateDeclined,
	"action_needed": gateway.StateActionNeeded,
	"cancelled":     gateway.StateCancelled,
}

// outcome refuses to guess: an intent without id, known state or currency is
// unreadable.
func (i intentJSON) outcome() (gateway.Outcome, error) {
	state, ok := states[i.State]
	currency, err := money.ParseCurrency(i.Currency)
	if !ok || err != nil || i.ID == "" {
		return gateway.Outcome{}, errUnreadable
	}
	return gateway.Outcome{
		Intent: gateway.Intent(i.ID), State: state, Charge: i.Charge, Amount: money.Of(i.Amount, currency),
		Payment: i.Payment, Decline: gateway.Decline(i.Decline), ActionURL: i.ActionURL,
	}, nil
}
