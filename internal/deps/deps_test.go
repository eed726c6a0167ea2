package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFindingsOfDependenciesFailAndThoseOfTheToolchainDoNot(t *testing.T) {
	const config = `{"config":{"go_version":"go1.26.0"}}`
	finding := func(module, function string) string {
		const form = `{"finding":{"osv":"GO-1","fixed_version":"v1.2.4","trace":[{"module":%q,"version":"v1.2.3","function":%q}]}}`
		return fmt.Sprintf(form, module, function)
	}
	for name, tc := range map[string]struct{ in, wants, fails string }{
		"nothing found":       {config, "no known weakness", ""},
		"a call into one":     {config + finding("example.com/m", "F"), "", "GO-1: example.com/m@v1.2.3, mended in v1.2.4"},
		"imported, not used":  {config + finding("example.com/m", ""), "no known weakness", ""},
		"the toolchain":       {config + finding("stdlib", "F"), "in the toolchain, not a failure: GO-1", ""},
		"both":                {config + finding("stdlib", "F") + finding("example.com/m", "F"), "in the toolchain", "example.com/m"},
		"the scanner is gone": {"", "", "it did not run"},
		"half an answer":      {config + `{"find`, "", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := readFindings(strings.NewReader(tc.in), &out)
			if !strings.Contains(out.String(), tc.wants) {
				t.Errorf("printed %q, want %q in it", out.String(), tc.wants)
			}
			if tc.fails == "" && err != nil {
				t.Errorf("failed: %v", err)
			}
			if !strings.Contains(fmt.Sprint(err), tc.fails) {
				t.Errorf("the error is %v, want %q in it", err, tc.fails)
			}
		})
	}
}

func TestLicencesAreKnownByTheirText(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) module {
		t.Helper()
		m := module{"example.com/" + name, filepath.Join(dir, name)}
		if err := os.Mkdir(m.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if text == "" {
			return m
		}
		if err := os.WriteFile(filepath.Join(m.dir, "LICENSE"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return m
	}
	ours, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		m                  module
		licence, complains string
	}{
		{write("apache", string(ours)), "Apache-2.0", ""},
		{write("gpl", "GNU GENERAL PUBLIC LICENSE\nVersion 3"), "", "none of the licences that are allowed"},
		{write("nothing", ""), "", "has no licence file"},
	} {
		got, err := tc.m.licence()
		if got != tc.licence {
			t.Errorf("%s: got the licence %q, want %q", tc.m.path, got, tc.licence)
		}
		if !strings.Contains(fmt.Sprint(err), tc.complains) {
			t.Errorf("%s: the error is %v, want %q in it", tc.m.path, err, tc.complains)
		}
	}
}

func TestModulesAreListedOnceAndSorted(t *testing.T) {
	got := parseModules("b.org/x /src/b\n\na.org/y /src/a\nb.org/x /src/b\n")
	if want := []module{{"a.org/y", "/src/a"}, {"b.org/x", "/src/b"}}; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}
