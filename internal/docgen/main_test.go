package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
)

func TestGeneratedFilesAreClean(t *testing.T) {
	if err := run("../..", true); err != nil {
		t.Error(err)
	}
}

func TestStaleFilesAreNoticed(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Errorf("just written, and already stale: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "FIELDS.md"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err == nil || !strings.Contains(err.Error(), "FIELDS.md") {
		t.Errorf("a stale FIELDS.md passes: %v", err)
	}
}

func TestEveryFieldAndSentinelIsOnThePage(t *testing.T) {
	all, err := clients()
	if err != nil {
		t.Fatal(err)
	}
	page := fields(all)
	for _, path := range provider.Leaves() {
		if !strings.Contains(page, "| `"+path+"` |") {
			t.Errorf("FIELDS.md has no row for %s", path)
		}
	}
	known := map[error]bool{nil: true}
	for _, a := range advice {
		known[a.kind] = true
	}
	for _, c := range all {
		if len(c.ErrorCodes()) == 0 {
			t.Errorf("%s lists no error codes", c.Name())
		}
		for _, e := range c.ErrorCodes() {
			if !known[e.Kind] {
				t.Errorf("%s: code %s has a sentinel without advice: %v", c.Name(), e.Code, e.Kind)
			}
		}
	}
}

func TestEveryParameterOfTheDocumentsIsOnThePage(t *testing.T) {
	all, err := clients()
	if err != nil {
		t.Fatal(err)
	}
	page, err := parameters(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, driver := range seeds.Drivers() {
		for _, s := range seeds.Settings(driver) {
			if !strings.Contains(page, "| `"+s.Param+"` |") {
				t.Errorf("FIELDS.md does not tell what sets %s of %s", s.Param, driver)
			}
			if s.Gap != "" && !strings.Contains(page, s.Gap) {
				t.Errorf("FIELDS.md does not tell why no field sets %s of %s", s.Param, driver)
			}
		}
	}
	if strings.Contains(page, "| `` |") {
		t.Error("FIELDS.md has a parameter without a field")
	}
}
