package pages

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"perennial/infra/local/ses"
	"perennial/infra/local/wait"
	"perennial/shared/billing"
	"perennial/shared/i18n"
)

// R094, R095.
func TestProfile(t *testing.T) {
	walk(
		t,
		flow{"name and mails", subscribed, preferences},
		flow{"another address", subscribed, moveAddress},
		flow{"devices", subscribed, devices},
		flow{"my data", subscribed, download},
		flow{"another language", subscribed, otherLanguage},
	)
}

func preferences(v *visit) {
	v.enter("/")
	v.press(v.say("Profile"))
	v.fill(v.say("Name"), "Augusta Ada King")
	v.fill(v.say("Phone (optional)"), "+1 202 555 0147")
	v.choose(v.say("Optional mails, such as news of a card that expires"))
	v.press(v.say("Save"))
	v.sees(v.say("Your changes were saved"))
	if c := get[billing.Customer](v.shop, v.customer.ID); c.Name != "Augusta Ada King" || c.Phone != "+1 202 555 0147" || c.WantsOptional() || c.Language != v.language {
		v.Errorf("the customer is %+v", c)
	}
	v.fill(v.say("Phone (optional)"), "no number")
	v.press(v.say("Save"))
	v.sees(v.say("Phone") + ":")
}

func moveAddress(v *visit) {
	v.enter("/profile")
	fresh := "augusta." + v.customer.Email
	v.fill(v.say("New e-mail address"), fresh)
	v.press(v.say("Change address"))
	v.sees(v.say("We sent a link to the new address. The address changes once it is confirmed."))
	v.open(v.mailed(fresh))
	v.sees(v.say("Confirm your new address"))
	v.press(v.say("Confirm the address"))
	v.sees(v.say("Send me a link"))
	if c := get[billing.Customer](v.shop, v.customer.ID); c.Email != fresh {
		v.Errorf("the address is %s", c.Email)
	}
	wait.Until(v, "a notice to the old address", func() bool {
		return slices.ContainsFunc(v.mails(v.customer.Email), func(m ses.Mail) bool { return strings.Contains(m.Text, fresh) })
	})
	v.fill(v.say("E-mail address"), fresh)
	v.press(v.say("Send me a link"))
	v.sees(v.say("Check your mail"))
}

func devices(v *visit) {
	other := newVisit(v.shop, v.way)
	other.enter("/")
	v.enter("/profile")
	v.sees(v.say("This device"))
	v.press(v.say("Sign out") + " Chrome") // the other one
	other.open(portal("/"))
	other.sees(v.say("You are signed out"))
	third := newVisit(v.shop, v.way)
	third.enter("/")
	v.press(v.say("Sign out on every device"))
	v.sees(v.say("You are signed out"))
	third.open(portal("/billing"))
	third.sees(v.say("You are signed out"))
	other.leave()
	third.leave()
}

func download(v *visit) {
	v.enter("/profile")
	folder := v.TempDir()
	_, err := chromedp.CallBrowser(v.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(v.ctx).BrowserContextID, DownloadPath: folder,
	})
	v.must(err)
	v.tap(v.say("Download my data"))
	var data struct {
		Customers     []struct{ Email string }
		Subscriptions []struct {
			ID string `json:"subscription_id"`
		}
	}
	wait.Until(v, "the data is there", func() bool {
		raw, err := os.ReadFile(filepath.Join(folder, "my-data.json"))
		return err == nil && json.Unmarshal(raw, &data) == nil
	})
	if len(data.Customers) != 1 || data.Customers[0].Email != v.customer.Email || len(data.Subscriptions) != 1 || data.Subscriptions[0].ID != v.sub.ID {
		v.Errorf("the data is %+v", data)
	}
}

func otherLanguage(v *visit) {
	v.enter("/billing")
	v.pick(v.say("Language"), "Deutsch")
	now := v.language
	v.language = "de"
	v.press(i18n.Say(now, "Change language"))
	v.sees(v.say("Billing history"), v.usd(2000))
	if !strings.HasSuffix(v.shown.URL, "/billing") {
		v.Errorf("it led to %s", v.shown.URL)
	}
	v.open(portal("/"))
	v.sees(v.say("Your subscriptions"))
	if c := get[billing.Customer](v.shop, v.customer.ID); c.Language != "de" {
		v.Errorf("mails are in %q", c.Language)
	}
}
