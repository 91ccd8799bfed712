// Package vies asks the European Commission's VAT Information Exchange System
// whether a VAT number is given out. It uses the REST service, whose answer to
// an enquiry that names the enquirer carries a consultation number, the proof
// that the seller asked. The SOAP service answers the same and was not chosen,
// because it needs a client of its own.
package vies

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"perennial/shared/taxid"
)

// The addresses of the service. The test service answers by number: 100 is
// valid, 200 invalid, and each other one an error.
const (
	Service     = "https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-number"
	TestService = "https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-test-service"
)

// timeout leaves an interactive request time to go on without an answer.
const timeout = 6 * time.Second

// Register is VIES at one address.
type Register struct {
	url    string
	client *http.Client
	wall   func() time.Time
}

// New makes a register; wall tells the time of its answers.
func New(url string, wall func() time.Time) *Register {
	return &Register{url: url, client: &http.Client{Timeout: timeout}, wall: wall}
}

// question is the body of an enquiry.
type question struct {
	Country          string `json:"countryCode"`
	Number           string `json:"vatNumber"`
	RequesterCountry string `json:"requesterMemberStateCode,omitempty"`
	RequesterNumber  string `json:"requesterNumber,omitempty"`
}

// reply is an answer, or errors.
type reply struct {
	Country      string `json:"countryCode"`
	Number       string `json:"vatNumber"`
	Valid        *bool  `json:"valid"`
	Consultation string `json:"requestIdentifier"`
	Name         string `json:"name"`
	Address      string `json:"address"`
	UserError    string `json:"userError"`
	Errors       []struct {
		Error string `json:"error"`
	} `json:"errorWrappers"`
}

// Check asks for one number in the name of the requester, who may be unknown.
// Whatever hinders an answer makes the number pending, never invalid.
func (r *Register) Check(ctx context.Context, id, requester taxid.ID) taxid.Proof {
	proof := r.check(ctx, id, requester)
	if proof.Problem == "INVALID_REQUESTER_INFO" && requester != (taxid.ID{}) {
		return r.check(ctx, id, taxid.ID{})
	}
	return proof
}

func (r *Register) check(ctx context.Context, id, requester taxid.ID) taxid.Proof {
	proof := taxid.Proof{ID: id.String(), Method: taxid.ByRegister, Status: taxid.Pending, At: r.wall()}
	answer, err := r.ask(ctx, question{id.Country, id.Number, requester.Country, requester.Number})
	if err != nil {
		proof.Problem = err.Error()
		return proof
	}
	problem := answer.problem()
	switch {
	case problem == "INVALID_INPUT":
		proof.Status, proof.Problem = taxid.Invalid, problem
	case problem != "":
		proof.Problem = problem
	case answer.Valid == nil || !answer.about(id):
		proof.Problem = "UNREADABLE"
	case *answer.Valid:
		proof.Status, proof.Consultation = taxid.Valid, answer.Consultation
		proof.Name, proof.Address = told(answer.Name), told(answer.Address)
	default:
		proof.Status, proof.Consultation = taxid.Invalid, answer.Consultation
	}
	return proof
}

// Errors of an enquiry, in one word each because they are stored.
var (
	errUnreachable = errors.New("UNREACHABLE")
	errUnreadable  = errors.New("UNREADABLE")
)

func (r *Register) ask(ctx context.Context, q question) (reply, error) {
	var answer reply
	body, err := json.Marshal(q)
	if err != nil {
		return answer, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(body))
	if err != nil {
		return answer, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := r.client.Do(req)
	if err != nil {
		return answer, errUnreachable
	}
	defer func() { _ = res.Body.Close() }() // nothing is lost that was read
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return answer, errUnreachable
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, errUnreadable
	}
	if res.StatusCode != http.StatusOK && answer.problem() == "" {
		return answer, fmt.Errorf("HTTP_%d", res.StatusCode)
	}
	return answer, nil
}

// problem is the register's word for what went wrong, empty when nothing did.
func (a reply) problem() string {
	if len(a.Errors) > 0 {
		return word(a.Errors[0].Error)
	}
	if a.UserError != "VALID" && a.UserError != "INVALID" {
		return word(a.UserError)
	}
	return ""
}

// word cuts what a stranger sent to the length of a code.
func word(s string) string { return s[:min(len(s), 60)] }

// about reports whether the answer is to the question; a register that does
// not repeat it is believed.
func (a reply) about(id taxid.ID) bool {
	return (a.Country == "" || a.Country == id.Country) && (a.Number == "" || strings.EqualFold(a.Number, id.Number))
}

// told is a name or address, which some states do not tell.
func told(s string) string {
	if strings.Trim(s, "- ") == "" {
		return ""
	}
	return s[:min(len(s), 500)]
}
