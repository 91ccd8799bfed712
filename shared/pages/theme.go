package pages

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"perennial/shared/merchant"
)

// A theme is a style sheet made of its own address: colours of both modes,
// font, radius and mode. So it is cached for ever, and a page needs no style
// of its own, which the policy would refuse.
var themeName = regexp.MustCompile(`^([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})_([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})_([a-z]+)_([a-z]+)_([a-z]+)\.css$`)

// ThemePath is the style sheet of a merchant's branding, empty for our own
// look.
func ThemePath(b merchant.Branding) string {
	own := merchant.Branding{Light: b.Light, Dark: b.Dark, Font: b.Font, Radius: b.Radius, Theme: b.Theme}
	if own == (merchant.Branding{}) {
		return ""
	}
	hex := func(p, by merchant.Palette) string {
		p = p.Filled(by)
		return strings.ToLower(strings.ReplaceAll(strings.Join([]string{p.Accent, p.OnAccent, p.Background, p.Text}, "-"), "#", ""))
	}
	return fmt.Sprintf("/theme/%s_%s_%s_%s_%s.css", hex(b.Light, merchant.LightPalette), hex(b.Dark, merchant.DarkPalette),
		first(b.Font, merchant.Fonts), first(b.Radius, merchant.Radii), first(b.Theme, merchant.Themes))
}

func first(word string, words []string) string {
	if word == "" {
		return words[0]
	}
	return word
}

// serveTheme answers GET /theme/{name}. An address that says anything but
// colours and known words is no theme.
func serveTheme(w http.ResponseWriter, r *http.Request) {
	m := themeName.FindStringSubmatch(r.PathValue("name"))
	if m == nil || fonts[m[9]] == "" || radii[m[10]] == "" {
		Fail(w, r, http.StatusNotFound)
		return
	}
	light, dark := tokens(palette(m[1:5]), statusLight), tokens(palette(m[5:9]), statusDark)
	css := fmt.Sprintf(":root{font-family:%s;--round:%s;", fonts[m[9]], radii[m[10]])
	switch m[11] {
	case "light":
		css += "color-scheme:light;" + light + "}@media(prefers-color-scheme:dark){:root{" + light + "}}"
	case "dark":
		css += "color-scheme:dark;" + dark + "}@media(prefers-color-scheme:dark){:root{" + dark + "}}"
	default:
		css += light + "}@media(prefers-color-scheme:dark){:root{" + dark + "}}"
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write([]byte(css)) // the reader may have gone
}

func palette(hex []string) merchant.Palette {
	return merchant.Palette{Accent: "#" + hex[0], OnAccent: "#" + hex[1], Background: "#" + hex[2], Text: "#" + hex[3]}
}

// Fonts are the reader's own: a page loads nothing from elsewhere.
var fonts = map[string]string{
	"system": `system-ui,-apple-system,"Segoe UI",Roboto,sans-serif`, "humanist": `Seravek,"Gill Sans Nova",Ubuntu,Calibri,sans-serif`,
	"geometric": `Avenir,Montserrat,Corbel,"URW Gothic",sans-serif`, "rounded": `ui-rounded,"Hiragino Maru Gothic ProN",Quicksand,Comfortaa,sans-serif`,
	"serif": `Charter,"Bitstream Charter","Sitka Text",Cambria,serif`, "mono": `ui-monospace,"Cascadia Code",Menlo,Consolas,monospace`,
}

var radii = map[string]string{"none": "0", "small": ".5", "medium": "1", "large": "1.6"}

const (
	statusLight = "--good:#14694a;--good-bg:#e5f3ec;--warn:#7a4b00;--warn-bg:#fdf1d8;--bad:#a2231d;--bad-bg:#fdebe9;--plain:#31506e;--plain-bg:#e9f0f7;"
	statusDark  = "--good:#7fdcb2;--good-bg:#12301f;--warn:#f3c46b;--warn-bg:#33260b;--bad:#ff9d94;--bad-bg:#3a1815;--plain:#9cc4ec;--plain-bg:#17283a;"
)

// tokens are the colours of one mode. What the merchant does not choose is
// mixed of what it does, and kept apart as WCAG 2.2 asks: words by 4.5 to 1,
// edges of fields by 3 to 1.
func tokens(p merchant.Palette, status string) string {
	ground := mix(p.Background, p.Text, 4)
	soft := apart(p.Text, p.Background, ground, 30, 4.5)
	edge := apart(p.Text, p.Background, p.Background, 55, 3)
	accent, press := p.Accent, mix(p.Accent, p.Text, 18)
	if merchant.Contrast(accent, ground) < 4.5 {
		ground = p.Background
	}
	if merchant.Contrast(press, p.OnAccent) < 4.5 || merchant.Contrast(press, ground) < 4.5 {
		press = accent
	}
	return fmt.Sprintf("--ink:%s;--soft:%s;--line:%s;--edge:%s;--paper:%s;--ground:%s;--accent:%s;--press:%s;--on:%s;",
		p.Text, soft, mix(p.Background, p.Text, 12), edge, p.Background, ground, accent, press, p.OnAccent) + status
}

// apart is the text's colour mixed with at most so much of the background as
// leaves the ratio against both grounds.
func apart(text, background, ground string, percent int, ratio float64) string {
	for ; percent > 0; percent -= 5 {
		if c := mix(text, background, percent); merchant.Contrast(c, background) >= ratio && merchant.Contrast(c, ground) >= ratio {
			return c
		}
	}
	return text
}

// mix is a colour with so many percent of another.
func mix(a, b string, percent int) string {
	na, _ := strconv.ParseUint(a[1:], 16, 32) // the address was checked
	nb, _ := strconv.ParseUint(b[1:], 16, 32)
	out := "#"
	for _, shift := range []int{16, 8, 0} {
		ca, cb := int(na>>shift&0xff), int(nb>>shift&0xff)
		out += fmt.Sprintf("%02x", (ca*(100-percent)+cb*percent+50)/100)
	}
	return out
}
