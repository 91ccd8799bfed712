package notices_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/charging"
	"perennial/shared/gateway"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

func TestWhatWasToldIsHeardOnceAndInOrderAcrossRuns(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.tell(250)
	runs := 0
	for ; b.rests() <= 0 && runs < 10; runs++ {
		b.ran()
	}
	b.hears(1, 250)
	if runs != 5 && runs != 6 {
		t.Errorf("%d runs of at most 50 entries", runs)
	}
	if n, _ := b.run(); n != 0 {
		t.Error("it is due again at once")
	}
	b.now = b.now.Add(b.rests())
	b.ran()
	b.hears(1, 250)
}

func TestACrashBeforeTheMarkMovesRepeats(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.tell(3)
	b.store.Before = func(record.Commit) error { return errGone }
	if _, err := b.run(); !errors.Is(err, errGone) {
		t.Fatalf("a lost table is no error: %v", err)
	}
	b.store.Before, b.heard = nil, nil
	b.ran()
	b.hears(1, 3)
}

// Two collectors may hold the same message; and webhooks, which write down
// that they were heard, come meanwhile.
func TestAReadingAndAChangeOfTheConnectionMeet(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.tell(3)
	b.store.Before = func(record.Commit) error {
		b.store.Before = nil
		c, _ := b.connection().Heard(b.now)
		b.put(c)
		return nil
	}
	b.ran()
	if c := b.connection(); c.Reading.After != "evt_0003" || !c.HeardAt.Equal(b.now) {
		t.Errorf("%+v", c)
	}
	b.now = b.now.Add(b.rests())
	rival := b.connection().Reading
	rival.After, rival.Next = "evt_0009", b.now.Add(time.Hour)
	b.store.Before = func(record.Commit) error {
		b.store.Before = nil
		c := b.connection()
		c.Reading = rival
		b.put(c)
		return nil
	}
	b.ran()
	if c := b.connection(); c.Reading.After != "evt_0009" {
		t.Errorf("the slower reading moved the mark back to %s", c.Reading.After)
	}
}

func TestOneEntryThatCannotBeTakenHoldsUpNobody(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.tell(3)
	b.broken["evt_0002"] = true
	c, _ := b.connection().Heard(b.now) // webhooks come
	b.put(c)
	b.ran()
	if diff := cmp.Diff([]string{"evt_0001", "evt_0003"}, b.heard); diff != "" || b.rests() != time.Hour {
		t.Fatalf("again in %s: %s", b.rests(), diff)
	}
	b.now, b.heard = b.now.Add(b.rests()), nil
	b.broken = map[string]bool{}
	b.ran()
	if diff := cmp.Diff([]string{"evt_0002"}, b.heard); diff != "" || len(b.connection().Reading.Undone) != 0 {
		t.Errorf("%+v: %s", b.connection().Reading, diff)
	}
}

func TestAnEntryIsTriedForThreeDays(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.tell(1)
	b.broken["evt_0001"] = true
	began := b.now
	for len(b.asked) == 0 || len(b.connection().Reading.Undone) > 0 && len(b.asked) < 100 {
		b.ran()
		b.now = b.now.Add(b.rests())
	}
	if tried := b.now.Sub(began); len(b.asked) != 73 || tried < 72*time.Hour {
		t.Errorf("%d times in %s", len(b.asked), tried)
	}
}

// When nothing can be taken something larger is wrong, and nothing is skipped.
func TestManyEntriesThatCannotBeTakenStopTheReading(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.tell(20)
	for _, told := range b.told {
		b.broken[told.ID] = true
	}
	b.ran()
	c := b.connection()
	if c.Reading.After != "evt_0005" || len(c.Reading.Undone) != merchant.MostUndone || !c.Reading.ReadAt.IsZero() || b.rests() != time.Hour {
		t.Fatalf("%+v", c.Reading)
	}
	b.broken = map[string]bool{}
	b.now = b.now.Add(b.rests())
	b.ran()
	b.hears(1, 20)
}

// A revoked key is the merchant's to repair: no message is tried in vain, and
// nobody else waits.
func TestAnArchiveThatIsClosedIsAskedLessAndLess(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.tell(3)
	b.err = errGone
	b.broken["evt_0001"] = true
	var rests []time.Duration
	for range 50 {
		b.ran()
		rests = append(rests, b.rests())
		b.now = b.now.Add(b.rests())
	}
	if rests[0] != time.Hour || rests[40] != time.Hour || rests[49] != 24*time.Hour || !b.connection().Silent(b.now) {
		t.Errorf("%v", rests)
	}
	b.err, b.broken = nil, map[string]bool{}
	b.ran()
	b.hears(1, 3)
	if b.connection().Silent(b.now) {
		t.Error("it is still called silent")
	}
}

func TestAnArchiveIsReadHourlyOnlyWhileWebhooksAreMissing(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.ran()
	if b.rests() != 24*time.Hour {
		t.Errorf("an account where nothing happens is read every %s", b.rests())
	}
	b.now = b.now.Add(b.rests())
	b.tell(1)
	for range 3 {
		b.ran()
		if b.rests() != time.Hour {
			t.Errorf("an account that is not heard is read every %s", b.rests())
		}
		b.now = b.now.Add(b.rests())
	}
	c, _ := b.connection().Heard(b.now)
	b.put(c)
	b.ran()
	if b.rests() != 24*time.Hour {
		t.Errorf("an account that is heard is read every %s", b.rests())
	}
}

func TestWhatIsYoungIsLeftToItsWebhook(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.told = []gateway.Told{{ID: "evt_0001", At: b.now.Add(-9 * time.Minute)}}
	b.ran()
	b.hears(1, 0)
	b.now = b.now.Add(b.rests())
	b.ran()
	b.hears(1, 1)
}

func TestKnownAndForeignCapturesAreNotAskedAbout(t *testing.T) {
	t.Parallel()
	b := start(t)
	test := merchant.Scope{Business: live.Business, Mode: merchant.Test}
	b.tell(6)
	for i, tag := range []string{
		charging.Tag(live, "sub_1", "pay_known"), charging.Tag(live, "sub_1", "pay_failed"), charging.Tag(live, "sub_1", "pay_missing"),
		charging.Tag(test, "sub_1", "pay_known"), "somebody else's", "",
	} {
		b.told[i].Paid = tag
	}
	b.foreign["evt_0006"] = true
	b.put(billing.Payment{ID: "pay_known", Status: billing.PaymentSucceeded}, billing.Payment{ID: "pay_failed", Status: billing.PaymentFailed})
	b.ran()
	if diff := cmp.Diff([]string{"evt_0002", "evt_0003", "evt_0006"}, b.asked); diff != "" {
		t.Error(diff)
	}
	b.hears(2, 3)
}

func TestAnAccountThatWasForgottenIsNotAsked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*merchant.State){
		"forgotten": func(s *merchant.State) { s.Gateways[0].Status = merchant.GatewayForgotten },
		"unknown":   func(s *merchant.State) { s.Gateways = nil },
		"archive":   func(s *merchant.State) { s.Gateways[0].Name = "another" },
	} {
		b := start(t)
		b.tell(1)
		state, err := record.Get[merchant.State](t.Context(), b.store, live, live.String())
		if err != nil {
			t.Fatal(err)
		}
		change(&state)
		b.put(state)
		_, err = b.run()
		if len(b.asked) != 0 || err != nil || !b.connection().Reading.Next.IsZero() {
			t.Errorf("%s: asked about %v, %v, due again %s", name, b.asked, err, b.connection().Reading.Next)
		}
	}
}

// A clock that was ahead for a while must not leave a gap.
func TestAClockThatWasWrongSkipsNothing(t *testing.T) {
	t.Parallel()
	b := start(t)
	right := b.now
	b.now = right.AddDate(10, 0, 0)
	b.ran()
	c := b.connection()
	c.Reading.From = b.now // as a gateway that has nothing leaves it
	c.Reading.Next = right
	b.put(c)
	b.now = right
	b.tell(2)
	b.now = b.now.Add(time.Hour)
	b.ran()
	b.hears(1, 2)
}
