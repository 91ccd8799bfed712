package merchantapi_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perennial/shared/merchant"
	"perennial/shared/wire"
)

// call is one request of a shell example.
var call = regexp.MustCompile(`(?m)^call ([A-Z]+) (\S+) '([^']+)'$`)

// The requests of docs/recovery.md do what stands above them, and its answer
// has the form of a real one.
func TestTheExamplesOfTheRecoveryPageWork(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/recovery.md")
	if err != nil {
		t.Fatal(err)
	}
	page, b := string(raw), newBench(t)
	calls := call.FindAllStringSubmatch(page, -1)
	if len(calls) != 3 {
		t.Fatalf("%d requests", len(calls))
	}
	for i, c := range calls {
		if status, body := b.send(c[1], c[2], writer, c[3]); status != 200 {
			t.Errorf("%s %s: %d %s", c[1], c[2], status, body)
		}
		got := b.State().Recovery
		if i == 0 && (got.Timing != merchant.TimingList || got.GraceDays != 2 || got.WindowDays != 14 || got.EndAction != merchant.EndCancel ||
			!cmp.Equal(got.Retries, []time.Duration{merchant.Day, 2 * merchant.Day, 4 * merchant.Day})) {
			t.Errorf("the schedule is %+v", got)
		}
		if i == 1 && (got.Timing != merchant.TimingSmart || got.Holdout != 20) {
			t.Errorf("back to %+v", got)
		}
	}
	steps := ask[wire.MailSequences](b, "GET", "/settings/mail-sequences", "", 200).Steps
	if len(steps) != 4 || steps[3].ID != "authentication_0" || steps[1].Delay != 120 || !strings.Contains(steps[0].Texts["de"].Body, "{reason}") {
		t.Errorf("the sequence is %+v", steps)
	}
	_, rest, _ := strings.Cut(page, "```json\n")
	answer, _, _ := strings.Cut(rest, "```")
	var told wire.RecoveryTimeline
	in := json.NewDecoder(strings.NewReader(answer))
	in.DisallowUnknownFields()
	b.must(in.Decode(&told))
	again, err := json.MarshalIndent(told, "", "  ")
	b.must(err)
	if diff := cmp.Diff(squeezed(string(again)), squeezed(answer)); diff != "" {
		t.Errorf("the page's timeline (+) lacks or orders fields unlike a real one (-):\n%s", diff)
	}
}

// squeezed is JSON without its spaces.
func squeezed(text string) string {
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(text)); err != nil {
		return err.Error()
	}
	return out.String()
}
