package front

import (
	"cmp"
	"encoding/base64"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"perennial/infra/local/identity"
	"perennial/infra/topology"
)

// What an Edge surface sees instead of the visitor's Host and address.
const (
	edgeHost      = "local0edge.execute-api." + identity.Region + ".amazonaws.com"
	edgeAddress   = "192.0.2.10" // reserved for documentation, so nobody's
	originHeader  = "x-perennial-origin"
	surfaceHeader = "x-perennial-surface"
	viewerHeader  = "x-perennial-viewer"
	takesHeader   = "x-perennial-encoding"
)

// event translates a request into payload format 2.0.
func (f *Front) event(r *http.Request, s topology.Surface, id string, body []byte) events.APIGatewayV2HTTPRequest {
	now := time.Now().UTC()
	text, encoded := encodeBody(r.Header.Get("Content-Type"), body)
	headers := f.headers(r, s, len(body))
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default",
		RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery,
		Cookies: cookies(r), Headers: headers, QueryStringParameters: query(r.URL),
		Body: text, IsBase64Encoded: encoded,
	}
	prefix, _, _ := strings.Cut(headers["host"], ".")
	e.RequestContext = events.APIGatewayV2HTTPRequestContext{
		RouteKey: "$default", AccountID: identity.Account, Stage: "$default", RequestID: id,
		APIID: "local", DomainName: headers["host"], DomainPrefix: prefix,
		Time: now.Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
		HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
			Method: r.Method, Path: r.URL.Path, Protocol: r.Proto,
			SourceIP: sourceIP(r, s), UserAgent: r.UserAgent(),
		},
	}
	return e
}

// headers joins repeated values with a comma, as API Gateway does, and adds
// what stands between the visitor and the function.
func (f *Front) headers(r *http.Request, s topology.Surface, size int) map[string]string {
	h := map[string]string{}
	for name, values := range r.Header {
		if name = strings.ToLower(name); !dropped(name, s.Edge) {
			h[name] = strings.Join(values, ",")
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	forwarded := host
	if before := h["x-forwarded-for"]; before != "" {
		forwarded = before + ", " + host
	}
	h["host"] = r.Host
	if s.Edge {
		h["host"] = edgeHost
		h[originHeader] = f.OriginSecret
		h[surfaceHeader] = s.Name
		h[viewerHeader] = host + ":0" // as the edge's function writes it
		h[takesHeader] = cmp.Or(r.Header.Get("Accept-Encoding"), "identity")
		h["via"] = "1.1 local.cloudfront.net (CloudFront)"
		forwarded += ", " + edgeAddress
	}
	h["x-forwarded-for"] = forwarded
	h["x-forwarded-port"], h["x-forwarded-proto"] = "443", "https"
	h["content-length"] = strconv.Itoa(size)
	return h
}

// dropped names headers that never reach a function: those of the connection,
// cookies (which travel apart), and on an Edge surface those that CloudFront
// does not pass on, or that only CloudFront may set.
func dropped(name string, edge bool) bool {
	switch name {
	case "cookie", "connection", "keep-alive", "proxy-authorization", "proxy-connection",
		"te", "trailer", "transfer-encoding", "upgrade", "expect":
		return true
	case "x-forwarded-for":
		return false
	}
	passes := slices.ContainsFunc(topology.ViewerHeaders, func(h string) bool { return strings.EqualFold(h, name) })
	return edge && (!passes || strings.HasPrefix(name, "cloudfront-") || name == viewerHeader || name == takesHeader)
}

func sourceIP(r *http.Request, s topology.Surface) string {
	if s.Edge {
		return edgeAddress
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func cookies(r *http.Request) []string {
	var all []string
	for _, line := range r.Header.Values("Cookie") {
		for c := range strings.SplitSeq(line, ";") {
			if c = strings.TrimSpace(c); c != "" {
				all = append(all, c)
			}
		}
	}
	return all
}

func query(u *url.URL) map[string]string {
	values := u.Query()
	if len(values) == 0 {
		return nil
	}
	joined := map[string]string{}
	for name, v := range values {
		joined[name] = strings.Join(v, ",")
	}
	return joined
}

// encodeBody passes text as it is and everything else, forms included, in
// base64.
func encodeBody(contentType string, body []byte) (string, bool) {
	if utf8.Valid(body) && (len(body) == 0 || isText(contentType)) {
		return string(body), false
	}
	return base64.StdEncoding.EncodeToString(body), true
}

func isText(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return contentType == ""
	}
	switch kind {
	case "application/json", "application/javascript", "application/xml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}
