package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every public package has an example in its documentation. Only the suite of stores has none that
// runs, because it needs a test.
func TestEveryPublicPackageHasAnExample(t *testing.T) {
	listings, err := filepath.Glob("../../api/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	if len(listings) < 15 {
		t.Fatalf("%d public packages, want 15 at least", len(listings))
	}
	example := regexp.MustCompile(`(?m)^func Example\w*\(\) \{$`)
	output := regexp.MustCompile(`(?m)^\t// (Unordered output|Output):`)
	for _, l := range listings {
		dir := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(l), ".txt"), "-", "/")
		tests, err := filepath.Glob(filepath.Join("../..", dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, path := range tests {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(source)
		}
		if !example.MatchString(text.String()) {
			t.Errorf("package %s has no example", dir)
		}
		runs := output.MatchString(text.String())
		if !runs && dir != "provider/storetest" {
			t.Errorf("package %s has no example with an output, so none runs", dir)
		}
	}
}
