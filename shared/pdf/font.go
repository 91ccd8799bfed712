package pdf

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/go-text/typesetting/font/opentype"
)

// Font is a TrueType font in one file; the file holds only the glyphs that
// were drawn.
type Font struct {
	index  int
	name   string
	source *Source
	ids    map[uint16]int // number in the file by that in the font
	order  []uint16       // the glyphs by their number in the file
	says   map[int]string // what each glyph says by itself
	within map[int]string // what a glyph says as the first of several
}

// Source is a font as it was read; many files may be made of it at once.
type Source struct {
	name   string
	tables map[string][]byte
	upem   float64
	wide   int // glyphs with a width of their own
	glyphs int
	long   bool // how glyphs are found
	box    [4]int
	ascent int
	fall   int
}

// OpenFont reads a TrueType font with outlines in the table glyf.
func OpenFont(name string, data []byte) (*Source, error) {
	loader, err := opentype.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	s := &Source{name: name, tables: map[string][]byte{}}
	for _, tag := range []string{"head", "hhea", "maxp", "hmtx", "loca", "glyf"} {
		if s.tables[tag], err = loader.RawTable(opentype.MustNewTag(tag)); err != nil {
			return nil, fmt.Errorf("font %s, table %s: %w", name, tag, err)
		}
	}
	if len(s.tables["head"]) < 54 || len(s.tables["hhea"]) < 36 || len(s.tables["maxp"]) < 6 {
		return nil, fmt.Errorf("font %s: a table is cut short", name)
	}
	s.measure()
	if len(s.tables["hmtx"]) < 4*s.wide || s.wide == 0 || s.upem == 0 {
		return nil, fmt.Errorf("font %s: the widths are cut short", name)
	}
	return s, nil
}

func (s *Source) measure() {
	head, hhea := s.tables["head"], s.tables["hhea"]
	s.upem = float64(u16(head, 18))
	s.long = u16(head, 50) != 0
	s.wide, s.glyphs = u16(hhea, 34), u16(s.tables["maxp"], 4)
	s.ascent, s.fall = s.milli(i16(hhea, 4)), s.milli(i16(hhea, 6))
	for i := range s.box {
		s.box[i] = s.milli(i16(head, 36+2*i))
	}
}

func (s *Source) milli(units int) int { return int(float64(units) * 1000 / s.upem) }

// width is the advance of a glyph in thousandths of the size.
func (s *Source) width(id uint16) float64 {
	at := min(int(id), s.wide-1)
	return float64(u16(s.tables["hmtx"], 4*at)) * 1000 / s.upem
}

// Font gives the file's font of a source.
func (d *Document) Font(s *Source) *Font {
	for _, f := range d.fonts {
		if f.source == s {
			return f
		}
	}
	f := &Font{index: len(d.fonts), name: s.name, source: s, ids: map[uint16]int{}, says: map[int]string{}, within: map[int]string{}}
	f.use(0)
	d.fonts = append(d.fonts, f)
	return f
}

func (f *Font) width(id uint16) float64 { return f.source.width(id) }

// use gives a glyph its number in the file.
func (f *Font) use(id uint16) int {
	n, known := f.ids[id]
	if !known {
		n = len(f.order)
		f.ids[id], f.order = n, append(f.order, id)
	}
	return n
}

// note remembers what a glyph that has a number says. By itself counts more
// than as a part of something.
func (f *Font) note(n int, g Glyph) {
	switch {
	case g.Text == "":
	case g.Whole:
		f.says[n] = g.Text
	case f.within[n] == "":
		f.within[n] = g.Text
	}
}

// write adds the font's objects: a composite font whose codes are the numbers
// of its glyphs.
func (f *Font) write(w *writer) (int, error) {
	drawn := len(f.order)
	program, err := f.subset()
	if err != nil {
		return 0, err
	}
	name := fmt.Sprintf("PRNL%c%c+%s", 'A'+f.index/26%26, 'A'+f.index%26, f.name)
	file := w.stream(fmt.Sprintf("/Length1 %d", len(program)), program)
	s := f.source
	descriptor := w.object(fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>",
		name, s.box[0], s.box[1], s.box[2], s.box[3], s.ascent, s.fall, s.ascent*7/10, file))
	var widths bytes.Buffer
	for _, id := range f.order[:drawn] {
		fmt.Fprintf(&widths, "%s ", number(s.width(id)))
	}
	inner := w.object(fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/W[0[%s]]>>",
		name, descriptor, widths.String()))
	return w.object(fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		name, inner, w.stream("", f.unicode()))), nil
}

// unicode is the table by which programs read the glyphs as text.
func (f *Font) unicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CMapName /Perennial def /CMapType 2 def\n" +
		"1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
	all := maps.Clone(f.within)
	maps.Copy(all, f.says)
	codes := slices.Sorted(maps.Keys(all))
	for part := range slices.Chunk(codes, 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for _, n := range part {
			fmt.Fprintf(&b, "<%04X> <%s>\n", n, units(all[n]))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap CMapName currentdict /CMap defineresource pop end end\n")
	return b.Bytes()
}
