//go:build !race

// The race detector multiplies the time of every request, so this file is not
// for it.

package wire_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestAddsLittleTime compares the median request with and without the proxy;
// a busy machine may spoil a round, not five.
func TestAddsLittleTime(t *testing.T) {
	u, p := newUpstream(t), newProxy(t, 1)
	url := address(t, p, "f", "dynamodb", u.URL)
	body := string(bytes.Repeat([]byte("x"), 1024))
	median := func(url string) time.Duration {
		times := make([]time.Duration, 200)
		for i := range times {
			begin := time.Now()
			response, err := http.Post(url, "application/x-amz-json-1.0", bytes.NewReader([]byte(body)))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close() // read to its end
			times[i] = time.Since(begin)
		}
		slices.Sort(times)
		return times[len(times)/2]
	}
	best := time.Hour
	for range 5 {
		if best = min(best, median(url)-median(u.URL)); best < 300*time.Microsecond {
			t.Logf("the proxy adds %s", best)
			return
		}
	}
	t.Errorf("the proxy adds %s to a request", best)
}
