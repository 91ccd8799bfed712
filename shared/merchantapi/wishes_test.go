package merchantapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/money"
	"perennial/shared/record"
	"perennial/shared/tax"
)

const book = `"product_cart":[{"product_id":"pdt_book","quantity":1}]`

func TestEachWishOfASessionHasItsEffect(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sells()
	made := b.asked("POST", "/checkouts", `{`+book+`,"minimal_address":true,"force_3ds":true,"short_link":true,"show_saved_payment_methods":true,
		"customer":{"customer_id":"`+b.Customer.ID+`"},"cancel_url":"https://shop.example/cart",
		"feature_flags":{"allow_discount_code":false,"allow_phone_number_collection":false,"redirect_immediately":true,"require_tax_id":true,
			"allow_customer_editing_email":false,"allow_customer_editing_tax_id":false,"single_page":false,"allow_editing_addons":null,"of_tomorrow":7},
		"customization":{"theme":"dark","show_order_details":false,"show_on_demand_tag":false,"force_language":"de",
			"theme_config":{"dark":{"bg_primary":"#101418","text_primary":"#f0f0f0"},"pay_button_text":"Get it","radius":"none"}}}`, 200)
	id := made["session_id"].(string)
	if url := made["checkout_url"].(string); url != "https://checkout.example/c/"+id {
		t.Errorf("the short address is %s", url)
	}
	kept, err := record.Get[record.Checkout](t.Context(), b.Store, b.Scope, id)
	b.must(err)
	want := record.CheckoutPage{
		CancelURL: "https://shop.example/cart", Minimal: true, Force3DS: true, Saved: true, NoCodes: true, NoPhone: true, Leave: true, NeedTaxID: true,
		Locked: []string{"email", "tax_id"}, NoLines: true, NoTag: true, PayText: "Get it", Language: "de",
		Look: record.Look{Theme: "dark", Radius: "none", Dark: merchant.Palette{Background: "#101418", Text: "#f0f0f0"}},
	}
	if diff := cmp.Diff(want, kept.Page); diff != "" {
		t.Error(diff)
	}
}

func TestAWishWithoutAnEffectIsRefusedAndNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sells()
	before := len(b.Store.Commits())
	for body, names := range map[string]string{
		book + `,"feature_flags":{"single_page":true,"require_cardholder_name":true}`:                                            "UNSUPPORTED_ACTION feature_flags.single_page feature_flags.require_cardholder_name",
		book + `,"feature_flags":{"allow_editing_addons":true,"allow_currency_selection":true}`:                                  "UNSUPPORTED_ACTION allow_editing_addons allow_currency_selection",
		book + `,"customization":{"theme_config":{"font_primary_url":"https://x.example/f","light":{"bg_secondary":"#ffffff"}}}`: "UNSUPPORTED_ACTION font_primary_url light.bg_secondary",
		book + `,"mandate_min_amount_inr_paise":100`:                                                                             "UNSUPPORTED_ACTION mandate_min_amount_inr_paise",
		`"product_cart":[{"product_id":"pdt_book","quantity":1,"credit_entitlements":[{"id":"cde_1"}]}]`:                         "UNSUPPORTED_ACTION credit_entitlements",
		book + `,"feature_flags":{"require_tax_id":"yes","require_phone_number":true,"allow_phone_number_collection":false}`:     "INVALID_REQUEST_PARAMETERS feature_flags.require_tax_id feature_flags.require_phone_number",
		book + `,"customization":{"theme":"pink","show_order_details":1,"theme_config":{"light":{"bg_primary":"#14694a"}}}`:      "INVALID_REQUEST_PARAMETERS customization.theme show_order_details theme_config.light",
		book + `,"show_saved_payment_methods":true`:                                                                              "INVALID_REQUEST_PARAMETERS show_saved_payment_methods",
		book + `,"product_collection_id":"pdc_1","confirm":true,"discount_code":"X"`:                                             "INVALID_REQUEST_PARAMETERS product_cart confirm discount_codes",
		`"product_cart":[{"product_id":"` + b.Product.ID + `","quantity":1},{"product_id":"` + b.Product.ID + `","quantity":1}]`: "UNSUPPORTED_ACTION subscription",
	} {
		status, answer := b.send("POST", "/checkouts", writer, "{"+body+"}")
		if status != 422 {
			t.Errorf("%s: %d %s", body, status, answer)
		}
		for name := range strings.FieldsSeq(names) {
			if !strings.Contains(answer, name) {
				t.Errorf("%s: %s is not named: %s", body, name, answer)
			}
		}
	}
	b.unchanged(before)
	method := b.Active("visa_ok").Method.ID
	before = len(b.Store.Commits())
	order := `{"product_id":"` + b.Product.ID + `","quantity":1,"customer":{"customer_id":"` + b.Customer.ID + `"},"billing":{"country":"DE"},"force_3ds":true,"payment_method_id":"` + method + `"}`
	if status, answer := b.send("POST", "/subscriptions", writer, order); status != 422 || !strings.Contains(answer, "force_3ds") {
		t.Errorf("a challenge of nobody: %d %s", status, answer)
	}
	b.unchanged(before)
}

func TestASessionOfACollectionBeginsWithItsFirstProduct(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	archived := b.sells()
	archived.ID, archived.Archived = "pdt_gone", true
	b.Put(archived, billing.Collection{ID: "pdc_1", Name: "Plans", Groups: []billing.Group{
		{ID: "g0", Hidden: true, Members: []billing.Member{{ID: "m0", Product: b.Product.ID}}},
		{ID: "g1", Members: []billing.Member{{ID: "m1", Product: "pdt_gone"}, {ID: "m2", Product: "pdt_book"}, {ID: "m3", Product: b.Product.ID}}},
	}})
	made := b.asked("POST", "/checkouts", `{"product_collection_id":"pdc_1","product_cart":[]}`, 200)
	kept, err := record.Get[record.Checkout](t.Context(), b.Store, b.Scope, made["session_id"].(string))
	b.must(err)
	if kept.Cart.Items[0].Product != "pdt_book" || kept.Page.Choices != "pdc_1" || kept.Cart.Chosen {
		t.Errorf("kept %+v", kept.Cart)
	}
	if got := b.asked("POST", "/checkouts/preview", `{"product_collection_id":"pdc_1","product_cart":[]}`, 200); got["total_price"] != 1500.0 {
		t.Errorf("preview %v", got)
	}
	b.asked("POST", "/checkouts", `{"product_collection_id":"pdc_none","product_cart":[]}`, 404)
}

func TestAPreviewNamesAddonsAndTaxRates(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	state := b.State()
	state.Seller.Tax = tax.Seller{Country: "DE", Registrations: []tax.Registration{{Country: "DE", Number: "DE136695976", Scheme: tax.Local}}}
	b.Put(state, billing.Addon{ID: "adn_1", Name: "Seats", TaxCategory: "saas", Price: money.Of(500, "USD")})
	plan := b.stored(b.Product.ID)
	plan.Addons = []string{"adn_1"}
	b.Put(plan)
	var got struct {
		Cart []struct {
			TaxRate int64 `json:"tax_rate"`
			Addons  []struct {
				ID       string `json:"addon_id"`
				Quantity int64
				Og       int64 `json:"og_price"`
				One      int64 `json:"single_quantity_price"`
				Tax      int64
				TaxRate  int64 `json:"tax_rate"`
			}
		} `json:"product_cart"`
	}
	b.json("POST", "/checkouts/preview", fmt.Sprintf(`{"product_cart":[{"product_id":%q,"quantity":1,"addons":[{"addon_id":"adn_1","quantity":3}]}],"billing_address":{"country":"DE"}}`, b.Product.ID), &got)
	if len(got.Cart) != 1 || len(got.Cart[0].Addons) != 1 || got.Cart[0].TaxRate != 1900 {
		t.Fatalf("preview %+v", got)
	}
	if a := got.Cart[0].Addons[0]; a.ID != "adn_1" || a.Quantity != 3 || a.Og != 1500 || a.One != 500 || a.TaxRate != 1900 || a.Tax == 0 {
		t.Errorf("addon %+v", a)
	}
}

func TestAnOnDemandSubscriptionGetsDates(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	made := b.asked("POST", "/subscriptions", `{"product_id":"`+b.Product.ID+`","quantity":1,"customer":{"customer_id":"`+b.Customer.ID+`"},"billing":{"country":"DE"},"on_demand":{"mandate_only":true}}`, 200)
	id := made["subscription_id"].(string)
	_, err := b.Pay(id, "visa_ok")
	b.must(err)
	b.asked("PATCH", "/subscriptions/"+id, `{"disable_on_demand":{}}`, 422)
	b.asked("PATCH", "/subscriptions/"+id, `{"disable_on_demand":{"next_billing_date":"2020-01-01T00:00:00Z"}}`, 422)
	at := b.Now().Add(40 * 24 * time.Hour)
	wanted, _ := json.Marshal(at.String())
	got := b.asked("PATCH", "/subscriptions/"+id, `{"disable_on_demand":{"next_billing_date":`+string(wanted)+`}}`, 200)
	if got["on_demand"] != false || got["next_billing_date"] != at.String() {
		t.Errorf("changed %v", got)
	}
	b.AdvanceTo(at.Add(time.Second))
	if sub := b.Sub(id); sub.Period.Start != at || sub.Status != billing.StatusActive {
		t.Errorf("it was not renewed by its date: %+v", sub.Period)
	}
	b.asked("POST", "/subscriptions/"+id+"/charge", `{"product_price":700}`, 422)
	b.Reconcile()
}

func TestAPlanChangesTaxRateIsInPercent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	state := b.State()
	state.Seller.Tax = tax.Seller{Country: "DE", Registrations: []tax.Registration{{Country: "DE", Number: "DE136695976", Scheme: tax.Local}}}
	b.Put(state)
	sub := b.Active("visa_ok")
	var got struct {
		Charge struct {
			Lines []struct {
				Rate *float64 `json:"tax_rate"`
			} `json:"line_items"`
		} `json:"immediate_charge"`
	}
	b.json("POST", "/subscriptions/"+sub.ID+"/change-plan/preview", fmt.Sprintf(`{"product_id":%q,"quantity":3,"proration_billing_mode":"full_immediately"}`, b.Product.ID), &got)
	if len(got.Charge.Lines) == 0 || got.Charge.Lines[0].Rate == nil || *got.Charge.Lines[0].Rate != 19 {
		t.Errorf("lines %+v", got.Charge.Lines)
	}
}
