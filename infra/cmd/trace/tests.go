package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// roots are the folders that hold Go code.
var roots = []string{"functions", "infra", "shared"}

// tests finds, for each number, the tests that carry it, as "package.Test".
func tests(root string) (map[string][]string, error) {
	shown := map[string][]string{}
	for _, folder := range roots {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && entry.Name() == "node_modules":
				return fs.SkipDir
			case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
				return nil
			}
			return read(root, path, shown)
		})
		if err != nil {
			return nil, err
		}
	}
	for number := range shown {
		slices.Sort(shown[number])
	}
	return shown, nil
}

// read adds the tests of one file.
func read(root, path string, shown map[string][]string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	folder, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !isTest(f.Name.Name) {
			continue
		}
		for _, number := range carried(file, f) {
			shown[number] = append(shown[number], fmt.Sprintf("%s.%s", filepath.ToSlash(folder), f.Name.Name))
		}
	}
	return nil
}

func isTest(name string) bool {
	return strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz")
}

// carried are the numbers in a test's name, comments and texts, each once.
func carried(file *ast.File, f *ast.FuncDecl) []string {
	all := numbers(f.Name.Name)
	from := f.Pos()
	if f.Doc != nil {
		from = f.Doc.Pos()
	}
	for _, group := range file.Comments {
		if group.Pos() >= from && group.End() <= f.End() {
			all = append(all, numbers(group.Text())...)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
			all = append(all, numbers(text.Value)...)
		}
		return true
	})
	slices.Sort(all)
	return slices.Compact(all)
}

// mention is a number, or a range: R131, R131To134, "R131 to R134".
var mention = regexp.MustCompile(`(^|[^A-Z0-9])R(\d{3})(?:(?:To|\s+to\s+)R?(\d{3}))?(?:\D|$)`)

// numbers are the requirements that a text names.
func numbers(text string) []string {
	var all []string
	for len(text) > 0 {
		at := mention.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		first, _ := strconv.Atoi(text[at[4]:at[5]]) // three digits
		last, end := first, at[5]
		if at[6] >= 0 {
			last, _ = strconv.Atoi(text[at[6]:at[7]])
			end = at[7]
		}
		for n := first; n <= last; n++ {
			all = append(all, fmt.Sprintf("R%03d", n))
		}
		text = text[end:]
	}
	return all
}
