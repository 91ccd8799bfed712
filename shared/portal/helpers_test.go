package portal_test

import (
	"net/http"
	"strconv"
	"strings"
)

// taken is what the gateway has kept, in minor units.
func (s *site) taken() int64 {
	var net int64
	for _, line := range s.Gateway.Ledger() {
		net += line.Kept()
	}
	return net
}

func sumOf(minor int64) string { return strconv.FormatInt(minor, 10) + " USD" }

func amountOf(sum string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSuffix(sum, " USD"), 10, 64) // no number is no amount
	return n
}

type siteBrowser = http.Client
