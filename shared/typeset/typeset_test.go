package typeset

import (
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"perennial/shared/pdf"
)

var fonts = Open(os.DirFS("../../functions/documents/fonts"))

func setter(t *testing.T, lang string) *Setter {
	t.Helper()
	s := fonts.Setter(pdf.New(pdf.Info{}), lang)
	t.Cleanup(func() {
		if err := s.Err(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func ids(l Line) []uint16 {
	var all []uint16
	for _, r := range l.Runs {
		for _, g := range r.Glyphs {
			all = append(all, g.ID)
		}
	}
	return all
}

// naive is what a program without shaping would draw: a glyph per letter.
func naive(s *Setter, script script, text string) []uint16 {
	var all []uint16
	for _, r := range text {
		id, _ := s.face(script, Regular).NominalGlyph(r)
		all = append(all, uint16(id))
	}
	return all
}

func TestDevanagariIsShaped(t *testing.T) {
	t.Parallel()
	s := setter(t, "hi")
	// क्ष is one conjunct of three letters, and its vowel ि is drawn before it.
	got, letters := ids(s.Line("क्षि", Regular)), naive(s, devanagari, "क्षि")
	if len(got) >= len(letters) || slices.Equal(got, letters) {
		t.Errorf("क्षि is drawn as %v, letter by letter it would be %v", got, letters)
	}
	ki, k := ids(s.Line("कि", Regular)), naive(s, devanagari, "क")[0]
	if len(ki) != 2 || ki[1] != k {
		t.Errorf("कि is drawn as %v; the vowel belongs before %d", ki, k)
	}
}

func TestJapaneseLettersAreThoseOfTheFont(t *testing.T) {
	t.Parallel()
	s := setter(t, "ja")
	l := s.Line("請求書 No. 7", Strong)
	if slices.Contains(ids(l), 0) || len(l.Runs) != 2 {
		t.Errorf("%d runs, glyphs %v", len(l.Runs), ids(l))
	}
	if l.Runs[0].Bold == 0 || l.Runs[1].Bold != 0 {
		t.Error("only the Japanese letters are thickened")
	}
}

func TestArabicIsJoinedAndRunsFromRightToLeft(t *testing.T) {
	t.Parallel()
	s := setter(t, "en")
	l := s.Line("Seller سلام", Regular)
	last := l.Runs[len(l.Runs)-1]
	if last.Text != "سلام" || slices.Equal(ids(Line{Runs: []pdf.Run{last}}), naive(s, arabic, "سلام")) {
		t.Errorf("drawn as %v", l)
	}
}

func TestLinesFitAndLoseNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"Rechnung", "क्षितिज", "請求書番号", "a", "Donaudampfschifffahrtsgesellschaft", "19,00 €", "सॉफ़्टवेयर"}), 1, 30).Draw(t, "words")
		width := rapid.Float64Range(60, 400).Draw(t, "width")
		s := fonts.Setter(pdf.New(pdf.Info{}), "en")
		var said strings.Builder
		for _, l := range s.Wrap(strings.Join(words, " "), Regular, 10, width) {
			if l.At(10) > width+0.5 {
				t.Fatalf("%v is wider than %.1f", l, width)
			}
			for _, r := range l.Runs {
				for _, g := range r.Glyphs {
					said.WriteString(g.Text)
				}
			}
		}
		if got, want := strings.ReplaceAll(said.String(), " ", ""), strings.ReplaceAll(strings.Join(words, ""), " ", ""); got != want {
			t.Fatalf("said %q of %q", got, want)
		}
	})
}

func TestUnknownLettersAndControlsDoNoHarm(t *testing.T) {
	t.Parallel()
	s := setter(t, "xx-invalid-")
	for _, text := range []string{"", " \n\t ", "\x00\x01", "\u202e\u2066", "🦄🏳️‍🌈", "ก็", "\uFFFD", string([]byte{0xff, 0xfe})} {
		s.Line(text, Regular)
	}
}
