package pages

import (
	"testing"

	"perennial/shared/billing"
	"perennial/shared/merchant"
)

// R063, R091, R110, R210, R211.
func TestEndingAndPausing(t *testing.T) {
	walk(
		t,
		flow{"cancel for the next date with a reason, and keep it after all", subscribed, cancelLater},
		flow{"cancel at once", subscribed, cancelNow},
		flow{"cancel without a password", subscribed, cancelInPublic},
		flow{"pause and resume", subscribed, pause},
		flow{"what the seller has switched off", switchedOff, disabled},
	)
}

func cancelLater(v *visit) {
	v.manage()
	v.press(v.say("Cancel subscription"))
	v.sees(v.say("Cancel %s", "Atlas Pro"), v.day(v.sub.Period.End))
	v.pick(v.say("Why? (optional)"), v.say("It is too expensive"))
	v.fill(v.say("Anything else? (optional)"), "Perhaps later")
	v.press(v.say("Confirm cancellation"))
	v.sees(v.say("The cancellation is confirmed"), v.say("Ends on %s", v.day(v.sub.Period.End)))
	got := v.now(v.sub.ID)
	if !got.Cancel.AtPeriodEnd || got.Status != billing.StatusActive || got.Cancel.Feedback != "too_expensive" || got.Cancel.Comment != "Perhaps later" {
		v.Errorf("it is %s, %+v", got.Status, got.Cancel)
	}
	v.press(v.say("Keep the subscription"))
	v.sees(v.say("The subscription goes on"))
	if got := v.now(v.sub.ID); got.Cancel.AtPeriodEnd {
		v.Errorf("still ending: %+v", got.Cancel)
	}
}

func cancelNow(v *visit) {
	v.manage()
	v.press(v.say("Cancel subscription"))
	v.choose(v.say("At once. Access ends today, and nothing more is charged."))
	v.press(v.say("Confirm cancellation"))
	v.sees(v.say("The subscription is cancelled"), v.say("Cancelled"))
	v.has(false, v.say("Cancel subscription"))
	if got := v.now(v.sub.ID); got.Status != billing.StatusCancelled || v.kept() != 2000 {
		v.Errorf("it is %s, and the bank has %d", got.Status, v.kept())
	}
}

func cancelInPublic(v *visit) {
	v.open(portal("/cancel/" + v.scope.Business))
	v.sees(v.say("Cancel a subscription"))
	v.fill(v.say("E-mail address"), "ada")
	v.press(v.say("Send me a link"))
	v.sees(v.say("Please enter an e-mail address, such as name@example.com."), v.say("Cancel a subscription"))
	v.fill(v.say("E-mail address"), v.customer.Email)
	v.press(v.say("Send me a link"))
	v.sees(v.say("Check your mail"))
	v.open(v.mailed(v.customer.Email))
	v.press(v.say("Open my subscriptions"))
	v.press("Atlas Pro")
	v.press(v.say("Cancel subscription"))
	v.press(v.say("Confirm cancellation"))
	v.sees(v.say("The cancellation is confirmed"))
	if !v.now(v.sub.ID).Cancel.AtPeriodEnd {
		v.Error("nothing was cancelled")
	}
}

func pause(v *visit) {
	v.manage()
	v.press(v.say("Pause"))
	v.sees(v.say("The subscription is paused"))
	if got := v.now(v.sub.ID); got.Status != billing.StatusPaused {
		v.Errorf("it is %s", got.Status)
	}
	v.press(v.say("Resume"))
	v.sees(v.say("The subscription is active again"))
	if got := v.now(v.sub.ID); got.Status != billing.StatusActive || v.kept() != 2000 {
		v.Errorf("it is %s, and the bank has %d", got.Status, v.kept())
	}
}

func switchedOff(s *shop) {
	s.set(func(in *merchant.State) {
		rules := &in.Settings.Subscriptions
		rules.ChangePlan, rules.CancelNow, rules.Pause, rules.EditProfile = merchant.SwitchOff, merchant.SwitchOff, merchant.SwitchOff, merchant.SwitchOff
	})
	subscribed(s)
}

// disabled is what nobody offers, and what an old address to it answers.
func disabled(v *visit) {
	v.manage()
	v.has(false, v.say("Change plan"))
	v.has(false, v.say("Pause"))
	v.open(portal("/subscriptions/" + v.sub.ID + "/plan"))
	v.sees(v.say("Plans of this seller are not changed here. Please ask the seller."))
	v.press(v.say("Cancel subscription"))
	v.lacks(v.say("At once. Access ends today, and nothing more is charged."))
	v.open(portal("/profile"))
	v.sees(v.say("Please write to the seller to change these."))
	v.has(false, v.say("Change address"))
}
