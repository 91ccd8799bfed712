package record

import (
	"encoding/json"
	"fmt"

	"perennial/shared/access"
	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// Schema is the version of the stored form. Documents are the JSON of the Go
// values; an older schema is lifted in Decode, so golden old documents always
// load.
const Schema = 1

// decoders reads a document of each kind.
var decoders = map[Kind]func([]byte) (any, error){
	KindBusiness:     decode[merchant.Business],
	KindState:        decode[merchant.State],
	KindKey:          decode[merchant.APIKey],
	KindEndpoint:     decode[merchant.Endpoint],
	KindCustomer:     decode[billing.Customer],
	KindMailbox:      decode[billing.Mailbox],
	KindMethod:       decode[billing.Method],
	KindProduct:      decode[billing.Product],
	KindSubscription: decode[billing.Subscription],
	KindInvoice:      decode[billing.Invoice],
	KindPayment:      decode[billing.Payment],
	KindEntry:        decode[billing.Entry],
	KindHold:         decode[billing.Hold],
	KindCheckout:     decode[Checkout],
	KindLink:         decode[access.Link],
	KindSession:      decode[access.Session],
	KindDelivery:     decode[Delivery],
	KindMail:         decode[Mail],
}

func decode[T any](doc []byte) (any, error) {
	var v T
	err := json.Unmarshal(doc, &v)
	return v, err
}

// Encode writes an object as its document at the next version.
func Encode(obj any, version int64) ([]byte, error) {
	return json.Marshal(atVersion(obj, version))
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

// atVersion gives the object with another version.
func atVersion(obj any, v int64) any {
	switch o := obj.(type) {
	case merchant.Business:
		o.Version = v
		return o
	case merchant.State:
		o.Version = v
		return o
	case merchant.APIKey:
		o.Version = v
		return o
	case merchant.Endpoint:
		o.Version = v
		return o
	case billing.Customer:
		o.Version = v
		return o
	case billing.Method:
		o.Version = v
		return o
	case billing.Product:
		o.Version = v
		return o
	case billing.Subscription:
		o.Version = v
		return o
	case billing.Invoice:
		o.Version = v
		return o
	case billing.Payment:
		o.Version = v
		return o
	case billing.Entry:
		o.Version = v
		return o
	case billing.Hold:
		o.Version = v
		return o
	case Checkout:
		o.Version = v
		return o
	case access.Link:
		o.Version = v
		return o
	case access.Session:
		o.Version = v
		return o
	case Delivery:
		o.Version = v
		return o
	case Mail:
		o.Version = v
		return o
	}
	return obj
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
