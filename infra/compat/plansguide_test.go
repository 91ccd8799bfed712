package compat

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	dodo "github.com/dodopayments/dodopayments-go"
)

const plansGuide = "../../docs/plans.md"

// R111: who follows docs/plans.md, in any of its languages, has a collection
// with its rules, and customers who change within it.
func TestTheSDKGuideOfPlansSetsUpACollection(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"sh", "js", "go"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.run(plansGuide, language)
			list, err := s.sdk.ProductCollections.List(t.Context(), dodo.ProductCollectionListParams{})
			s.must(err)
			if len(list.Items) != 1 {
				t.Fatalf("%d collections", len(list.Items))
			}
			made, err := s.sdk.ProductCollections.Get(t.Context(), list.Items[0].ID)
			s.must(err)
			if len(made.Groups) != 2 || len(made.Groups[0].Products) != 2 || made.Groups[1].Products[0].Price != 29000 ||
				made.EffectiveAtOnDowngrade != dodo.ProductCollectionEffectiveAtOnDowngradeNextBillingDate {
				t.Fatalf("made %s", made.JSON.RawJSON())
			}
			s.offered(made.Groups[0].Products[0].ProductID, "Monthly", "Pro", "Yearly", "Pro, yearly")
		})
	}
}

// offered fails unless the portal offers the names to who has a product.
func (s *shop) offered(product string, names ...string) {
	s.Helper()
	sub := s.subscriber(product, cardGood)
	session, err := s.sdk.Customers.CustomerPortal.New(s.Context(), sub.Customer.CustomerID, dodo.CustomerCustomerPortalNewParams{})
	s.must(err)
	at, err := url.Parse(session.Link)
	s.must(err)
	token := at.Path[strings.LastIndex(at.Path, "/")+1:]
	entered, said := s.browse(http.MethodPost, at.Scheme+"://"+at.Host+"/session", "application/x-www-form-urlencoded", url.Values{"token": {token}}.Encode())
	if len(entered.Cookies()) == 0 {
		s.Fatalf("the link does not sign in: %d, %s", entered.StatusCode, said)
	}
	request, err := http.NewRequestWithContext(s.Context(), http.MethodGet, at.Scheme+"://"+at.Host+"/subscriptions/"+sub.SubscriptionID+"/plan", nil)
	s.must(err)
	for _, c := range entered.Cookies() {
		request.AddCookie(c)
	}
	_, page := s.ask(request)
	for _, name := range names {
		if !strings.Contains(string(page), ">"+name+"<") {
			s.Errorf("the portal does not offer %q:\n%s", name, page)
		}
	}
}
