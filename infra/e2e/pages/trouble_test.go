package pages

import "testing"

// R069.
func TestWhatIsNotThere(t *testing.T) {
	walk(
		t,
		flow{"addresses of nothing", subscribed, nothing},
		flow{"what is somebody else's", atTwoSellers, notTheirs},
	)
}

func nothing(v *visit) {
	for _, address := range []string{
		portal("/nothing"), portal("/login/bus_none"), portal("/cancel/bus_none"), shopfront("/nothing"), shopfront("/buy/pdt_none"),
	} {
		v.open(address)
		v.sees(v.say("There is nothing here"))
	}
	v.open(shopfront("/session/" + v.scope.String() + "/cks_none"))
	v.sees(v.say("This page is no longer available"))
}

// notTheirs is what a person signed in to one seller gets of another's.
func notTheirs(v *visit) {
	stranger := newShop(v.T, v.language)
	theirs := stranger.subscribe(stranger.pro, "visa_ok")
	v.enter("/")
	for _, path := range []string{"", "/payment-method", "/plan", "/cancel", "/details", "/backup", "/payment-return"} {
		v.open(portal("/subscriptions/" + theirs.ID + path))
		v.sees(v.say("There is nothing here"))
		v.lacks("Atlas Pro", stranger.customer.Email)
	}
	if got := stranger.now(theirs.ID); got.Version != theirs.Version {
		v.Error("the stranger's subscription was touched")
	}
}
