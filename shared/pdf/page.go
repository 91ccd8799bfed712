package pdf

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"unicode/utf16"
)

// Page is one page. Places are in points from its upper left corner.
type Page struct {
	width, height float64
	content       bytes.Buffer
}

// Size is the page's width and height in points.
func (p *Page) Size() (width, height float64) { return p.width, p.height }

// Colour is red, green and blue from 0 to 1.
type Colour [3]float64

// ParseColour reads #rrggbb; ok is false for anything else.
func ParseColour(hex string) (c Colour, ok bool) {
	var r, g, b uint8
	if len(hex) != 7 {
		return c, false
	}
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil {
		return c, false
	}
	return Colour{float64(r) / 255, float64(g) / 255, float64(b) / 255}, true
}

func (c Colour) String() string {
	return fmt.Sprintf("%.3g %.3g %.3g", c[0], c[1], c[2])
}

// Glyph is one glyph of a run. Lengths are in thousandths of the font's size.
type Glyph struct {
	ID      uint16
	Advance float64
	X, Y    float64 // offset of the drawing from the pen, Y upwards
	Text    string  // what the glyph's cluster says; on its first glyph only
	Whole   bool    // the cluster is this glyph alone
}

// Run is glyphs of one font, from left to right.
type Run struct {
	Font   *Font
	Glyphs []Glyph
	Text   string  // what the run says, in reading order, when its glyphs are in another
	Bold   float64 // a stroke that thickens the glyphs, in thousandths of the size
}

// Glyphs draws a run whose baseline begins at a point.
func (p *Page) Glyphs(x, y, size float64, c Colour, r Run) {
	w := &p.content
	fmt.Fprintf(w, "BT /F%d %s Tf %s rg 1 0 0 1 %s %s Tm ", r.Font.index, number(size), c, number(x), number(p.height-y))
	if r.Bold > 0 {
		fmt.Fprintf(w, "2 Tr %s w %s RG ", number(r.Bold*size/1000), c)
	}
	if r.Text != "" {
		fmt.Fprintf(w, "/Span<</ActualText%s>>BDC ", text(r.Text))
	}
	show(w, r, size)
	if r.Text != "" {
		w.WriteString("EMC ")
	}
	if r.Bold > 0 {
		w.WriteString("0 Tr ")
	}
	w.WriteString("ET\n")
}

// show writes the glyphs, and marks what clusters of several glyphs or of
// several characters say, so that they can be searched and copied.
func show(w *bytes.Buffer, r Run, size float64) {
	line := tj{w: w}
	marked := false
	for _, g := range r.Glyphs {
		if marked && g.Text != "" {
			line.close()
			w.WriteString("EMC ")
			marked = false
		}
		if g.Text != "" && !g.Whole && r.Text == "" {
			line.close()
			fmt.Fprintf(w, "/Span<</ActualText%s>>BDC ", text(g.Text))
			marked = true
		}
		id := r.Font.use(g.ID)
		r.Font.note(id, g)
		line.rise(g.Y * size / 1000)
		line.move(-g.X)
		line.glyph(id)
		line.move(g.X + r.Font.width(g.ID) - g.Advance)
	}
	line.close()
	line.rise(0)
	line.close()
	if marked {
		w.WriteString("EMC ")
	}
}

// tj collects glyphs into one operator as long as they stand on one line.
type tj struct {
	w    *bytes.Buffer
	open bool
	hex  bool
	gap  float64
	ts   float64
}

func (t *tj) close() {
	if t.hex {
		t.w.WriteString(">")
	}
	if t.open {
		t.w.WriteString("] TJ ")
	}
	t.open, t.hex = false, false
}

func (t *tj) rise(ts float64) {
	if math.Abs(ts-t.ts) > 0.005 {
		t.close()
		fmt.Fprintf(t.w, "%s Ts ", number(ts))
		t.ts = ts
	}
}

func (t *tj) move(by float64) { t.gap += by }

func (t *tj) glyph(id int) {
	if !t.open {
		t.w.WriteString("[")
		t.open = true
	}
	if gap := math.Round(t.gap); gap != 0 {
		if t.hex {
			t.w.WriteString(">")
		}
		t.w.WriteString(number(gap))
		t.gap, t.hex = t.gap-gap, false
	}
	if !t.hex {
		t.w.WriteString("<")
		t.hex = true
	}
	fmt.Fprintf(t.w, "%04X", id)
}

// Box fills a rectangle, with round corners if there is a radius.
func (p *Page) Box(x, y, width, height, radius float64, c Colour) {
	fmt.Fprintf(&p.content, "%s rg ", c)
	p.path(x, y, width, height, radius)
	p.content.WriteString("f\n")
}

// Frame draws the outline of a rectangle.
func (p *Page) Frame(x, y, width, height, radius, line float64, c Colour) {
	fmt.Fprintf(&p.content, "%s RG %s w ", c, number(line))
	p.path(x, y, width, height, radius)
	p.content.WriteString("S\n")
}

// Rule draws a horizontal line.
func (p *Page) Rule(x, y, width, line float64, c Colour) {
	fmt.Fprintf(&p.content, "%s RG %s w %s %s m %s %s l S\n", c, number(line),
		number(x), number(p.height-y), number(x+width), number(p.height-y))
}

// Picture draws an image into a rectangle.
func (p *Page) Picture(x, y, width, height float64, m *Image) {
	fmt.Fprintf(&p.content, "q %s 0 0 %s %s %s cm /I%d Do Q\n", number(width), number(height), number(x), number(p.height-y-height), m.index)
}

// path is a rectangle; 0.5523 makes a quarter of a circle of a curve.
func (p *Page) path(x, y, w, h, r float64) {
	bottom := p.height - y - h
	if r == 0 {
		fmt.Fprintf(&p.content, "%s %s %s %s re ", number(x), number(bottom), number(w), number(h))
		return
	}
	k := r * (1 - 0.5523)
	at := func(op string, v ...float64) {
		words := make([]string, 0, len(v)+1)
		for i, n := range v {
			if i%2 == 0 {
				words = append(words, number(x+n))
			} else {
				words = append(words, number(bottom+n))
			}
		}
		p.content.WriteString(strings.Join(append(words, op), " ") + " ")
	}
	at("m", r, 0)
	at("l", w-r, 0)
	at("c", w-k, 0, w, k, w, r)
	at("l", w, h-r)
	at("c", w, h-k, w-k, h, w-r, h)
	at("l", r, h)
	at("c", k, h, 0, h-k, 0, h-r)
	at("l", 0, r)
	at("c", 0, k, k, 0, r, 0)
	p.content.WriteString("h ")
}

// units is a text in UTF-16 as hexadecimal digits.
func units(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}
