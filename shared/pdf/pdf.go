// Package pdf writes PDF files: pages with glyphs, lines, boxes and pictures,
// and the subsets of the TrueType fonts that they use. It places glyphs that
// package typeset has shaped; it neither shapes text nor knows what a page
// is about.
//
// The same calls make the same bytes: a file holds no moment but the one that
// it is given.
package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"
)

// Info is what a file says of itself.
type Info struct {
	Title    string
	Author   string
	Subject  string
	Language string // BCP 47
	Created  time.Time
}

// Document is a file being made. It is not safe for concurrent use.
type Document struct {
	info   Info
	pages  []*Page
	fonts  []*Font
	images []*Image
}

// New starts a file.
func New(info Info) *Document { return &Document{info: info} }

// Pages are the pages so far.
func (d *Document) Pages() []*Page { return d.pages }

// AddPage adds a page, its size in points.
func (d *Document) AddPage(width, height float64) *Page {
	p := &Page{width: width, height: height}
	d.pages = append(d.pages, p)
	return p
}

// Bytes is the finished file.
func (d *Document) Bytes() ([]byte, error) {
	w := &writer{}
	w.out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	catalog, tree, resources := w.reserve(), w.reserve(), w.reserve()
	var kids bytes.Buffer
	for _, p := range d.pages {
		content := w.stream("", p.content.Bytes())
		page := w.object(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents %d 0 R>>",
			tree, number(p.width), number(p.height), resources, content))
		fmt.Fprintf(&kids, "%d 0 R ", page)
	}
	used, err := d.resources(w)
	if err != nil {
		return nil, err
	}
	w.set(resources, used)
	w.set(tree, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(d.pages), kids.String()))
	meta := w.plainStream("/Type/Metadata/Subtype/XML", d.info.xmp())
	w.set(catalog, fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/Lang%s/Metadata %d 0 R/ViewerPreferences<</DisplayDocTitle true>>>>",
		tree, text(d.info.Language), meta))
	return w.finish(catalog, w.object(d.info.dictionary())), nil
}

func (d *Document) resources(w *writer) (string, error) {
	var fonts, images bytes.Buffer
	for i, f := range d.fonts {
		id, err := f.write(w)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&fonts, "/F%d %d 0 R", i, id)
	}
	for i, m := range d.images {
		fmt.Fprintf(&images, "/I%d %d 0 R", i, m.write(w))
	}
	return "<</Font<<" + fonts.String() + ">>/XObject<<" + images.String() + ">>>>", nil
}

func (i Info) dictionary() string {
	return fmt.Sprintf("<</Title%s/Author%s/Subject%s/Producer(Perennial)/CreationDate(D:%s)>>",
		text(i.Title), text(i.Author), text(i.Subject), i.Created.UTC().Format("20060102150405Z"))
}

// writer numbers objects and remembers where they begin.
type writer struct {
	out     bytes.Buffer
	offsets []int // by object number less 1; 0: reserved
}

func (w *writer) reserve() int {
	w.offsets = append(w.offsets, 0)
	return len(w.offsets)
}

func (w *writer) set(id int, body string) {
	w.offsets[id-1] = w.out.Len()
	fmt.Fprintf(&w.out, "%d 0 obj\n%s\nendobj\n", id, body)
}

func (w *writer) object(body string) int {
	id := w.reserve()
	w.set(id, body)
	return id
}

// stream adds compressed content.
func (w *writer) stream(dictionary string, content []byte) int {
	var packed bytes.Buffer
	z, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err == nil {
		_, err = z.Write(content)
	}
	if err != nil || z.Close() != nil { // a buffer takes everything
		return w.plainStream(dictionary, content)
	}
	return w.plainStream(dictionary+"/Filter/FlateDecode", packed.Bytes())
}

func (w *writer) plainStream(dictionary string, content []byte) int {
	return w.object(fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dictionary, len(content), content))
}

func (w *writer) finish(catalog, info int) []byte {
	id := sha256.Sum256(w.out.Bytes())
	start := w.out.Len()
	fmt.Fprintf(&w.out, "xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1)
	for _, at := range w.offsets {
		fmt.Fprintf(&w.out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&w.out, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(w.offsets)+1, catalog, info, id[:16], id[:16], start)
	return w.out.Bytes()
}

// number writes a length with at most two decimals.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// text writes a string in UTF-16, as PDF dictionaries take it.
func text(s string) string { return "<FEFF" + units(s) + ">" }
