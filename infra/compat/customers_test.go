package compat

import (
	"fmt"
	"net/http"
	"strings"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/shared"
)

var customerChecks = []check{
	{1, "a wrong key is refused with code and message", func(s *shop) {
		_, err := s.client("sk_test_wrong").Customers.List(s.Context(), dodo.CustomerListParams{})
		s.refused(err, http.StatusUnauthorized, "UNAUTHORIZED")
	}},
	{2, "a customer keeps its metadata", func(s *shop) {
		made, err := s.sdk.Customers.New(s.Context(), dodo.CustomerNewParams{
			Email: dodo.F("lin@example.com"), Name: dodo.F("Lin"), Metadata: dodo.F(dodo.MetadataParam{
				"crm": shared.UnionString("0015g"), "seats": shared.UnionFloat(3), "vip": shared.UnionBool(true),
			}),
		})
		s.must(err)
		if !strings.HasPrefix(made.CustomerID, "cus_") || made.BusinessID != s.scope.Business || made.CreatedAt.IsZero() {
			s.Errorf("made %s", made.JSON.RawJSON())
		}
		want := dodo.Metadata{"crm": shared.UnionString("0015g"), "seats": shared.UnionFloat(3), "vip": shared.UnionBool(true)}
		if fmt.Sprint(made.Metadata) != fmt.Sprint(want) {
			s.Errorf("metadata came back as %#v", made.Metadata)
		}
	}},
	{3, "a customer is read, changed and listed by e-mail", changeCustomer},
	{4, "25 customers are paged in three pages and an empty one", pageCustomers},
	{5, "an unknown customer is not found", func(s *shop) {
		_, err := s.sdk.Customers.Get(s.Context(), "cus_none")
		s.refused(err, http.StatusNotFound, "NOT_FOUND")
	}},
	{35, "a portal session has a link that opens", portalSession},
}

func changeCustomer(s *shop) {
	made := s.customer()
	_, err := s.sdk.Customers.New(s.Context(), dodo.CustomerNewParams{Email: dodo.F("other@example.com"), Name: dodo.F("Other")})
	s.must(err)
	_, err = s.sdk.Customers.Update(s.Context(), made.CustomerID, dodo.CustomerUpdateParams{
		Email: dodo.F("hopper@example.com"), Name: dodo.F("Grace Hopper"), PhoneNumber: dodo.F("+12025550147"),
	})
	s.must(err)
	got, err := s.sdk.Customers.Get(s.Context(), made.CustomerID)
	s.must(err)
	if got.Name != "Grace Hopper" || got.Email != "hopper@example.com" || got.PhoneNumber != "+12025550147" {
		s.Errorf("changed to %s", got.JSON.RawJSON())
	}
	found, err := s.sdk.Customers.List(s.Context(), dodo.CustomerListParams{Email: dodo.F("hopper@example.com")})
	s.must(err)
	if len(found.Items) != 1 || found.Items[0].CustomerID != made.CustomerID {
		s.Errorf("listed %d by e-mail", len(found.Items))
	}
	beyond, err := s.sdk.Customers.List(s.Context(), dodo.CustomerListParams{PageNumber: dodo.F(int64(99))})
	s.must(err)
	if beyond.Items == nil || len(beyond.Items) != 0 {
		s.Errorf("the page beyond the end is %v", beyond.Items)
	}
}

func pageCustomers(s *shop) {
	for i := range 25 {
		_, err := s.sdk.Customers.New(s.Context(), dodo.CustomerNewParams{Email: dodo.F(fmt.Sprintf("c%d@example.com", i)), Name: dodo.F("C")})
		s.must(err)
	}
	requests, seen := 0, map[string]bool{}
	sdk := s.client(s.key, counting(&requests))
	pages := sdk.Customers.ListAutoPaging(s.Context(), dodo.CustomerListParams{PageNumber: dodo.F(int64(0)), PageSize: dodo.F(int64(10))})
	for pages.Next() {
		seen[pages.Current().CustomerID] = true
	}
	s.must(pages.Err())
	if len(seen) != 25 || requests != 4 {
		s.Errorf("%d customers in %d requests, want 25 in 4", len(seen), requests)
	}
}

func portalSession(s *shop) {
	customer := s.customer()
	session, err := s.sdk.Customers.CustomerPortal.New(s.Context(), customer.CustomerID, dodo.CustomerCustomerPortalNewParams{
		SendEmail: dodo.F(true), ReturnURL: dodo.F("https://shop.example/account"),
	})
	s.must(err)
	answer, page := s.browse(http.MethodGet, session.Link, "", "")
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(page), "Northwind Studio") {
		s.Errorf("%s opens with %d", session.Link, answer.StatusCode)
	}
	s.eventually("the link was mailed", func() bool {
		mails := s.stack.Mailbox().Mails(customer.Email)
		return len(mails) > 0 && strings.Contains(mails[0].Text, "/session/")
	})
	_, err = s.sdk.Customers.CustomerPortal.New(s.Context(), "cus_none", dodo.CustomerCustomerPortalNewParams{})
	s.refused(err, http.StatusNotFound, "NOT_FOUND")
}
