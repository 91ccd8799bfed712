package stripe_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/gateway"
	"perennial/shared/gateway/stripe"
	"perennial/shared/gateway/stripe/stripetest"
)

// happen writes n refund events, so many seconds apart.
func happen(t *testing.T, w *stripetest.Twin, n int, from time.Time, apart time.Duration) {
	t.Helper()
	for i := range n {
		w.Happen(t, account.ID, "refund.failed", from.Add(time.Duration(i)*apart), map[string]any{
			"id": fmt.Sprintf("re_%d", i), "metadata": map[string]string{"key": fmt.Sprintf("ref_%d", i)},
		})
	}
}

// walk reads an archive to its end, a page at a time; within a second a page
// may be longer.
func walk(t *testing.T, g *stripe.Gateway, mark gateway.Mark, until time.Time) (ids []string, end gateway.Mark, pages int) {
	t.Helper()
	for more := true; more; pages++ {
		var told []gateway.Told
		var err error
		if told, mark, more, err = g.Told(t.Context(), account, mark, until); err != nil {
			t.Fatal(err)
		}
		if n := len(told); n > 100 && told[0].At.Before(told[n-1].At) {
			t.Errorf("%d entries at once", n)
		}
		for _, entry := range told {
			ids = append(ids, entry.ID)
		}
		if pages > 60 {
			t.Fatal("the archive has no end")
		}
	}
	return ids, mark, pages
}

func numbered(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("evt_%04d", i+1))
	}
	return ids
}

func TestAnArchiveIsReadOldestFirst(t *testing.T) {
	t.Parallel()
	for name, apart := range map[string]time.Duration{"over hours": time.Minute, "in one second": 0, "in a few seconds": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, g := open(t)
			since := w.Now().Add(-20 * 24 * time.Hour).Truncate(time.Second)
			happen(t, w, 250, since.Add(24*time.Hour), apart)
			ids, end, _ := walk(t, g, gateway.Mark{At: since}, w.Now())
			if diff := cmp.Diff(numbered(250), ids); diff != "" {
				t.Error(diff)
			}
			if again, _, pages := walk(t, g, end, w.Now()); len(again) != 0 || pages != 1 {
				t.Errorf("read twice: %v, %d requests", again, pages)
			}
			happen(t, w, 1, w.Now().Add(-time.Minute), 0)
			if fresh, _, pages := walk(t, g, end, w.Now()); len(fresh) != 1 || pages != 1 {
				t.Errorf("what came later: %v in %d requests", fresh, pages)
			}
		})
	}
}

func TestAnArchiveIsReadUpToATime(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	since := w.Now().Add(-time.Hour).Truncate(time.Second)
	happen(t, w, 10, since, time.Minute)
	ids, end, _ := walk(t, g, gateway.Mark{At: since}, since.Add(4*time.Minute))
	if diff := cmp.Diff(numbered(4), ids); diff != "" {
		t.Error(diff)
	}
	if rest, _, _ := walk(t, g, end, w.Now()); len(rest) != 6 || rest[0] != "evt_0005" {
		t.Errorf("the rest is %v", rest)
	}
	if ids, mark, _ := walk(t, g, gateway.Mark{At: w.Now().Add(time.Hour)}, w.Now()); len(ids) != 0 || !mark.At.After(w.Now()) {
		t.Errorf("the future told of %v", ids)
	}
}

// What Stripe does not keep any more cannot be gone on from.
func TestAMarkThatIsNotKeptIsPassed(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	happen(t, w, 3, w.Now().Add(-29*24*time.Hour), time.Second)
	_, end, _ := walk(t, g, gateway.Mark{At: w.Now().Add(-30 * 24 * time.Hour)}, w.Now())
	w.Advance(35 * 24 * time.Hour)
	happen(t, w, 1, w.Now().Add(-time.Hour), 0)
	if ids, _, _ := walk(t, g, end, w.Now()); len(ids) != 1 || ids[0] != "evt_0004" {
		t.Errorf("a month later: %v", ids)
	}
	lost := gateway.Mark{At: w.Now().Add(-2 * time.Hour), Event: "evt_deleted"}
	if ids, _, _ := walk(t, g, lost, w.Now()); len(ids) != 1 {
		t.Errorf("behind what is unknown: %v", ids)
	}
}

// What Stripe answers about an event that it may just have dropped is not
// known, so it is not gone on from.
func TestAMarkThatIsHardlyKeptIsNotAskedBy(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("ending_before"))
		_, _ = io.WriteString(w, `{"object":"list","data":[],"has_more":false}`) // who hung up needs no answer
	}))
	t.Cleanup(server.Close)
	g := stripe.New(stripe.Options{Keyring: ring{}, BaseURL: server.URL})
	for _, days := range []int{28, 30} {
		if _, _, _, err := g.Told(t.Context(), account, gateway.Mark{At: noon.AddDate(0, 0, -days), Event: "evt_old"}, noon); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"evt_old", ""}, asked); diff != "" {
		t.Error(diff)
	}
}

// An archived event means what its webhook means.
func TestAnArchivedEventMeansWhatItsWebhookMeans(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	out := paid(t, w, g)
	since := w.Now().Add(-time.Hour)
	ref := w.Dispute(t, account.ID, string(stripetest.Banked(out.Intent)), "dispute")
	bodies := []string{
		w.Happen(t, account.ID, "payment_intent.succeeded", since, map[string]any{"id": out.Intent, "metadata": map[string]string{"payment": "pay_1"}}),
		w.Happen(t, account.ID, "charge.dispute.created", since, map[string]any{"id": ref, "payment_intent": out.Intent}),
		w.Happen(t, account.ID, "refund.failed", since, map[string]any{"id": "re_1", "metadata": map[string]string{"key": "ref_1"}}),
		w.Happen(t, account.ID, "charge.refund.updated", since, map[string]any{"id": "re_2", "metadata": map[string]string{}}),
	}
	w.Happen(t, account.ID, "payment_intent.processing", since, map[string]any{"id": out.Intent})
	w.Happen(t, other.ID, "refund.failed", since, map[string]any{"id": "re_9", "metadata": map[string]string{"key": "ref_9"}})
	told, _, _, err := g.Told(t.Context(), account, gateway.Mark{At: since.Add(-time.Second)}, w.Now())
	if err != nil || len(told) != len(bodies) || told[0].Paid != "pay_1" || told[1].Paid != "" || !told[0].At.Equal(since.Truncate(time.Second)) {
		t.Fatalf("%+v, %v", told, err)
	}
	for i, entry := range told {
		again, err := g.Again(t.Context(), account, entry.ID)
		if err != nil || again.ID != entry.ID || !again.At.Equal(entry.At) || again.Paid != entry.Paid {
			t.Errorf("read once more: %+v, %v", again, err)
		}
		want, wantOurs := receive(t, g, bodies[i])
		got, ours, err := g.Recall(t.Context(), account, again)
		if diff := cmp.Diff(want, got); diff != "" || ours != wantOurs || err != nil {
			t.Errorf("%s: ours %v, %v %s", bodies[i], ours, err, diff)
		}
	}
}

func TestAnArchiveThatCannotBeReadSaysSo(t *testing.T) {
	t.Parallel()
	w, g := open(t)
	since := w.Now().Add(-time.Hour)
	w.Revoke(account.ID, true)
	for _, mark := range []gateway.Mark{{At: since}, {At: since, Event: "evt_0001"}} {
		if _, same, _, err := g.Told(t.Context(), account, mark, w.Now()); err == nil || errors.Is(err, gateway.ErrRejected) || same != mark {
			t.Errorf("%+v, %v", same, err)
		}
	}
	w.Revoke(account.ID, false)
	if _, err := g.Again(t.Context(), account, "evt_unknown"); !errors.Is(err, gateway.ErrRejected) {
		t.Errorf("an unknown event: %v", err)
	}
}
