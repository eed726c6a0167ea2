package guide_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

const docs = "../../docs"

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// english are the pages in English, without their extension.
func english(t *testing.T) (names []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(docs, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if name := strings.TrimSuffix(path, ".md"); !strings.HasSuffix(name, ".zh-CN") {
			names = append(names, name)
		}
	}
	if len(names) < 4 {
		t.Fatalf("docs has %d pages", len(names))
	}
	return names
}

var (
	fences   = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```")
	headings = regexp.MustCompile(`(?m)^(#+) `)
	rows     = regexp.MustCompile(`(?m)^\| .*$`)
	comments = regexp.MustCompile(`(?m)\s*//.*$`)
)

// Every page is there in Chinese too: the same headings, the same code, tables of the same length.
func TestPagesAreInBothLanguages(t *testing.T) {
	for _, name := range append(english(t), "../../README", "../../SECURITY") {
		one, two := read(t, name+".md"), read(t, name+".zh-CN.md")
		for what, of := range map[string]*regexp.Regexp{"headings": headings, "table rows": rows, "blocks": fences} {
			if got, want := len(of.FindAllString(two, -1)), len(of.FindAllString(one, -1)); got != want {
				t.Errorf("%s.zh-CN.md has %d %s, want %d", name, got, what, want)
			}
		}
		if got, want := blocks(two), blocks(one); !slices.Equal(got, want) {
			t.Errorf("%s: the code of the two languages differs beyond comments:\n%q\n%q", name, got, want)
		}
	}
}

func blocks(text string) (code []string) {
	for _, b := range fences.FindAllStringSubmatch(text, -1) {
		code = append(code, comments.ReplaceAllString(b[1], ""))
	}
	return code
}

// The last column of the tables of fields names fields of a spec.
func TestTablesNameFieldsThatExist(t *testing.T) {
	known := map[string]bool{}
	for _, leaf := range provider.Leaves() {
		for path := leaf; path != ""; path = path[:max(0, strings.LastIndexByte(path, '.'))] {
			known[path] = true
		}
	}
	quoted := regexp.MustCompile("`([A-Z][A-Za-z0-9]*[.\\[][A-Za-z0-9.\\[\\]]+)`")
	found := 0
	for _, name := range []string{"from-terraform.md", "from-vendor-sdks.md"} {
		for _, row := range rows.FindAllString(read(t, filepath.Join(docs, name)), -1) {
			cells := strings.Split(strings.Trim(row, "| "), " | ")
			for _, q := range quoted.FindAllStringSubmatch(cells[len(cells)-1], -1) {
				if strings.HasPrefix(q[1], "RunOptions.") {
					continue
				}
				found++
				if !known[q[1]] {
					t.Errorf("%s names %q, which is no field of a spec", name, q[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("found %d fields in the tables, want 20 at least", found)
	}
}

// Links between the pages lead somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	pages, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	under, err := filepath.Glob(filepath.Join(docs, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, under...) {
		for _, l := range link.FindAllStringSubmatch(read(t, page), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), l[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, l[1])
			}
		}
	}
}

// Files and examples that README and the pages name are there, in both languages.
func TestPagesNameFilesThatExist(t *testing.T) {
	const root = "../.."
	file := regexp.MustCompile("`((?:aliyun|api|docs|ens|examples|internal|provider|qingcloud|tencent)/[A-Za-z0-9_./-]+)`")
	example := regexp.MustCompile(`func (Example\w*)\(`)
	named := regexp.MustCompile("`(Example\\w+)`")
	known := map[string]bool{}
	sources, err := filepath.Glob(root + "/provider/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sources {
		for _, e := range example.FindAllStringSubmatch(read(t, path), -1) {
			known[e[1]] = true
		}
	}
	for _, name := range append(english(t), root+"/README", root+"/SECURITY") {
		for _, page := range []string{name + ".md", name + ".zh-CN.md"} {
			text := read(t, page)
			for _, f := range file.FindAllStringSubmatch(text, -1) {
				if _, err := os.Stat(filepath.Join(root, f[1])); err != nil {
					t.Errorf("%s names %s, which does not exist", page, f[1])
				}
			}
			for _, e := range named.FindAllStringSubmatch(text, -1) {
				if !known[e[1]] {
					t.Errorf("%s names %s, which is no example of package provider", page, e[1])
				}
			}
		}
	}
}

// Every page under docs, the page about security and the programs are one link or one row away from README.
func TestReadmeLeadsToEverything(t *testing.T) {
	const root = "../.."
	programs, err := filepath.Glob(root + "/examples/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{".md", ".zh-CN.md"} {
		readme := read(t, root+"/README"+language)
		want := []string{"](SECURITY" + language + ")", "](LICENSE)", "](CONTRIBUTING.md#compatibility)"}
		for _, name := range english(t) {
			want = append(want, "](docs/"+filepath.Base(name)+language+")")
		}
		for _, p := range programs {
			want = append(want, "`examples/"+filepath.Base(p)+"`")
		}
		for _, w := range want {
			if !strings.Contains(readme, w) {
				t.Errorf("README%s has no %s", language, w)
			}
		}
	}
}
