package dynamo

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perennial/shared/calendar"
	"perennial/shared/merchant"
	"perennial/shared/record"
)

// What this file expects is in the tables of those who run the service. A
// test here that fails means that their data is out of reach.

var here = merchant.Scope{Business: "bus_1", Mode: merchant.Test}

func TestPlacesNeverChange(t *testing.T) {
	t.Parallel()
	want := map[record.Ref]key{
		{Kind: record.KindSubscription, ID: "sub_1"}:       {"bus_1.test#SUB#sub_1", "A"},
		{Kind: record.KindHold, ID: "sub_1:2"}:             {"bus_1.test#HOLD#sub_1:2", "A"},
		{Kind: record.KindDelivery, ID: "a/SUB/b/1/whk_1"}: {"bus_1.test#DLV#a/SUB/b/1/whk_1", "A"},
		{Kind: record.KindCustomer, ID: "cus_1"}:           {"bus_1.test#CUS#cus_1", "A"},
		{Kind: record.KindMethod, ID: "cus_1/pm_1"}:        {"bus_1.test#CUS#cus_1", "PM#pm_1"},
		{Kind: record.KindMailbox, ID: "a#b@c.de#cus_1"}:   {"bus_1.test#EMAIL#a#b@c.de", "cus_1"},
		{Kind: record.KindState, ID: "bus_1.test"}:         {"SCOPES#test", "bus_1.test"},
		{Kind: record.KindBusiness, ID: "bus_1"}:           {"BUS#bus_1", "A"},
		{Kind: record.KindKey, ID: "hash"}:                 {"KEY#hash", "A"},
		{Kind: record.KindLink, ID: "hash"}:                {"LINK#hash", "A"},
		{Kind: record.KindSession, ID: "hash"}:             {"SESS#hash", "A"},
		{Kind: record.KindCheckout, ID: "cks_1"}:           {"CKS#cks_1", "A"},
	}
	got := map[record.Ref]key{}
	for ref := range want {
		got[ref] = place(here, ref)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(key{})); diff != "" {
		t.Error(diff)
	}
	if got, want := claimKey(here, "x#1"), (key{"bus_1.test#CLAIM#x#1", "C"}); got != want {
		t.Errorf("a claim is at %v", got)
	}
	address := record.Address{Scope: here, Subject: record.Ref{Kind: record.KindSubscription, ID: "sub_1"}, Version: 7}
	if got, want := outboxKey(address), (key{"bus_1.test#OUT#SUB#sub_1", "OUT#000000000007"}); got != want {
		t.Errorf("an outbox item is at %v", got)
	}
}

func TestKeysAreReadBack(t *testing.T) {
	t.Parallel()
	id := rapid.StringMatching(`[a-zA-Z0-9_:#/.-]{1,40}`)
	plain := rapid.StringMatching(`[a-zA-Z0-9_-]{0,26}`)
	card := rapid.StringMatching(`([a-z]{6}/[a-zA-Z0-9_.]{1,20}/[a-zA-Z0-9+=#]{1,20})?`)
	rapid.Check(t, func(t *rapid.T) {
		ref := record.Ref{Kind: record.KindSubscription, ID: id.Draw(t, "id")}
		address := record.Address{Scope: here, Subject: ref, Version: rapid.Int64Range(1, 1e12-1).Draw(t, "version")}
		if got, err := outboxAddress(outboxKey(address)); err != nil || got != address {
			t.Fatalf("%v became %v, %v", address, got, err)
		}
		want := record.DueItem{
			Scope: here, Ref: ref, Customer: plain.Draw(t, "customer"), Card: card.Draw(t, "card"),
			Due: calendar.Instant(rapid.Int64Range(1, 4e15).Draw(t, "due")),
		}
		if got, err := dueItem(place(here, ref), dueSort(want.Due, ref.ID, want.Card, want.Customer)); err != nil || got != want {
			t.Fatalf("%+v became %+v, %v", want, got, err)
		}
	})
}

func TestSortKeysSortByTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		instant := rapid.Int64Range(1, 4e15)
		a, b := calendar.Instant(instant.Draw(t, "a")), calendar.Instant(instant.Draw(t, "b"))
		if (a < b) != (dueSort(a, "z", "", "") < dueSort(b, "a", "", "") && a != b) {
			t.Fatalf("%v and %v sort otherwise than as text", a, b)
		}
		if stamp(a.Time()) != a.String() {
			t.Fatalf("two spellings of one time: %s and %s", stamp(a.Time()), a)
		}
	})
}

func TestDueShardsNeverMove(t *testing.T) {
	t.Parallel()
	e := record.Entry{ID: "sub_-Oj-zNb-EvBv-mwGnoOpd", Due: 1}
	live := merchant.Scope{Business: "bus_1", Mode: merchant.Live}
	if got := duePartition(record.PartitionOf(live, e)); got != "DUE#27" {
		t.Errorf("a live subscription waits in %s", got)
	}
	if got := duePartition(record.PartitionOf(here, e)); got != "DUE#bus_1.test" {
		t.Errorf("a test subscription waits in %s", got)
	}
	wall := record.Entry{ID: e.ID, DueWall: time.Unix(1, 0)}
	if got := duePartition(record.PartitionOf(here, wall)); got != "DUE#27" {
		t.Errorf("wall-time work of a test scope waits in %s", got)
	}
}

// The compressed document was written with the first dictionary.
func TestAnOldCompressedDocumentIsReadable(t *testing.T) {
	t.Parallel()
	encoded, err := os.ReadFile("testdata/subscription.dz")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := inflate(packed)
	if err != nil {
		t.Fatalf("dictionary.txt is part of the stored form and has changed: %v", err)
	}
	want, err := os.ReadFile("../record/testdata/1/SUB.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(bytes.TrimSpace(want)), string(got)); diff != "" {
		t.Error("dictionary.txt is part of the stored form and has changed:", diff)
	}
}

func TestCompressionLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := rapid.SliceOf(rapid.Byte()).Draw(t, "document")
		var both sync.WaitGroup
		for range 2 { // writers are pooled
			both.Go(func() {
				packed, err := deflate(doc)
				if err != nil {
					panic(err)
				}
				if got, err := inflate(packed); err != nil || !bytes.Equal(got, doc) {
					panic(err)
				}
			})
		}
		both.Wait()
	})
}

// A filter without an attribute of its own would refuse every write of its
// kind, and one that shares another's would overwrite it.
func TestEveryFilterHasAPlaceOfItsOwn(t *testing.T) {
	t.Parallel()
	samples, err := filepath.Glob("../record/testdata/1/*.json")
	if err != nil || len(samples) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range samples {
		kind := record.Kind(strings.TrimSuffix(filepath.Base(file), ".json"))
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if kind == "OUT" {
			continue // an outbox item has a decoder of its own, and no filters
		}
		obj, err := record.Decode(kind, 1, doc)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		entry, err := record.Describe(obj)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		taken := map[string]string{}
		for name := range entry.Filters {
			place := filterAttributes[name]
			if place == "" || taken[place] != "" {
				t.Errorf("%s: the filter %s is at %q beside %q", kind, name, place, taken[place])
			}
			taken[place] = name
		}
	}
}
