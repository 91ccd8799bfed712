package pages

import (
	"net"
	"net/http"

	"perennial/shared/gateway"
)

// Typed is where the card fields of a posted form came from, and who filled
// them in.
func Typed(r *http.Request) gateway.Fields {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	agent := r.UserAgent()
	return gateway.Fields{
		Account: r.PostFormValue("fields"),
		Visitor: gateway.Visitor{IP: host, Agent: agent[:min(len(agent), 300)]},
	}
}
