package merchantapi

import (
	"context"

	"perennial/shared/billing"
	"perennial/shared/customers"
	"perennial/shared/httpapi"
	"perennial/shared/mails"
	"perennial/shared/record"
	"perennial/shared/wire"
)

type createCustomer struct {
	Body struct {
		Email    string           `json:"email" format:"email" maxLength:"254"`
		Name     string           `json:"name" minLength:"1" maxLength:"200"`
		Phone    string           `json:"phone_number,omitempty" maxLength:"50"`
		Language string           `json:"language,omitempty" doc:"Language that mails and pages are written in, a BCP 47 tag such as de or pt-BR; ours, not Dodo's."`
		Metadata httpapi.Metadata `json:"metadata,omitzero"`
	}
}

func (s *server) createCustomer(ctx context.Context, c httpapi.Caller, in createCustomer) (wire.Customer, error) {
	b := in.Body
	made, err := s.Customers.Create(ctx, scopeOf(c), actorOf(c), billing.Customer{
		Email: b.Email, Name: b.Name, Phone: b.Phone, Language: b.Language, Metadata: b.Metadata.Values,
	})
	return wire.ToCustomer(scopeOf(c), made), err
}

type listCustomers struct {
	httpapi.Paging
	Created
	Email string `query:"email" doc:"A whole address, or part of one."`
	Name  string `query:"name" doc:"Part of a name, in any case."`
}

func (s *server) listCustomers(ctx context.Context, c httpapi.Caller, in listCustomers) (httpapi.Page[wire.Customer], error) {
	q := in.query(record.KindCustomer, in.Paging)
	found, err := s.Customers.List(ctx, scopeOf(c), customers.Filter{
		Email: in.Email, Name: in.Name, From: q.From, To: q.To, Offset: q.Offset, Limit: q.Limit,
	})
	return page(found, err, func(o billing.Customer) wire.Customer { return wire.ToCustomer(scopeOf(c), o) })
}

// page converts the objects of a page.
func page[T, W any](found []T, err error, convert func(T) W) (httpapi.Page[W], error) {
	var items []W
	for _, o := range found {
		items = append(items, convert(o))
	}
	return httpapi.Items(items), err
}

// CustomerPath names a customer.
type CustomerPath struct {
	CustomerID string `path:"customer_id"`
}

func (s *server) getCustomer(ctx context.Context, c httpapi.Caller, in CustomerPath) (wire.Customer, error) {
	found, err := s.Customers.Get(ctx, scopeOf(c), in.CustomerID)
	return wire.ToCustomer(scopeOf(c), found), err
}

type updateCustomer struct {
	CustomerPath
	Body CustomerPatch
}

// CustomerPatch changes what it names; null clears what may be empty.
type CustomerPatch struct {
	Email    httpapi.Optional[string]           `json:"email,omitzero" format:"email" maxLength:"254"`
	Name     httpapi.Optional[string]           `json:"name,omitzero" minLength:"1" maxLength:"200"`
	Phone    httpapi.Optional[string]           `json:"phone_number,omitzero" maxLength:"50"`
	Language httpapi.Optional[string]           `json:"language,omitzero" doc:"A BCP 47 tag; null is not known."`
	Metadata httpapi.Optional[httpapi.Metadata] `json:"metadata,omitzero"`
}

// FromAPICustomerPatch is the change that a patch wants.
func FromAPICustomerPatch(p CustomerPatch) func(billing.Customer) billing.Customer {
	return func(c billing.Customer) billing.Customer {
		c.Email, c.Name, c.Phone = kept(p.Email, c.Email), kept(p.Name, c.Name), p.Phone.Else(c.Phone)
		c.Language, c.Metadata = p.Language.Else(c.Language), meta(p.Metadata, c.Metadata)
		return c
	}
}

func (s *server) updateCustomer(ctx context.Context, c httpapi.Caller, in updateCustomer) (wire.Customer, error) {
	changed, err := s.Customers.Update(ctx, scopeOf(c), actorOf(c), in.CustomerID, FromAPICustomerPatch(in.Body))
	return wire.ToCustomer(scopeOf(c), changed), err
}

func (s *server) listMethods(ctx context.Context, c httpapi.Caller, in CustomerPath) (httpapi.Page[wire.PaymentMethod], error) {
	found, err := s.Customers.Methods(ctx, scopeOf(c), in.CustomerID)
	return page(found, err, wire.ToPaymentMethod)
}

// MethodPath names a customer's payment method.
type MethodPath struct {
	CustomerPath
	MethodID string `path:"payment_method_id"`
}

func (s *server) deleteMethod(ctx context.Context, c httpapi.Caller, in MethodPath) error {
	return s.Customers.RemoveMethod(ctx, scopeOf(c), actorOf(c), in.CustomerID, in.MethodID)
}

type portalSession struct {
	CustomerPath
	SendEmail bool   `query:"send_email"`
	ReturnURL string `query:"return_url" doc:"Where the portal leads back to; https."`
}

// PortalLink is the answer of a new portal session.
type PortalLink struct {
	Link string `json:"link"`
}

func (s *server) createPortalSession(ctx context.Context, c httpapi.Caller, in portalSession) (PortalLink, error) {
	scope := scopeOf(c)
	link, err := s.Links.Mint(ctx, scope, in.CustomerID, in.ReturnURL)
	if err != nil || !in.SendEmail {
		return PortalLink{link}, err
	}
	message, err := mails.Invite{Scope: scope, Customer: in.CustomerID, ReturnURL: in.ReturnURL}.Encode()
	if err != nil {
		return PortalLink{}, err
	}
	return PortalLink{link}, s.LoginMails.Send(ctx, message)
}
