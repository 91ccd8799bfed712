package compat

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// check is one line of the compatibility list: a call by the SDK, and what
// must come of it.
type check struct {
	number int // as in the list; a line in parts has several checks
	name   string
	run    func(s *shop)
}

func (c check) String() string { return fmt.Sprintf("%02d %s", c.number, c.name) }

// checks are all of them, in order.
func checks() []check {
	var all []check
	for _, group := range [][]check{
		customerChecks, productChecks, checkoutChecks, offerChecks, subscriptionChecks, planChecks, renewalChecks,
		paymentChecks, licenseChecks, webhookChecks, frameChecks,
	} {
		all = append(all, group...)
	}
	return all
}

// waiting are the checks that need what is not built yet, with what it is.
var waiting = map[string]string{
	"26 a declined renewal switches the licence keys off":                 licences,
	"34 a licence key is sold, activated once, validated and deactivated": licences,
	"34 a disabled licence key neither activates nor validates":           licences,
	"34 a subscription's licence key has no expiry of its own":            licences,
}

// What checks wait for.
const (
	licences = "licence keys"
)

func TestTheGoSDKWorksUnmodified(t *testing.T) {
	open(t)
	met := results{waits: map[string]string{}}
	t.Cleanup(func() { met.report(t) })
	for _, c := range checks() {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			met.add(c.String(), carryOut(t, c))
		})
	}
}

// carryOut runs a check on a shop of its own; what it says is why it waits.
func carryOut(t *testing.T, c check) (waits string) {
	defer func() {
		switch met := recover().(type) {
		case nil:
			if waiting[c.String()] != "" && !t.Failed() {
				t.Errorf("%q no longer waits: take it off the list", c)
			}
		case missing:
			if waits = string(met); waiting[c.String()] == "" {
				t.Errorf("%q meets something unbuilt and is not in the list: %s", c, met)
			}
		default:
			panic(met)
		}
	}()
	c.run(newShop(t))
	return ""
}

// results are what a run of the list came to.
type results struct {
	mu    sync.Mutex
	ran   int
	waits map[string]string
}

func (r *results) add(name, waits string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if waits != "" {
		r.waits[name] = waits
	} else {
		r.ran++
	}
}

// report prints which checks wait, and finds entries of the list that name no
// check.
func (r *results) report(t *testing.T) {
	for _, c := range checks() {
		if r.waits[c.String()] != "" {
			fmt.Printf("waits: %-72s %s\n", c, waiting[c.String()])
		}
	}
	fmt.Printf("%d checks ran, %d wait\n", r.ran, len(r.waits))
	for name := range waiting {
		if !known(name) {
			t.Errorf("%q waits and is no check", name)
		}
	}
}

func known(name string) bool {
	for _, c := range checks() {
		if strings.EqualFold(c.String(), name) {
			return true
		}
	}
	return false
}
