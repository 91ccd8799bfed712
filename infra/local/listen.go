package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"perennial/infra/local/awsjson"
	"perennial/infra/topology"
)

// headerLimit bounds how long a client may take to send its headers.
const headerLimit = 10 * time.Second

// loopback opens a port for a stand-in.
func loopback() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

func endpoint(l net.Listener) string { return "http://" + l.Addr().String() }

// serve answers on a listener until the server is shut down.
func serve(l net.Listener, h http.Handler) *http.Server {
	s := &http.Server{Handler: h, ReadHeaderTimeout: headerLimit}
	go func() { _ = s.Serve(l) }() // it ends when the stack shuts it down
	return s
}

// denied stands for every AWS service that a function has no grant for, so
// that no call ever leaves the machine.
func denied() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refusal := awsjson.Error{Code: "AccessDeniedException", Status: http.StatusForbidden,
			Message: "infra/topology grants this function no access to the service of " + r.Header.Get("X-Amz-Target") + r.URL.Path}
		refusal.ServeHTTP(w, r)
	})
}

// door is one port of the front and the host that answers there by default.
type door struct {
	host      string
	port      int
	listeners []net.Listener
}

// openDoors opens the port that all hosts share, and one more for each further
// host that programs call: their resolvers seldom know *.localhost, as
// browsers do, but all know localhost.
func openDoors(port int) ([]door, error) {
	var doors []door
	for _, host := range calledByPrograms() {
		d, err := openDoor(host, port)
		if err != nil {
			return nil, errors.Join(err, closeDoors(doors))
		}
		doors = append(doors, d)
		if port != 0 {
			port++
		}
	}
	return doors, nil
}

// calledByPrograms lists the hosts that are not behind CloudFront, without
// repeats, in the order of the topology.
func calledByPrograms() []string {
	var hosts []string
	seen := map[string]bool{}
	for _, s := range topology.Surfaces {
		if !s.Edge && !seen[s.Host] {
			hosts = append(hosts, s.Host)
			seen[s.Host] = true
		}
	}
	return hosts
}

// openDoor listens on both loopback addresses where the machine has both.
func openDoor(host string, port int) (door, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return door{}, fmt.Errorf("port %d is taken by another program: stop it or choose another port (%w)", port, err)
	}
	d := door{host: host, port: l.Addr().(*net.TCPAddr).Port, listeners: []net.Listener{l}}
	if six, err := net.Listen("tcp", net.JoinHostPort("::1", strconv.Itoa(d.port))); err == nil {
		d.listeners = append(d.listeners, six) // a machine without IPv6 does without
	}
	return d, nil
}

func closeDoors(doors []door) error {
	var errs []error
	for _, d := range doors {
		for _, l := range d.listeners {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(errs...)
}

// urls gives each host of the front its public address.
func urls(doors []door) map[string]string {
	all := map[string]string{}
	for _, s := range topology.Surfaces {
		all[s.Host] = fmt.Sprintf("http://%s.localhost:%d", s.Host, doors[0].port)
	}
	for _, d := range doors {
		all[d.host] = fmt.Sprintf("http://localhost:%d", d.port)
	}
	all[mailHost] = fmt.Sprintf("http://%s.localhost:%d", mailHost, doors[0].port)
	return all
}

// mailHost is where the mailbox is shown.
const mailHost = "mail"
