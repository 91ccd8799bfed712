package story

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a person would wait for a page.
const patience = 20 * time.Second

// browser is one person's Chromium.
type browser struct {
	ctx   context.Context //nolint:containedctx // chromedp's handle is a context
	close context.CancelFunc
	shots string // folder for screenshots, none when empty
	count int
}

// newBrowser starts a headless Chromium that keeps to this machine.
func newBrowser(ctx context.Context, shots string) (*browser, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		// The gateway's frame is of another site; in one process the driver can reach into it.
		chromedp.Flag("disable-site-isolation-trials", true), chromedp.Flag("disable-features", "IsolateOrigins,site-per-process"),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true), chromedp.WindowSize(1280, 900),
	)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	alloc, stop := chromedp.NewExecAllocator(ctx, options...)
	tab, cancel := chromedp.NewContext(alloc)
	b := &browser{ctx: tab, shots: shots, close: func() { cancel(); stop() }}
	if err := chromedp.Do(tab); err != nil {
		b.close()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return b, nil
}

// do runs steps with a person's patience.
func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

func (b *browser) open(url string) error {
	return b.do(chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("main")))
}

// text is what the page shows.
func (b *browser) text() string {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	if err != nil {
		return ""
	}
	return text
}

// see waits until the page shows one of the phrases.
func (b *browser) see(phrases ...string) error {
	deadline := time.Now().Add(patience)
	var text string
	for time.Now().Before(deadline) {
		text = strings.ToLower(b.text())
		for _, phrase := range phrases {
			if strings.Contains(text, strings.ToLower(phrase)) {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("the page never showed %q; it shows:\n%s", phrases, text)
}

// press clicks the link or button with a text, as a person finds it.
func (b *browser) press(label string) error {
	mark := fmt.Sprintf(`(() => {
		for (const e of document.querySelectorAll("[data-story]")) e.removeAttribute("data-story");
		const want = %q.toLowerCase();
		const all = [...document.querySelectorAll("button, a, input[type=submit], label")].filter(e => e.offsetParent);
		const text = e => (e.innerText || e.value || "").trim().toLowerCase();
		const hit = all.find(e => text(e) === want) || all.find(e => text(e).startsWith(want)) || all.find(e => text(e).includes(want));
		if (hit) hit.setAttribute("data-story", "");
		return Boolean(hit);
	})()`, label)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[bool](mark))
	if err != nil || !found {
		return fmt.Errorf("no %q to press: %w; the page shows:\n%s", label, err, b.text())
	}
	return chromedp.Do(ctx, chromedp.Click(chromedp.CSS("[data-story]")))
}

// fill types into a field of the page.
func (b *browser) fill(selector, text string) error {
	return b.do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// erase empties a field, however much is in it.
var erase = kb.End + strings.Repeat(kb.Backspace, 25)

// card types a test card into the gateway's iframe.
func (b *browser) card(number string) error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	in, err := b.frame(ctx)
	if err != nil {
		return fmt.Errorf("card fields: %w; the page shows:\n%s", err, b.text())
	}
	for _, field := range []struct{ id, text string }{{"#number", number}, {"#expiry", "1234"}, {"#cvc", "123"}} {
		if err := chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS(field.id), erase+field.text, in)); err != nil {
			return fmt.Errorf("card field %s: %w", field.id, err)
		}
	}
	return nil
}

// frame finds the gateway's iframe once its fields are there. A frame that is
// found before it has loaded is not the one that will show them, so it is
// looked for again.
func (b *browser) frame(ctx context.Context) (chromedp.QueryOption, error) {
	for {
		look, cancel := context.WithTimeout(ctx, 2*time.Second)
		frames, err := chromedp.Run(look, chromedp.Nodes(chromedp.CSS("iframe")))
		if err == nil {
			in := chromedp.FromNode(frames[0])
			if err = chromedp.Do(look, chromedp.WaitVisible(chromedp.CSS("#cvc"), in)); err == nil {
				cancel()
				return in, nil
			}
		}
		cancel()
		if ctx.Err() != nil {
			return nil, err
		}
	}
}

// shoot keeps a picture of the page at desktop and phone width.
func (b *browser) shoot(name string) error {
	if b.shots == "" {
		return nil
	}
	b.count++
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 900}, {"phone", 390, 844}} {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("footer, .buttons")), chromedp.EmulateViewport(size.width, size.height))
		var picture []byte
		if err == nil {
			picture, err = chromedp.Run(ctx, chromedp.FullScreenshot(100))
		}
		cancel()
		if err != nil {
			return fmt.Errorf("screenshot %s: %w", name, err)
		}
		file := filepath.Join(b.shots, fmt.Sprintf("%02d-%s-%s.png", b.count, name, size.name))
		if err := os.WriteFile(file, picture, 0o600); err != nil {
			return err
		}
	}
	return b.do(chromedp.EmulateViewport(1280, 900))
}

// pressEnter submits the form whose field has the focus.
var pressEnter = chromedp.KeyEvent(kb.Enter)

// pickNewCard chooses the new card where saved ones are offered too.
func (b *browser) pickNewCard() error {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("form[data-card-fields]"))); err != nil {
		return fmt.Errorf("no form for a card: %w; the page shows:\n%s", err, b.text())
	}
	saved, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`Boolean(document.querySelector("input[type=radio][name=method][value='']"))`))
	if err != nil || !saved {
		return err
	}
	return chromedp.Do(ctx, chromedp.Click(chromedp.CSS(`input[type=radio][name=method][value=""]`)))
}
