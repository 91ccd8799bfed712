package lambdahttp

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// worthwhile is the size in bytes from which gzip saves more than it costs.
const worthwhile = 1024

var writers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// compress gives the gzipped body and marks it in h, when the caller takes
// gzip and the body is text of some length. Otherwise it gives body back.
func compress(h http.Header, body []byte, accepted string) []byte {
	if len(body) < worthwhile || h.Get("Content-Encoding") != "" || !isText(h.Get("Content-Type")) {
		return body
	}
	h.Add("Vary", "Accept-Encoding")
	if !takesGzip(accepted) {
		return body
	}
	var out bytes.Buffer
	z, _ := writers.Get().(*gzip.Writer)
	z.Reset(&out)
	_, _ = z.Write(body) // a bytes.Buffer takes everything
	_ = z.Close()
	writers.Put(z)
	h.Set("Content-Encoding", "gzip")
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
		h.Set("ETag", "W/"+tag)
	}
	return out.Bytes()
}

func isText(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	switch media {
	case "application/json", "application/javascript", "application/xml", "application/openapi+json", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(media, "text/")
}

// takesGzip reads an Accept-Encoding header: gzip or *, with a weight above 0.
func takesGzip(accepted string) bool {
	star := false
	for part := range strings.SplitSeq(accepted, ",") {
		coding, params, _ := strings.Cut(part, ";")
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip":
			return weight(params) > 0
		case "*":
			star = weight(params) > 0
		}
	}
	return star
}

func weight(params string) float64 {
	q, ok := strings.CutPrefix(strings.TrimSpace(params), "q=")
	if !ok {
		return 1
	}
	w, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
	if err != nil {
		return 0
	}
	return w
}
