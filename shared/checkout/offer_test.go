package checkout_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/catalog"
	"perennial/shared/ids"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/pages/pagestest"
	"perennial/shared/record"
)

// shelf is a product that can be found by its purchase page.
func (s *site) shelf(change func(*billing.Product)) (string, *catalog.Service) {
	s.t.Helper()
	p := billing.Product{
		Name: "Handbook", TaxCategory: "e_book", Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(1500, "USD")},
	}
	if change != nil {
		change(&p)
	}
	service := &catalog.Service{Store: s.Store, Wall: s.Clock.Now}
	made, err := service.Create(s.t.Context(), catalog.By{Scope: s.Scope, Actor: record.System}, p)
	if err != nil {
		s.t.Fatal(err)
	}
	return made.ID, service
}

// begun follows the redirect of a purchase page to the new session.
func (s *site) begun(p pagestest.Page) (record.Checkout, string) {
	s.t.Helper()
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.To, "/session/") {
		s.t.Fatalf("%d to %q:\n%s", p.Status, p.To, p.Text)
	}
	made, err := record.Get[record.Checkout](s.t.Context(), s.Store, s.Scope, p.To[strings.LastIndexByte(p.To, '/')+1:])
	if err != nil {
		s.t.Fatal(err)
	}
	return made, p.To
}

// A product that was made before offers were kept has no record that says
// whose it is.
func TestAnOldProductIsFoundAtItsBusiness(t *testing.T) {
	t.Parallel()
	s := open(t)
	old := billing.Product{
		ID: ids.New(ids.Product, s.Clock.Now()), Name: "Almanac", TaxCategory: "e_book",
		Price: billing.Price{Kind: billing.PriceOneTime, Amount: money.Of(900, "USD")},
	}
	other := merchant.State{Scope: merchant.Scope{Business: "bus_0", Mode: merchant.Test}, Business: merchant.Business{ID: "bus_0", Zone: "UTC"}}
	s.Put(old)
	if err := s.Store.Commit(t.Context(), record.Commit{Scope: other.Scope, Actor: record.System, Cause: "test", Put: []any{other}}); err != nil {
		t.Fatal(err)
	}
	s.get("/buy/"+old.ID).Must(t, 200, "Almanac", "$9.00")
	if scope, _, err := record.Lookup[billing.Offer](t.Context(), s.Store, old.ID); err != nil || scope != s.Scope {
		t.Errorf("it is remembered at %s, %v", scope, err)
	}
	written := len(s.Store.Commits())
	s.get("/buy/"+old.ID).Must(t, 200, "Almanac")
	for _, id := range []string{ids.New(ids.Product, s.Clock.Now()), "almanac", s.Customer.ID} {
		s.get("/buy/"+id).Must(t, 404)
	}
	if len(s.Store.Commits()) != written {
		t.Error("looking at it, or at nothing, wrote something")
	}
	for range 30 {
		s.get("/buy/" + ids.New(ids.Product, s.Clock.Now()))
	}
	older := old
	older.ID = ids.New(ids.Product, s.Clock.Now())
	s.Put(older)
	s.get("/buy/"+older.ID).Must(t, 404)
	s.get("/buy/"+old.ID).Must(t, 200, "Almanac") // who guesses may still look at what is known
}

func TestAPurchasePageSellsWithoutASessionOfItsOwn(t *testing.T) {
	t.Parallel()
	s := open(t)
	product, _ := s.shelf(nil)
	address := "/buy/" + product + "?" + url.Values{
		"quantity": {"2"}, "redirect_url": {"https://shop.example/thanks"}, "metadata_order": {"17"}, "metadata_bad key": {"x"},
		"email": {"grace@example.com"}, "disableEmail": {"true"}, "fullName": {"Grace"}, "disableCity": {"true"},
	}.Encode()
	before := len(s.Store.Commits())
	form := s.get(address)
	form.Must(t, 200, "Handbook × 2", "$30.00", `value="grace@example.com" required readonly`, `value="Grace"`, `action="/buy/`)
	if len(s.Store.Commits()) != before {
		t.Error("looking at the page wrote something")
	}
	s.post(address, url.Values{"country": {"US"}}).Must(t, 422, "Please look at the marked fields", "City: must not be empty")
	typed := url.Values{
		"email": {"mallory@example.com"}, "name": {"Grace Hopper"}, "country": {"US"}, "street": {"1 Main St"}, "city": {"Albany"}, "zipcode": {"12207"},
	}
	made, path := s.begun(s.post(address, typed))
	if made.Cart.Email != "grace@example.com" || made.Cart.Name != "Grace Hopper" || made.Cart.Billing.City != "Albany" {
		t.Errorf("cart %+v", made.Cart)
	}
	if diff := cmp.Diff(map[string]any{"order": "17"}, made.Cart.Metadata); diff != "" {
		t.Error(diff)
	}
	done := s.leadsTo(s.card(path, "visa_ok"), path+"/return")
	done.Must(t, 200, "Return to shop.example", "https://shop.example/thanks?status=succeeded\"")
	done.MustNot(t, "email=grace", "payment_id=") // whoever wrote the address is not told
	state := s.State()
	state.Settings.Branding.ReturnURL = "https://shop.example/"
	s.Put(state)
	done = s.get(path + "/return")
	done.Must(t, 200, "https://shop.example/thanks?payment_id=pay_")
	done.MustNot(t, "email=grace")
	if p := s.report(made.ID).Payment; p.Amount.Minor != 3000 || p.Metadata["order"] != "17" {
		t.Errorf("payment %+v", p)
	}
}

func TestAShortLinkLeadsToItsPurchasePage(t *testing.T) {
	t.Parallel()
	s := open(t)
	product, service := s.shelf(nil)
	by := catalog.By{Scope: s.Scope, Actor: record.System}
	if _, err := service.ShortLink(t.Context(), by, product, "handbook", map[string]string{"quantity": "3"}); err != nil {
		t.Fatal(err)
	}
	got := s.get("/b/test/handbook?quantity=1&email=grace%40example.com")
	if got.Status != http.StatusSeeOther || got.To != "/buy/"+product+"?email=grace%40example.com&quantity=3" {
		t.Fatalf("%d to %q", got.Status, got.To)
	}
	s.get(got.To).Must(t, 200, "Handbook × 3", "$45.00")
	s.get("/b/handbook").Must(t, 404, "There is nothing here")
	s.get("/b/test/other").Must(t, 404)
	if err := service.Archive(t.Context(), by, product); err != nil {
		t.Fatal(err)
	}
	s.send(http.MethodGet, got.To, nil, http.Header{"Accept-Language": {"de"}}).Must(t, 410, `lang="de"`)
	s.get("/buy/pdt_none").Must(t, 404)
}

func TestTheMerchantsWordsOfAShortLinkStandUnderAnyName(t *testing.T) {
	t.Parallel()
	s := open(t)
	product, service := s.shelf(nil)
	by := catalog.By{Scope: s.Scope, Actor: record.System}
	own := map[string]string{"return_url": "https://shop.example", "discountCode": "TEN", "firstName": "Ada", "lastName": "L", "fullName": "A L"}
	if _, err := service.ShortLink(t.Context(), by, product, "handbook", own); err != nil {
		t.Fatal(err)
	}
	got := s.get("/b/test/handbook?redirect_url=https://evil.example&discount_code=ALL&firstName=Eve&metadata_from=mail")
	want := url.Values{"metadata_from": {"mail"}}
	for name, value := range own {
		want.Set(name, value)
	}
	if got.Status != http.StatusSeeOther || got.To != "/buy/"+product+"?"+want.Encode() {
		t.Errorf("%d to %q", got.Status, got.To)
	}
}

func TestAProductOlderThanPurchasePagesIsOfferedWithItsShortLink(t *testing.T) {
	t.Parallel()
	s := open(t)
	service := &catalog.Service{Store: s.Store, Wall: s.Clock.Now}
	for _, slug := range []string{"atlas", "atlas-2"} {
		if _, err := service.ShortLink(t.Context(), catalog.By{Scope: s.Scope, Actor: record.System}, s.Product.ID, slug, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := record.Lookup[billing.Offer](t.Context(), s.Store, s.Product.ID); err != nil {
		t.Error(err)
	}
	s.get("/buy/"+s.Product.ID).Must(t, 200, "Atlas Pro", "$20.00")
}

func TestABuyerPaysWhatTheyWant(t *testing.T) {
	t.Parallel()
	s := open(t)
	product, _ := s.shelf(func(p *billing.Product) { p.Price.FreeAmount, p.Price.Suggested = true, 2050 })
	s.get("/buy/"+product).Must(t, 200, `name="amount"`, `value="20.50"`, "Amount (USD)")
	s.get("/buy/"+product+"?paymentAmount=9900").Must(t, 200, `value="99.00"`)
	typed := url.Values{"amount": {"14.99"}}
	for name, values := range ada {
		typed[name] = values
	}
	s.post("/buy/"+product, typed).Must(t, 422, "The amount is below", `value="14.99"`)
	typed.Set("amount", "1,000.00")
	s.post("/buy/"+product, typed).Must(t, 422, "must be a number")
	typed.Set("amount", "17,5")
	made, path := s.begun(s.post("/buy/"+product, typed))
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200)
	if p := s.report(made.ID).Payment; p.Amount.Minor != 1750 {
		t.Errorf("paid %v", p.Amount)
	}
}

func TestAnOfferSellsThoughItsCodeHasEnded(t *testing.T) {
	t.Parallel()
	s := open(t)
	product, _ := s.shelf(nil)
	s.Put(billing.Discount{ID: "dsc_1", Code: "SAVE10", Type: billing.DiscountPercentage, BasisPoints: 1000, CreatedAt: s.Now()},
		billing.DiscountCode{Code: "SAVE10", Discount: "dsc_1"})
	s.get("/buy/"+product+"?discount_code=save10").Must(t, 200, "Discount SAVE10", "$13.50")
	s.get("/buy/"+product+"?discount_code=gone&paymentCurrency=JPY&quantity=-1&country=XX").Must(t, 200, "$15.00")
}

func TestPurchasePagesAreNotFlooded(t *testing.T) {
	t.Parallel()
	s := open(t)
	product, _ := s.shelf(nil)
	for range 20 {
		s.begun(s.post("/buy/"+product, ada))
	}
	s.post("/buy/"+product, ada).Must(t, 429, "Please wait a moment")
	s.get("/buy/"+product).Must(t, 200)
}

func TestASessionHasAShortAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	made, path := s.basket(nil)
	s.leadsTo(s.get("/c/"+made.ID), path).Must(t, 200, "Your details")
	s.get("/c/cks_none").Must(t, 410)
}

func TestAPageShowsTheBrandThatSells(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Put(merchant.Brand{ID: "brnd_1", Name: "Northwind Labs", SupportEmail: "labs@northwind.example", URL: "https://labs.example"})
	product, _ := s.shelf(func(p *billing.Product) { p.Brand = "brnd_1" })
	s.get("/buy/"+product).Must(t, 200, "Northwind Labs", "labs@northwind.example", `href="https://labs.example"`)
	_, path := s.begun(s.post("/buy/"+product, ada))
	s.get(path).Must(t, 200, "Northwind Labs", "Pay $15.00")
	s.leadsTo(s.card(path, "visa_ok"), path+"/return").Must(t, 200, "Northwind Labs", "Thank you")
}
