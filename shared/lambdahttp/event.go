package lambdahttp

import (
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// readable prepares an event for the adapter, which turns an event it cannot
// convert into a failed invocation. It reports false for such an event.
func readable(event *events.APIGatewayV2HTTPRequest) bool {
	at := &event.RequestContext.HTTP
	if event.RawPath == "" {
		event.RawPath = at.Path
	}
	event.RawPath = encodedPath(event.RawPath)
	if event.IsBase64Encoded {
		if _, err := base64.StdEncoding.DecodeString(event.Body); err != nil {
			return false
		}
	}
	_, err := http.NewRequest(strings.ToUpper(at.Method), "https://h"+event.RawPath+"?"+event.RawQueryString, nil)
	return err == nil
}

// encodedPath leaves a percent-encoded path alone and encodes one that API
// Gateway delivered decoded.
func encodedPath(path string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	_, err := url.PathUnescape(path)
	if err == nil && !strings.ContainsFunc(path, neverInPath) {
		return path
	}
	return (&url.URL{Path: path}).EscapedPath()
}

func neverInPath(r rune) bool { return r <= ' ' || r >= 0x7f || r == '?' || r == '#' }

// restored gives the handler the request as net/http's server would have read
// it from the wire. The adapter splits header values at commas, which breaks
// signatures such as "v1,aaa v1,bbb", and makes one Cookie value per cookie.
func restored(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, ok := r.Context().Value(eventKey{}).(*events.APIGatewayV2HTTPRequest)
		if ok {
			r.Header = headers(event)
			r.RemoteAddr = net.JoinHostPort(event.RequestContext.HTTP.SourceIP, "0")
			r.URL.Scheme, r.URL.Host = "", ""
		}
		next.ServeHTTP(w, r)
	})
}

func headers(event *events.APIGatewayV2HTTPRequest) http.Header {
	h := make(http.Header, len(event.Headers)+1)
	for name, value := range event.Headers {
		h[http.CanonicalHeaderKey(name)] = []string{value}
	}
	if len(event.Cookies) > 0 {
		h["Cookie"] = []string{strings.Join(event.Cookies, "; ")}
	}
	delete(h, "Host") // net/http keeps it in Request.Host alone
	return h
}
