package pdf

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"
	"time"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/google/go-cmp/cmp"
	reader "github.com/ledongthuc/pdf"
)

func source(t *testing.T, name string) ([]byte, *Source) {
	t.Helper()
	data, err := os.ReadFile("../../functions/documents/fonts/" + name + ".ttf")
	if err != nil {
		t.Fatalf("the fonts are fetched by make setup: %v", err)
	}
	s, err := OpenFont(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return data, s
}

// outline is what a glyph looks like, whatever its number.
func outline(t *testing.T, data []byte, id int) font.GlyphOutline {
	t.Helper()
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	drawn, ok := face.GlyphDataOutline(font.GID(id))
	if !ok {
		t.Fatalf("glyph %d has no outline", id)
	}
	return drawn
}

func TestASubsetDrawsTheSameGlyphs(t *testing.T) {
	t.Parallel()
	data, s := source(t, "NotoSans-Regular")
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	f := New(Info{}).Font(s)
	letters := "Grüße Łódź é" // some are composites of a letter and its mark
	var ids []uint16
	for _, r := range letters {
		id, _ := face.NominalGlyph(r)
		ids = append(ids, uint16(id))
		f.use(uint16(id))
	}
	small, err := f.subset()
	if err != nil {
		t.Fatal(err)
	}
	if len(small) > len(data)/50 {
		t.Errorf("the subset has %d of %d bytes", len(small), len(data))
	}
	for _, id := range ids {
		if id == ids[5] { // a blank
			continue
		}
		tables, err := whole(small)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(outline(t, data, int(id)), outline(t, tables, f.ids[id])); diff != "" {
			t.Errorf("glyph %d: %s", id, diff)
		}
	}
}

// whole gives a subset the table of characters that a font must have to be
// opened as one, and a PDF does not need.
func whole(subset []byte) ([]byte, error) {
	loader, err := opentype.NewLoader(bytes.NewReader(subset))
	if err != nil {
		return nil, err
	}
	var tables []opentype.Table
	for _, tag := range loader.Tables() {
		content, err := loader.RawTable(tag)
		if err != nil {
			return nil, err
		}
		tables = append(tables, opentype.Table{Tag: tag, Content: content})
	}
	cmap := []byte{0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0}
	tables = append(tables, opentype.Table{Tag: opentype.MustNewTag("cmap"), Content: cmap})
	return opentype.WriteTTF(tables), nil
}

func TestBrokenFontsAreRefused(t *testing.T) {
	t.Parallel()
	data, _ := source(t, "NotoSansDevanagari-Regular")
	if _, err := OpenFont("none", nil); err == nil {
		t.Error("an empty font was opened")
	}
	for cut := 100; cut < len(data); cut += len(data) / 23 {
		s, err := OpenFont("cut", data[:cut])
		if err != nil {
			continue
		}
		f := New(Info{}).Font(s)
		f.use(40)
		if _, err := f.subset(); err == nil {
			t.Errorf("a font cut at %d was taken", cut)
		}
	}
}

func TestAPictureKeepsItsTransparency(t *testing.T) {
	t.Parallel()
	picture := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	picture.Set(0, 0, color.NRGBA{R: 255, A: 255})
	picture.Set(1, 0, color.NRGBA{B: 255, A: 128})
	var raw bytes.Buffer
	if err := png.Encode(&raw, picture); err != nil {
		t.Fatal(err)
	}
	d := New(Info{})
	m, err := d.Image(raw.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if want := []byte{255, 0, 0, 0, 0, 255}; !bytes.Equal(m.rgb, want) || !bytes.Equal(m.alpha, []byte{255, 128}) {
		t.Errorf("colours %v, alpha %v", m.rgb, m.alpha)
	}
	if _, err := d.Image([]byte("GIF89a")); err == nil {
		t.Error("something else was taken for a picture")
	}
}

func TestAFileSaysWhatItIs(t *testing.T) {
	t.Parallel()
	d := New(Info{Title: "Rechnung 7 <&>", Author: "Zoë", Language: "de", Created: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)})
	p := d.AddPage(200, 100)
	p.Box(10, 10, 50, 20, 4, Colour{1, 0, 0})
	file, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	r, err := reader.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	info := r.Trailer().Key("Info")
	if info.Key("Title").Text() != "Rechnung 7 <&>" || info.Key("Author").Text() != "Zoë" || info.Key("CreationDate").RawString() != "D:20260302100000Z" {
		t.Errorf("the file says %v", info)
	}
	if lang := r.Trailer().Key("Root").Key("Lang").Text(); lang != "de" {
		t.Errorf("its language is %q", lang)
	}
	if !bytes.Contains(file, []byte("Rechnung 7 &lt;&amp;&gt;")) {
		t.Error("the XMP does not carry the title")
	}
}
