package record

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Documents that were written under schema 1 stay what they are: a change of
// the Go types must still read all of each. They are never rewritten; a new
// schema gets files of its own, and Decode lifts the old ones.
func TestDocumentsOfSchemaOneStillLoad(t *testing.T) {
	t.Parallel()
	for kind := range decoders {
		doc := golden(t, string(kind))
		obj, err := Decode(kind, 1, doc)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		entry, err := Describe(obj)
		if err != nil {
			t.Fatal(err)
		}
		if entry.Kind != kind || entry.ID == "" {
			t.Errorf("%s was read as %s %q", kind, entry.Kind, entry.ID)
		}
		again, err := Encode(obj, entry.Version)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(doc), string(again)); diff != "" {
			t.Errorf("%s lost something: %s", kind, diff)
		}
	}
}

func TestAnOutboxItemOfSchemaOneStillLoads(t *testing.T) {
	t.Parallel()
	doc := golden(t, "OUT")
	o, err := DecodeOutbox("bus_-Oj-zNb-0000000000001.test/SUB/sub_1/9", 1, doc)
	if err != nil {
		t.Fatal(err)
	}
	again, err := EncodeOutbox(o)
	if diff := cmp.Diff(string(doc), string(again)); diff != "" || err != nil {
		t.Errorf("it lost something: %s %v", diff, err)
	}
}

func TestADueMessageOfSchemaOneStillLoads(t *testing.T) {
	t.Parallel()
	const message = `{"v":1,"scope":"bus_1.test","kind":"SUB","id":"sub_1","customer":"cus_1","due":1768469400000000}`
	d, err := DecodeDue([]byte(message))
	if err != nil {
		t.Fatal(err)
	}
	again, err := EncodeDue(d)
	if string(again) != message || err != nil {
		t.Errorf("it became %s, %v", again, err)
	}
	for _, bad := range []string{``, `{}`, `[]`, `{"v":2,"scope":"bus_1.test","kind":"SUB","id":"s"}`, `{"v":1,"scope":"bus_1","kind":"SUB","id":"s"}`, `{"v":1,"scope":"bus_1.test","kind":"SUB"}`} {
		if d, err := DecodeDue([]byte(bad)); err == nil {
			t.Errorf("%s was taken for %+v", bad, d)
		}
	}
}

func TestOutboxKeysAreReadBack(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"bus_1.live/SUB/sub_1/4", "bus_1.test/PM/cus_1/pm_1/2", "bus_1.live/CLAIM/notice#a/b/1"} {
		a, err := ParseAddress(key)
		if err != nil || a.String() != key {
			t.Errorf("%s was read as %+v, %v", key, a, err)
		}
	}
	for _, bad := range []string{"", "bus_1.live", "bus_1.live/SUB", "bus_1.live/SUB/sub_1", "bus_1/SUB/sub_1/4", "bus_1.live/SUB/sub_1/x"} {
		if a, err := ParseAddress(bad); err == nil {
			t.Errorf("%q was taken for %+v", bad, a)
		}
	}
}

func golden(t *testing.T, name string) []byte {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join("testdata", "1", name+".json"))
	if err != nil {
		t.Fatalf("a kind without a golden document: %v", err)
	}
	return doc[:len(doc)-1]
}
