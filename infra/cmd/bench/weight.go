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
// time, as bytes on the wire.
type weight struct {
	requests int
	sent     int // bodies, compressed as sent
	page     int // of that, the page itself
	scripts  int // bytes of script once unpacked
}

// visitor fetches pages as a browser with a cookie does.
type visitor struct {
	client *http.Client
	cookie string
}

// Parts of a page that a browser fetches with it.
var (
	tags = regexp.MustCompile(`(?s)<(script|img|iframe|link)\b[^>]*>`)
	from = regexp.MustCompile(`\s(?:src|href)="([^"]*)"`)
)

// weigh fetches a page with everything that it names.
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
	for _, tag := range tags.FindAllStringSubmatch(string(body), -1) {
		found := from.FindStringSubmatch(tag[0])
		if found == nil || strings.HasPrefix(found[1], "data:") {
			continue
		}
		part, err := base.Parse(html.UnescapeString(found[1]))
		if err != nil {
			return w, err
		}
		if tag[1] == "iframe" {
			inner, err := v.weigh(ctx, part.String())
			if err != nil {
				return w, err
			}
			w.requests, w.sent, w.scripts = w.requests+inner.requests, w.sent+inner.sent, w.scripts+inner.scripts
			continue
		}
		raw, sent, err := v.fetch(ctx, part.String())
		if err != nil {
			return w, err
		}
		w.requests, w.sent = w.requests+1, w.sent+sent
		if tag[1] == "script" {
			w.scripts += len(raw)
		}
	}
	return w, nil
}

// fetch gets one address: its body unpacked, and its size as sent.
func (v visitor) fetch(ctx context.Context, address string) (body []byte, sent int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd") // so the transport leaves the body packed
	if v.cookie != "" {
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
	var packed io.Reader = io.TeeReader(response.Body, &count)
	if response.Header.Get("Content-Encoding") == "gzip" {
		if packed, err = gzip.NewReader(packed); err != nil {
			return nil, 0, err
		}
	}
	body, err = io.ReadAll(packed)
	return body, int(count), err
}
