package hooks

import (
	"fmt"
	"strings"
	"time"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// DeliveryID names the delivery of an outbox item to an endpoint, and the
// record of it while it is not accepted.
func DeliveryID(outbox, endpoint string) string { return outbox + "@" + endpoint }

// First is the due item that asks for a delivery's first attempt. Later ones
// come from the due index and look the same.
func First(scope merchant.Scope, outbox, endpoint string, now time.Time) record.DueItem {
	return record.DueItem{
		Scope: scope, Ref: record.RefOf[record.Delivery](DeliveryID(outbox, endpoint)), Due: calendar.At(now),
	}
}

// parts takes a delivery's id apart; endpoint ids hold no "@".
func parts(item record.DueItem) (outbox, endpoint string, err error) {
	at := strings.LastIndexByte(item.Ref.ID, '@')
	if item.Ref.Kind != record.KindDelivery || at < 0 {
		return "", "", fmt.Errorf("due item %s %s is no delivery", item.Ref.Kind, item.Ref.ID)
	}
	return item.Ref.ID[:at], item.Ref.ID[at+1:], nil
}
