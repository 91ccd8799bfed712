package merchantapi

import (
	"context"
	"time"

	"perennial/shared/customers"
	"perennial/shared/httpapi"
	"perennial/shared/wire"
)

const aboutMail = "Perennial's own: whether mails reach a customer, and which are wanted. After a permanent bounce nothing more is sent to an address, " +
	"after a complaint nothing optional; `lift_bounce` says that the address works again."

// CustomerMail is whether mails reach a customer.
type CustomerMail struct {
	CustomerID string  `json:"customer_id"`
	Status     string  `json:"status" enum:"ok,bounced,complained"`
	Bounced    *string `json:"bounced_at"`
	Complained *string `json:"complained_at"`
	Transient  int     `json:"transient_bounces" doc:"Deliveries that failed and may succeed another time."`
	Optional   bool    `json:"optional_mails" doc:"Mails that nothing obliges to send are wanted."`
	Consent    *string `json:"win_back_consent_at" doc:"When consent to mails after a cancellation was recorded."`
}

// CustomerMailPatch changes what it names.
type CustomerMailPatch struct {
	Optional *bool `json:"optional_mails,omitempty"`
	Consent  *bool `json:"win_back_consent,omitempty" doc:"You have recorded the customer's consent to mails after a cancellation."`
	Lift     bool  `json:"lift_bounce,omitempty"`
}

func (s *server) routeCustomerMail(api *httpapi.API) {
	httpapi.Route(api, "GET /customers/{customer_id}/mail", "Get a customer's mail status", s.getMail, httpapi.Describe(aboutMail))
	httpapi.Route(api, "PATCH /customers/{customer_id}/mail", "Update a customer's mail status", s.patchMail, httpapi.Describe(aboutMail))
}

func (s *server) getMail(ctx context.Context, c httpapi.Caller, in CustomerPath) (CustomerMail, error) {
	found, err := s.Customers.MailStatus(ctx, scopeOf(c), in.CustomerID)
	return ToAPICustomerMail(found), err
}

type patchMail struct {
	CustomerPath
	Body CustomerMailPatch
}

func (s *server) patchMail(ctx context.Context, c httpapi.Caller, in patchMail) (CustomerMail, error) {
	wish := customers.MailWish{Optional: in.Body.Optional, Consent: in.Body.Consent, Lift: in.Body.Lift}
	changed, err := s.Customers.SetMails(ctx, scopeOf(c), actorOf(c), in.CustomerID, wish)
	return ToAPICustomerMail(changed), err
}

// ToAPICustomerMail converts a mail status.
func ToAPICustomerMail(m customers.MailStatus) CustomerMail {
	out := CustomerMail{
		CustomerID: m.Customer.ID, Status: "ok", Bounced: moment(m.Address.BouncedAt), Complained: moment(m.Address.ComplainedAt),
		Transient: m.Address.Transient, Optional: m.Customer.WantsOptional() && m.Address.ComplainedAt.IsZero(), Consent: moment(m.Customer.ConsentedAt),
	}
	switch {
	case out.Bounced != nil:
		out.Status = "bounced"
	case out.Complained != nil:
		out.Status = "complained"
	}
	return out
}

// moment is null for an absent time.
func moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := wire.Wall(t)
	return &text
}
