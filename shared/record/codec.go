package record

import (
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/merchant"
	"perennial/shared/taxid"
)

// Schema is the version of the stored form. Documents are the JSON of the Go
// values; an older schema is lifted in Decode, so golden old documents always
// load.
const Schema = 1

// options leave out what is zero, so that a document stays below one write
// unit, and write the same value as the same bytes.
var options = json.JoinOptions(
	json.OmitZeroStructFields(true), json.Deterministic(true), jsonv1.FormatDurationAsNano(true),
)

// decoders reads a document of each kind.
var decoders = map[Kind]func([]byte) (any, error){
	KindBusiness:     decode[merchant.Business],
	KindState:        decode[merchant.State],
	KindKey:          decode[merchant.APIKey],
	KindSequences:    decode[merchant.Sequences],
	KindSuppression:  decode[Suppression],
	KindRequest:      decode[Request],
	KindEndpoint:     decode[merchant.Endpoint],
	KindConnection:   decode[merchant.Connection],
	KindCustomer:     decode[billing.Customer],
	KindMailbox:      decode[billing.Mailbox],
	KindTaxProof:     decode[taxid.Proof],
	KindMethod:       decode[billing.Method],
	KindProduct:      decode[billing.Product],
	KindAddon:        decode[billing.Addon],
	KindCollection:   decode[billing.Collection],
	KindBrand:        decode[merchant.Brand],
	KindShortLink:    decode[billing.ShortLink],
	KindOffer:        decode[billing.Offer],
	KindDiscount:     decode[billing.Discount],
	KindDiscountCode: decode[billing.DiscountCode],
	KindDiscountList: decode[billing.DiscountList],
	KindSubscription: decode[billing.Subscription],
	KindPurchase:     decode[billing.Purchase],
	KindInvoice:      decode[billing.Invoice],
	KindPayment:      decode[billing.Payment],
	KindEntry:        decode[billing.Entry],
	KindHold:         decode[billing.Hold],
	KindRefund:       decode[billing.Refund],
	KindDispute:      decode[billing.Dispute],
	KindBar:          decode[billing.Bar],
	KindCheckout:     decode[Checkout],
	KindLink:         decode[access.Link],
	KindSession:      decode[access.Session],
	KindDelivery:     decode[Delivery],
	KindReplay:       decode[Replay],
	KindMail:         decode[Mail],
	KindIssued:       decode[Issued],
	KindDiscountUse:  decode[billing.DiscountUse],
	KindMark:         decode[billing.Mark],
	KindTicket:       decode[billing.Ticket],
	KindTally:        decode[billing.Tally],
	KindSeries:       decode[billing.Series],
	KindCancelReason: decode[billing.CancelReason],
}

func decode[T any](doc []byte) (any, error) {
	var v T
	err := json.Unmarshal(doc, &v, options)
	return v, err
}

// Encode writes an object as its document at the next version.
func Encode(obj any, version int64) ([]byte, error) {
	return json.Marshal(atVersion(obj, version), options)
}

// Decode reads a document of a kind. A schema newer than ours is an error.
func Decode(kind Kind, schema int, doc []byte) (any, error) {
	read, ok := decoders[kind]
	if !ok {
		return nil, fmt.Errorf("record: unknown kind %q", kind)
	}
	if schema < 1 || schema > Schema {
		return nil, fmt.Errorf("record: %s document of schema %d, this program knows up to %d", kind, schema, Schema)
	}
	obj, err := read(doc)
	if err != nil {
		return nil, fmt.Errorf("record: %s document: %w", kind, err)
	}
	return obj, nil
}

// RefOf names an object by its Go type.
func RefOf[T any](id string) Ref {
	var v T
	entry, err := Describe(v)
	if err != nil {
		panic(err) // a type that is no stored kind is a programming error
	}
	return Ref{entry.Kind, id}
}

// atVersion gives the object with another version; kinds without one stay.
func atVersion(obj any, version int64) any {
	next := reflect.New(reflect.TypeOf(obj)).Elem()
	next.Set(reflect.ValueOf(obj))
	if field := next.FieldByName("Version"); field.IsValid() {
		field.SetInt(version)
	}
	return next.Interface()
}

// Next gives an object as a successful commit has left it, so that it can be
// part of the next one without being read again.
func Next[T any](obj T) T {
	entry, err := Describe(obj)
	if err != nil {
		panic(err)
	}
	return atVersion(obj, entry.Version+1).(T)
}
