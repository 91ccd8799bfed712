package compat

import (
	"net/http"
	"net/url"
	"strings"

	dodo "github.com/dodopayments/dodopayments-go"
)

var offerChecks = []check{
	{8, "what a brand sells is listed under the brand", soldByBrand},
	{11, "a short link leads to a page that sells, and writes nothing before", shortLink},
	{11, "a session of a collection begins with its first product", collectionSession},
	{11, "a wish of a session that has no effect is refused by name", refusedWishes},
}

func soldByBrand(s *shop) {
	labs, err := s.sdk.Brands.New(s.Context(), dodo.BrandNewParams{Name: dodo.F("Labs")})
	s.must(err)
	product := s.product(monthly(2900)).ProductID
	s.must(s.sdk.Products.Update(s.Context(), product, dodo.ProductUpdateParams{BrandID: dodo.F(labs.BrandID)}))
	sub := s.subscriber(product, cardGood)
	if sub.BrandID != labs.BrandID {
		s.Errorf("the subscription is of %s", sub.BrandID)
	}
	for brand, want := range map[string]int{labs.BrandID: 1, s.scope.Business: 0} {
		s.eventually("the lists of "+brand, func() bool {
			subs, err := s.sdk.Subscriptions.List(s.Context(), dodo.SubscriptionListParams{BrandID: dodo.F(brand), PageNumber: dodo.F(int64(0))})
			s.must(err)
			paid, err := s.sdk.Payments.List(s.Context(), dodo.PaymentListParams{BrandID: dodo.F(brand), PageNumber: dodo.F(int64(0))})
			s.must(err)
			return len(subs.Items) == want && len(paid.Items) == want
		})
	}
}

func shortLink(s *shop) {
	product := s.product(once(1500)).ProductID
	slug := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(product, "pdt_"), "_", "x"))
	link, err := s.sdk.Products.ShortLinks.New(s.Context(), product, dodo.ProductShortLinkNewParams{
		Slug: dodo.F("a" + strings.Trim(slug, "-") + "z"), StaticCheckoutParams: dodo.F(map[string]string{"quantity": "2", "metadata_from": "poster"}),
	})
	s.must(err)
	answer, _ := s.browse("GET", link.ShortURL, "", "")
	to := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || !strings.HasSuffix(link.FullURL, to) {
		s.Fatalf("%s leads with %d to %q, want %s", link.ShortURL, answer.StatusCode, to, link.FullURL)
	}
	shown, page := s.browse("GET", link.FullURL, "", "")
	if shown.StatusCode != http.StatusOK || !strings.Contains(string(page), "30.00") {
		s.Fatalf("the page answers %d: %s", shown.StatusCode, page)
	}
	buyer := url.Values{
		"email": {"ada@example.com"}, "name": {"Ada"}, "country": {"DE"}, "street": {"Torstraße 1"}, "city": {"Berlin"}, "zipcode": {"10119"},
	}
	begun, said := s.browse("POST", link.FullURL, "application/x-www-form-urlencoded", buyer.Encode())
	if begun.StatusCode != http.StatusSeeOther {
		s.Fatalf("the form answers %d: %s", begun.StatusCode, said)
	}
	home, _ := url.Parse(link.FullURL)
	at, err := home.Parse(begun.Header.Get("Location"))
	s.must(err)
	s.pay(at.String(), cardGood)
	session := at.Path[strings.LastIndexByte(at.Path, '/')+1:]
	got, err := s.sdk.CheckoutSessions.Get(s.Context(), session)
	s.must(err)
	if p := s.payment(got.PaymentID); p.TotalAmount != 3000 || answerOf(p.JSON.RawJSON())["metadata"].(map[string]any)["from"] != "poster" {
		s.Errorf("paid %s", p.JSON.RawJSON())
	}
}

func collectionSession(s *shop) {
	first, second := s.product(monthly(900)).ProductID, s.product(monthly(2900)).ProductID
	made, err := s.sdk.ProductCollections.New(s.Context(), dodo.ProductCollectionNewParams{
		Name: dodo.F("Plans"), Groups: dodo.F([]dodo.ProductCollectionGroupDetailsParam{group("Monthly", first, second)}),
	})
	s.must(err)
	c := cart{ProductCart: dodo.F([]dodo.ProductItemReqParam{}), ProductCollectionID: dodo.F(made.ID)}
	session, err := s.checkout(c)
	s.must(err)
	_, page := s.browse("GET", session.CheckoutURL, "", "")
	if !strings.Contains(string(page), first+`" checked`) || !strings.Contains(string(page), second) {
		s.Errorf("the page offers %s", page)
	}
}

func refusedWishes(s *shop) {
	c := cartOf(s.product(once(900)).ProductID)
	c.FeatureFlags = dodo.F(dodo.CheckoutSessionFlagsParam{AllowCurrencySelection: dodo.F(true)})
	_, err := s.checkout(c)
	s.refused(err, http.StatusUnprocessableEntity, "UNSUPPORTED_ACTION")
}
