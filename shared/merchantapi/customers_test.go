package merchantapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	dodo "github.com/dodopayments/dodopayments-go"
	"github.com/dodopayments/dodopayments-go/shared"
	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/gateway"
	"perennial/shared/identity"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/mails"
	"perennial/shared/record"
)

func (b *bench) customer(email string) *dodo.Customer {
	b.T.Helper()
	made, err := b.client.Customers.New(b.T.Context(), dodo.CustomerNewParams{Email: dodo.F(email), Name: dodo.F("Grace Hopper")})
	b.must(err)
	return made
}

func TestACustomerHasALanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made := b.customer("grace@example.com")
	path := "/customers/" + made.CustomerID
	for _, c := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"language":"pt-BR"}`, 200, "pt-BR"}, {`{"language":"de_DE; x"}`, 422, "pt-BR"},
		{`{"name":"Grace"}`, 200, "pt-BR"}, {`{"language":null}`, 200, ""},
	} {
		status, body := b.send("PATCH", path, writer, c.body)
		stored := lifecycletest.Get[billing.Customer](b.World, made.CustomerID)
		if status != c.status || stored.Language != c.want {
			t.Errorf("%s: %d %s, stored %q", c.body, status, body, stored.Language)
		}
	}
}

func TestACustomerIsMadeAndKeepsItsMetadata(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made, err := b.client.Customers.New(t.Context(), dodo.CustomerNewParams{
		Email: dodo.F("grace@example.com"), Name: dodo.F("Grace"), PhoneNumber: dodo.F("+49 30 1"),
		Metadata: dodo.F(dodo.MetadataParam{
			"tier": shared.UnionString("gold"), "seats": shared.UnionFloat(3), "vip": shared.UnionBool(true),
		}),
	})
	b.must(err)
	if !strings.HasPrefix(made.CustomerID, "cus_") || made.BusinessID != "bus_1" || !made.CreatedAt.Equal(lifecycletest.Start) {
		t.Errorf("made %+v", made)
	}
	got, err := b.client.Customers.Get(t.Context(), made.CustomerID)
	b.must(err)
	if !strings.Contains(got.JSON.RawJSON(), `"metadata":{"seats":3,"tier":"gold","vip":true}`) || got.PhoneNumber != "+49 30 1" {
		t.Errorf("read %s", got.JSON.RawJSON())
	}
	stored := lifecycletest.Get[billing.Customer](b.World, made.CustomerID)
	if len(stored.InvoicePrefix) != 6 {
		t.Errorf("invoice series %q", stored.InvoicePrefix)
	}
}

func TestACustomerIsFoundByAddressNameAndTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.customer("grace@example.com")
	b.Clock.Advance(time.Hour)
	later := b.customer("grace.b@example.com")
	for _, c := range []struct {
		name   string
		params dodo.CustomerListParams
		want   int
	}{
		{"whole address, in any case", dodo.CustomerListParams{Email: dodo.F("Grace@Example.com")}, 1},
		{"part of an address", dodo.CustomerListParams{Email: dodo.F("grace")}, 2},
		{"an address that nobody has", dodo.CustomerListParams{Email: dodo.F("nobody@example.com")}, 0},
		{"part of a name", dodo.CustomerListParams{Name: dodo.F("hopper")}, 2},
		{"name and another's address", dodo.CustomerListParams{Name: dodo.F("hopper"), Email: dodo.F("ada@example.com")}, 0},
		{"since", dodo.CustomerListParams{CreatedAtGte: dodo.F(lifecycletest.Start.Add(time.Minute))}, 1},
		{"until", dodo.CustomerListParams{CreatedAtLte: dodo.F(lifecycletest.Start.Add(time.Minute))}, 2},
		{"the second page of a search", dodo.CustomerListParams{Name: dodo.F("hopper"), PageNumber: dodo.F[int64](1), PageSize: dodo.F[int64](1)}, 1},
		{"beyond the end", dodo.CustomerListParams{PageNumber: dodo.F[int64](99)}, 0},
	} {
		page, err := b.client.Customers.List(t.Context(), c.params)
		if err != nil || len(page.Items) != c.want {
			t.Errorf("%s: %d found, %v", c.name, len(page.Items), err)
		}
	}
	first, err := b.client.Customers.List(t.Context(), dodo.CustomerListParams{PageSize: dodo.F[int64](1)})
	if err != nil || first.Items[0].CustomerID != later.CustomerID {
		t.Errorf("the newest is not first: %+v, %v", first.Items, err)
	}
}

func TestTheAutoPagerSeesEveryCustomerOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	want := []string{b.Customer.ID}
	for i := range 24 {
		want = append(want, b.customer(fmt.Sprintf("c%d@example.com", i)).CustomerID)
		b.Clock.Advance(time.Second)
	}
	b.counter.reset()
	var got []string
	pages := b.client.Customers.ListAutoPaging(t.Context(), dodo.CustomerListParams{PageNumber: dodo.F[int64](0), PageSize: dodo.F[int64](10)})
	for pages.Next() {
		got = append(got, pages.Current().CustomerID)
	}
	b.must(pages.Err())
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := b.counter.n["list"]; n != 4 {
		t.Errorf("%d pages were asked for, want 0 to 3", n)
	}
}

func TestAnUpdateMovesTheMailbox(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made := b.customer("grace@example.com")
	changed, err := b.client.Customers.Update(t.Context(), made.CustomerID, dodo.CustomerUpdateParams{Email: dodo.F("hopper@example.com")})
	if err != nil || changed.Email != "hopper@example.com" || changed.Name != "Grace Hopper" {
		t.Fatalf("changed to %+v, %v", changed, err)
	}
	for email, want := range map[string]int{"grace@example.com": 0, "hopper@example.com": 1} {
		page, err := b.client.Customers.List(t.Context(), dodo.CustomerListParams{Email: dodo.F(email)})
		if err != nil || len(page.Items) != want {
			t.Errorf("%s finds %d, %v", email, len(page.Items), err)
		}
	}
	if status, body := b.send("PATCH", "/customers/"+made.CustomerID, writer, `{"name":null,"phone_number":null,"metadata":null}`); status != 200 {
		t.Errorf("nulls: %d %s", status, body)
	}
}

func TestEverythingWrongWithACustomerIsNamedAtOnceAndNothingWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before := len(b.Store.Commits())
	_, err := b.client.Customers.New(t.Context(), dodo.CustomerNewParams{
		Email: dodo.F("no address"), Name: dodo.F(""),
		Metadata: dodo.F(dodo.MetadataParam{"a key": shared.UnionString("x")}),
	})
	p := b.refused(err, 422, "MAXIMUM_KEYS_REACHED")
	for _, field := range []string{"email", "name", "metadata"} {
		if !strings.Contains(p.Message, field) {
			t.Errorf("%s is not named: %s", field, p.Message)
		}
	}
	_, err = b.client.Customers.Update(t.Context(), b.Customer.ID, dodo.CustomerUpdateParams{Email: dodo.F("a@b")})
	b.refused(err, 422, "INVALID_REQUEST_PARAMETERS")
	b.unchanged(before)
}

func TestPaymentMethodsAreShownAndRemovedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sub := b.Active("visa_ok")
	save := func(card string) billing.Method {
		m, err := b.Recovery.Wallet.Save(t.Context(), b.Scope, record.System, lifecycletest.Get[billing.Customer](b.World, b.Customer.ID), b.Gateway.Token(card), gateway.Fields{})
		b.must(err)
		return m
	}
	unused := save("mastercard_ok")
	save("mastercard_ok")
	save("visa_ok")
	list, err := b.client.Customers.GetPaymentMethods(t.Context(), b.Customer.ID)
	charged := func(m dodo.CustomerGetPaymentMethodsResponseItem) bool { return m.PaymentMethodID == sub.Method.ID }
	if err != nil || len(list.Items) != 2 || !slices.ContainsFunc(list.Items, charged) {
		t.Fatalf("methods %+v, %v", list, err)
	}
	err = b.client.Customers.DeletePaymentMethod(t.Context(), b.Customer.ID, sub.Method.ID)
	b.refused(err, 409, "PAYMENT_METHOD_IN_USE")
	for range 2 {
		b.must(b.client.Customers.DeletePaymentMethod(t.Context(), b.Customer.ID, unused.ID)) // and the record that is shown, of the same card
	}
	list, err = b.client.Customers.GetPaymentMethods(t.Context(), b.Customer.ID)
	if err != nil || len(list.Items) != 1 || list.Items[0].PaymentMethodID != sub.Method.ID {
		t.Errorf("left %+v, %v", list, err)
	}
	b.must(b.cancelNow(sub.ID))
	b.must(b.client.Customers.DeletePaymentMethod(t.Context(), b.Customer.ID, sub.Method.ID))
	_, err = b.client.Customers.GetPaymentMethods(t.Context(), "cus_none")
	b.refused(err, 404, "NOT_FOUND")
}

// R081, R083, R140, R141: made and mailed by the official SDK's call.
func TestAPortalLinkSignsInOnceAndEndsAfterADay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	session, err := b.client.Customers.CustomerPortal.New(t.Context(), b.Customer.ID, dodo.CustomerCustomerPortalNewParams{
		SendEmail: dodo.F(true), ReturnURL: dodo.F("https://shop.example/account"),
	})
	b.must(err)
	token, ok := strings.CutPrefix(session.Link, "https://test.portal.example/session/")
	if !ok {
		t.Fatalf("link %s", session.Link)
	}
	if len(b.mails.sent) != 1 || strings.Contains(b.mails.sent[0], token) {
		t.Fatalf("queued %v", b.mails.sent)
	}
	invite, err := mails.DecodeInvite(b.mails.sent[0])
	if want := (mails.Invite{Scope: b.Scope, Customer: b.Customer.ID, ReturnURL: "https://shop.example/account"}); err != nil || invite != want {
		t.Errorf("invited %+v, %v", invite, err)
	}
	door := &identity.Service{Store: b.Store, Wall: b.Clock.Now}
	opened, err := door.Redeem(t.Context(), b.Scope.Mode, token, "")
	if err != nil || !opened.Session.May(b.Customer.ID) || opened.Session.ReturnURL != "https://shop.example/account" {
		t.Errorf("redeemed %+v, %v", opened.Session, err)
	}
	second, err := b.client.Customers.CustomerPortal.New(t.Context(), b.Customer.ID, dodo.CustomerCustomerPortalNewParams{})
	b.must(err)
	b.Clock.Advance(24 * time.Hour)
	if _, err := door.Redeem(t.Context(), b.Scope.Mode, strings.TrimPrefix(second.Link, "https://test.portal.example/session/"), ""); err == nil {
		t.Error("a link still works after a day")
	}
	if len(b.mails.sent) != 1 {
		t.Errorf("mailed unasked: %v", b.mails.sent)
	}
	_, err = b.client.Customers.CustomerPortal.New(t.Context(), b.Customer.ID, dodo.CustomerCustomerPortalNewParams{ReturnURL: dodo.F("javascript:alert(1)")})
	b.refused(err, http.StatusUnprocessableEntity, "INVALID_RETURN_URL")
}

func TestReadingOneObjectIsOneRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	hook := b.webhook(dodo.WebhookNewParams{})
	for _, path := range []string{"/customers/" + b.Customer.ID, "/products/" + b.Product.ID, "/webhooks/" + hook.ID, "/customers/" + b.Customer.ID + "/payment-methods"} {
		b.counter.reset()
		if status, body := b.send("GET", path, writer, ""); status != 200 || b.counter.total() != 1 {
			t.Errorf("%s: %d %s took %v", path, status, body, b.counter.n)
		}
	}
}
