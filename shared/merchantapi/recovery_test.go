package merchantapi_test

import (
	"encoding/json"
	"testing"
	"time"

	"perennial/shared/gateway/gatewaytest"
	"perennial/shared/wire"
)

// recovery reads a subscription's timeline.
func (b *bench) recovery(id, key string) (int, wire.RecoveryTimeline) {
	b.T.Helper()
	status, raw := b.send("GET", "/subscriptions/"+id+"/recovery", key, "")
	var t wire.RecoveryTimeline
	if status == 200 {
		b.must(json.Unmarshal([]byte(raw), &t))
	}
	return status, t
}

// R309: a merchant sees what was tried and what comes next, and what is
// foretold is what happens.
func TestARecoveryIsToldAndForetold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.Active("visa_ok")
	if _, got := b.recovery(s.ID, writer); got.Status != "none" || len(got.Attempts)+len(got.Upcoming) != 0 {
		t.Errorf("nothing fails, and yet: %+v", got)
	}
	var steps []gatewaytest.Step
	for range 20 {
		steps = append(steps, gatewaytest.Decline("insufficient_funds"))
	}
	b.Gateway.Program(s.Method.Reference, steps...)
	b.AdvanceTo(s.Period.End.Add(time.Hour))
	before := len(b.Store.Outboxes())
	status, got := b.recovery(s.ID, writer)
	if status != 200 || got.Status != "recovering" || len(got.Attempts) != 1 || *got.Attempts[0].ErrorCode != "INSUFFICIENT_FUNDS" || *got.Pacing != "smart" {
		t.Fatalf("%d %+v", status, got)
	}
	if *got.Attempts[0].Customer == "" || *got.Attempts[0].Merchant == "" || *got.Attempts[0].CardLast4 != "4242" {
		t.Errorf("the attempt is told as %+v", got.Attempts[0])
	}
	if after := len(b.Store.Outboxes()); after != before {
		t.Errorf("a dry run wrote %d commits", after-before)
	}
	var foretold []string
	for i, c := range got.Upcoming {
		if c.Kind == "retry" {
			foretold = append(foretold, c.At)
			if c.Assumed != (i > 0) {
				t.Errorf("retry %d: assumed %t", i+1, c.Assumed)
			}
		}
	}
	if last := got.Upcoming[len(got.Upcoming)-1]; last.Kind != "closed" || len(foretold) < 5 {
		t.Fatalf("foretold %v, in the end %+v", foretold, last)
	}
	b.Advance(31 * 24 * time.Hour)
	_, after := b.recovery(s.ID, writer)
	if len(after.Attempts) != len(foretold)+1 {
		t.Fatalf("%d attempts were made, %d retries foretold", len(after.Attempts), len(foretold))
	}
	for i, at := range foretold {
		if made := after.Attempts[i+1].CreatedAt; made[:16] != at[:16] {
			t.Errorf("retry %d was foretold for %s and made at %s", i+1, at, made)
		}
	}
}

func TestAnotherTenantsRecoveryDoesNotExist(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if status, _ := b.recovery("sub_of_somebody_else", writer); status != 404 {
		t.Errorf("%d", status)
	}
}
