package main

import (
	"encoding/xml"
	"go/parser"
	"go/token"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var every = []string{"wages", "salaries", "tight", "flat", "sealed"}

func TestBanksAreWholeAndSayWhereTheirFiguresComeFrom(t *testing.T) {
	t.Parallel()
	for _, name := range every {
		b, err := load(name)
		if err != nil {
			t.Fatal(err)
		}
		for what, shares := range map[string]map[string]float64{"causes": b.Causes, "pay": b.Pay} {
			sum := 0.0
			for _, share := range shares {
				sum += share
			}
			if math.Abs(sum-1) > 0.005 {
				t.Errorf("%s: %s add up to %.3f", name, what, sum)
			}
		}
		if len(b.Sources) == 0 || b.Name != name {
			t.Errorf("%s: %q, %d sources", name, b.Name, len(b.Sources))
		}
	}
}

func TestTheSameSeedGivesTheSameFigures(t *testing.T) {
	t.Parallel()
	b, err := load("wages")
	if err != nil {
		t.Fatal(err)
	}
	first, again, other := compare(b, 7, 300), compare(b, 7, 300), compare(b, 8, 300)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(first, other) {
		t.Error("another seed changes nothing")
	}
}

// What a bank answers depends on the customer and the time, so that no policy
// meets a kinder one.
func TestEveryPolicyMeetsTheSameBank(t *testing.T) {
	t.Parallel()
	b, err := load("tight")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		c := b.person(1, i)
		at := c.failed.Add(100 * time.Hour)
		if one, two := b.charge(c, 3, at, c.failed), b.charge(c, 3, at, c.failed); one != two {
			t.Fatalf("customer %d: %q, then %q", i, one, two)
		}
	}
}

// A bank that asked the policy for its pay days would always agree with it.
func TestTheBankKnowsNothingOfThePolicy(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "bank.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range file.Imports {
		if strings.Contains(i.Path.Value, "perennial/") {
			t.Errorf("bank.go imports %s", i.Path.Value)
		}
	}
}

// Read from a wall calendar of 2027.
func TestLastWorkingDaysOfAYear(t *testing.T) {
	t.Parallel()
	var got []int
	for day := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2027; day = day.AddDate(0, 0, 1) {
		if lastWorkingDay(day) {
			got = append(got, day.Day())
		}
	}
	if want := []int{29, 26, 31, 30, 31, 30, 30, 31, 30, 29, 30, 31}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheChartIsAPicture(t *testing.T) {
	t.Parallel()
	b, err := load("flat")
	if err != nil {
		t.Fatal(err)
	}
	svg := chart([]string{"flat"}, [][]result{compare(b, 1, 50)})
	if err := xml.Unmarshal([]byte(svg), new(struct{})); err != nil {
		t.Errorf("%v in %s", err, svg)
	}
}
