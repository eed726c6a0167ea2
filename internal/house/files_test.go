package house_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every adapter has these files, so that a reader of one can read all.
func TestAdaptersHaveTheSameFiles(t *testing.T) {
	required := []string{
		"doc.go", "client.go", "run.go", "translate.go", "support.go", "validate.go", "state.go", "errors.go", "options.go",
		"translate_test.go", "state_test.go", "errors_test.go", "conformance_test.go", "example_test.go",
	}
	// One file for each optional ability, present only where the cloud has it.
	optional := []string{"names.go", "power.go", "template.go", "template_data.go", "placement.go", "catalog.go"}
	for _, adapter := range []string{"aliyun", "ens", "tencent", "qingcloud"} {
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
