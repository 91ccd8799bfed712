package typeset

import (
	"bytes"
	"fmt"
	"io/fs"
	"sync"

	"github.com/go-text/typesetting/font"

	"perennial/shared/pdf"
)

// Fonts are the fonts of a program, each read when the first letter needs it.
// They are safe for concurrent use.
type Fonts struct {
	files fs.FS
	faces [scripts][2]*face
}

// script is a family of fonts.
type script int

const (
	latin script = iota
	devanagari
	japanese
	arabic
	scripts
)

// names are the files, by script and weight. Noto Sans JP is large, so its
// strong letters are its regular ones, thickened by a stroke.
var names = [scripts][2]string{
	latin:      {"NotoSans-Regular", "NotoSans-SemiBold"},
	devanagari: {"NotoSansDevanagari-Regular", "NotoSansDevanagari-SemiBold"},
	japanese:   {"NotoSansJP-Regular", "NotoSansJP-Regular"},
	arabic:     {"NotoSansArabic-Regular", "NotoSansArabic-SemiBold"},
}

// thickness is the stroke of the strong Japanese letters, in thousandths.
const thickness = 28

// face is one font as it is read at most once.
type face struct {
	script script
	name   string
	once   sync.Once
	shape  *font.Font
	source *pdf.Source
	err    error
}

// Open gives the fonts of a folder, which must hold the files <name>.ttf of
// the families Noto Sans, Noto Sans Devanagari, Noto Sans Arabic (regular and
// semi-bold) and Noto Sans JP (regular). Nothing is read yet.
func Open(files fs.FS) *Fonts {
	f := &Fonts{files: files}
	for s := range scripts {
		for w := range f.faces[s] {
			f.faces[s][w] = &face{script: s, name: names[s][w]}
		}
		if names[s][Regular] == names[s][Strong] {
			f.faces[s][Strong] = f.faces[s][Regular]
		}
	}
	return f
}

func (f *face) read(files fs.FS) error {
	f.once.Do(func() { f.err = f.load(files) })
	return f.err
}

func (f *face) load(files fs.FS) error {
	data, err := fs.ReadFile(files, f.name+".ttf")
	if err != nil {
		return fmt.Errorf("the fonts are fetched by make setup: %w", err)
	}
	parsed, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("font %s: %w", f.name, err)
	}
	f.shape = parsed.Font
	f.source, err = pdf.OpenFont(f.name, data)
	return err
}

// thicken is the stroke that makes the face's letters strong.
func (f *face) thicken(w Weight) float64 {
	if w == Strong && f.script == japanese {
		return thickness
	}
	return 0
}

// chooser finds the font of each letter: that of its script, or else the
// first one that has it.
type chooser struct {
	s *Setter
	w Weight
}

// ResolveFace implements shaping.Fontmap.
func (c chooser) ResolveFace(r rune) *font.Face {
	first := c.s.face(scriptOf(r), c.w)
	if has(first, r) {
		return first
	}
	for s := range scripts {
		if other := c.s.face(s, c.w); has(other, r) {
			return other
		}
	}
	return first
}

func has(f *font.Face, r rune) bool {
	_, ok := f.NominalGlyph(r)
	return ok
}

// none stands for a font that could not be read; the setter knows why.
var none = font.NewFace(&font.Font{Cmap: nothing{}})

type nothing struct{ font.Cmap }

// Lookup implements font.Cmap.
func (nothing) Lookup(rune) (font.GID, bool) { return 0, false }

func (s *Setter) face(of script, w Weight) *font.Face {
	f := s.fonts.faces[of][w]
	if known, ok := s.faces[f]; ok {
		return known
	}
	if err := f.read(s.fonts.files); err != nil {
		s.err = err
		return none
	}
	made := font.NewFace(f.shape)
	s.faces[f], s.own[made] = made, f
	return made
}

// blocks are where the scripts lie in Unicode; everything else is tried in
// Latin first.
var blocks = []struct {
	from, to rune
	script   script
}{
	{0x0600, 0x077f, arabic}, {0x08a0, 0x08ff, arabic}, {0x0900, 0x097f, devanagari}, {0x1cd0, 0x1cff, devanagari},
	{0x2e80, 0x9fff, japanese}, {0xa8e0, 0xa8ff, devanagari}, {0xf900, 0xfaff, japanese},
	{0xfb50, 0xfdff, arabic}, {0xfe70, 0xfefe, arabic}, {0xff00, 0xffef, japanese}, {0x20000, 0x2ffff, japanese},
}

func scriptOf(r rune) script {
	for _, b := range blocks {
		if b.from <= r && r <= b.to {
			return b.script
		}
	}
	return latin
}
