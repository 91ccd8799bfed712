package documents

import (
	"context"
	"mime"
	"net/http"
	"strconv"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/httpapi"
	"perennial/shared/invoices"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// Options are what serving documents needs.
type Options struct {
	Service   *invoices.Service
	Corrector *invoices.Corrector
	Links     invoices.Links
	Keys      httpapi.Authenticator
	Limits    *httpapi.Limits
}

// Faults of the routes.
var (
	errSignature = fault.New(fault.Unauthorized, "UNAUTHORIZED", "This link is not valid.")
	errPayout    = fault.New(fault.Unsupported, "UNSUPPORTED_ACTION", "Perennial has no payouts: the money goes from the gateway to the merchant.")
)

// server serves documents to keys and to signed addresses.
type server struct {
	Options
	keyed  *httpapi.API
	signed http.Handler
}

// New makes the handler of everything under /invoices.
func New(o Options) http.Handler {
	s := &server{Options: o}
	info := httpapi.Info{Title: "Documents", Version: "1", URL: o.Links.URL}
	s.keyed = httpapi.New(info, o.Keys)
	public := httpapi.New(info, nil)
	for kind, of := range map[invoices.Kind]finder{
		invoices.Payments: s.Service.OfPayment, invoices.Refunds: s.Service.OfRefund, invoices.Invoices: s.Service.OfInvoice,
	} {
		path := "GET /invoices/" + string(kind) + "/{id}"
		s.keyed.Handle(path, func(w http.ResponseWriter, r *http.Request, c httpapi.Caller) error {
			return send(w, r, merchant.Scope{Business: c.BusinessID, Mode: merchant.Mode(c.Mode)}, of)
		})
		public.Handle(path, func(w http.ResponseWriter, r *http.Request, _ httpapi.Caller) error {
			q := r.URL.Query()
			scope, ok := merchant.ParseScope(q.Get("scope"))
			if !ok || !s.Links.Signed(scope, kind, r.PathValue("id"), q.Get("signature")) {
				return errSignature
			}
			return send(w, r, scope, of)
		}, httpapi.Public())
	}
	s.keyed.Handle("GET /invoices/payouts/{id}", func(http.ResponseWriter, *http.Request, httpapi.Caller) error { return errPayout })
	httpapi.Route(s.keyed, "POST /invoices/payments/{payment_id}/correction", "Correct the buyer of an invoice", s.correct)
	if o.Limits != nil {
		s.keyed.Limit(o.Limits)
	}
	s.signed = public
	return s
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("signature") && r.Header.Get("Authorization") == "" {
		s.signed.ServeHTTP(w, r)
		return
	}
	s.keyed.ServeHTTP(w, r)
}

// finder is one way to find documents.
type finder func(context.Context, merchant.Scope, string, invoices.Wish) (invoices.File, error)

// send answers with the document. It is private to who asked, but may be kept
// by their browser: an issued one never changes.
func send(w http.ResponseWriter, r *http.Request, scope merchant.Scope, of finder) error {
	q := r.URL.Query()
	wish := invoices.Wish{Receipt: q.Get("form") == "receipt"}
	if lang := q.Get("language"); Languages(lang) {
		wish.Language = lang
	}
	file, err := of(r.Context(), scope, r.PathValue("id"), wish)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": file.Name + ".pdf"}))
	h.Set("Content-Length", strconv.Itoa(len(file.PDF)))
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Referrer-Policy", "no-referrer") // the address is a credential
	_, err = w.Write(file.PDF)
	return err
}

// correction is a full address, and the tax id of a business.
type correction struct {
	PaymentID string `path:"payment_id"`
	Body      struct {
		Name     string `json:"name"`
		Business string `json:"business_name,omitempty"`
		TaxID    string `json:"tax_id,omitempty"`
		Address  struct {
			Street  string `json:"street"`
			City    string `json:"city"`
			State   string `json:"state,omitempty"`
			Zip     string `json:"zipcode,omitempty"`
			Country string `json:"country"`
		} `json:"address"`
	}
}

// Corrected is a corrected invoice as the API shows it.
type Corrected struct {
	InvoiceID  string `json:"invoice_id"`
	Number     string `json:"number"`
	CorrectsID string `json:"corrects_id"`
	InvoiceURL string `json:"invoice_url"`
}

// Corrections are the corrected invoices of one payment.
type Corrections struct {
	Items []Corrected `json:"items"`
}

func (s *server) correct(ctx context.Context, c httpapi.Caller, in correction) (Corrections, error) {
	scope, b := merchant.Scope{Business: c.BusinessID, Mode: merchant.Mode(c.Mode)}, in.Body
	made, err := s.Corrector.Correct(ctx, invoices.Correction{
		Scope: scope, Actor: record.Actor{Kind: record.ByKey, ID: c.KeyID}, Payment: in.PaymentID,
		Buyer: billing.Buyer{Name: b.Name, Business: b.Business, TaxID: b.TaxID, Address: billing.Address{
			Street: b.Address.Street, City: b.Address.City, State: b.Address.State, Zip: b.Address.Zip, Country: b.Address.Country,
		}},
	})
	out := Corrections{Items: []Corrected{}}
	for _, v := range made {
		out.Items = append(out.Items, Corrected{v.ID, v.Number, v.Corrects, s.Links.To(scope, invoices.Invoices, v.ID)})
	}
	return out, err
}
