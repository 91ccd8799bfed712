package dynamo

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"fmt"
	"io"
	"sync"
)

// dictionary holds the phrases of our documents, the most frequent last. It
// is part of the stored form: changing one byte makes every compressed
// document unreadable. A better one gets another attribute beside dz.
//
//go:embed dictionary.txt
var dictionary []byte

// deflaters are kept, because each allocates more than half a megabyte.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriterDict(io.Discard, flate.BestCompression, dictionary)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

func deflate(doc []byte) ([]byte, error) {
	var out bytes.Buffer
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&out)
	if _, err := w.Write(doc); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return out.Bytes(), nil
}

func inflate(packed []byte) ([]byte, error) {
	doc, err := io.ReadAll(flate.NewReaderDict(bytes.NewReader(packed), dictionary))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return doc, nil
}
