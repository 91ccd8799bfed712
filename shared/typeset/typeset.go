// Package typeset turns text into lines of glyphs: it chooses the font of
// each script, shapes (Devanagari's conjuncts and reordered vowels, Arabic's
// joined letters, both directions in one line), measures and breaks lines.
//
// It draws nothing and knows no page; package pdf does the one, documents the
// other.
package typeset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"

	"perennial/shared/pdf"
)

// Weight is how heavy letters are.
type Weight int

// The weights.
const (
	Regular Weight = iota
	Strong
)

// em is the size at which text is shaped: lengths are thousandths of it.
const em = 1000

// Line is one line of glyphs. Width is in thousandths of the size.
type Line struct {
	Runs  []pdf.Run
	Width float64
}

// At is the line's width in points at a size.
func (l Line) At(size float64) float64 { return l.Width * size / em }

// Setter sets text in one language into one file. It is not safe for
// concurrent use.
type Setter struct {
	fonts  *Fonts
	doc    *pdf.Document
	lang   language.Language
	shaper shaping.HarfbuzzShaper
	faces  map[*face]*font.Face
	own    map[*font.Face]*face
	err    error
}

// Setter starts setting text of a language, given as BCP 47, into a file.
func (f *Fonts) Setter(doc *pdf.Document, lang string) *Setter {
	return &Setter{
		fonts: f, doc: doc, lang: language.NewLanguage(lang),
		faces: map[*face]*font.Face{}, own: map[*font.Face]*face{},
	}
}

// Err is why a font could not be read, if one could not.
func (s *Setter) Err() error { return s.err }

// Line sets text into one line. Controls and line ends become spaces.
func (s *Setter) Line(text string, w Weight) Line {
	lines := s.Wrap(text, w, 1, 1<<14)
	if len(lines) == 0 {
		return Line{}
	}
	return lines[0]
}

// Wrap sets text into lines of at most a width in points at a size. Words
// that are longer are broken.
func (s *Setter) Wrap(text string, w Weight, size, width float64) []Line {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) == 0 || s.err != nil {
		return nil
	}
	input := shaping.Input{
		Text: runes, RunEnd: len(runes), Direction: direction(runes), Size: fixed.I(em), Language: s.lang,
	}
	var splitter shaping.Segmenter
	var shaped []shaping.Output
	for _, part := range splitter.Split(input, chooser{s, w}) {
		if s.err != nil {
			return nil
		}
		shaped = append(shaped, s.shaper.Shape(part))
	}
	var wrapper shaping.LineWrapper
	config := shaping.WrapConfig{Direction: input.Direction}
	wrapped, _ := wrapper.WrapParagraphF(config, fixed.Int26_6(min(width/size*em, 1<<24)*64), runes, shaping.NewSliceIterator(shaped))
	lines := make([]Line, 0, len(wrapped))
	for _, line := range wrapped {
		lines = append(lines, s.line(line, runes, w))
	}
	return lines
}

// Lines sets each of some texts as Wrap does, one after the other.
func (s *Setter) Lines(texts []string, w Weight, size, width float64) []Line {
	var all []Line
	for _, t := range texts {
		all = append(all, s.Wrap(t, w, size, width)...)
	}
	return all
}

// line puts the runs into the order in which they are drawn.
func (s *Setter) line(parts shaping.Line, text []rune, w Weight) Line {
	var line Line
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b shaping.Output) int { return int(a.VisualIndex - b.VisualIndex) })
	for _, part := range parts {
		run := pdf.Run{Font: s.doc.Font(s.own[part.Face].source), Bold: s.own[part.Face].thicken(w)}
		backwards := part.Direction.Progression() == di.TowardTopLeft
		if backwards {
			run.Text = string(text[part.Runes.Offset : part.Runes.Offset+part.Runes.Count])
		}
		last := -1
		for _, g := range part.Glyphs {
			glyph := pdf.Glyph{ID: uint16(g.GlyphID), Advance: units(g.Advance), X: units(g.XOffset), Y: units(g.YOffset)}
			if from := g.TextIndex(); from != last {
				glyph.Text = string(text[from : from+g.RunesCount()])
				glyph.Whole = g.RunesCount() == 1 && g.GlyphsCount() == 1
				last = from
			}
			run.Glyphs = append(run.Glyphs, glyph)
			line.Width += glyph.Advance
		}
		line.add(run)
	}
	return line.trimmed()
}

// add joins a run with the one before where both are of one font.
func (l *Line) add(run pdf.Run) {
	if n := len(l.Runs); n > 0 {
		last := &l.Runs[n-1]
		if last.Font == run.Font && last.Bold == run.Bold && last.Text == "" && run.Text == "" {
			last.Glyphs = append(last.Glyphs, run.Glyphs...)
			return
		}
	}
	l.Runs = append(l.Runs, run)
}

// trimmed drops the blank at which a line was broken.
func (l Line) trimmed() Line {
	for len(l.Runs) > 0 {
		run := &l.Runs[len(l.Runs)-1]
		n := len(run.Glyphs)
		if n > 0 && (run.Text != "" || run.Glyphs[n-1].Text != " ") {
			return l
		}
		if n > 0 {
			l.Width -= run.Glyphs[n-1].Advance
			run.Glyphs = run.Glyphs[:n-1]
			continue
		}
		l.Runs = l.Runs[:len(l.Runs)-1]
	}
	return l
}

func units(v fixed.Int26_6) float64 { return float64(v) / 64 }

// direction is that of the first letter that has one.
func direction(text []rune) di.Direction {
	for _, r := range text {
		switch language.LookupScript(r) {
		case language.Arabic, language.Hebrew, language.Syriac, language.Thaana:
			return di.DirectionRTL
		case language.Common, language.Inherited, language.Unknown:
		default:
			return di.DirectionLTR
		}
	}
	return di.DirectionLTR
}

// Draw draws a line whose baseline begins at a point.
func Draw(p *pdf.Page, x, y, size float64, c pdf.Colour, l Line) {
	for _, run := range l.Runs {
		p.Glyphs(x, y, size, c, run)
		for _, g := range run.Glyphs {
			x += g.Advance * size / em
		}
	}
}

// String tells what a line holds, for tests and messages.
func (l Line) String() string {
	var b strings.Builder
	for _, run := range l.Runs {
		if run.Text != "" {
			b.WriteString(run.Text)
			continue
		}
		for _, g := range run.Glyphs {
			b.WriteString(g.Text)
		}
	}
	return fmt.Sprintf("%s (%.0f)", b.String(), l.Width)
}
