package checkout_test

import (
	"testing"

	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/merchant"
)

// whoever opens a page of an archived business is told so, learns
// nothing of what was sold or to whom, and is not charged.
func TestThePagesOfAnArchivedBusinessSellNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{})
	product, _ := s.shelf(nil)
	state := s.State()
	state.Business.SupportEmail = "help@northwind.example"
	state.Archive = merchant.Archive{At: s.Clock.Now()}
	s.Put(state)
	for _, open := range []string{path, "/buy/" + product} {
		page := s.get(open)
		page.Must(t, 403, "This seller no longer sells here", "Nothing was charged.", "mailto:help@northwind.example")
		page.MustNot(t, "Atlas", "ada@example.com", "$20")
	}
	s.pay(path, "visa_ok").Must(t, 403, "This seller no longer sells here")
	s.pay("/buy/"+product, "visa_ok").Must(t, 403, "This seller no longer sells here")
	if n := s.Gateway.Calls(gatewaytest.OpConfirm); n != 0 {
		t.Errorf("%d charges", n)
	}
}

// R158: a gateway that does not answer is not the buyer's fault: the page says
// that we find out and that nothing is charged twice, and tells nothing else.
func TestAGatewayThatIsDownIsTold(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{})
	s.Gateway.Break(gatewaytest.OpSave, gatewaytest.Before)
	got := s.pay(path, "visa_ok")
	got.Must(t, 500, "We are checking your payment", "never made a second time", path+"/return")
	got.MustNot(t, "connection lost", "gatewaytest", "save method")
	s.get(path+"/return").Must(t, 200, "Atlas Pro", "Pay") // the form again: nothing was begun
	if n := s.Gateway.Calls(gatewaytest.OpConfirm); n != 0 {
		t.Errorf("%d charges", n)
	}
	s.leadsTo(s.pay(path, "visa_ok"), path+"/return").Must(t, 200, "is active")
}
