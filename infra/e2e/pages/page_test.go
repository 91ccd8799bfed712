package pages

import (
	"strings"

	"github.com/chromedp/chromedp"

	"perennial/infra/local/wait"
	"perennial/shared/i18n"
)

// page is what a tab shows.
type page struct {
	URL   string `json:"url"`
	Text  string `json:"text"`
	Lang  string `json:"lang"`
	Dir   string `json:"dir"`
	Over  int    `json:"over"` // pixels that are too wide
	Old   bool   `json:"old"`  // it was left
	Ready bool   `json:"ready"`
}

const look = `({
	url: location.href, text: (document.body?.innerText || "").replace(document.querySelector("#lang")?.innerText || "", ""), ready: document.readyState === "complete",
	old: document.documentElement.dataset.old === "1", lang: document.documentElement.lang,
	dir: getComputedStyle(document.documentElement).direction,
	over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})`

// look reads the page, or reports that there is none right now.
func (v *visit) look() bool {
	ctx, cancel := v.within()
	defer cancel()
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[page](look))
	if err != nil {
		return false // between two pages
	}
	v.shown = seen
	return true
}

// open types an address.
func (v *visit) open(address string) {
	v.Helper()
	v.turn(func() {
		ctx, cancel := v.within()
		defer cancel()
		v.must(chromedp.Do(ctx, chromedp.Navigate(address)))
	})
}

// turn does what leads to another page, and looks at that one.
func (v *visit) turn(do func()) {
	v.Helper()
	ctx, cancel := v.within()
	defer cancel()
	v.must(chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.old = "1"`)))
	do()
	wait.Until(v, "another page", func() bool { return v.look() && !v.shown.Old && v.shown.Ready })
	v.inspect()
}

// inspect checks what holds for every page of ours: its language, the
// direction of its words, and that nothing is read by moving sideways.
func (v *visit) inspect() {
	v.Helper()
	if v.shown.Over > 0 {
		v.Errorf("%s is %d pixels too wide", v.shown.URL, v.shown.Over)
	}
	if !strings.HasPrefix(v.shown.URL, portal("")) && !strings.HasPrefix(v.shown.URL, shopfront("")) {
		return // the bank speaks English
	}
	if v.shown.Lang != v.language || v.shown.Dir != i18n.Direction(v.language) {
		v.Errorf("%s is in %q from %q", v.shown.URL, v.shown.Lang, v.shown.Dir)
	}
}

// sees waits until the page says all of these, in any case of letters.
func (v *visit) sees(texts ...string) {
	v.Helper()
	for _, text := range texts {
		wait.Until(v, "the page says "+text, func() bool { return v.look() && strings.Contains(plain(v.shown.Text), plain(text)) })
	}
}

// lacks fails when the page says one of these.
func (v *visit) lacks(texts ...string) {
	v.Helper()
	for _, text := range texts {
		if strings.Contains(plain(v.shown.Text), plain(text)) {
			v.Errorf("%s says %q", v.shown.URL, text)
		}
	}
}

// unseen are the characters that direct words, and spaces that do not break.
var unseen = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "", "\u200e", "", "\u200f", "", "\u061c", "", "\u00a0", " ", "\u202f", " ")

// plain is text as a reader compares it.
func plain(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(unseen.Replace(text)), " "))
}
