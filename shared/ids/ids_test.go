package ids_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perennial/shared/ids"
)

var shape = regexp.MustCompile(`^cus_[-0-9A-Z_a-z]{21}$`)

func TestNewHasPrefixAnd21Characters(t *testing.T) {
	t.Parallel()
	id := ids.New(ids.Customer, time.Now())
	if !shape.MatchString(id) || !ids.Valid(ids.Customer, id) {
		t.Errorf("New gave %q", id)
	}
}

func TestIdsSortByCreation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const last = 1<<48 - 1 // year 10889
		a := rapid.Int64Range(0, last-1).Draw(t, "earlier")
		b := rapid.Int64Range(a+1, last).Draw(t, "later")
		first, second := ids.New("x_", time.UnixMilli(a)), ids.New("x_", time.UnixMilli(b))
		if first >= second {
			t.Fatalf("%d gave %s, %d gave %s", a, first, b, second)
		}
	})
}

func TestIdsOfOneMillisecondDiffer(t *testing.T) {
	t.Parallel()
	now, seen := time.Now(), map[string]bool{}
	var positions [21]map[byte]bool
	for i := range positions {
		positions[i] = map[byte]bool{}
	}
	for range 5000 {
		id := ids.New("", now)
		if seen[id] {
			t.Fatalf("%s was made twice", id)
		}
		seen[id] = true
		for i := range positions {
			positions[i][id[i]] = true
		}
	}
	for i, got := range positions {
		if random := i >= 8; random != (len(got) == 64) {
			t.Errorf("position %d takes %d values; 0 to 7 are time, 8 to 20 random", i, len(got))
		}
	}
}

func TestValidRefusesWhatNewNeverMakes(t *testing.T) {
	t.Parallel()
	good := ids.New(ids.Payment, time.Now())
	for name, s := range map[string]string{
		"empty":            "",
		"prefix only":      ids.Payment,
		"another type":     strings.Replace(good, "pay_", "sub_", 1),
		"one short":        good[:len(good)-1],
		"one long":         good + "0",
		"foreign letter":   good[:len(good)-1] + "!",
		"key separator":    good[:len(good)-1] + "#",
		"two-byte letter":  good[:len(good)-2] + "é",
		"space in front":   " " + good,
		"newline at end":   good + "\n",
		"upper-case start": strings.ToUpper(good[:4]) + good[4:],
	} {
		if ids.Valid(ids.Payment, s) {
			t.Errorf("%s: %q is valid", name, s)
		}
	}
}

func FuzzValidIsExactlyTheShape(f *testing.F) {
	f.Add("cus_" + strings.Repeat("z", 21))
	f.Add("cus_")
	f.Fuzz(func(t *testing.T, s string) {
		if got := ids.Valid(ids.Customer, s); got != shape.MatchString(s) {
			t.Errorf("Valid(%q) = %v", s, got)
		}
	})
}

func TestTokensAreLongDistinctAndHashStably(t *testing.T) {
	t.Parallel()
	a, b := ids.Token(), ids.Token()
	if a == b || len(a) != 43 {
		t.Errorf("tokens %q and %q", a, b)
	}
	if ids.Hash(a) == ids.Hash(b) {
		t.Error("two tokens share a hash")
	}
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2
	if got := ids.Hash("abc"); got != abc {
		t.Errorf("Hash(abc) = %s", got)
	}
}

func TestUUIDIsVersion4(t *testing.T) {
	t.Parallel()
	v4 := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if a, b := ids.UUID(), ids.UUID(); a == b || !v4.MatchString(a) {
		t.Errorf("UUIDs %q and %q", a, b)
	}
}
