package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/go-text/typesetting/font/opentype"
)

var errGlyph = errors.New("a glyph is cut short")

// Flags of the parts of a composite glyph (OpenType, table glyf).
const (
	argsAreWords   = 1 << 0
	hasScale       = 1 << 3
	hasMore        = 1 << 5
	hasTwoScales   = 1 << 6
	hasTwoByTwo    = 1 << 7
	hasInstruction = 1 << 8
)

// subset is a TrueType font of the used glyphs, renumbered, without the
// programs that fit glyphs to old screens.
func (f *Font) subset() ([]byte, error) {
	var glyf, hmtx, loca []byte
	for n := 0; n < len(f.order); n++ { // grows by the parts of composite glyphs
		id := f.order[n]
		outline, err := f.outline(id)
		if err != nil {
			return nil, fmt.Errorf("font %s, glyph %d: %w", f.name, id, err)
		}
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = append(hmtx, f.source.metrics(id)...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head, hhea, maxp := f.copied("head"), f.copied("hhea"), f.copied("maxp")
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1)
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(f.order)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(f.order)))
	table := func(tag string, content []byte) opentype.Table {
		return opentype.Table{Tag: opentype.MustNewTag(tag), Content: content}
	}
	return opentype.WriteTTF([]opentype.Table{
		table("glyf", glyf), table("head", head), table("hhea", hhea), table("hmtx", hmtx), table("loca", loca), table("maxp", maxp),
	}), nil
}

func (f *Font) copied(tag string) []byte { return slices.Clone(f.source.tables[tag]) }

// metrics are the width and left bearing of a glyph.
func (s *Source) metrics(id uint16) []byte {
	hmtx := s.tables["hmtx"]
	if int(id) < s.wide {
		return hmtx[4*int(id) : 4*int(id)+4]
	}
	out := slices.Clone(hmtx[4*(s.wide-1) : 4*(s.wide-1)+2])
	if at := 4*s.wide + 2*(int(id)-s.wide); at+2 <= len(hmtx) {
		return append(out, hmtx[at:at+2]...)
	}
	return append(out, 0, 0)
}

// outline is a glyph with the numbers of its parts as they are in the file.
func (f *Font) outline(id uint16) ([]byte, error) {
	raw, err := f.source.glyph(int(id))
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	if len(raw) < 10 {
		return nil, errGlyph
	}
	if contours := i16(raw, 0); contours >= 0 {
		return plain(raw, contours)
	}
	return f.composite(slices.Clone(raw))
}

func (s *Source) glyph(id int) ([]byte, error) {
	loca, glyf := s.tables["loca"], s.tables["glyf"]
	size, scale := 2, 2
	if s.long {
		size, scale = 4, 1
	}
	if id >= s.glyphs || len(loca) < size*(id+2) {
		return nil, errGlyph
	}
	offset := func(i int) int {
		if s.long {
			return int(binary.BigEndian.Uint32(loca[4*i:]))
		}
		return scale * u16(loca, 2*i)
	}
	from, to := offset(id), offset(id+1)
	if from > to || to > len(glyf) {
		return nil, errGlyph
	}
	return glyf[from:to], nil
}

// plain drops the instructions of a simple glyph.
func plain(raw []byte, contours int) ([]byte, error) {
	at := 10 + 2*contours
	if len(raw) < at+2 {
		return nil, errGlyph
	}
	rest := at + 2 + u16(raw, at)
	if len(raw) < rest {
		return nil, errGlyph
	}
	return slices.Concat(raw[:at], []byte{0, 0}, raw[rest:]), nil
}

func (f *Font) composite(raw []byte) ([]byte, error) {
	for at := 10; ; {
		if len(raw) < at+4 {
			return nil, errGlyph
		}
		flags := u16(raw, at)
		binary.BigEndian.PutUint16(raw[at:], uint16(flags&^hasInstruction))
		binary.BigEndian.PutUint16(raw[at+2:], uint16(f.use(uint16(u16(raw, at+2)))))
		at += 4 + partSize(flags)
		if len(raw) < at {
			return nil, errGlyph
		}
		if flags&hasMore == 0 {
			return raw[:at], nil
		}
	}
}

// partSize is the length of what follows flags and number.
func partSize(flags int) int {
	size := 2
	if flags&argsAreWords != 0 {
		size = 4
	}
	switch {
	case flags&hasScale != 0:
		size += 2
	case flags&hasTwoScales != 0:
		size += 4
	case flags&hasTwoByTwo != 0:
		size += 8
	}
	return size
}

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func i16(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
