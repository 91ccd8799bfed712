package pages

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"perennial/infra/local/wait"
	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/money"
)

// visit is one person with a browser that nobody else uses.
type visit struct {
	*shop
	way
	ctx   context.Context //nolint:containedctx // chromedp's handle is a context
	shown page            // the page that was looked at last

	mu   sync.Mutex
	said []string // by the console
}

// newVisit opens a tab with an empty jar of cookies.
func newVisit(s *shop, w way) *visit {
	s.Helper()
	ctx, stop := chromedp.NewContext(stage.browser, chromedp.WithNewBrowserContext())
	s.Cleanup(stop)
	v := &visit{shop: s, way: w, ctx: ctx}
	s.must(chromedp.Do(ctx))
	s.Cleanup(func() {
		if s.Failed() {
			s.Logf("%s shows:\n%s", v.shown.URL, v.shown.Text)
		}
	})
	console := chromedp.Console(ctx)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			v.hear(m)
		}
	}()
	v.equip()
	return v
}

// equip gives the tab its screen, language and scripts.
func (v *visit) equip() {
	v.Helper()
	screen := chromedp.EmulateViewport(1280, 800)
	if v.phone {
		screen = chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	v.must(chromedp.Do(v.ctx, screen))
	_, err := chromedp.Call(v.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": v.language}})
	v.must(err)
	_, err = chromedp.Call(v.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !v.scripts})
	v.must(err)
}

// hear keeps what a page complains about. That a form was refused with a
// status of 4xx is no complaint; the page itself says so.
func (v *visit) hear(m chromedp.ConsoleMessage) {
	bad := m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning
	if !bad || m.Source == "network" && strings.Contains(m.Text, "status of 4") {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said = append(v.said, m.String()+" at "+m.URL)
}

// leave ends the visit: no page has complained, and the books are right.
func (v *visit) leave() {
	v.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range v.said {
		v.Errorf("console: %s", m)
	}
	v.settled()
}

// say is a sentence of the catalogue in the visitor's language.
func (v *visit) say(text string, args ...any) string { return i18n.Say(v.language, text, args...) }

// usd is an amount as the visitor reads it.
func (v *visit) usd(cents int64) string { return i18n.Money(v.language, money.Of(cents, "USD")) }

// card is a card as the visitor reads it.
func (v *visit) card(brand, last4 string) string { return i18n.Card(v.language, brand, last4) }

// portal is the address of a page of the portal.
func portal(path string) string { return stage.stack.URL("portal-test") + path }

// shopfront is the address of a page of the checkout.
func shopfront(path string) string { return stage.stack.URL("checkout") + path }

// within is the visit's context for one step.
func (v *visit) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.ctx, wait.Patience)
}

// day is a day as the visitor reads it.
func (v *visit) day(at calendar.Instant) string {
	berlin, err := time.LoadLocation("Europe/Berlin")
	v.must(err)
	return i18n.Date(v.language, at.Time(), berlin)
}
