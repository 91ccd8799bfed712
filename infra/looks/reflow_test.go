package looks

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// WCAG 1.4.10: at a width of 320 pixels nothing is read by moving sideways, in
// long words neither.
func TestReflow(t *testing.T) {
	s := open(t)
	views, b := s.views(), chromium(t)
	b.signIn(s)
	b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(320, 700)))
	for _, language := range []string{"de", "ar", "ru"} {
		b.speak(language)
		for _, v := range views {
			if v.form != nil {
				continue
			}
			b.show(v)
			over, err := chromedp.Run(b.ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			b.must(err)
			if over > 0 {
				t.Errorf("%s in %s is %d pixels too wide", v.name, language, over)
			}
		}
	}
}
