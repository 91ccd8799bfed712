package checkout_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages/pagestest"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/tax"
)

// basket is a session of two handbooks for whoever opens it.
func (s *site) basket(change func(*purchases.Session)) (record.Checkout, string) {
	s.t.Helper()
	book := billing.Product{
		ID: "pdt_book", Name: "Handbook", TaxCategory: "e_book", CreatedAt: s.Now(),
		Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")},
	}
	s.Put(book)
	return s.open(change)
}

// open is another such session.
func (s *site) open(change func(*purchases.Session)) (record.Checkout, string) {
	s.t.Helper()
	in := purchases.Session{
		Scope: s.Scope, Actor: record.System, ReturnURL: "https://shop.example/thanks",
		Cart: billing.Cart{Items: []billing.CartItem{{Product: "pdt_book", Quantity: 2}}, TrialDays: -1},
	}
	if change != nil {
		change(&in)
	}
	made, err := s.Sales(s.Store).Open(s.t.Context(), in)
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Checkout, session(s.Scope, made.Checkout)
}

// post sends a form as a browser on our own page does.
func (s *site) post(path string, values url.Values) pagestest.Page {
	s.t.Helper()
	return s.send(http.MethodPost, path, values, pagestest.SameOrigin(s.server.URL))
}

var ada = url.Values{
	"email": {"grace@example.com"}, "name": {"Grace"}, "country": {"US"}, "street": {"1 Main St"}, "city": {"Albany"}, "zipcode": {"12207"},
}

var shownTotal = regexp.MustCompile(`name="shown" value="([^"]*)"`)

// card posts the form that a page shows, with a card.
func (s *site) card(path, card string) pagestest.Page {
	s.t.Helper()
	form := shownTotal.FindStringSubmatch(s.get(path).Text)
	if form == nil {
		s.t.Fatal("the page has no form to pay with")
	}
	return s.post(path, url.Values{"token": {s.Gateway.Token(card)}, "shown": {html.UnescapeString(form[1])}})
}

func (s *site) report(id string) purchases.Report {
	s.t.Helper()
	r, err := s.Sales(s.Store).Report(s.t.Context(), s.Scope, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func TestASessionAsksWhoBuysAndTakesThePayment(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.basket(nil)
	form := s.get(path)
	form.Must(t, 200, "Your details", `name="email"`, `name="street"`, "Continue to payment", "Germany")
	bad := s.post(path+"/details", url.Values{"email": {"nobody"}, "country": {"US"}, "name": {"Grace"}})
	bad.Must(t, 422, `aria-invalid="true"`, "E-mail: must be an e-mail address", "City: must not be empty", `value="Grace"`)
	if r := s.report(made.ID); r.Checkout.Cart.Name != "" {
		t.Error("what was refused was kept")
	}
	pay := s.leadsTo(s.post(path+"/details", ada), path)
	pay.Must(t, 200, "Handbook × 2", "$30.00", "grace@example.com", "1 Main St, 12207 Albany", "Pay $30.00", "Discount code")
	if n, err := s.Store.Customers(t.Context(), s.Scope, "grace@example.com"); err != nil || len(n) != 0 {
		t.Errorf("a customer was made before paying: %v, %v", n, err)
	}
	done := s.leadsTo(s.card(path, "visa_ok"), path+"/return")
	r := s.report(made.ID)
	want := html.EscapeString("https://shop.example/thanks?email=grace%40example.com&payment_id=" + r.Payment.ID + "&status=succeeded")
	done.Must(t, 200, "Thank you", "Your payment was received", `href="`+want+`"`)
	if r.Payment.Status != billing.PaymentSucceeded || r.Customer.Name != "Grace" {
		t.Errorf("report %+v", r)
	}
	s.get(path).Must(t, 200, "Thank you")
	s.get(path+"?edit").Must(t, 200, "Thank you")
}

func TestASessionIsPlacedAndPaidOnceFromManyTabs(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.basket(func(in *purchases.Session) { in.Cart.Customer = s.Customer.ID; in.Cart.Billing = home })
	shown := shownTotal.FindStringSubmatch(s.get(path).Text)
	form := url.Values{"token": {s.Gateway.Token("visa_ok")}, "shown": {shown[1]}}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got := s.post(path, form); got.Status != http.StatusSeeOther {
				t.Errorf("%d %s", got.Status, got.Text)
			}
		})
	}
	wait.Wait()
	s.get(path+"/return").Must(t, 200, "Thank you")
	if n := len(s.Gateway.Ledger()); n != 1 || s.report(made.ID).Payment.Status != billing.PaymentSucceeded {
		t.Errorf("%d charges", n)
	}
	s.leadsTo(s.post(path, form), path+"/return").Must(t, 200, "Thank you")
	s.Reconcile()
}

var home = billing.Address{Country: "US", Street: "1 Main St", City: "Albany", Zip: "12207"}

func TestADeclinedSessionIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.basket(func(in *purchases.Session) { in.Cart.Customer = s.Customer.ID; in.Cart.Billing = home })
	s.card(path, "decline_on_charge").Must(t, 422, `role="alert"`, "Nothing was charged.", "Pay $30.00")
	if r := s.report(made.ID); r.Payment.Status != billing.PaymentFailed {
		t.Errorf("report %+v", r.Payment)
	}
	s.card(path, "expired_card").Must(t, 422, "The card has expired", "Pay $30.00")
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Thank you")
	s.Reconcile()
}

func TestACartWithASubscriptionShowsWhatIsDueNowAndLater(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.basket(func(in *purchases.Session) {
		in.Cart.Customer, in.Cart.Billing = s.Customer.ID, home
		in.Cart.Items = append(in.Cart.Items, billing.CartItem{Product: s.Product.ID, Quantity: 1})
	})
	s.get(path).Must(t, 200, "Handbook × 2", "Atlas Pro", "$20.00 per month", "Subtotal", "Pay $50.00", "kept for the renewals")
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Atlas Pro is active", "subscription_id=")
	if r := s.report(made.ID); r.Payment.Amount.Minor != 5000 || r.Payment.Status != billing.PaymentSucceeded {
		t.Errorf("report %+v", r.Payment)
	}
	s.Reconcile()
}

func TestATotalThatWasNotShownIsNotCharged(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.basket(func(in *purchases.Session) { in.Cart.Customer = s.Customer.ID; in.Cart.Billing = home })
	old := shownTotal.FindStringSubmatch(s.get(path).Text)[1]
	book := lifecycletest.Get[billing.Product](s.World, "pdt_book")
	book.Price.Amount = money.Of(9900, "USD")
	s.Put(book)
	got := s.post(path, url.Values{"token": {s.Gateway.Token("visa_ok")}, "shown": {old}})
	got.Must(t, 422, "The total has changed", "Pay $198.00")
	if len(s.Gateway.Ledger()) != 0 {
		t.Error("it was charged")
	}
}

// taxed lets the merchant collect German tax from now on.
func (s *site) taxed() {
	state := s.State()
	state.Seller.Tax = tax.Seller{Country: "DE", Registrations: []tax.Registration{{Country: "DE", Number: "DE136695976", Scheme: tax.Local}}}
	s.Put(state)
}

// R271: the tax of today may not be that of the page, though the cart is
// placed, or waits for the customer's bank.
func TestAnotherTaxOfAPlacedCartIsShownBeforeItIsCharged(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"decline_on_charge", "authenticate_always"} {
		s := open(t)
		made, path := s.basket(func(in *purchases.Session) {
			in.Cart.Customer = s.Customer.ID
			in.Cart.Billing = billing.Address{Country: "DE", Street: "Torstr. 1", City: "Berlin", Zip: "10119"}
		})
		s.card(path, first)
		old := shownTotal.FindStringSubmatch(s.get(path).Text)[1]
		s.taxed()
		got := s.post(path, url.Values{"token": {s.Gateway.Token("visa_ok")}, "shown": {old}})
		got.Must(t, 422, "The total has changed")
		got.MustNot(t, "Pay $30.00")
		if len(s.Gateway.Ledger()) != 0 {
			t.Errorf("after %s it was charged", first)
		}
		s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Thank you")
		if p := s.report(made.ID).Payment; p.Tax.Nothing() || p.Amount.Minor != 3000+p.Tax.Minor {
			t.Errorf("after %s: %v with tax %v", first, p.Amount, p.Tax)
		}
		s.Reconcile()
	}
}

func TestAnotherTaxOfASubscriptionIsShownBeforeItIsCharged(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, path := s.link(wish{})
	s.get(path).Must(t, 200, "Pay $20.00")
	old := shownTotal.FindStringSubmatch(s.get(path).Text)[1]
	s.taxed()
	got := s.post(path, url.Values{"token": {s.Gateway.Token("visa_ok")}, "shown": {old}})
	got.Must(t, 422, "The total has changed", "Pay $23.80")
	if len(s.Gateway.Ledger()) != 0 {
		t.Error("it was charged")
	}
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Atlas Pro is active")
	s.Reconcile()
}

func TestACodeIsAppliedAndRemovedWithoutAScript(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Put(billing.Discount{ID: "dsc_1", Code: "SAVE10", Type: billing.DiscountPercentage, BasisPoints: 1000, CreatedAt: s.Now()},
		billing.DiscountCode{Code: "SAVE10", Discount: "dsc_1"})
	made, path := s.basket(func(in *purchases.Session) { in.Cart.Customer = s.Customer.ID; in.Cart.Billing = home })
	s.post(path+"/code", url.Values{"code": {"nope"}}).Must(t, 422, `id="code-wrong"`, `value="NOPE"`, "Pay $30.00")
	s.leadsTo(s.post(path+"/code", url.Values{"code": {"save10"}}), path).Must(t, 200, "Discount SAVE10", "−$3.00", "Pay $27.00")
	s.leadsTo(s.post(path+"/code", url.Values{"remove": {"SAVE10"}}), path).Must(t, 200, "Pay $30.00")
	s.leadsTo(s.post(path+"/code", url.Values{"code": {"SAVE10"}}), path)
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "$27.00")
	if r := s.report(made.ID); r.Payment.Amount.Minor != 2700 || len(r.Payment.Discounts) != 1 {
		t.Errorf("payment %+v", r.Payment)
	}
	s.Reconcile()
}

func TestTheTaxOfTheBuyersCountryIsShownAndCharged(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.taxed()
	made, path := s.basket(func(in *purchases.Session) {
		in.Cart.Customer = s.Customer.ID
		in.Cart.Billing = billing.Address{Country: "DE", Street: "Torstr. 1", City: "Berlin", Zip: "10119"}
	})
	got := s.get(path)
	got.Must(t, 200, "Subtotal", ">Tax<")
	s.leadsTo(s.card(path, "visa_ok"), path+"/return")
	if p := s.report(made.ID).Payment; p.Tax.Nothing() || p.Amount.Minor != 3000+p.Tax.Minor {
		t.Errorf("payment %v with tax %v", p.Amount, p.Tax)
	}
	s.Reconcile()
}

// Whoever types the address of a customer who is exempt pays tax like anybody.
func TestATypedAddressExemptsNobody(t *testing.T) {
	t.Parallel()
	for _, attached := range []bool{false, true} {
		for _, plan := range []bool{false, true} {
			s := open(t)
			s.taxed()
			exempt := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID)
			exempt.TaxExempt = true
			s.Put(exempt, billing.Mailbox{Email: exempt.Email, Customer: exempt.ID})
			made, path := s.basket(func(in *purchases.Session) {
				in.Cart.Billing = billing.Address{Country: "DE", Street: "Torstr. 1", City: "Berlin", Zip: "10119"}
				if in.Cart.Email, in.Cart.Name = s.Customer.Email, "Mallory"; attached {
					in.Cart.Customer = s.Customer.ID
				}
				if plan {
					in.Cart.Items = []billing.CartItem{{Product: s.Product.ID, Quantity: 1}}
				}
			})
			if page := s.get(path).Text; strings.Contains(page, ">Tax<") == attached {
				t.Errorf("attached %t: the page shows\n%s", attached, page)
			}
			s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Thank you")
			r := s.report(made.ID)
			if r.Customer.ID != s.Customer.ID || r.Payment.Tax.Nothing() != attached || !r.Customer.TaxExempt {
				t.Errorf("attached %t, plan %t: tax %v of %+v", attached, plan, r.Payment.Tax, r.Customer)
			}
			if plan {
				s.AdvanceTo(s.Sub(r.Checkout.Subscription).Period.End)
				if renewed := lifecycletest.All[billing.Payment](s.World)[0]; renewed.ID == r.Payment.ID || renewed.Tax.Nothing() != attached {
					t.Errorf("attached %t: the renewal is taxed %v", attached, renewed.Tax)
				}
			}
			s.Reconcile()
		}
	}
}

func TestAPlacedSessionTellsNothingOfATypedAddress(t *testing.T) {
	t.Parallel()
	for _, product := range []string{"pdt_book", ""} {
		s := open(t)
		known := lifecycletest.Get[billing.Customer](s.World, s.Customer.ID)
		known.Email, known.Language = "Ada.Lovelace@example.com", "de"
		s.Put(known, billing.Mailbox{Email: billing.NormalEmail(known.Email), Customer: known.ID})
		made, path := s.basket(func(in *purchases.Session) {
			in.Cart.Billing, in.Cart.Email, in.Cart.Name = home, "ada.lovelace@example.com", "Mallory"
			if product == "" {
				in.Cart.Items[0] = billing.CartItem{Product: s.Product.ID, Quantity: 1}
			}
		})
		s.card(path, "decline_on_charge").Must(t, 422, `lang="en"`)
		declined := s.get(path)
		declined.Must(t, 200, `lang="en"`, "ada.lovelace@example.com")
		declined.MustNot(t, known.Email)
		paid := s.leadsTo(s.card(path, "visa_ok"), path+"/return")
		paid.Must(t, 200, `lang="en"`, "ada.lovelace@example.com")
		paid.MustNot(t, known.Email)
		if r := s.report(made.ID); r.Customer.ID != known.ID {
			t.Errorf("bought by %s", r.Customer.ID)
		}
	}
}

func TestTheMerchantsQuestionsAreAnswered(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.basket(func(in *purchases.Session) {
		in.Page = record.CheckoutPage{Minimal: true, NoCodes: true, NoPhone: true, NoTaxID: true, CancelURL: "https://shop.example/cart", Fields: []record.CheckoutField{
			{Key: "size", Label: "Size", Type: "dropdown", Required: true, Options: []string{"S", "L"}},
		}}
	})
	form := s.get(path)
	form.Must(t, 200, "Size", "<option>L</option>", "https://shop.example/cart")
	form.MustNot(t, `name="street"`, `name="phone_number"`, `name="tax_id"`)
	details := url.Values{"email": {"grace@example.com"}, "name": {"Grace"}, "country": {"US"}, "zipcode": {"12207"}, "custom_fields.size": {"XXL"}}
	s.post(path+"/details", details).Must(t, 422, "Size: must be chosen from the list")
	details.Set("custom_fields.size", "L")
	s.leadsTo(s.post(path+"/details", details), path).MustNot(t, `name="code"`)
	s.leadsTo(s.card(path, "visa_ok"), path+"/return")
	if a := s.report(made.ID).Payment.Answers; len(a) != 1 || a[0].Value != "L" {
		t.Errorf("answers %v", a)
	}
}

func TestWhatCostsNothingNeedsNoCard(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Put(billing.Product{ID: "pdt_free", Name: "Sample", TaxCategory: "e_book", CreatedAt: s.Now(),
		Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(0, "USD")}})
	_, path := s.basket(func(in *purchases.Session) {
		in.Cart.Customer, in.Cart.Billing = s.Customer.ID, home
		in.Cart.Items = []billing.CartItem{{Product: "pdt_free", Quantity: 1}}
	})
	form := s.get(path)
	form.Must(t, 200, "Complete the order", "$0.00")
	form.MustNot(t, "data-card-fields")
	shown := shownTotal.FindStringSubmatch(form.Text)[1]
	s.leadsTo(s.post(path, url.Values{"shown": {shown}}), path+"/return").Must(t, 200, "Your order is complete")
	s.Reconcile()
}

func TestAnothersSessionIsGone(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, _ := s.basket(nil)
	other := merchant.Scope{Business: "bus_2", Mode: merchant.Test}
	s.get(session(other, made)).Must(t, 410, "no longer available")
	s.post(session(other, made)+"/details", ada).Must(t, 410)
	s.post(session(other, made)+"/code", url.Values{"code": {"X"}}).Must(t, 410)
}

// A long name is cut between letters: half a letter is refused by the store's
// and the gateway's JSON.
func TestALongNameIsCutBetweenLetters(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.basket(nil)
	form := url.Values{"name": {"G" + strings.Repeat("é", 120)}}
	for field, values := range ada {
		if field != "name" {
			form[field] = values
		}
	}
	s.leadsTo(s.post(path+"/details", form), path)
	if name := s.report(made.ID).Checkout.Cart.Name; name != "G"+strings.Repeat("é", 99) {
		t.Errorf("kept %q", name)
	}
}
