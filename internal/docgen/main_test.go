package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/launchtemplate"
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
	if text := fmt.Sprint(run(dir, true)); !strings.Contains(text, "FIELDS.md") {
		t.Errorf("a stale FIELDS.md: got %q, want an error that names it", text)
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
		if len(codesOf(c)) == 0 {
			t.Errorf("%s lists no error codes", c.Name())
		}
		for _, e := range codesOf(c) {
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

func TestEveryFieldOfATemplateIsOnThePage(t *testing.T) {
	all, err := clients()
	if err != nil {
		t.Fatal(err)
	}
	page, with := templates(all), 0
	for _, path := range provider.Leaves() {
		if !strings.Contains(page, "| `"+path+"` |") {
			t.Errorf("the table of templates has no row for %s", path)
		}
	}
	for _, c := range all {
		l, err := launchtemplate.Of(c)
		ok := err == nil
		if strings.Contains(page, "templates of "+title(c.Name())) != ok {
			t.Errorf("%s has templates: %v, and the page says otherwise", c.Name(), ok)
		}
		if !ok {
			continue
		}
		with++
		for _, f := range l.Support().Fields() {
			if f.Param == "" && !strings.Contains(page, "- `"+f.Path+"`: "+f.Reason+"\n") {
				t.Errorf("the page does not tell why a template of %s refuses %s", c.Name(), f.Path)
			}
		}
	}
	if with == 0 {
		t.Error("no cloud has templates")
	}
}

func TestEveryParameterOfTheReferenceIsOnThePage(t *testing.T) {
	page, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seeds.ReferenceSettings() {
		_, section, ok := strings.Cut(page, "\n### "+s.Action+" by ")
		section, _, _ = strings.Cut(section, "\n### ")
		if !ok {
			t.Errorf("FIELDS.md has no section of %s", s.Action)
		}
		if row := "| `" + s.Param + "` |"; !strings.Contains(section, row) {
			t.Errorf("FIELDS.md has no row of %s of %s", s.Param, s.Action)
		}
		if !strings.Contains(section, s.Gap) {
			t.Errorf("FIELDS.md does not say of %s of %s: %s", s.Param, s.Action, s.Gap)
		}
	}
	if strings.Contains(page, "| `` |") || strings.Contains(page, "[team]") {
		t.Error("FIELDS.md has a parameter without an argument, or the key of an example")
	}
}

func TestEveryCodeOfTheDocumentsIsOnThePage(t *testing.T) {
	all, err := clients()
	if err != nil {
		t.Fatal(err)
	}
	page, err := errorsPage(all)
	if err != nil {
		t.Fatal(err)
	}
	documented, err := seeds.Codes()
	if err != nil {
		t.Fatal(err)
	}
	if len(documented) == 0 {
		t.Fatal("no codes, want those of the documents")
	}
	sentinels := map[string][]string{} // one code of QingCloud has two meanings
	for _, d := range documented {
		sentinels[d.Driver+d.Code] = append(sentinels[d.Driver+d.Code], d.Sentinel)
	}
	for _, d := range documented {
		_, section, ok := strings.Cut(page, "\n## "+title(d.Driver)+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		start, found := "| `"+strings.ReplaceAll(d.Code, "%s", "PARAMETER")+"` | `", 0
		for _, s := range slices.Compact(slices.Sorted(slices.Values(sentinels[d.Driver+d.Code]))) {
			found += strings.Count(section, start+s+"` |")
		}
		if !ok {
			t.Errorf("ERRORS.md has no section of %s", d.Driver)
		}
		if rows := strings.Count(section, start); rows != 1 {
			t.Errorf("%s: ERRORS.md has %s %d times, want once", d.Driver, d.Code, rows)
		}
		if found != 1 {
			t.Errorf("%s: ERRORS.md has %s %d times as %s, want once", d.Driver, d.Code, found, d.Sentinel)
		}
	}
}
