package portal

import (
	"net/http"
	"slices"
	"strings"

	"perennial/shared/billing"
	"perennial/shared/fault"
	"perennial/shared/pages"
	"perennial/shared/portals"
)

// correctable is the path of the form that corrects whom a payment's invoice
// is made out to.
func correctable(p billing.Payment) string {
	if p.Status != billing.PaymentSucceeded || p.InvoiceNumber == "" || len(p.Invoices) == 0 {
		return ""
	}
	return "/billing/" + p.ID + "/details"
}

// paid enters with one payment of the visitor and what it paid.
func (s *Server) paid(w http.ResponseWriter, r *http.Request) (visit, portals.Visitor, []billing.Invoice, bool) {
	v, who, ok := s.person(w, r)
	if !ok {
		return v, who, nil, false
	}
	_, invoices, err := s.Self.Paid(r.Context(), who, r.PathValue("payment"))
	if err != nil {
		pages.Error(w, r, err)
		return v, who, nil, false
	}
	if slices.ContainsFunc(invoices, func(i billing.Invoice) bool { return i.Corrected != "" }) {
		s.refuse(w, r, v, billing.ErrCorrected)
		return v, who, nil, false
	}
	return v, who, invoices, true
}

func (s *Server) paperForm(w http.ResponseWriter, r *http.Request) {
	v, _, invoices, ok := s.paid(w, r)
	if ok {
		s.showPaper(w, r, http.StatusOK, v, invoices[0], invoices[0].Buyer, nil)
	}
}

func (s *Server) showPaper(w http.ResponseWriter, r *http.Request, status int, v visit, i billing.Invoice, b billing.Buyer, f *fault.Fault) {
	title := v.say("Correct invoice %s", i.Number)
	s.show(w, r, status, "details", v, v.chrome(title), detailsPage{
		Action: r.URL.Path, Back: "/billing", Name: v.say("Billing history"), Heading: title,
		Lead:     v.say("An invoice can be corrected once. The corrected one has the same lines and amounts, and comes with the PDF from then on."),
		Customer: b.Name, Business: b.Business, TaxID: b.TaxID, Address: b.Address, Countries: v.nations(b.Address.Country), Wrong: v.wrong(f), Marked: marked(f),
		Fixed: !v.State.Settings.Subscriptions.AllowsEditProfile(),
	})
}

func (s *Server) savePaper(w http.ResponseWriter, r *http.Request) {
	v, who, invoices, ok := s.paid(w, r)
	if !ok {
		return
	}
	if !s.within(w, r, v, asksRegister, invoices[0].Customer) {
		return
	}
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	buyer := billing.Buyer{
		Name: text("name"), TaxID: text("tax_id"), Business: text("business"),
		Address: billing.Address{Country: text("country"), State: text("state"), City: text("city"), Street: text("street"), Zip: text("zip")},
	}
	err := s.Self.CorrectInvoice(r.Context(), who, r.PathValue("payment"), buyer)
	if f := fault.Of(err); f != nil && (f.Kind == fault.Invalid || f.Kind == fault.Conflict) {
		s.showPaper(w, r, pages.Status(err), v, invoices[0], buyer, f)
		return
	}
	if err != nil {
		pages.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/billing?done=corrected", http.StatusSeeOther)
}
