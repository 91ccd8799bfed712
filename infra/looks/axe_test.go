package looks

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// violation is what axe-core finds wrong at places of a page.
type violation struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Where  []string `json:"where"`
}

// rules are those of WCAG 2.2 on levels A and AA, and what axe-core counts as
// good practice.
const ask = `axe.run(document, {
	runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"], iframes: false,
}).then(r => r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, where: v.nodes.map(n => n.html + " " + n.any.concat(n.all).map(c => c.message).join("; "))})))`

// Every page, in its states, light and dark, from left to right and from right
// to left: what bars nobody.
func TestAxe(t *testing.T) {
	script, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	s := open(t)
	views, b := s.views(), chromium(t)
	signed, bad := false, 0
	t.Logf("%-24s %-8s %-8s %s", "page", "language", "theme", "violations")
	for _, v := range views {
		if v.signed && !signed {
			b.signIn(s)
			signed = true
		}
		for _, language := range []string{"en", "ar"} {
			b.speak(language)
			b.show(v)
			if language == "en" {
				b.mustShow(v)
			}
			_, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](string(script)+"; true"))
			b.must(err)
			for _, scheme := range []string{"light", "dark"} {
				b.theme(scheme)
				found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]violation](ask, chromedp.EvalAwaitPromise))
				b.must(err)
				t.Logf("%-24s %-8s %-8s %d", v.name, language, scheme, len(found))
				for _, f := range found {
					bad++
					t.Errorf("%s (%s): %s\n%s", f.ID, f.Impact, f.Help, strings.Join(f.Where, "\n"))
				}
			}
		}
	}
	fmt.Fprintf(t.Output(), "%d pages and states, 2 directions, 2 themes: %d violations of WCAG 2.2 AA\n", len(views), bad)
}
