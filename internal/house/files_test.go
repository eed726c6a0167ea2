package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
)

// adapters are the packages that run the suite of drivers, whatever any list says.
func adapters(t *testing.T) (names []string) {
	t.Helper()
	paths, err := filepath.Glob("../../*/conformance_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 4 {
		t.Fatalf("%d adapters, want at least 4: %v", len(paths), paths)
	}
	for _, p := range paths {
		names = append(names, filepath.Base(filepath.Dir(p)))
	}
	return names
}

// The tests of all clouds, and the tools, reach an adapter through the list.
func TestEveryAdapterIsInTheList(t *testing.T) {
	var got []string
	for _, c := range clouds.All() {
		got = append(got, c.Name)
	}
	slices.Sort(got)
	if want := adapters(t); !slices.Equal(got, want) {
		t.Errorf("internal/clouds lists %v, want %v", got, want)
	}
}

// What an adapter is left out of does not fail by itself. CONTRIBUTING.md names the
// same files.
func TestEveryAdapterIsNamedWhereItHasToBe(t *testing.T) {
	guide, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for path, why := range map[string]string{
		"internal/clouds/clouds.go":     "the one list of adapters",
		"provider/clouds/clouds.go":     "the factory for programs that choose by name",
		".golangci.yml":                 "the import rules",
		"examples/quickstart/clouds.go": "the first program that people run",
		"README.md":                     "its package",
		"README.zh-CN.md":               "its package",
		"DESIGN.md":                     "its package, and its SDK",
	} {
		if !strings.Contains(string(guide), "`"+path+"`") {
			t.Errorf("CONTRIBUTING.md does not say that %s names every adapter", path)
		}
		text, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range adapters(t) {
			if named := regexp.MustCompile(`\b` + a + `\b`); !named.Match(text) {
				t.Errorf("%s does not name %s: %s", path, a, why)
			}
		}
	}
}

// Every adapter has these files, so that a reader of one can read all.
func TestAdaptersHaveTheSameFiles(t *testing.T) {
	required := []string{
		"doc.go", "client.go", "call.go", "run.go", "translate.go", "translate_values.go", "answer.go", "answer_instance.go",
		"support.go", "validate.go", "validate_resources.go", "validate_forms.go", "state.go", "errors.go", "errors_table.go",
		"options.go", "raw.go",
		"translate_test.go", "state_test.go", "errors_test.go", "conformance_test.go", "example_test.go",
	}
	// The files of each optional ability are present only where the cloud has it.
	optional := []string{
		"credentials.go", "names.go", "power.go", "placement.go", "job.go",
		"maintain.go", "notice.go",
		"catalog.go", "catalog_types.go", "catalog_images.go", "catalog_stock.go", "catalog_price.go", "catalog_networks.go",
		"template.go", "template_versions.go", "template_data.go", "template_read.go", "template_rest.go",
		"options_run.go",
	}
	for _, adapter := range adapters(t) {
		paths, err := filepath.Glob("../../" + adapter + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range paths {
			names = append(names, filepath.Base(p))
		}
		for _, want := range required {
			if !slices.Contains(names, want) {
				t.Errorf("%s/ lacks %s, which its siblings have", adapter, want)
			}
		}
		for _, n := range names {
			if !strings.HasSuffix(n, "_test.go") && !slices.Contains(required, n) && !slices.Contains(optional, n) {
				t.Errorf("%s/%s: its siblings have no such file", adapter, n)
			}
		}
	}
}

// The two READMEs show the same code; only its comments are translated.
func TestBothReadmesShowTheSameCode(t *testing.T) {
	blocks := func(path string) []string {
		text, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		bare := regexp.MustCompile(` *//.*`).ReplaceAllString(string(text), "")
		return regexp.MustCompile("(?s)```.*?```").FindAllString(bare, -1)
	}
	english, chinese := blocks("README.md"), blocks("README.zh-CN.md")
	if len(english) < 2 {
		t.Fatalf("%d blocks of code, want at least 2", len(english))
	}
	if len(english) != len(chinese) {
		t.Fatalf("%d blocks of code in English, %d in Chinese", len(english), len(chinese))
	}
	for i := range english {
		if english[i] != chinese[i] {
			t.Errorf("in English:\n%s\nin Chinese:\n%s", english[i], chinese[i])
		}
	}
}

// Package state that can change, or that runs at start-up, belongs to nobody.
func TestNoInit(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(src), "\nfunc init"+"()") {
			t.Errorf("%s has an init function: who imports a package must not be changed by it", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
