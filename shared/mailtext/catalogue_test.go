package mailtext

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"perennial/shared/billing"
	"perennial/shared/dunning"
	"perennial/shared/i18n"
)

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func TestEveryLanguageSaysTheSameThings(t *testing.T) {
	t.Parallel()
	english := catalogues[i18n.English]()
	for locale, read := range catalogues {
		texts := read()
		for name, text := range english {
			other := texts[name]
			if other == "" || locale != i18n.English && other == text && len(text) > 12 {
				t.Errorf("%s: %s is %q", locale, name, other)
			}
			want, got := placeholder.FindAllString(text, -1), placeholder.FindAllString(other, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(slices.Compact(want), slices.Compact(got)) {
				t.Errorf("%s: %s has the places %v, English has %v", locale, name, got, want)
			}
		}
	}
}

// A sentence that no code says is a leftover, or a name that is misspelt.
func TestMailsAndPagesSayTheSameInTheSameWords(t *testing.T) {
	t.Parallel()
	for locale, read := range catalogues {
		texts := read()
		for name, text := range catalogues[i18n.English]() {
			if placeholder.MatchString(text) {
				continue
			}
			if page := i18n.Say(locale, text); locale != i18n.English && page != text && page != texts[name] {
				t.Errorf("%s: for %q pages say %q and mails %q", locale, text, page, texts[name])
			}
		}
	}
}

func TestMailsAreWrittenInTheLanguagesOfThePages(t *testing.T) {
	t.Parallel()
	files, err := catalogueFiles.ReadDir("catalogue")
	if err != nil || len(files) != len(i18n.Languages()) {
		t.Fatalf("%d catalogues for %d languages, %v", len(files), len(i18n.Languages()), err)
	}
	for _, f := range files {
		if locale := strings.TrimSuffix(f.Name(), ".json"); i18n.Match(locale) != locale {
			t.Errorf("mails are written in %s, which no page offers", locale)
		}
	}
}

func TestNoSentenceIsUnused(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for _, name := range []string{"*.go", "../mails/*.go"} {
		files, err := filepath.Glob(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(raw)
		}
	}
	said := code.String()
	for _, name := range slices.Sorted(maps.Keys(catalogues[i18n.English]())) {
		template, part, _ := strings.Cut(name, ".")
		byTemplate := strings.Contains(said, `= "`+template+`"`) && slices.Contains([]string{"subject", "heading", "opening"}, part)
		byFact := template == "fact" && strings.Contains(said, `fact("`+part+`"`)
		if !byTemplate && !byFact && template[:min(7, len(template))] != "notify_" && !strings.Contains(said, `"`+name+`"`) {
			t.Errorf("nothing says %s", name)
		}
	}
}

func TestEveryReasonOfADeclineIsTranslated(t *testing.T) {
	t.Parallel()
	declines := []billing.Decline{{Code: "stolen_card"}, {Code: "expired_card"}, {Code: "insufficient_funds"}}
	for _, class := range []billing.DeclineClass{
		billing.ClassHard, billing.ClassAuthentication, billing.ClassNeedsCustomer, billing.ClassMoney,
		billing.ClassTechnical, billing.ClassOurFault, billing.ClassVague,
	} {
		declines = append(declines, billing.Decline{Class: class})
	}
	for locale, read := range catalogues {
		texts := read()
		for _, d := range declines {
			if reason := dunning.Explain(d); locale != i18n.English && texts[reason] == "" {
				t.Errorf("%s: no words for %q", locale, reason)
			}
		}
	}
}
