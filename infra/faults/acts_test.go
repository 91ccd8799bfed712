package faults

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"perennial/infra/local/wire"
	"perennial/shared/assembly"
	"perennial/shared/billing"
	"perennial/shared/record"
)

// retryDue makes a subscription on hold whose automatic retry is due and will
// succeed.
func retryDue(tr *trial) {
	tr.declined()
	tr.heal()
	tr.moveTo(tr.sub.Failure.NextRetry)
}

// challenged makes a subscription on hold whose customer's bank asks.
func challenged(tr *trial) {
	tr.declined()
	tr.check(tr.pay(tr.ctx(), tr.till, "authenticate_always"))
	_, err := tr.webhooks(tr.scope.String())
	tr.check(err)
}

// payInPortal gives a card in a request to the portal, which may be cut off.
func (tr *trial) payInPortal(card string) {
	tr.note(portal, tr.inPortal(func(ctx context.Context, till *assembly.Till) error {
		return tr.pay(ctx, till, card)
	}))
}

func payAndAnnounce(tr *trial) {
	tr.payInPortal("mastercard_ok")
	tr.announce()
}

// payAgain is the customer who still sees dues and tries once more. A refusal
// in plain words is an answer; anything else would be our failure.
func payAgain(tr *trial) {
	if tr.now().Status == billing.StatusActive {
		return
	}
	tr.plainly("pay again", tr.pay(tr.ctx(), tr.till, "visa_ok"))
}

// cancelAgain is the merchant whose wish was refused, or who came too late to
// meet anything.
func cancelAgain(tr *trial) {
	if !tr.now().Status.Ended() {
		tr.check(tr.cancel())
	}
}

// passChallenge answers the bank's question; the customer's return and the
// gateway's webhook then arrive at the same time.
func passChallenge(tr *trial) {
	tr.note("challenge", tr.approve())
	var group sync.WaitGroup
	group.Go(func() { _, _ = tr.webhooks(tr.scope.String()) }) // what was not accepted comes again
	group.Go(func() {
		_ = tr.inPortal(func(ctx context.Context, till *assembly.Till) error { // the customer may come again
			_, err := till.Recovery.Finish(ctx, tr.scope, tr.sub.ID)
			return err
		})
	})
	group.Wait()
}

// liedTo renews through a gateway that captures and says that the card was
// declined; the truth comes by webhook.
func liedTo(tr *trial) {
	tr.gates["collector"].tell(func(path string, answer []byte) []byte {
		if !strings.HasSuffix(path, "/confirm") || !bytes.Contains(answer, []byte(`"succeeded"`)) {
			return answer
		}
		tr.tally.add("gateway lie", 1)
		return bytes.Replace(answer, []byte(`"state":"succeeded"`), []byte(`"state":"declined","decline":{"code":"generic_decline"}`), 1)
	})
	tr.collect("collector")
	tr.announce()
	_, err := tr.webhooks(tr.scope.String())
	tr.note("webhooks", err)
}

// workTwice has two collectors do what sweepers found for the trial, each
// message possibly twice and in any order.
func (tr *trial) workTwice() {
	found := tr.queues.take("work-test", func(body string) bool { return strings.Contains(body, tr.scope.String()) })
	found = wire.Repeat(tr.random(), wire.Shuffle(tr.random(), found), 0.5)
	half := (len(found) + 1) / 2
	first, second := found[:half], found[half:]
	var group sync.WaitGroup
	group.Go(func() { tr.work(first, "collector") })
	group.Go(func() { tr.work(second, "collector-2") })
	group.Wait()
}

// beginAdvance asks for the clock to run an hour past the renewal, from a
// little before it.
func (tr *trial) beginAdvance() {
	tr.t.Helper()
	_, err := tr.till.Advancer.Begin(tr.ctx(), tr.scope, record.System, tr.sub.Period.End.Add(time.Hour))
	tr.check(err)
	tr.queues.put("work-clock", letter{Body: `{"v":1,"clock":"` + tr.scope.String() + `"}`})
}

// heldFor lets days pass on the scope's clock.
func (tr *trial) heldFor(days int) {
	tr.t.Helper()
	tr.moveTo(tr.now().HeldAt.Add(time.Duration(days) * 24 * time.Hour))
}
