package checkout_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/purchases"
	"perennial/shared/record"
)

func TestASessionLooksAsItsMerchantWants(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.basket(func(in *purchases.Session) {
		in.Cart.Customer, in.Cart.Billing = s.Customer.ID, home
		in.Page = record.CheckoutPage{
			Language: "de", NoLines: true, PayText: "Los geht's", Leave: true,
			Look: record.Look{Theme: "dark", Dark: merchant.Palette{Accent: "#ffb4a2"}},
		}
	})
	page := s.get(path)
	page.Must(t, 200, `lang="de"`, "_dark.css", "ffb4a2", "Los geht&#39;s", "30,00")
	page.MustNot(t, "Handbook × 2")
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, `http-equiv="refresh"`, "url=https://shop.example/thanks?")
}

func TestAForcedChallengeIsAskedFor(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.basket(func(in *purchases.Session) {
		in.Cart.Customer, in.Cart.Billing, in.Page.Force3DS = s.Customer.ID, home, true
	})
	got := s.card(path, "visa_ok")
	if got.Status != http.StatusSeeOther || !strings.Contains(got.To, "/challenge/") {
		t.Fatalf("%d to %q", got.Status, got.To)
	}
	if p := s.report(made.ID).Payment; p.Status == billing.PaymentSucceeded {
		t.Error("it was charged without the challenge")
	}
}

func TestSavedMethodsAreOfferedToTheAttachedCustomerAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	saved := s.Active("visa_ok").Method
	made, path := s.basket(func(in *purchases.Session) {
		in.Cart.Customer, in.Cart.Billing, in.Page.Saved = s.Customer.ID, home, true
	})
	form := s.get(path)
	form.Must(t, 200, "Use a new card", `name="method" value="`+saved.ID+`"`, "4242")
	shown := shownTotal.FindStringSubmatch(form.Text)[1]
	s.leadsTo(s.post(path, url.Values{"shown": {shown}, "method": {saved.ID}}), path+"/return").Must(t, 200, "Thank you")
	if p := s.report(made.ID).Payment; p.Status != billing.PaymentSucceeded || p.Method.ID != saved.ID {
		t.Errorf("paid %+v", p)
	}
	s.Reconcile()
}

// R050: a bank debit is charged in euros only, and is offered nowhere else.
func TestASavedDebitIsNotOfferedForDollars(t *testing.T) {
	t.Parallel()
	s := open(t)
	card := s.Active("visa_ok").Method
	debit, err := s.Recovery.Wallet.Save(t.Context(), s.Scope, record.System, lifecycletest.Get[billing.Customer](s.World, s.Customer.ID), s.Gateway.Token("sepa_debit"), gateway.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	_, path := s.basket(func(in *purchases.Session) {
		in.Cart.Customer, in.Cart.Billing, in.Page.Saved = s.Customer.ID, home, true
	})
	form := s.get(path)
	form.Must(t, 200, card.ID)
	form.MustNot(t, debit.ID)
	const why = "This payment method cannot be charged in this currency."
	shown := shownTotal.FindStringSubmatch(form.Text)[1]
	s.post(path, url.Values{"shown": {shown}, "method": {debit.ID}}).Must(t, 422, why)
	s.post(path, url.Values{"shown": {shown}, "token": {s.Gateway.Token("sepa_debit")}}).Must(t, 422, why)
	if n := len(lifecycletest.All[billing.Method](s.World)); n != 2 {
		t.Errorf("%d methods are saved", n)
	}
}

func TestSavedMethodsThatNobodyAskedForCannotBeUsed(t *testing.T) {
	t.Parallel()
	s := open(t)
	saved := s.Active("visa_ok").Method
	_, path := s.basket(func(in *purchases.Session) { in.Cart.Customer, in.Cart.Billing = s.Customer.ID, home })
	form := s.get(path)
	form.MustNot(t, saved.ID, "Use a new card")
	shown := shownTotal.FindStringSubmatch(form.Text)[1]
	s.post(path, url.Values{"shown": {shown}, "method": {saved.ID}}).Must(t, 422)
}

func TestAPlanOfACollectionIsChosenFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Put(billing.Product{
		ID: "pdt_team", Name: "Atlas Team", Description: "For ten people", TaxCategory: "saas", CreatedAt: s.Now(),
		Price: billing.Price{Kind: s.Product.Price.Kind, Amount: money.Of(9900, "USD"), Every: s.Product.Price.Every, Term: s.Product.Price.Term},
	}, billing.Collection{ID: "pdc_1", Name: "Plans", Groups: []billing.Group{
		{ID: "g", Members: []billing.Member{{ID: "m1", Product: s.Product.ID}, {ID: "m2", Product: "pdt_team"}}},
	}})
	made, path := s.basket(func(in *purchases.Session) { in.Cart.Items, in.Page.Choices = nil, "pdc_1" })
	first := s.get(path)
	first.Must(t, 200, "Choose your plan", "Atlas Pro", "$20.00 per month", `value="pdt_team"`, "For ten people", `value="`+s.Product.ID+`" checked`)
	s.leadsTo(s.post(path+"/plan", url.Values{"product": {"pdt_book"}}), path+"?plan").Must(t, 200, "Choose your plan")
	s.leadsTo(s.post(path+"/plan", url.Values{"product": {"pdt_team"}}), path).Must(t, 200, "Your details")
	s.leadsTo(s.post(path+"/details", ada), path).Must(t, 200, "Atlas Team", "Pay $99.00", `href="?plan"`)
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Atlas Team is active")
	if p := s.report(made.ID).Payment; p.Amount.Minor != 9900 {
		t.Errorf("paid %v", p.Amount)
	}
	s.leadsTo(s.post(path+"/plan", url.Values{"product": {s.Product.ID}}), path).Must(t, 200, "Thank you")
}

func TestAnswersAreOfTheirQuestionsTypes(t *testing.T) {
	t.Parallel()
	s := open(t)
	types := []string{"number", "date", "url", "email", "boolean", "text"}
	made, path := s.basket(func(in *purchases.Session) {
		in.Page.NeedTaxID = true
		for _, kind := range types {
			in.Page.Fields = append(in.Page.Fields, record.CheckoutField{Key: kind, Label: "The " + kind, Type: kind, Required: kind == "text"})
		}
	})
	typed := url.Values{}
	for name, values := range ada {
		typed[name] = values
	}
	for _, kind := range types[:5] {
		typed.Set("custom_fields."+kind, "what?")
	}
	s.post(path+"/details", typed).Must(t, 422, "The number: must be a number", "The date: must be a date", "The url: must be a web address",
		"The email: must be an e-mail address", "The boolean: must be chosen from the list", "The text: must not be empty",
		"Business name: must not be empty")
	for kind, value := range map[string]string{"number": "1.5", "date": "2027-02-28", "url": "https://a.example/x", "email": "a@b.example", "boolean": "yes", "text": "x"} {
		typed.Set("custom_fields."+kind, value)
	}
	typed.Set("tax_id", "123")
	typed.Set("business_name", "Navy")
	s.leadsTo(s.post(path+"/details", typed), path).Must(t, 200, "Pay $30.00")
	if n := len(s.report(made.ID).Checkout.Cart.Answers); n != 6 {
		t.Errorf("%d answers", n)
	}
}
