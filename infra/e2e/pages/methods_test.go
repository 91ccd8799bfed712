package pages

import (
	"testing"

	"perennial/shared/billing"
)

// R066, R115 to R119.
func TestPaymentMethods(t *testing.T) {
	walk(
		t,
		flow{"add a card, make it the default, remove the old one", subscribed, replaceCard},
		flow{"a second card in reserve", twoCards, reserve},
		flow{"switch to a card that is saved", twoCards, switchCard},
		flow{"a card that has come into use is not removed", twoCards, keepUsed},
	)
}

const (
	goodCard     = "4242424242424242"
	masterCard   = "5555555555554444"
	declinedCard = "4000000000000341"
	refusedCard  = "4000000000000002"
	askingCard   = "4000002760003184"
)

// noFields tells, where no script runs, that a new card needs one.
func (v *visit) noFields() {
	v.Helper()
	v.sees(v.say("A new card needs JavaScript, because its details go straight to the payment provider and never to us."))
}

func replaceCard(v *visit) {
	v.enter("/")
	v.press(v.say("Payment methods"))
	v.sees(v.card("visa", "4242"), v.say("expires %s", "12/34"), "Atlas Pro")
	v.has(false, v.say("Remove")) // it is charged for a live subscription
	v.press(v.say("Add a card"))
	if !v.scripts {
		v.noFields()
		v.press(v.say("Save card"))
		v.sees(v.say("Add a card"), v.say("Choose a saved payment method or give a new card."))
		return
	}
	v.types(refusedCard)
	v.press(v.say("Save card"))
	v.sees(v.say("Add a card"))
	v.types(masterCard)
	v.press(v.say("Save card"))
	v.sees(v.say("The payment method was saved"), v.card("mastercard", "4444"))
	v.press(v.say("Use for all") + " " + v.card("mastercard", "4444"))
	v.sees(v.say("Charged to %s now; nothing is due", v.card("visa", "4242")))
	v.press(v.say("Use it for all"))
	v.sees(v.say("Charged to %s", v.card("mastercard", "4444")), v.say("Done"))
	v.open(portal("/payment-methods"))
	v.press(v.say("Remove") + " " + v.card("visa", "4242"))
	v.sees(v.say("The payment method was removed"))
	v.lacks(v.card("visa", "4242"))
	if m := v.now(v.sub.ID).Method; m.Last4 != "4444" || len(owned[billing.Method](v.shop)) != 1 || v.kept() != 2000 {
		v.Errorf("it is charged to %s, and the bank has %d", m.Last4, v.kept())
	}
}

// twoCards is a customer with another card than the one that is charged.
func twoCards(s *shop) {
	s.sub = s.subscribe(s.pro, "mastercard_ok")
	s.give(s.sub.ID, "visa_ok")
	s.sub = s.now(s.sub.ID)
}

func reserve(v *visit) {
	v.manage("payment-method")
	v.press(v.say("Backup payment method"))
	v.choose(v.card("mastercard", "4444"))
	v.press(v.say("Save"))
	v.lacks(v.say("Backup payment method saved")) // not without consent
	v.choose(v.card("mastercard", "4444"))
	v.choose(v.say("I agree that this method may be charged too."))
	v.press(v.say("Save"))
	v.sees(v.say("Backup payment method saved"))
	if got := v.now(v.sub.ID); got.Backup.ID == "" || got.Method.Last4 != "4242" {
		v.Errorf("the backup is %q", got.Backup.ID)
	}
}

func switchCard(v *visit) {
	v.manage()
	v.press(v.say("Edit") + " " + v.say("payment method"))
	v.sees(v.say("Nothing is charged today."), v.say("(current)"))
	v.choose(v.card("mastercard", "4444"))
	v.press(v.say("Confirm changes"))
	v.sees(v.say("Payment method updated"), v.card("mastercard", "4444"))
	if got := v.now(v.sub.ID); got.Method.Last4 != "4444" || v.kept() != 2000 {
		v.Errorf("it is charged to %s, and the bank has %d", got.Method.Last4, v.kept())
	}
}

// keepUsed is a page that was opened before the card was taken into use.
func keepUsed(v *visit) {
	v.enter("/payment-methods")
	name := v.card("mastercard", "4444")
	v.has(true, v.say("Remove")+" "+name)
	second := newVisit(v.shop, v.way)
	second.manage("payment-method")
	second.choose(name)
	second.press(v.say("Confirm changes"))
	second.sees(v.say("Payment method updated"))
	v.press(v.say("Remove") + " " + name)
	v.sees(v.say("This did not work"), name)
	if got := v.now(v.sub.ID); got.Method.Last4 != "4444" || len(owned[billing.Method](v.shop)) != 2 {
		v.Errorf("it is charged to %s", got.Method.Last4)
	}
	second.leave()
}
