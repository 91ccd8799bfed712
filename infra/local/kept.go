package local

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// envFile holds the variables of an operator of a stack that keeps its data.
const envFile = "env"

// Kept reads the operator's variables of the stack that keeps its data in
// dir: every endpoint, name and secret. It is there from the first start on.
func Kept(dir string) (map[string]string, error) {
	file, err := os.Open(filepath.Join(dir, envFile))
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	vars := make(map[string]string)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok {
			vars[name] = strings.Trim(value, "'")
		}
	}
	return vars, nil
}

// Client returns an HTTP client that finds every host under .localhost, as
// browsers do and Go's resolver does not; it follows no redirect.
func Client() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Client{
		Timeout: time.Minute,
		Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, port, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, ".localhost") {
				address = net.JoinHostPort("127.0.0.1", port)
			}
			return dialer.DialContext(ctx, network, address)
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
