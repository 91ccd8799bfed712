package pages

import (
	"testing"

	"perennial/shared/bank"
	"perennial/shared/billing"
)

// R100 to R108, R302, R319.
func TestChangingPlans(t *testing.T) {
	walk(
		t,
		flow{"a dearer plan is paid at once", subscribed, upgrade},
		flow{"a dearer plan waits for the bank", asks, upgradeAtBank},
		flow{"a dearer plan that the card does not pay", declines, upgradeUnpaid},
		flow{"a dearer plan while the bank's answer is lost", subscribed, upgradeInDoubt},
		flow{"a cheaper plan later, and never mind", subscribed, downgrade},
	)
}

// asks is a customer whose bank asks about every payment.
func asks(s *shop) {
	s.sub = s.subscribe(s.pro, "visa_ok")
	s.give(s.sub.ID, "authenticate_always")
	s.sub = s.now(s.sub.ID)
}

// declines is a customer whose bank refuses the next payments.
func declines(s *shop) {
	s.sub = s.subscribe(s.pro, "visa_ok")
	s.give(s.sub.ID, "decline_on_charge")
	s.sub = s.now(s.sub.ID)
}

// review goes from the subscription to the review of another plan.
func (v *visit) review(plan string) {
	v.Helper()
	v.press(v.say("Change plan"))
	v.sees("Atlas Lite", "Atlas Max", v.usd(8000), v.say("Change plan"))
	v.press(plan)
	v.sees(v.say("From %s to %s", "Atlas Pro", plan))
}

// became checks what the subscription is now, and what the bank has kept.
func (v *visit) became(plan billing.Product, kept int64) {
	v.Helper()
	if sub := v.now(v.sub.ID); sub.Product != plan.ID || v.kept() != kept {
		v.Errorf("the plan is %s, and the bank has %d", sub.ProductName, v.kept())
	}
}

func upgrade(v *visit) {
	v.enter("/")
	v.press("Atlas Pro")
	v.review("Atlas Max")
	v.sees(v.say("To pay now"), v.usd(6000), v.say("The change takes place at once."), v.say("Charged to %s.", v.card("visa", "4242")))
	v.press(v.say("Pay %s and change", v.usd(6000)))
	v.sees(v.say("Your plan is %s now", "Atlas Max"), v.usd(6000))
	v.press(v.say("See your subscription"))
	v.sees("Atlas Max", v.usd(8000))
	v.became(v.best, 8000)
}

func upgradeAtBank(v *visit) {
	v.manage()
	v.review("Atlas Max")
	v.press(v.say("Pay %s and change", v.usd(6000)))
	v.sees("Confirm this payment")
	v.became(v.pro, 2000)
	v.press("Approve")
	v.sees(v.say("Your plan is %s now", "Atlas Max"))
	v.became(v.best, 8000)
}

func upgradeUnpaid(v *visit) {
	v.manage()
	v.review("Atlas Max")
	v.press(v.say("Pay %s and change", v.usd(6000)))
	v.sees(v.say("The payment did not go through"), v.say("Nothing was charged."))
	v.press(v.say("Back to the subscription"))
	v.sees(v.say("Your change to %s waits for its payment", "Atlas Max"))
	v.became(v.pro, 2000)
	v.press(v.say("Discard the change"))
	v.sees(v.say("The change was taken back"))
	v.lacks(v.say("Your change to %s waits for its payment", "Atlas Max"))
	v.became(v.pro, 2000)
}

// upgradeInDoubt is a charge that was made, of which half a sentence came back,
// and after which nobody can be asked for a while.
func upgradeInDoubt(v *visit) {
	v.manage()
	v.review("Atlas Max")
	v.spoil(bank.OpConfirm, bank.Garbled, 1)
	v.spoil(bank.OpFind, bank.Error500, 0)
	v.press(v.say("Pay %s and change", v.usd(6000)))
	v.sees(v.say("We are checking your payment"))
	v.became(v.pro, 8000)
	v.mend()
	v.open(portal("/subscriptions/" + v.sub.ID + "/payment-return"))
	v.sees(v.say("Your plan is %s now", "Atlas Max"))
	v.became(v.best, 8000)
}

func downgrade(v *visit) {
	v.manage()
	v.review("Atlas Lite")
	v.press(v.say("Change on %s", v.day(v.sub.Period.End)))
	v.sees(v.say("The change is scheduled"), v.say("From then on you have %s.", "Atlas Lite"))
	v.became(v.pro, 2000)
	v.press(v.say("Keep the current plan"))
	v.sees(v.say("The change was taken back"))
	if sub := v.now(v.sub.ID); sub.Scheduled != nil {
		v.Errorf("scheduled: %+v", sub.Scheduled)
	}
}
