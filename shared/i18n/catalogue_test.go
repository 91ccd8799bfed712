package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// speaking are the packages whose sentences readers see.
var speaking = []string{"i18n", "pages", "portal", "checkout"}

// silent hold sentences that pages say by a variable: faults, and reasons.
var silent = []string{"billing", "charging", "customers", "dunning", "identity", "invoices", "lambdahttp", "lifecycle", "portals", "purchases", "record", "recovery", "subscriptions", "wallet"}

// sayers are the functions that are given a sentence.
var sayers = []string{"say", "Say", "Text", "Count"}

var inTemplate = regexp.MustCompile("\\bt (\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)")

// said are the sentences of the code and the templates, and where.
func said(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pkg := range speaking {
		walk(t, pkg, ".html", func(file, text string) {
			for _, m := range inTemplate.FindAllStringSubmatch(text, -1) {
				all[unquote(t, m[1])] = file
			}
		})
		walk(t, pkg, ".go", func(file, text string) {
			for _, sentence := range sentences(t, file, text) {
				all[sentence] = file
			}
		})
	}
	return all
}

func walk(t *testing.T, pkg, ext string, visit func(file, text string)) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", pkg), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ext || strings.HasSuffix(file, "_test.go") || strings.Contains(file, "testdata") {
			return err
		}
		text, err := os.ReadFile(file)
		visit(file, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sentences are the literals given to sayers; of Count the one for more.
func sentences(t *testing.T, file, text string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !slices.Contains(sayers, callee(call.Fun)) {
			return true
		}
		var literals []string
		for _, arg := range call.Args {
			if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				literals = append(literals, unquote(t, lit.Value))
			}
		}
		switch {
		case callee(call.Fun) == "Count" && len(literals) >= 2:
			out = append(out, literals[1])
		case callee(call.Fun) != "Count" && len(literals) > 0:
			out = append(out, literals[0])
		}
		return true
	})
	return out
}

func callee(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func unquote(t *testing.T, literal string) string {
	t.Helper()
	text, err := strconv.Unquote(literal)
	if err != nil {
		t.Fatal(literal, err)
	}
	return text
}

func TestEverySentenceIsTranslated(t *testing.T) {
	t.Parallel()
	all := said(t)
	if len(all) < 200 {
		t.Fatalf("only %d sentences were found", len(all))
	}
	for _, l := range languages[1:] {
		for _, sentence := range slices.Sorted(maps.Keys(all)) {
			if m, ok := find(l.Code, sentence); !ok || m.text == "" && len(m.plural) == 0 {
				t.Errorf("%s: %s has no %q", l.Code, all[sentence], sentence)
			}
		}
	}
}

// A sentence that nothing says is a leftover, or its English words changed.
func TestNoTranslationIsUnused(t *testing.T) {
	t.Parallel()
	all := said(t)
	var code strings.Builder
	for _, pkg := range silent {
		walk(t, pkg, ".go", func(_, text string) { code.WriteString(text) })
	}
	for _, l := range languages[1:] {
		for sentence := range catalogues[l.Code]() {
			if _, ok := all[sentence]; !ok && !strings.Contains(code.String(), strconv.Quote(sentence)) {
				t.Errorf("%s: nothing says %q", l.Code, sentence)
			}
		}
	}
}

// same are words that are rightly the same as in English.
var same = map[string]string{
	"de": "Code %s,Name", "it": "Privacy,E-mail", "es": "Subtotal", "fr": "Code %s,E-mail", "pt": "E-mail,Subtotal", "nl": "E-mail",
	"pl": "E-mail", "ro": "E-mail,Subtotal", "ca": "Subtotal",
}

var verb = regexp.MustCompile(`%(?:\[(\d)\])?([sd])`)

// places are the arguments that a sentence takes, such as "1s 2d".
func places(text string) string {
	var out []string
	for i, m := range verb.FindAllStringSubmatch(text, -1) {
		n := m[1]
		if n == "" {
			n = strconv.Itoa(i + 1)
		}
		out = append(out, n+m[2])
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

func TestTranslationsTakeTheSameArgumentsAndAreNotEnglish(t *testing.T) {
	t.Parallel()
	words := regexp.MustCompile(`\pL{2}`)
	for _, l := range languages[1:] {
		for sentence, m := range catalogues[l.Code]() {
			want := places(sentence)
			if m.plural == nil && places(m.text) != want {
				t.Errorf("%s: %q takes %q, English takes %q", l.Code, m.text, places(m.text), want)
			}
			for category, text := range m.plural {
				if got := places(text); got != want && got != "" {
					t.Errorf("%s, %s: %q takes %q, English takes %q", l.Code, category, text, got, want)
				}
			}
			real := words.MatchString(verb.ReplaceAllString(sentence, ""))
			if m.text == sentence && real && !slices.Contains(strings.Split(same[l.Code], ","), sentence) {
				t.Errorf("%s: %q is English", l.Code, sentence)
			}
		}
	}
}

// Every plural category that a language has for whole numbers is written.
func TestPluralsAreWhole(t *testing.T) {
	t.Parallel()
	for _, l := range languages[1:] {
		used := map[string]bool{}
		for n := range 200 {
			used[categories[l.cldr().CardinalPluralRule(float64(n), 0)]] = true
		}
		for sentence, m := range catalogues[l.Code]() {
			if m.plural == nil {
				continue
			}
			for category := range used {
				if m.plural[category] == "" {
					t.Errorf("%s: %q lacks %q", l.Code, sentence, category)
				}
			}
		}
	}
}

func TestTheCataloguesAreThoseOfTheLanguages(t *testing.T) {
	t.Parallel()
	files, err := catalogueFiles.ReadDir("catalogue")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := known(strings.TrimSuffix(f.Name(), ".json")); !ok {
			t.Errorf("%s is of no language", f.Name())
		}
	}
	if len(files) != len(languages)-1 {
		t.Errorf("%d catalogues for %d languages", len(files), len(languages))
	}
}
