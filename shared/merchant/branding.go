package merchant

import (
	"math"
	"net/url"
	"strconv"
	"unicode/utf8"

	"perennial/shared/fault"
)

// Branding is how the portal and the hosted pages look in one mode (R061).
// Empty fields mean Perennial's own look and the business's own name.
type Branding struct {
	Name       string // shown instead of the business's name
	LogoURL    string // https
	Light      Palette
	Dark       Palette
	Font       string // one of Fonts
	Radius     string // one of Radii
	Theme      string // one of Themes
	Support    string // address shown to customers instead of the business's
	ReturnURL  string // where "back to the shop" leads when a link names nothing else; https
	PrivacyURL string // https
	TermsURL   string // https
}

// Palette is four colours, each #rrggbb; an empty one is the default's.
type Palette struct {
	Accent     string // buttons and links
	OnAccent   string // words on buttons
	Background string
	Text       string
}

// The default palettes.
var (
	LightPalette = Palette{Accent: "#14694a", OnAccent: "#ffffff", Background: "#ffffff", Text: "#17211c"}
	DarkPalette  = Palette{Accent: "#6fd3a6", OnAccent: "#06281a", Background: "#1a211d", Text: "#e9efeb"}
)

// The words of branding; the first of each is the default. Fonts are the
// reader's own, because pages load nothing from elsewhere.
var (
	Fonts  = []string{"system", "humanist", "geometric", "rounded", "serif", "mono"}
	Radii  = []string{"medium", "none", "small", "large"}
	Themes = []string{"system", "light", "dark"}
)

// Filled gives the palette with a default's colours where it has none.
func (p Palette) Filled(by Palette) Palette {
	fill := func(own *string, other string) {
		if *own == "" {
			*own = other
		}
	}
	fill(&p.Accent, by.Accent)
	fill(&p.OnAccent, by.OnAccent)
	fill(&p.Background, by.Background)
	fill(&p.Text, by.Text)
	return p
}

// minContrast is the ratio that WCAG 2.2 asks of text (1.4.3, level AA).
const minContrast = 4.5

func (b Branding) check(check *fault.Check) {
	check.That(utf8.RuneCountInString(b.Name) <= 100, "branding.name", "at most 100 characters")
	check.That(b.Support == "" || mailable(b.Support), "branding.support_email", "must be an e-mail address")
	for _, link := range []struct{ name, address string }{
		{"logo_url", b.LogoURL}, {"return_url", b.ReturnURL}, {"privacy_url", b.PrivacyURL}, {"terms_url", b.TermsURL},
	} {
		check.That(link.address == "" || secure(link.address), "branding."+link.name, "must be an https address")
	}
	oneOf(check, "branding.font", or(b.Font, Fonts[0]), Fonts)
	oneOf(check, "branding.radius", or(b.Radius, Radii[0]), Radii)
	oneOf(check, "branding.theme_mode", or(b.Theme, Themes[0]), Themes)
	b.Light.Filled(LightPalette).Check(check, "branding.light")
	b.Dark.Filled(DarkPalette).Check(check, "branding.dark")
}

func or(word, byDefault string) string {
	if word == "" {
		return byDefault
	}
	return word
}

// Check refuses colours that cannot be read on each other.
func (p Palette) Check(check *fault.Check, field string) {
	whole := true
	for _, c := range []struct{ name, colour string }{
		{"accent", p.Accent}, {"on_accent", p.OnAccent}, {"background", p.Background}, {"text", p.Text},
	} {
		_, ok := luminance(c.colour)
		check.That(ok, field+"."+c.name, "must be a colour such as #14694a")
		whole = whole && ok
	}
	if !whole {
		return
	}
	check.That(Contrast(p.Text, p.Background) >= minContrast, field+".text", "must stand out from the background by 4.5 to 1")
	check.That(Contrast(p.OnAccent, p.Accent) >= minContrast, field+".on_accent", "must stand out from the accent by 4.5 to 1")
	check.That(Contrast(p.Accent, p.Background) >= minContrast, field+".accent", "must stand out from the background by 4.5 to 1, as links are written in it")
}

// Contrast is the ratio of two colours as WCAG 2.2 defines it, from 1 to 21;
// 0 when one is no colour.
func Contrast(a, b string) float64 {
	la, okA := luminance(a)
	lb, okB := luminance(b)
	if !okA || !okB {
		return 0
	}
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of #rrggbb in sRGB.
func luminance(colour string) (float64, bool) {
	if len(colour) != 7 || colour[0] != '#' {
		return 0, false
	}
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil {
		return 0, false
	}
	linear := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0), true
}

// secure reports an absolute https address without a password in it.
func secure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && len(address) <= 2000
}
