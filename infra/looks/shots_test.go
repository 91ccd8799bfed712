package looks

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

var shots = flag.String("looks.shots", "", "folder for pictures of the pages; none are made without it")

// TestScreenshots makes pictures of every page for whoever looks at them: on a phone in light and
// dark, in Arabic and Hindi, and on a desk.
func TestScreenshots(t *testing.T) {
	if *shots == "" {
		return
	}
	if err := os.MkdirAll(*shots, 0o750); err != nil {
		t.Fatal(err)
	}
	s := open(t)
	views, b := s.views(), chromium(t)
	signed := false
	for i, v := range views {
		if v.signed && !signed {
			b.signIn(s)
			signed = true
		}
		for _, p := range []struct {
			name, language, scheme string
			width                  int64
		}{
			{"light", "en", "light", 390}, {"desk", "en", "light", 1100}, {"dark", "en", "dark", 390}, {"ar", "ar", "light", 390}, {"hi", "hi", "light", 390},
		} {
			b.speak(p.language)
			b.theme(p.scheme)
			b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(p.width, 700)))
			b.show(v)
			b.settled()
			b.keep(p.width, fmt.Sprintf("%02d-%s-%s", i+1, v.name, p.name))
		}
	}
}

// keep makes a picture of the whole page. The window grows to the page's
// height first: what is drawn beyond a window is shifted on pages that run
// from right to left.
func (b *tab) keep(width int64, name string) {
	b.t.Helper()
	height, err := chromedp.Run(b.ctx, chromedp.Evaluate[int64]("document.documentElement.scrollHeight"))
	b.must(err)
	b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(width, height)))
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.must(err)
	b.must(os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o600))
}
