package cloudsim

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// TestTheFaceHasAllKinds: this package exports every fault kind, phase and charge of
// internal/core.
func TestTheFaceHasAllKinds(t *testing.T) {
	for core, face := range map[string]string{
		"internal/core/fault_kind.go": "fault_kind.go",
		"internal/core/instance.go":   "instance.go",
		"internal/core/cloud.go":      "cloud.go",
		"internal/core/notice.go":     "notice.go",
	} {
		want, got := constants(t, core), constants(t, face)
		if !slices.Equal(got, want) {
			t.Errorf("%s has the constants %v, want those of %s: %v", face, got, core, want)
		}
	}
}

// constants returns the names of the constants of a file, in order.
func constants(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range f.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
			for _, s := range d.Specs {
				names = append(names, s.(*ast.ValueSpec).Names[0].Name)
			}
		}
	}
	return names
}
