package pages

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"perennial/infra/local/ses"
	"perennial/infra/local/wait"
	"perennial/shared/merchant"
)

// R069 to R071, R073, R077, R078, R082, R145 to R150, R155.
func TestSigningIn(t *testing.T) {
	walk(
		t,
		flow{"by a mailed link, once", subscribed, byMail},
		flow{"and on to where the person wanted to be", subscribed, onwards},
		flow{"to all sellers, and into one of them", atTwoSellers, everywhere},
		flow{"with a link that is no longer good", subscribed, deadLink},
	)
}

// subscribed is a customer with one subscription that is paid by a good card.
func subscribed(s *shop) { s.sub = s.subscribe(s.pro, "visa_ok") }

var oneTime = regexp.MustCompile(`https?://\S+/(session|address)/[^\s<>"]+`)

// mailed waits for a mail to an address that holds a link, and follows it.
func (v *visit) mailed(to string) (link string) {
	v.Helper()
	wait.Until(v, "a mail with a link to "+to, func() bool {
		return slices.ContainsFunc(v.mails(to), func(m ses.Mail) bool {
			link = oneTime.FindString(m.Text)
			return link != ""
		})
	})
	return link
}

func (v *visit) mails(to string) []ses.Mail { return stage.stack.Mailbox().Mails(to) }

// enter signs in with a link as it was mailed, and lands on a page.
func (v *visit) enter(path string) {
	v.Helper()
	v.open(v.link(v.scope, path))
	v.press(v.say("Open my subscriptions"))
}

// manage signs in and opens the page of the flow's subscription.
func (v *visit) manage(more ...string) {
	v.Helper()
	v.enter(strings.Join(append([]string{"/subscriptions", v.sub.ID}, more...), "/"))
}

func (v *visit) login() string { return portal("/login/" + v.scope.Business) }

func byMail(v *visit) {
	v.open(v.login())
	v.sees(v.say("Sign in"), "Northwind Studio", v.say("Test mode – no real money moves"))
	v.fill(v.say("E-mail address"), "ada")
	v.press(v.say("Send me a link"))
	v.sees(v.say("Please enter an e-mail address, such as name@example.com."))
	v.fill(v.say("E-mail address"), v.customer.Email)
	v.press(v.say("Send me a link"))
	v.sees(v.say("Check your mail"))
	link := v.mailed(v.customer.Email)
	v.open(link)
	v.press(v.say("Open my subscriptions"))
	v.sees(v.say("Your subscriptions"), "Atlas Pro", v.usd(2000), v.customer.Email)
	v.press(v.say("Sign out"))
	v.sees(v.say("Send me a link"))
	v.open(link)
	v.press(v.say("Open my subscriptions"))
	v.sees(v.say("This link no longer works"))
	v.open(portal("/"))
	v.lacks("Atlas Pro")
}

func onwards(v *visit) {
	v.open(portal("/billing"))
	v.sees(v.say("You are signed out"))
	v.open(v.login() + "?next=" + url.QueryEscape("/billing?year=&kind=paid"))
	v.fill(v.say("E-mail address"), v.customer.Email)
	v.press(v.say("Send me a link"))
	v.open(v.mailed(v.customer.Email))
	v.press(v.say("Open my subscriptions"))
	v.sees(v.say("Billing history"), "Atlas Pro", v.usd(2000))
	if !strings.HasSuffix(v.shown.URL, "/billing?year=&kind=paid") {
		v.Errorf("landed on %s", v.shown.URL)
	}
	v.open(v.login() + "?next=" + url.QueryEscape("https://evil.example/"))
	v.lacks("evil")
}

// atTwoSellers is somebody who buys from another business too.
func atTwoSellers(s *shop) {
	subscribed(s)
	other := newShop(s.T, s.customer.Language)
	other.customer = other.person(s.customer.Email, s.customer.Language)
	other.sub = other.subscribe(other.lite, "visa_ok")
}

func everywhere(v *visit) {
	v.open(portal("/login"))
	v.sees(v.say("Enter an e-mail address you have bought with. We mail you a link that shows what you bought with it from every seller here."))
	v.open(v.link(merchant.Everywhere(merchant.Test), "/everywhere"))
	v.press(v.say("Open my subscriptions"))
	v.sees(v.say("All your purchases"), "Atlas Pro", "Atlas Lite", v.usd(2000), v.usd(1000))
	v.press(v.say("Manage") + " Northwind Studio Atlas Pro")
	v.sees("Atlas Pro", v.say("What happens next"), v.card("visa", "4242"))
	v.press(v.say("All sellers"))
	v.sees("Atlas Lite")
	v.press(v.say("Sign out"))
	v.open(portal("/everywhere"))
	v.sees(v.say("You are signed out"))
	v.lacks("Atlas")
}

func deadLink(v *visit) {
	v.open(portal("/session/" + v.scope.Business + ".nonsense"))
	v.sees(v.say("This link no longer works"))
	yesterday := func() time.Time { return time.Now().Add(-24*time.Hour - time.Minute) }
	v.open(v.linkOf(yesterday, v.scope, "/"))
	v.press(v.say("Open my subscriptions"))
	v.sees(v.say("This link no longer works"), v.say("Links work once and for 24 hours. This one has expired or was already used."))
	v.press(v.say("Get a new link"))
	v.fill(v.say("E-mail address"), v.customer.Email)
	v.press(v.say("Send me a link"))
	v.open(v.mailed(v.customer.Email))
	v.press(v.say("Open my subscriptions"))
	v.sees("Atlas Pro")
}
