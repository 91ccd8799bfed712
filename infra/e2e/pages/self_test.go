package pages

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"perennial/infra/local/wait"
)

// What every flow relies on: a visit notices what is wrong with a page.
func TestAVisitNoticesWhatIsWrong(t *testing.T) {
	t.Parallel()
	open(t)
	v := newVisit(newShop(t, "en"), way{language: "en", phone: true, scripts: true})
	v.open(v.login())
	v.run(`document.body.append(Object.assign(new Image(), {src: "https://elsewhere.example/x.png"}))`)
	v.hears("Content Security Policy")
	v.run(`setTimeout(() => { throw new Error("a script of ours") })`)
	v.hears("a script of ours")
	v.run(`document.querySelector("main").style.width = "500px"`)
	if !v.look() || v.shown.Over <= 0 {
		t.Error("a page that is too wide is not noticed")
	}
	v.run(`document.body.append(Object.assign(document.createElement("div"), {style: "position:fixed;inset:0"}))`)
	var at struct{ Covered bool }
	v.call(v.find(pressed, "Send me a link"), reach, &at)
	if !at.Covered {
		t.Error("a covered button is not noticed")
	}
}

func (v *visit) run(script string) {
	v.Helper()
	v.must(chromedp.Do(v.ctx, chromedp.Evaluate[chromedp.Void]("void ("+script+")")))
}

// hears waits until the console says something.
func (v *visit) hears(text string) {
	v.Helper()
	wait.Until(v, "the console says "+text, func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return strings.Contains(strings.Join(v.said, "\n"), text)
	})
}
