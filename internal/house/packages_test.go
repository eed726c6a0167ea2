package house_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the lists in testdata/packages")

// What a program links beyond the standard library when it imports one adapter is
// a list in testdata/packages, so that whatever is added to it is seen in a
// review. To rewrite the lists: go test ./internal/house -run Packages -update.
func TestPackagesOfEachAdapter(t *testing.T) {
	for _, adapter := range append(adapters(t), "provider") {
		var got []string
		for _, p := range list(t, "-deps", "./"+adapter) {
			if !p.Standard {
				got = append(got, p.ImportPath)
			}
		}
		slices.Sort(got)
		text := strings.Join(got, "\n") + "\n"
		path := filepath.Join("testdata", "packages", adapter+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		known := strings.Fields(string(want))
		for _, p := range got {
			if !slices.Contains(known, p) {
				t.Errorf("who imports %s now also links %s: is it worth it? Then run this test with -update", adapter, p)
			}
		}
		for _, p := range known {
			if !slices.Contains(got, p) {
				t.Errorf("who imports %s no longer links %s: run this test with -update", adapter, p)
			}
		}
	}
}
