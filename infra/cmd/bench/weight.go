package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// weight is what a browser fetches for a page that it sees for the first
// time. Sizes are of bodies.
type weight struct {
	requests int
	sent     int // on the wire, compressed
	page     int // of that, the page itself
	scripts  int // scripts once unpacked
}

// part is something that a browser fetches for a page.
var part = regexp.MustCompile(`<(?:(script|img|iframe)\b[^>]*\ssrc|(link)\b[^>]*\shref|(form)\b[^>]*\sdata-card-fields\s+data-src)="([^"]*)"`)

// weigh fetches a page with everything that it names, and the card fields that
// its script mounts.
func (v visitor) weigh(ctx context.Context, address string) (weight, error) {
	body, sent, err := v.fetch(ctx, address)
	if err != nil {
		return weight{}, err
	}
	w := weight{requests: 1, sent: sent, page: sent}
	base, err := url.Parse(address)
	if err != nil {
		return w, err
	}
	for _, found := range part.FindAllStringSubmatch(string(body), -1) {
		at, err := base.Parse(html.UnescapeString(found[4]))
		if err != nil {
			return w, err
		}
		if at.Scheme == "data" {
			continue
		}
		more, err := v.weighPart(ctx, found[1]+found[2]+found[3], at.String())
		if err != nil {
			return w, err
		}
		w.requests, w.sent, w.scripts = w.requests+more.requests, w.sent+more.sent, w.scripts+more.scripts
	}
	return w, nil
}

// weighPart fetches what a tag names; a frame is a page of its own.
func (v visitor) weighPart(ctx context.Context, tag, address string) (weight, error) {
	if tag == "iframe" || tag == "form" {
		return v.weigh(ctx, address)
	}
	raw, sent, err := v.fetch(ctx, address)
	w := weight{requests: 1, sent: sent}
	if tag == "script" {
		w.scripts = len(raw)
	}
	return w, err
}

// fetch gets one address: its body unpacked, and its size as sent.
func (v visitor) fetch(ctx context.Context, address string) (body []byte, sent int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd") // so the transport leaves the body packed
	if strings.HasPrefix(address, v.origin) && v.cookie != "" {
		request.Header.Set("Cookie", v.cookie)
	}
	response, err := v.client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	if response.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("GET %s: %s", address, response.Status)
	}
	var count counter
	packed := io.TeeReader(response.Body, &count)
	if response.Header.Get("Content-Encoding") == "gzip" {
		if packed, err = gzip.NewReader(packed); err != nil {
			return nil, 0, err
		}
	}
	body, err = io.ReadAll(packed)
	return body, int(count), err
}
