package lambdahttp

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
)

// Headers that the edge adds to requests to the origin.
const (
	OriginHeader  = "X-Perennial-Origin"        // the secret that proves the edge
	SurfaceHeader = "X-Perennial-Surface"       // the surface's name in the topology
	ViewerHeader  = "X-Perennial-Viewer"        // the viewer as "address:port"
	viewerAddress = "Cloudfront-Viewer-Address" // the same, from an edge that can send it
	CountryHeader = "X-Perennial-Country"       // the viewer's country, ISO 3166-1
	viewerCountry = "Cloudfront-Viewer-Country" // the same, from an edge that can send it
	takesHeader   = "X-Perennial-Encoding"      // the viewer's Accept-Encoding, where the edge cannot pass that on
)

type surfaceKey struct{}

type countryKey struct{}

// Country is where the edge says that this request comes from, two capital
// letters, or empty when it does not say.
func Country(ctx context.Context) string {
	code, _ := ctx.Value(countryKey{}).(string)
	return code
}

// isCountry reports two capital letters that stand for a place: XX and T1 are
// what edges send for unknown ones.
func isCountry(code string) bool {
	return len(code) == 2 && code != "XX" && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z'
}

// Surface is the name that the edge gave for the origin of this request, empty
// for a handler with one origin.
func Surface(ctx context.Context) string {
	name, _ := ctx.Value(surfaceKey{}).(string)
	return name
}

// admit checks where a request comes from and puts the viewer's address and
// our own host into it. The edge's headers go no further: a handler can
// neither trust nor log them.
func (s *server) admit(r *http.Request) bool {
	secret, surface := take(r, OriginHeader), take(r, SurfaceHeader)
	viewer := cmp.Or(take(r, ViewerHeader), take(r, viewerAddress))
	country := cmp.Or(take(r, CountryHeader), take(r, viewerCountry))
	takes := take(r, takesHeader)
	if s.guarded {
		if !s.known(secret) {
			return false
		}
		if takes != "" {
			r.Header.Set("Accept-Encoding", takes)
		}
		if isCountry(country) {
			*r = *r.WithContext(context.WithValue(r.Context(), countryKey{}, country))
		}
		if address, ok := remoteAddr(viewer); ok {
			r.RemoteAddr = address
		}
	}
	if !s.guarded || !s.manySurfaces {
		surface = ""
	}
	host, ok := s.hosts[surface]
	if ok && host != "" {
		r.Host = host
	}
	if surface != "" {
		*r = *r.WithContext(context.WithValue(r.Context(), surfaceKey{}, surface))
	}
	return ok || !s.manySurfaces
}

func take(r *http.Request, name string) string {
	v := r.Header.Get(name)
	r.Header.Del(name)
	return v
}

// known compares with every secret in constant time. An edge that has both
// while one replaces the other sends both, separated by a comma.
func (s *server) known(sent string) bool {
	match := 0
	for part := range strings.SplitSeq(sent, ",") {
		got := sha256.Sum256([]byte(strings.TrimSpace(part)))
		for _, accepted := range s.secrets {
			want := sha256.Sum256([]byte(accepted))
			if accepted != "" {
				match |= subtle.ConstantTimeCompare(got[:], want[:])
			}
		}
	}
	return match == 1
}

// remoteAddr turns the edge's "address:port", which has no brackets around an
// IPv6 address, into the form of Request.RemoteAddr.
func remoteAddr(v string) (string, bool) {
	i := strings.LastIndexByte(v, ':')
	if i < 0 {
		return "", false
	}
	ip, err := netip.ParseAddr(strings.Trim(v[:i], "[]"))
	if err != nil {
		return "", false
	}
	at, err := netip.ParseAddrPort("[::]:" + v[i+1:])
	if err != nil {
		return "", false
	}
	return netip.AddrPortFrom(ip, at.Port()).String(), true
}

// Visitor names the caller as budgets of visitors count: by the IPv4 address,
// or by the network that one household has of IPv6.
func Visitor(r *http.Request) string {
	ip := ClientIP(r)
	if !ip.IsValid() {
		return r.RemoteAddr
	}
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return ip.String()
	}
	return network.String()
}

// ClientIP is the address of the request's caller, invalid when unknown.
func ClientIP(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}
