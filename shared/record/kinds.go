package record

import (
	"fmt"
	"strconv"
	"time"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/taxid"
)

// Kind is the type of a stored object.
type Kind string

// The kinds.
const (
	KindBusiness     Kind = "BUS"
	KindState        Kind = "STATE"
	KindKey          Kind = "KEY"
	KindRequest      Kind = "IDEM"
	KindEndpoint     Kind = "WHK"
	KindConnection   Kind = "GTW"
	KindCustomer     Kind = "CUS"
	KindMailbox      Kind = "MBOX"
	KindMethod       Kind = "PM"
	KindProduct      Kind = "PDT"
	KindAddon        Kind = "ADN"
	KindCollection   Kind = "PDC"
	KindBrand        Kind = "BRND"
	KindShortLink    Kind = "SLUG"
	KindOffer        Kind = "OFFER"
	KindDiscount     Kind = "DSC"
	KindDiscountCode Kind = "DSCODE"
	KindDiscountList Kind = "DSLIST"
	KindSubscription Kind = "SUB"
	KindPurchase     Kind = "PUR"
	KindInvoice      Kind = "INV"
	KindPayment      Kind = "PAY"
	KindEntry        Kind = "JRN"
	KindHold         Kind = "HOLD"
	KindRefund       Kind = "REF"
	KindDispute      Kind = "DSP"
	KindBar          Kind = "BAR"
	KindCheckout     Kind = "CKS"
	KindLink         Kind = "LINK"
	KindSession      Kind = "SESS"
	KindDelivery     Kind = "DLV"
	KindMail         Kind = "MAIL"
	KindReplay       Kind = "RPL"
	KindSequences    Kind = "SEQ"
	KindSuppression  Kind = "SUPP"
	KindDiscountUse  Kind = "DSCU"
	KindMark         Kind = "MARK"
	KindTicket       Kind = "NUM"
	KindTally        Kind = "TLY"
	KindSeries       Kind = "SER"
	KindTaxProof     Kind = "TAXID"
	KindIssued       Kind = "PDF"
	KindCancelReason Kind = "WHY"
)

// Mail is the record of one mail, so that it is sent once.
type Mail struct {
	ID       string // outbox key and template
	Version  int64
	Outbox   string
	Template string
	To       string
	Handed   bool      // the mail system was asked to send it, and has not said no
	SentAt   time.Time // zero while being sent
	Tries    int
	Next     time.Time // when it is looked at again; zero when sent
	Expires  time.Time
}

// Entry is what a store has to know of an object besides its content.
type Entry struct {
	Kind     Kind
	ID       string
	Scope    merchant.Scope // when it is not the commit's own; always of the same business
	Version  int64
	Loose    bool              // has no version: the last writer wins
	Customer string            // groups the object with its customer's others
	Card     string            // the bar of the card that is charged when it is due
	Created  time.Time         // orders lists
	Due      calendar.Instant  // business time at which it must be looked at
	DueWall  time.Time         // the same in wall time, for work outside business time
	Listed   bool              // appears in the business's lists
	Filters  map[string]string // by the names that lists are filtered with
	Expires  time.Time         // may be removed after
	Private  bool              // never leaves the store in an outbox item
}

// MethodID names a payment method in a Ref: methods are stored beside their
// customer, so that one query reads both, and are found by both ids.
func MethodID(customer, method string) string { return customer + "/" + method }

// Global reports kinds that are found by Finder without knowing whose they
// are: those whose unguessable id is a credential by itself, and the short
// links and offers, which are public.
func (k Kind) Global() bool {
	return k == KindKey || k == KindLink || k == KindSession || k == KindCheckout || k == KindShortLink || k == KindOffer
}

// Describe tells a store about an object of a known kind.
func Describe(obj any) (Entry, error) {
	switch o := obj.(type) {
	case merchant.Business:
		return Entry{Kind: KindBusiness, ID: o.ID, Scope: merchant.Scope{Business: o.ID, Mode: merchant.Live}, Version: o.Version, Created: o.CreatedAt}, nil
	case merchant.State:
		return Entry{Kind: KindState, ID: o.Scope.String(), Scope: o.Scope, Version: o.Version}, nil
	case merchant.Sequences:
		return Entry{Kind: KindSequences, ID: merchant.SequencesID, Version: o.Version, Private: true}, nil
	case Suppression:
		return Entry{Kind: KindSuppression, ID: o.ID, Version: o.Version, Private: true}, nil
	case merchant.APIKey:
		return Entry{Kind: KindKey, ID: o.Hash, Scope: o.Scope, Version: o.Version, Created: o.CreatedAt, Listed: true, Private: true}, nil
	case merchant.Endpoint:
		return Entry{Kind: KindEndpoint, ID: o.ID, Version: o.Version, Created: o.CreatedAt, Listed: true, Private: true}, nil
	case merchant.Connection:
		return Entry{Kind: KindConnection, ID: o.ID, Version: o.Version, DueWall: o.Reading.Next, Private: true}, nil
	case billing.Mailbox:
		return Entry{Kind: KindMailbox, ID: o.Email + "#" + o.Customer, Customer: o.Customer, Loose: true, Private: true}, nil
	case taxid.Proof:
		return Entry{Kind: KindTaxProof, ID: o.ID, Loose: true, Private: true}, nil
	case Checkout:
		return Entry{Kind: KindCheckout, ID: o.ID, Version: o.Version, Created: o.CreatedAt, Expires: o.ExpiresAt.AddDate(0, 0, 30)}, nil
	case access.Link:
		return Entry{Kind: KindLink, ID: o.Hash, Version: o.Version, Expires: o.ExpiresAt.AddDate(0, 0, 30), Private: true}, nil
	case access.Session:
		return Entry{Kind: KindSession, ID: o.Hash, Version: o.Version, Customer: first(o.Customers), Created: o.CreatedAt, Expires: o.ExpiresAt, Private: true}, nil
	case Request:
		return Entry{Kind: KindRequest, ID: o.ID, Version: o.Version, Created: o.CreatedAt, Expires: o.ExpiresAt, Private: true}, nil
	case Issued:
		return describeIssued(o), nil
	case Delivery:
		return describeDelivery(o), nil
	case Replay:
		return Entry{Kind: KindReplay, ID: o.ID, Version: o.Version, DueWall: o.Next, Expires: o.StartedAt.AddDate(0, 0, 90)}, nil
	case Mail:
		return Entry{Kind: KindMail, ID: o.ID, Version: o.Version, DueWall: o.Next, Expires: o.Expires}, nil
	}
	if entry, ok := describeCatalog(obj); ok {
		return entry, nil
	}
	return describeBilling(obj)
}

// first is the customer that a session is found by.
func first(customers []string) string {
	if len(customers) == 0 {
		return ""
	}
	return customers[0]
}

// describeCatalog knows what merchants sell.
func describeCatalog(obj any) (Entry, bool) {
	switch o := obj.(type) {
	case billing.Product:
		return Entry{
			Kind: KindProduct, ID: o.ID, Version: o.Version, Created: o.CreatedAt.Time(), Listed: true,
			Filters: map[string]string{"archived": strconv.FormatBool(o.Archived)},
		}, true
	case billing.Addon:
		return Entry{Kind: KindAddon, ID: o.ID, Version: o.Version, Created: o.CreatedAt.Time(), Listed: true}, true
	case billing.Collection:
		return Entry{
			Kind: KindCollection, ID: o.ID, Version: o.Version, Created: o.CreatedAt.Time(), Listed: true,
			Filters: map[string]string{"archived": strconv.FormatBool(o.Archived)},
		}, true
	case merchant.Brand:
		return Entry{Kind: KindBrand, ID: o.ID, Version: o.Version, Created: o.CreatedAt.Time(), Listed: true}, true
	case billing.ShortLink:
		return Entry{Kind: KindShortLink, ID: o.Slug, Version: o.Version, Created: o.CreatedAt.Time(), Listed: true}, true
	case billing.Offer:
		return Entry{Kind: KindOffer, ID: o.Product, Version: o.Version}, true
	case billing.Discount:
		return Entry{
			Kind: KindDiscount, ID: o.ID, Version: o.Version, Created: o.CreatedAt.Time(), Listed: true,
			Filters: map[string]string{"archived": strconv.FormatBool(o.Deleted)},
		}, true
	case billing.DiscountCode:
		return Entry{Kind: KindDiscountCode, ID: o.Code, Version: o.Version}, true
	case billing.DiscountList:
		return Entry{Kind: KindDiscountList, ID: o.Discount, Version: o.Version}, true
	}
	return Entry{}, false
}

func describeBilling(obj any) (Entry, error) {
	switch o := obj.(type) {
	case billing.Customer:
		return Entry{Kind: KindCustomer, ID: o.ID, Version: o.Version, Created: o.CreatedAt.Time(), Listed: true}, nil
	case billing.Method:
		return Entry{Kind: KindMethod, ID: MethodID(o.Customer, o.ID), Version: o.Version, Customer: o.Customer, Created: o.CreatedAt.Time()}, nil
	case billing.Subscription:
		return Entry{
			Kind: KindSubscription, ID: o.ID, Version: o.Version, Customer: o.Customer, Card: o.Method.CardID(),
			Created: o.CreatedAt.Time(), Due: waiting(o), Listed: true,
			Filters: map[string]string{
				"status": string(o.Status), "customer_id": o.Customer, "product_id": o.Product,
				"cancel_at_next_billing_date": strconv.FormatBool(o.Cancel.AtPeriodEnd),
			},
		}, nil
	case billing.Purchase:
		return Entry{Kind: KindPurchase, ID: o.ID, Version: o.Version, Customer: o.Customer, Created: o.CreatedAt.Time(), Due: o.Due()}, nil
	case billing.Invoice:
		return Entry{Kind: KindInvoice, ID: o.ID, Version: o.Version, Customer: o.Customer, Created: o.DueAt.Time()}, nil
	case billing.Payment:
		return Entry{
			Kind: KindPayment, ID: o.ID, Version: o.Version, Customer: o.Customer,
			Created: o.CreatedAt.Time(), Listed: true,
			Filters: map[string]string{
				"status": string(o.Status), "customer_id": o.Customer, "subscription_id": o.Subscription,
			},
		}, nil
	case billing.Entry:
		return Entry{Kind: KindEntry, ID: o.ID, Version: o.Version, Customer: o.Customer, Created: o.At.Time(), Listed: true}, nil
	case billing.DiscountUse:
		return Entry{Kind: KindDiscountUse, ID: o.ID, Version: o.Version}, nil
	case billing.Mark:
		return Entry{Kind: KindMark, ID: o.ID, Version: o.Version, Private: true}, nil
	case billing.Ticket:
		return Entry{
			Kind: KindTicket, ID: o.Invoice, Version: o.Version, Created: o.At.Time(), Due: o.At, Listed: true,
			Filters: map[string]string{"series": o.Series},
		}, nil
	case billing.Tally:
		return Entry{Kind: KindTally, ID: o.ID, Version: o.Version, Expires: o.Expires, Private: true}, nil
	case billing.Series:
		return Entry{Kind: KindSeries, ID: o.ID, Version: o.Version}, nil
	case billing.Refund:
		return Entry{
			Kind: KindRefund, ID: o.ID, Version: o.Version, Customer: o.Customer, Created: o.CreatedAt.Time(), DueWall: o.Next, Listed: true,
			Filters: map[string]string{"status": string(o.Status), "customer_id": o.Customer, "subscription_id": o.Subscription},
		}, nil
	case billing.Dispute:
		return Entry{
			Kind: KindDispute, ID: o.ID, Version: o.Version, Customer: o.Customer, Created: o.CreatedAt.Time(), DueWall: o.Next, Listed: true,
			Filters: map[string]string{"status": string(o.Status), "customer_id": o.Customer, "stage": string(o.Stage)},
		}, nil
	case billing.CancelReason:
		return describeReason(o), nil
	case billing.Bar:
		return Entry{Kind: KindBar, ID: o.Card, Version: o.Version}, nil
	case billing.Hold:
		return Entry{Kind: KindHold, ID: o.ID(), Version: o.Version, Customer: o.Customer, Created: o.StartedAt.Time(), Due: o.Due()}, nil
	}
	return Entry{}, fmt.Errorf("record: %T is not a stored kind", obj)
}

func describeReason(r billing.CancelReason) Entry {
	return Entry{
		Kind: KindCancelReason, ID: r.ID, Customer: r.Customer, Created: r.At.Time(), Due: r.Until, Loose: true, Listed: true, Private: true,
		Filters: map[string]string{"subscription_id": r.Subscription, "customer_id": r.Customer, "feedback": r.Feedback},
	}
}

// waiting is when a subscription must be looked at. While a payment is locked
// that is at once, and the entry stays where it was when that is earlier: the
// same to whoever looks, and a renewal saves two writes to the index.
func waiting(s billing.Subscription) calendar.Instant {
	now := s.Due()
	s.Lock = billing.Lock{}
	if before := s.Due(); !before.IsZero() && before < now {
		return before
	}
	return now
}
