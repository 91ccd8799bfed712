package documents

import (
	"strconv"
	"strings"

	"perennial/shared/merchant"
	"perennial/shared/pdf"
	"perennial/shared/typeset"
)

// A4 and its margins, in points.
const (
	pageWidth, pageHeight = 595.28, 841.89
	left, right           = 54.0, pageWidth - 54.0
	top, bottom           = 62.0, pageHeight - 86.0
	leading               = 1.42 // room for the letters of every script
)

// The colours beside the merchant's own.
var (
	ink   = pdf.Colour{0.09, 0.13, 0.11}
	grey  = pdf.Colour{0.40, 0.44, 0.42}
	hair  = pdf.Colour{0.86, 0.88, 0.87}
	faint = pdf.Colour{0.965, 0.972, 0.968}
)

// sheet is a document while it is laid out. y is the top of what comes next.
type sheet struct {
	content
	set    *typeset.Setter
	file   *pdf.Document
	pages  []*pdf.Page
	page   *pdf.Page
	accent pdf.Colour
	y      float64
}

// lay adds the pages of a document to a file.
func lay(file *pdf.Document, fonts *typeset.Fonts, d Document) error {
	s := &sheet{content: d.content(), set: fonts.Setter(file, d.language()), file: file, accent: accent(d.Brand.Accent)}
	s.turn()
	s.head(d.Brand.Logo)
	s.parties()
	s.table()
	s.sums()
	s.remarks()
	s.feet()
	return s.set.Err()
}

// accent is the merchant's colour where it can be read on white.
func accent(hex string) pdf.Colour {
	if merchant.Contrast(hex, "#ffffff") < 3 {
		hex = merchant.LightPalette.Accent
	}
	c, _ := pdf.ParseColour(hex)
	return c
}

// turn begins a page.
func (s *sheet) turn() {
	s.page = s.file.AddPage(pageWidth, pageHeight)
	s.pages = append(s.pages, s.page)
	s.page.Box(0, 0, pageWidth, 5, 0, s.accent)
	s.y = top
}

// room begins a page unless so much is left.
func (s *sheet) room(height float64) bool {
	if s.y+height <= bottom {
		return false
	}
	s.turn()
	return true
}

// style is how a text looks.
type style struct {
	size   float64
	weight typeset.Weight
	colour pdf.Colour
}

func (st style) height() float64 { return st.size * leading }

var (
	normal = style{9.5, typeset.Regular, ink}
	strong = style{9.5, typeset.Strong, ink}
	small  = style{8.2, typeset.Regular, grey}
	label  = style{8.2, typeset.Strong, grey}
)

// draw sets lines below each other from a top edge, and gives the bottom.
func (s *sheet) draw(x, y float64, st style, lines []typeset.Line) float64 {
	for _, l := range lines {
		typeset.Draw(s.page, x, y+st.size*1.06, st.size, st.colour, l)
		y += st.height()
	}
	return y
}

// text draws a text in a column, broken where needed.
func (s *sheet) text(x, y, width float64, st style, text string) float64 {
	return s.draw(x, y, st, s.set.Wrap(text, st.weight, st.size, width))
}

// flush draws one line that ends at x.
func (s *sheet) flush(x, y float64, st style, text string) float64 {
	l := s.set.Line(text, st.weight)
	return s.draw(x-l.At(st.size), y, st, []typeset.Line{l})
}

func (s *sheet) head(logo []byte) {
	title := style{23, typeset.Strong, s.accent}
	y := s.flush(right, s.y-8, title, s.Title)
	var brandY float64
	if picture, err := s.file.Image(logo); len(logo) > 0 && err == nil {
		scale := min(150/float64(picture.Width), 44/float64(picture.Height))
		s.page.Picture(left, s.y-6, float64(picture.Width)*scale, float64(picture.Height)*scale, picture)
		brandY = s.y - 6 + float64(picture.Height)*scale
	} else {
		brandY = s.text(left, s.y-2, 240, style{16, typeset.Strong, ink}, s.Name)
	}
	if s.Marked != "" {
		y = s.flush(right, y, style{8.2, typeset.Strong, pdf.Colour{0.70, 0.15, 0.10}}, s.Marked)
	}
	s.y = max(y, brandY) + 22
}

// parties are the seller and the buyer, and beside them the facts.
func (s *sheet) parties() {
	const column, facts = 140.0, left + 316.0
	y := s.y
	party := func(x float64, heading string, lines []string) float64 {
		at := s.text(x, y, column, label, heading) + 2
		for i, line := range lines {
			st := normal
			if i == 0 {
				st = strong
			}
			at = s.text(x, at, column, st, line)
		}
		return at
	}
	end := max(party(left, s.Parties[0], s.Seller), party(left+column+18, s.Parties[1], s.Buyer))
	at := y
	for _, f := range s.Facts {
		at = s.text(facts, at, right-facts, label, f[0])
		at = s.text(facts, at, right-facts, normal, f[1]) + 3
	}
	s.y = max(end, at) + 20
	s.banner()
}

// banner is the headline and the stamp.
func (s *sheet) banner() {
	const height = 44.0
	s.page.Box(left, s.y, right-left, height, 6, faint)
	s.page.Box(left, s.y, 4, height, 0, s.accent)
	edge := right - 16
	if s.Stamp != "" {
		st := style{11, typeset.Strong, s.accent}
		l := s.set.Line(s.Stamp, st.weight)
		w := l.At(st.size)
		s.page.Frame(edge-w-20, s.y+10, w+20, height-20, 4, 1.4, s.accent)
		s.draw(edge-w-10, s.y+14.2, st, []typeset.Line{l})
		edge -= w + 34
	}
	st := style{13.5, typeset.Strong, ink}
	lines := s.set.Wrap(s.Headline, st.weight, st.size, edge-left-18)
	if len(lines) > 1 {
		st.size = 10.5
		lines = s.set.Wrap(s.Headline, st.weight, st.size, edge-left-18)
	}
	s.draw(left+18, s.y+(height-float64(len(lines))*st.height())/2+0.5, st, lines)
	s.y += height + 22
}

// The table's columns: where the first begins and the others end.
var columns = [5]float64{left, left + 254, left + 342, left + 396, right}

const firstColumn = 200.0

func (s *sheet) tableHead() {
	for i, name := range s.Columns {
		if i == 0 {
			s.text(left, s.y, firstColumn, label, name)
			continue
		}
		s.flush(columns[i], s.y, label, name)
	}
	s.y += label.height() + 4
	s.page.Rule(left, s.y, right-left, 0.9, s.accent)
	s.y += 7
}

// table may go over several pages, each of which begins with its head.
func (s *sheet) table() {
	s.tableHead()
	for _, r := range s.Rows {
		name := s.set.Wrap(r.Cells[0], strong.weight, strong.size, firstColumn)
		below := s.set.Lines(r.Below, small.weight, small.size, firstColumn)
		if s.room(float64(len(name))*strong.height() + float64(len(below))*small.height() + 12) {
			s.tableHead()
		}
		end := s.draw(left, s.y, small, nil)
		end = s.draw(left, end, strong, name)
		end = s.draw(left, end, small, below)
		for i := 1; i < len(r.Cells); i++ {
			s.flush(columns[i], s.y, normal, r.Cells[i])
		}
		s.y = end + 6
		s.page.Rule(left, s.y, right-left, 0.5, hair)
		s.y += 7
	}
}

// sums are kept together.
func (s *sheet) sums() {
	const x, width = left + 208.0, 190.0
	s.room(float64(len(s.Totals)) * 20)
	s.y += 2
	for _, t := range s.Totals {
		st := normal
		if t.Strong {
			st = style{11.5, typeset.Strong, ink}
			s.page.Rule(x, s.y+1, right-x, 0.9, s.accent)
			s.y += 7
		}
		end := s.text(x, s.y, width, st, t.Label)
		s.flush(right, s.y, st, t.Amount)
		s.y = end + 3
	}
	s.y += 18
}

func (s *sheet) remarks() {
	for _, note := range s.Notes {
		lines := s.set.Wrap(note, normal.weight, 9, right-left)
		st := style{9, typeset.Regular, ink}
		s.room(float64(len(lines))*st.height() + 4)
		s.y = s.draw(left, s.y, st, lines) + 4
	}
}

// feet are written last, when the number of pages is known.
func (s *sheet) feet() {
	for i, page := range s.pages {
		s.page = page
		y := pageHeight - 62
		s.page.Rule(left, y-8, right-left, 0.5, hair)
		count := strings.NewReplacer("{page}", strconv.Itoa(i+1), "{pages}", strconv.Itoa(len(s.pages))).Replace(s.PageOf)
		if s.Preserved != "" {
			count = s.Preserved + "  ·  " + count
		}
		s.flush(right, y, small, count)
		for _, line := range s.Footer {
			y = s.text(left, y, 330, small, line)
		}
	}
}
