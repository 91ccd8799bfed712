package years

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"perennial/shared/billing"
	"perennial/shared/calendar"
	"perennial/shared/i18n"
	"perennial/shared/lifecycle/lifecycletest"
	"perennial/shared/money"
)

// example is a rule of docs/billing.md and what the engine does by it.
type example struct {
	title, rule string
	columns     []string
	rows        func(t *testing.T) [][]string
}

const beginsExamples, endsExamples = "<!-- examples -->\n", "<!-- end of examples -->"

// docs/billing.md shows each rule with an example that the engine itself has
// just played, on a test clock, so that the page cannot say what it does not do.
func TestTheExamplesOfBillingAreWhatTheEngineDoes(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "billing.md")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(raw), beginsExamples)
	_, after, ended := strings.Cut(rest, endsExamples)
	if !begun || !ended {
		t.Fatal("docs/billing.md has no place for the examples")
	}
	var b strings.Builder
	for _, e := range slices.Concat(courses, taxExamples) {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n| %s |\n|%s\n", e.title, e.rule, strings.Join(e.columns, " | "), strings.Repeat(" --- |", len(e.columns)))
		for _, r := range e.rows(t) {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(r, " | "))
		}
	}
	want := before + beginsExamples + b.String() + "\n" + endsExamples + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil { //nolint:gosec // a page for everybody
			t.Fatal(err)
		}
	} else if diff := gocmp.Diff(string(raw), want); diff != "" {
		t.Errorf("docs/billing.md (-) is not what the engine does (+); go test ./infra/years -run Examples -update\n%s", diff)
	}
}

func onDay(at calendar.Instant) string {
	if at.IsZero() {
		return ""
	}
	return at.Time().Format("2 Jan 2006")
}

func amount(a money.Amount) string { return i18n.Money("en", a) }

// statement are the columns of documents.
var statement = []string{"On", "Document", "For", "Without tax", "Tax", "Total", "Is"}

// documents are the papers of a world's customer, the oldest first.
func documents(w *lifecycletest.World) [][]string {
	all := lifecycletest.All[billing.Invoice](w)
	slices.SortFunc(all, func(a, b billing.Invoice) int {
		return cmp.Or(cmp.Compare(a.FinalAt, b.FinalAt), cmp.Compare(a.Total.Minor, b.Total.Minor)) // what goes back before what replaces it
	})
	var rows [][]string
	for _, v := range all {
		net := money.Of(v.Total.Minor-v.Tax.Minor, v.Total.Currency)
		rows = append(rows, []string{onDay(v.FinalAt), paper(v), periodOf(v.Period), amount(net), amount(v.Tax), amount(v.Total), string(v.Status)})
	}
	return rows
}

// paper is what a document is called, with its number.
func paper(v billing.Invoice) string {
	name := map[billing.InvoiceKind]string{billing.KindCreditNote: "credit note", billing.KindCorrection: "corrected invoice"}[v.Kind]
	return strings.TrimSpace(cmp.Or(name, "invoice") + " " + v.Number)
}

func periodOf(p calendar.Period) string {
	if p.Start.IsZero() || p.End <= p.Start {
		return ""
	}
	return p.Start.Time().Format("2 Jan") + " to " + onDay(p.End)
}

// sell changes the product of a world before it is sold.
func sell(w *lifecycletest.World, change func(*billing.Product)) {
	w.Product.Version = 1
	change(&w.Product)
	w.Put(w.Product)
}

// ordered is a subscription to what the customer ordered, with a card.
func ordered(w *lifecycletest.World, change func(*billing.Cart)) billing.Subscription {
	w.T.Helper()
	wish := w.Wish()
	change(&wish.Cart)
	placed, err := w.Place(wish)
	if err != nil {
		w.T.Fatal(err)
	}
	if _, err := w.Pay(placed.Subscription.ID, "visa_ok"); err != nil {
		w.T.Fatal(err)
	}
	return w.Sub(placed.Subscription.ID)
}

const aDay = 24 * time.Hour
