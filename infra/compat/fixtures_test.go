package compat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"perennial/shared/merchant"
	"strings"
	"time"
)

// marker is in every name and text that a fixture has, so that a leak shows.
const marker = "Zanzibar"

// fixtures are objects of one scope, by the names that bodies call them.
type fixtures struct {
	*shop
	key     string
	live    bool
	ids     map[string]string
	secrets []string // that read-only keys must not see
}

// named says which fixture stands for the last placeholder of a path.
var named = map[string]string{
	"/addons/{id}": "addon", "/api_keys/{api_key_id}": "key", "/brands/{id}": "brand", "/checkouts/{id}": "checkout",
	"/customers/{customer_id}": "customer", "/customers/{customer_id}/payment-methods/{payment_method_id}": "method",
	"/discounts/{discount_id}": "discount", "/discounts/{discount_id}/customers/{customer_id}": "customer", "/discounts/code/{code}": "code",
	"/gateways/{gateway_id}": "gateway", "/disputes/{dispute_id}": "dispute", "/payments/{payment_id}": "payment", "/refunds/{refund_id}": "refund",
	"/credit-notes/{credit_note_id}": "note", "/payments/{payment_id}/credit-notes": "payment",
	"/invoices/payments/{payment_id}": "payment", "/invoices/refunds/{refund_id}": "refund",
	"/product-collections/{id}": "collection", "/product-collections/{id}/groups/{group_id}": "group",
	"/product-collections/{id}/groups/{group_id}/items/{item_id}": "item",
	"/products/{product_id}": "product", "/products/{product_id}/localized-prices/{id}": "local",
	"/subscriptions/{subscription_id}": "subscription",
	"/webhooks/{webhook_id}":           "webhook", "/webhooks/{webhook_id}/deliveries/{delivery_id}": "delivery",
}

// onlyTest are the fixtures that need a payment, which only test mode has a
// gateway for.
var onlyTest = map[string]bool{"method": true, "dispute": true, "refund": true, "note": true, "delivery": true, "checkout": true, "subscription": true, "payment": true}

const price = `{"type":"recurring_price","currency":"EUR","price":2900,"discount":0,"purchasing_power_parity":false,` +
	`"payment_frequency_count":1,"payment_frequency_interval":"Month","subscription_period_count":10,"subscription_period_interval":"Year"}`

// bodies are what each route with a body is sent; <name> is a fixture's id.
var bodies = map[string]string{
	"POST /addons":                                           `{"name":"Seat Zanzibar","price":500,"currency":"EUR","tax_category":"saas"}`,
	"PATCH /addons/{id}":                                     `{"description":"changed"}`,
	"POST /api_keys":                                         `{"name":"Zanzibar"}`,
	"POST /brands":                                           `{"name":"Zanzibar"}`,
	"PATCH /brands/{id}":                                     `{"description":"changed"}`,
	"POST /brands/{id}/archive":                              `{}`,
	"POST /checkouts":                                        `{"product_cart":[{"product_id":"<product>","quantity":1}],"customer":{"customer_id":"<customer>"}}`,
	"POST /checkouts/preview":                                `{"product_cart":[{"product_id":"<product>","quantity":1}],"billing_address":{"country":"DE"}}`,
	"POST /customers":                                        `{"email":"z@example.com","name":"Zanzibar"}`,
	"PATCH /customers/{customer_id}":                         `{"phone_number":"+12025550147"}`,
	"POST /disputes/{dispute_id}/rehearse":                   `{"outcome":"dispute_challenged"}`,
	"POST /discounts":                                        `{"type":"percentage","amount":1000,"code":"%s","name":"Zanzibar","customer_eligibility":"specific","restricted_to":["<product>"]}`,
	"PATCH /discounts/{discount_id}":                         `{"name":"changed"}`,
	"POST /discounts/{discount_id}/customers":                `{"customer_ids":["<customer>"]}`,
	"POST /gateways":                                         `{"gateway":"stripe","secret_key":"rk_{mode}_zanzibar","publishable_key":"pk_{mode}_%s","webhook_secret":"whsec_zanzibar","currencies":["JPY"]}`,
	"PATCH /gateways/{gateway_id}":                           `{"countries":["JP"]}`,
	"POST /payments":                                         `{"product_cart":[{"product_id":"<once>","quantity":1}],"customer":{"customer_id":"<customer>"},"billing":{"country":"DE"}}`,
	"POST /product-collections":                              `{"name":"Zanzibar","groups":[{"group_name":"Zanzibar","products":[{"product_id":"<spare>"}]}]}`,
	"PATCH /product-collections/{id}":                        `{"description":"changed"}`,
	"POST /product-collections/{id}/groups":                  `{"group_name":"Second","products":[{"product_id":"<once>"}]}`,
	"PATCH /product-collections/{id}/groups/{group_id}":      `{"status":true}`,
	"POST /product-collections/{id}/groups/{group_id}/items": `{"products":[{"product_id":"<other>"}]}`,
	"PATCH /product-collections/{id}/groups/{group_id}/items/{item_id}": `{"status":true}`,
	"POST /products":                                              `{"name":"Zanzibar","tax_category":"saas","pricing_mode":"by_currency","price":` + price + `}`,
	"PATCH /products/{product_id}":                                `{"description":"changed"}`,
	"PUT /products/{product_id}/files":                            `{"file_name":"a.pdf"}`,
	"POST /products/{product_id}/localized-prices":                `{"amount":3900,"currency":"USD"}`,
	"PATCH /products/{product_id}/localized-prices/{id}":          `{"amount":4900}`,
	"POST /products/{product_id}/short_links":                     `{"slug":"%s"}`,
	"POST /credit-notes":                                          `{"payment_id":"<payment>","type":"out_of_band","items":[{"item_id":"<product>","amount":100}]}`,
	"POST /refunds":                                               `{"payment_id":"<payment>","items":[{"item_id":"<product>","amount":100}]}`,
	"PATCH /settings":                                             `{}`,
	"PUT /settings/mail-sequences":                                `{"steps":[{"trigger":"on_hold","delay_hours":48}]}`,
	"PATCH /customers/{customer_id}/mail":                         `{"win_back_consent":true}`,
	"PUT /subscriptions/{subscription_id}/backup-payment-method":  `{"payment_method_id":"<method>","customer_consented":true}`,
	"POST /subscriptions":                                         `{"product_id":"<product>","quantity":1,"customer":{"customer_id":"<customer>"},"billing":{"country":"DE"},"payment_link":true}`,
	"PATCH /subscriptions/{subscription_id}":                      `{"metadata":{"a":"b"}}`,
	"POST /subscriptions/{subscription_id}/change-plan":           `{"product_id":"<other>","quantity":1,"proration_billing_mode":"do_not_bill"}`,
	"POST /subscriptions/{subscription_id}/change-plan/preview":   `{"product_id":"<other>","quantity":1,"proration_billing_mode":"do_not_bill"}`,
	"POST /subscriptions/{subscription_id}/charge":                `{"product_price":100}`,
	"POST /subscriptions/{subscription_id}/update-payment-method": `{"type":"new"}`,
	"POST /subscriptions/{subscription_id}/extend":                `{"days":1}`,
	"POST /tax-corrections":                                       `{"from":"2026-01-01T00:00:00Z","to":"2026-02-01T00:00:00Z"}`,
	"POST /test-clock/advance":                                    `{"to":"2100-01-01T00:00:00Z"}`,
	"POST /webhooks":                                              `{"url":"https://shop.example/zanzibar","description":"Zanzibar"}`,
	"PATCH /webhooks/{webhook_id}":                                `{"description":"Zanzibar 2"}`,
	"PATCH /webhooks/{webhook_id}/headers":                        `{"headers":{"X-Till":"Zanzibar-2"}}`,
	"POST /webhooks/{webhook_id}/replay":                          `{"since":"<hour ago>"}`,
}

// body is what a route is sent, with codes and slugs that are new each time.
func (f fixtures) body(r route) string {
	mode := merchant.Test
	if strings.HasPrefix(f.key, "sk_live_") {
		mode = merchant.Live
	}
	text := strings.ReplaceAll(bodies[r.String()], "{mode}", string(mode))
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, fmt.Sprintf("z%d", emails.Add(1)+1000))
	}
	return strings.ReplaceAll(f.text(text), "<hour ago>", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
}

// make creates an object as the owner and keeps what answers to field.
func (f fixtures) make(name, method, path, body, field string) {
	f.Helper()
	answer, raw := f.send(method, path, f.key, body)
	var made map[string]any
	if err := json.Unmarshal(raw, &made); err != nil || answer.StatusCode >= http.StatusBadRequest {
		f.Fatalf("fixture %s: %d %s", name, answer.StatusCode, raw)
	}
	f.ids[name], _ = made[field].(string)
}

// fixtures makes one object of each kind in a mode.
func (s *shop) fixtures(key string, live bool) fixtures {
	s.Helper()
	f := fixtures{shop: s, key: key, live: live, ids: map[string]string{}}
	post := func(name, path, field string) {
		f.make(name, "POST", path, f.body(route{method: "POST", path: path}), field)
	}
	post("gateway", "/gateways", "gateway_id")
	f.send("DELETE", "/gateways/"+f.ids["gateway"], f.key, "") // it is to be seen, and to take nothing
	post("customer", "/customers", "customer_id")
	post("product", "/products", "product_id")
	post("other", "/products", "product_id")
	f.make("once", "POST", "/products", `{"name":"Zanzibar","tax_category":"saas","price":{"type":"one_time_price","currency":"EUR","price":900,"discount":0,"purchasing_power_parity":false}}`, "product_id")
	post("addon", "/addons", "id")
	post("brand", "/brands", "brand_id")
	post("key", "/api_keys", "id")
	post("discount", "/discounts", "discount_id")
	f.make("code", "GET", "/discounts/"+f.ids["discount"], "", "code")
	f.make("reserved", "POST", "/discounts/"+f.ids["discount"]+"/customers", f.text(`{"customer_ids":["<customer>"]}`), "")
	f.ids["spare"] = f.ids["product"] // the collection of the fixtures has the product
	post("collection", "/product-collections", "id")
	post("spare", "/products", "product_id")
	f.make("local", "POST", "/products/"+f.ids["product"]+"/localized-prices", `{"amount":1900,"currency":"GBP"}`, "id")
	f.group()
	f.webhook()
	f.make("replay", "POST", "/webhooks/"+f.ids["webhook"]+"/replay", f.body(route{method: "POST", path: "/webhooks/{webhook_id}/replay"}), "")
	if !live {
		post("checkout", "/checkouts", "session_id")
		f.sell()
		f.afterSale()
	}
	return f
}

// group finds the ids inside the collection.
func (f fixtures) group() {
	f.Helper()
	_, raw := f.send("GET", "/product-collections/"+f.ids["collection"], f.key, "")
	var c struct {
		Groups []struct {
			ID       string `json:"group_id"`
			Products []struct{ ID string }
		}
	}
	if err := json.Unmarshal(raw, &c); err != nil || len(c.Groups) == 0 {
		f.Fatalf("the collection is %s", raw)
	}
	f.ids["group"], f.ids["item"] = c.Groups[0].ID, c.Groups[0].Products[0].ID
}

// webhook makes an endpoint with a secret and a header.
func (f *fixtures) webhook() {
	f.Helper()
	hooks := newEndpoint(f.shop)
	f.make("webhook", "POST", "/webhooks", `{"url":"`+hooks+`","description":"Zanzibar","headers":{"X-Shop":"s3cret-header"}}`, "id")
	f.make("secret", "GET", "/webhooks/"+f.ids["webhook"]+"/secret", "", "secret")
	f.secrets = append(f.secrets, f.ids["secret"], "s3cret-header")
	delete(f.ids, "secret")
}

// first waits for the first item of a list and answers one of its fields.
func (f fixtures) first(path, field string) (id string) {
	f.Helper()
	f.eventually(path+" has an item", func() bool {
		_, raw := f.send("GET", path, f.key, "")
		var page struct{ Items, Data []map[string]any }
		if json.Unmarshal(raw, &page) != nil || len(page.Items)+len(page.Data) == 0 {
			return false
		}
		id, _ = append(page.Items, page.Data...)[0][field].(string)
		return true
	})
	return id
}

// sell pays for the subscription, and for another whose charge is disputed.
func (f fixtures) sell() {
	f.Helper()
	for _, card := range []string{"disputed", cardGood} {
		_, raw := f.send("POST", "/subscriptions", f.key, f.body(route{method: "POST", path: "/subscriptions"}))
		made := answerOf(string(raw))
		link, _ := made["payment_link"].(string)
		f.pay(link, card)
		f.ids["subscription"], _ = made["subscription_id"].(string)
	}
}

// afterSale finds what the payments led to.
func (f fixtures) afterSale() {
	f.Helper()
	f.ids["payment"] = f.first("/payments?subscription_id="+f.ids["subscription"], "payment_id")
	f.ids["method"] = f.first("/customers/"+f.ids["customer"]+"/payment-methods", "payment_method_id")
	f.make("refund", "POST", "/refunds", f.body(route{method: "POST", path: "/refunds"}), "refund_id")
	f.make("note", "POST", "/credit-notes", f.body(route{method: "POST", path: "/credit-notes"}), "credit_note_id")
	f.ids["dispute"] = f.first("/disputes", "dispute_id")
	f.ids["delivery"] = f.first("/webhooks/"+f.ids["webhook"]+"/deliveries", "id")
	f.advance(time.Now().Add(time.Hour))
}
