package checkout_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"perennial/shared/billing"
	"perennial/shared/lambdahttp"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/mails"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// mailed is the path of the link in the mail that the newest outbox item asks
// for; empty when the mail is not wanted any more.
func (s *site) mailed(t mails.Template) string {
	s.t.Helper()
	box := &letterbox{}
	service := mails.Service{
		Store: s.Store, Writer: box, Sender: box, Portals: map[merchant.Mode]string{}, Wall: s.Clock.Now, Checkout: s.server.URL,
	}
	all := s.Store.Outboxes()
	for i := len(all) - 1; i >= 0; i-- {
		items, err := mails.For(all[i], s.Clock.Now(), func() (merchant.State, error) { return s.State(), nil })
		if err != nil {
			s.t.Fatal(err)
		}
		for _, item := range items {
			if item.Ref != record.RefOf[record.Mail](mails.ID(all[i].Key, t)) {
				continue
			}
			if err := service.Event(s.t.Context(), item); err != nil {
				s.t.Fatal(err)
			}
			link, err := url.Parse(box.letter.URL)
			if err != nil {
				s.t.Fatal(err)
			}
			return link.Path
		}
	}
	s.t.Fatalf("nothing asks for %s", t)
	return ""
}

// R240, rules 20: the mailed link pays one invoice, shows little, and dies.
func TestTheLinkOfAManualRenewalPaysItOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Product.Version, s.Product.Collect = 1, billing.CollectManual
	s.Put(s.Product)
	sub := s.Active("visa_ok")
	s.AdvanceTo(sub.Period.End.Add(-24 * time.Hour))
	early := s.mailed(mails.InvoiceIssued)
	s.AdvanceTo(sub.Period.End.Add(24 * time.Hour))
	path := s.mailed(mails.InvoiceOverdue)
	form := s.get(path)
	form.Must(t, 200, "Atlas Pro", "$20.00")
	form.MustNot(t, s.Customer.Email, "Ada")
	s.pay(path, "decline_on_charge").Must(t, 422, "Nothing was charged.")
	s.leadsTo(s.pay(path, "mastercard_ok"), path+"/return").Must(t, 200, "Your payment for Atlas Pro was received.")
	for _, link := range []string{path, early} {
		s.get(link).Must(t, 410)
		s.pay(link, "visa_ok").Must(t, 410)
	}
	if got := s.Sub(sub.ID); got.Status != billing.StatusActive || !got.Method.IsZero() || got.Period.Start != sub.Period.End {
		t.Errorf("it is %s in %v with %s", got.Status, got.Period, got.Method.Last4)
	}
	s.Reconcile()
}

// A payment keeps where its customer was, as the edge saw it (R271).
func TestAPaymentKeepsItsProofsOfPlace(t *testing.T) {
	t.Parallel()
	s := open(t)
	sub := s.Active("visa_ok")
	p := lifecycletest.Get[billing.Payment](s.World, sub.Receipts[0])
	if p.Evidence.Address != "DE" || p.Evidence.Card != p.Method.Country || p.Evidence.IP != "" {
		t.Errorf("it keeps %+v", p.Evidence)
	}
	started, path := s.link(wish{})
	header := http.Header{lambdahttp.CountryHeader: {"JP"}, "Origin": {s.server.URL}, "Sec-Fetch-Site": {"same-origin"}}
	s.send(http.MethodPost, path, url.Values{"token": {s.Gateway.Token("visa_ok")}}, header).Must(t, http.StatusSeeOther)
	if p := lifecycletest.Get[billing.Payment](s.World, started.Payment.ID); p.Evidence.IP != "JP" || !p.Evidence.Judge().Conflict {
		t.Errorf("it keeps %+v", p.Evidence)
	}
}
