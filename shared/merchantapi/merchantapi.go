// Package merchantapi is the merchant API: Dodo's paths, requests and answers
// over our use cases. A handler decodes, asks one use case and converts; the
// frame (keys, errors, paging, description) is package httpapi, the answer
// objects are package wire.
//
// What Dodo documents and Perennial does not have yet answers 501 with the
// code UNSUPPORTED_ACTION and names the field, wherever it would change what
// is sold or charged.
package merchantapi

import (
	"context"
	"net/http"

	"perennial/shared/catalog"
	"perennial/shared/clock"
	"perennial/shared/customers"
	"perennial/shared/disputes"
	"perennial/shared/endpoints"
	"perennial/shared/gateways"
	"perennial/shared/httpapi"
	"perennial/shared/invoices"
	"perennial/shared/lifecycle"
	"perennial/shared/merchant"
	"perennial/shared/operations"
	"perennial/shared/purchases"
	"perennial/shared/record"
	"perennial/shared/recovery"
	"perennial/shared/refunds"
	"perennial/shared/register"
	"perennial/shared/settings"
	"perennial/shared/subscriptions"
	"perennial/shared/taxfix"
)

// Links makes links into the portal.
type Links interface {
	Mint(ctx context.Context, scope merchant.Scope, customer, returnURL string) (string, error)
}

// Queue takes messages for another function.
type Queue interface {
	Send(ctx context.Context, body string) error
}

// Services are the use cases behind the API.
type Services struct {
	Customers     *customers.Service
	Catalog       *catalog.Service
	Subscriptions *subscriptions.Service
	Purchases     *purchases.Service
	Register      *register.Service
	Recovery      *recovery.Service
	Refunds       *refunds.Service
	Disputes      *disputes.Service
	TaxFixes      *taxfix.Corrector
	Endpoints     *endpoints.Service
	Advancer      *lifecycle.Advancer
	Links         Links
	LoginMails    Queue // the mailer's interactive queue
	ClockWork     Queue // the collector's queue of advancing clocks
	CheckoutURL   string
	PortalURLs    map[merchant.Mode]string
	Settings      *settings.Service
	Operations    *operations.Service // its actor is whoever calls
	Gateways      *gateways.Service
	HooksURL      string         // public base at which gateways' webhooks are taken
	Documents     invoices.Links // signs invoice_url
	AssetsURL     string         // public base of uploaded images
	Wall          clock.Wall
}

// server holds the handlers.
type server struct{ Services }

// New makes the API with all its operations; url is its public base URL.
func New(url string, auth httpapi.Authenticator, services Services) *httpapi.API {
	api := httpapi.New(info(url), auth)
	s := &server{services}
	s.routeCustomers(api)
	s.routeProducts(api)
	s.routeCatalog(api)
	s.routeSubscriptions(api)
	s.routePayments(api)
	s.routeRefunds(api)
	s.routeCreditNotes(api)
	s.routeWebhooks(api)
	s.routeRecovery(api)
	s.routeBackup(api)
	s.routeSettings(api)
	s.routeSequences(api)
	s.routeCustomerMail(api)
	s.routeKeys(api)
	s.routeGateways(api)
	httpapi.Route(api, "GET /test-clock", "Get the test clock", s.getClock, httpapi.Describe(aboutClock))
	httpapi.Route(api, "POST /test-clock/advance", "Advance the test clock", s.advanceClock,
		httpapi.Status(http.StatusAccepted), httpapi.Describe(aboutClock))
	httpapi.Route(api, "POST /test-clock/freeze", "Freeze the test clock", s.freezeClock, httpapi.Describe(aboutClock))
	httpapi.Route(api, "POST /test-clock/unfreeze", "Let the test clock run", s.unfreezeClock, httpapi.Describe(aboutClock))
	httpapi.Route(api, "POST /checkouts", "Create a checkout session", s.createCheckout, httpapi.Describe(aboutCheckout))
	httpapi.Route(api, "GET /checkouts/{id}", "Get a checkout session", s.getCheckout)
	httpapi.Route(api, "POST /checkouts/preview", "Preview a checkout session", s.previewCheckout, httpapi.Describe(aboutQuote))
	httpapi.Route(api, "GET /checkout/supported_countries", "List supported countries", s.listCountries, httpapi.Public())
	routeUnbuilt(api)
	return api
}

func (s *server) routeCustomers(api *httpapi.API) {
	httpapi.Route(api, "POST /customers", "Create a customer", s.createCustomer)
	httpapi.Route(api, "GET /customers", "List customers", s.listCustomers)
	httpapi.Route(api, "GET /customers/{customer_id}", "Get a customer", s.getCustomer)
	httpapi.Route(api, "PATCH /customers/{customer_id}", "Update a customer", s.updateCustomer)
	httpapi.Route(api, "GET /customers/{customer_id}/payment-methods", "List payment methods", s.listMethods)
	httpapi.Do(api, "DELETE /customers/{customer_id}/payment-methods/{payment_method_id}", "Delete a payment method", s.deleteMethod,
		httpapi.Describe("Deleting it twice succeeds. The method of a running subscription is refused; as a backup it is taken from its subscriptions."))
	httpapi.Route(api, "POST /customers/{customer_id}/customer-portal/session", "Create a portal session", s.createPortalSession,
		httpapi.Describe("Makes a link that signs the customer in, valid for 24 hours and once. With `send_email` the customer is mailed a link of their own."))
}

func (s *server) routeSubscriptions(api *httpapi.API) {
	httpapi.Route(api, "POST /subscriptions", "Create a subscription", s.createSubscription, httpapi.Describe(aboutOrder))
	httpapi.Route(api, "GET /subscriptions", "List subscriptions", s.listSubscriptions)
	httpapi.Route(api, "GET /subscriptions/cancellation-reasons", "List cancellation reasons", s.listReasons, httpapi.Describe(aboutReasons))
	httpapi.Route(api, "GET /subscriptions/{subscription_id}", "Get a subscription", s.getSubscription)
	httpapi.Route(api, "PATCH /subscriptions/{subscription_id}", "Update a subscription", s.updateSubscription, httpapi.Describe(aboutPatch))
	httpapi.Route(api, "POST /subscriptions/{subscription_id}/charge", "Charge an on-demand subscription", s.chargeSubscription,
		httpapi.Describe(aboutCharge))
	httpapi.Route(api, "POST /subscriptions/{subscription_id}/update-payment-method", "Update a payment method", s.updateMethod,
		httpapi.Describe(aboutMethod))
	httpapi.Route(api, "POST /subscriptions/{subscription_id}/extend", "Extend a subscription", s.extendSubscription, httpapi.Describe(aboutExtend))
	httpapi.Route(api, "POST /subscriptions/{subscription_id}/retry", "Retry the payment", s.retryDues,
		httpapi.Describe("Charges what is due, now, with the subscription's own payment method. A decline is an answer with the failed `payment_id`."))
	httpapi.Route(api, "GET /subscriptions/{subscription_id}/upcoming", "List upcoming invoices", s.listUpcoming,
		httpapi.Describe(aboutUpcoming))
	httpapi.Route(api, "POST /subscriptions/{subscription_id}/change-plan", "Change the plan", s.changePlan, httpapi.Describe(aboutPlan))
	httpapi.Route(api, "POST /subscriptions/{subscription_id}/change-plan/preview", "Preview a plan change", s.previewPlan,
		httpapi.Describe(aboutPreview))
	httpapi.Do(api, "DELETE /subscriptions/{subscription_id}/change-plan/scheduled", "Cancel a scheduled plan change", s.unschedulePlan)
	httpapi.Route(api, "DELETE /subscriptions/{subscription_id}/change-plan/pending", "Discard an unpaid plan change", s.discardPlan,
		httpapi.Describe("Perennial's own: gives up a change that waits for its payment."))
	httpapi.Route(api, "POST /subscriptions/{subscription_id}/change-plan/return", "Return to the paid plan", s.returnToPlan,
		httpapi.Describe("Perennial's own: leaves a plan whose charge failed for the one that is paid until its period ends."))
}

func (s *server) routePayments(api *httpapi.API) {
	httpapi.Route(api, "POST /payments", "Create a payment", s.createPayment, httpapi.Describe(aboutPay))
	httpapi.Route(api, "GET /payments", "List payments", s.listPayments)
	httpapi.Route(api, "GET /payments/{payment_id}", "Get a payment", s.getPayment)
	httpapi.Route(api, "GET /payments/{payment_id}/line-items", "List line items", s.listLines)
}

func (s *server) routeWebhooks(api *httpapi.API) {
	httpapi.Route(api, "POST /webhooks", "Create a webhook", s.createWebhook)
	httpapi.Route(api, "GET /webhooks", "List webhooks", s.listWebhooks)
	httpapi.Route(api, "GET /webhooks/{webhook_id}", "Get a webhook", s.getWebhook)
	httpapi.Route(api, "PATCH /webhooks/{webhook_id}", "Update a webhook", s.updateWebhook)
	httpapi.Do(api, "DELETE /webhooks/{webhook_id}", "Delete a webhook", s.deleteWebhook)
	httpapi.Route(api, "GET /webhooks/{webhook_id}/secret", "Get a webhook secret", s.getSecret,
		httpapi.Secret(), httpapi.Describe(aboutSecrets))
	httpapi.Route(api, "POST /webhooks/{webhook_id}/secret/rotate", "Rotate a webhook secret", s.rotateSecret,
		httpapi.Describe("Makes a new secret. For 24 hours deliveries carry the old one's signature as well."))
	httpapi.Route(api, "GET /webhooks/{webhook_id}/headers", "Get webhook headers", s.getHeaders,
		httpapi.Secret(), httpapi.Describe(aboutSecrets))
	httpapi.Do(api, "PATCH /webhooks/{webhook_id}/headers", "Update webhook headers", s.updateHeaders,
		httpapi.Describe("Adds to the headers that there are; an empty value removes one."))
	httpapi.Route(api, "GET /webhooks/{webhook_id}/deliveries", "List webhook deliveries", s.listDeliveries, httpapi.Describe(aboutDeliveries))
	httpapi.Route(api, "GET /webhooks/{webhook_id}/deliveries/{delivery_id}", "Get a webhook delivery", s.getDelivery)
	httpapi.Route(api, "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/resend", "Resend a webhook delivery", s.resendDelivery,
		httpapi.Status(http.StatusAccepted), httpapi.Describe(aboutResend))
	httpapi.Route(api, "POST /webhooks/{webhook_id}/replay", "Replay webhook events", s.startReplay,
		httpapi.Status(http.StatusAccepted), httpapi.Describe(aboutReplay))
	httpapi.Route(api, "GET /webhooks/{webhook_id}/replay", "Get the latest webhook replay", s.getReplay)
}

// scopeOf is the part of the data that a caller works on.
func scopeOf(c httpapi.Caller) merchant.Scope {
	return merchant.Scope{Business: c.BusinessID, Mode: merchant.Mode(c.Mode)}
}

// actorOf names the caller in the audit trail.
func actorOf(c httpapi.Caller) record.Actor { return record.Actor{Kind: record.ByKey, ID: c.KeyID} }
