package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// writer makes customers until it is stopped, then tells what went wrong.
func (d day) writer() (stop func()) {
	raw, err := os.ReadFile("../../events/api-create-customer.json")
	must(d.t, err)
	var request events.APIGatewayV2HTTPRequest
	must(d.t, json.Unmarshal(raw, &request))
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			default:
			}
			to("POST", "/customers", fmt.Sprintf(`{"email":"late%d@example.com","name":"Late"}`, n))(&request)
			if answer, err := d.f(d.t.Context(), request); err != nil || answer.StatusCode != 200 {
				d.t.Errorf("the writer met %d %v", answer.StatusCode, err)
				return
			}
		}
	})
	return func() { close(done); wait.Wait() }
}

// walk reads a list page by page and counts how often each id was shown.
func (d day) walk(query string) map[string]int {
	d.t.Helper()
	seen := map[string]int{}
	for page := 0; ; page++ {
		items, _ := d.do("GET", fmt.Sprintf("/customers?page_size=7&page_number=%d%s", page, query), "")["items"].([]any)
		if len(items) == 0 || page == 20 {
			return seen
		}
		for _, item := range items {
			seen[item.(map[string]any)["customer_id"].(string)]++
		}
	}
}

func TestAListIsWholeWhileSomebodyWrites(t *testing.T) {
	t.Parallel()
	d := day{t, open(t)}
	var early []string
	for n := range 30 {
		made := d.do("POST", "/customers", fmt.Sprintf(`{"email":"early%d@example.com","name":"Early"}`, n))
		early = append(early, made["customer_id"].(string))
	}
	until := url.QueryEscape(time.Now().UTC().Format(time.RFC3339Nano))
	stop := d.writer()
	defer stop()
	narrowed, plain := d.walk("&created_at_lte="+until), d.walk("")
	for _, id := range early {
		if narrowed[id] != 1 {
			t.Errorf("up to an instant %s is shown %d times", id, narrowed[id])
		}
		if plain[id] == 0 {
			t.Errorf("by page number %s is skipped", id)
		}
	}
	if len(narrowed) != len(early) {
		t.Errorf("up to an instant %d customers are shown, there were %d", len(narrowed), len(early))
	}
}

func TestADeepPageIsRefused(t *testing.T) {
	t.Parallel()
	status, body := ask(t, open(t), "api-create-customer.json", to("GET", "/customers?page_size=100&page_number=41", ""))
	if status != 422 || body["code"] != "INVALID_QUERY_PARAMS" {
		t.Errorf("%d %v", status, body)
	}
}

func TestARequestWithAKeyHappensOnceOnTheRealTable(t *testing.T) {
	t.Parallel()
	f := open(t)
	made := func() (int, map[string]any) {
		return ask(t, f, "api-create-customer.json", func(r *events.APIGatewayV2HTTPRequest) { r.Headers["idempotency-key"] = "k1" })
	}
	status, first := made()
	again, second := made()
	if status != 200 || again != 200 || first["customer_id"] != second["customer_id"] {
		t.Errorf("%d %v, then %d %v", status, first, again, second)
	}
}
