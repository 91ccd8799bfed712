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

// Pictures of every page for whoever looks at them: on a phone in light and
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
			picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			b.must(err)
			file := filepath.Join(*shots, fmt.Sprintf("%02d-%s-%s.png", i+1, v.name, p.name))
			b.must(os.WriteFile(file, picture, 0o600))
		}
	}
}
