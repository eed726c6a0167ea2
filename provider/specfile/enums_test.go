package specfile_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// defs returns the structs of the schema with the words that their fields take.
var defs = sync.OnceValue(func() map[string]map[string][]string {
	schema, err := specfile.Schema(nil)
	if err != nil {
		panic(err)
	}
	var doc struct {
		Defs map[string]struct {
			Properties map[string]struct{ Enum []string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema, &doc); err != nil {
		panic(err)
	}
	found := map[string]map[string][]string{}
	for name, def := range doc.Defs {
		found[name] = map[string][]string{}
		for field, property := range def.Properties {
			found[name][field] = property.Enum
		}
	}
	return found
})

// enumOf returns the words of a type of the spec that has only certain ones, as the schema has
// them.
func enumOf(name string) []string { return defs()[enumFields[name][0]][enumFields[name][1]] }

// enumFields are the types with certain values, and a field that has each.
var enumFields = map[string][2]string{
	"IPFamily":         {"provider.Network", "ipFamily"},
	"BandwidthCharge":  {"provider.PublicIP", "chargeType"},
	"BillingMode":      {"provider.Billing", "mode"},
	"PeriodUnit":       {"provider.Billing", "periodUnit"},
	"SpotStrategy":     {"provider.SpotOptions", "strategy"},
	"SpotInterruption": {"provider.SpotOptions", "interruption"},
	"Tenancy":          {"provider.Placement", "tenancy"},
	"Affinity":         {"provider.Placement", "affinity"},
	"OnFailure":        {"provider.RunOptions", "onFailure"},
}

// constants returns the values of the typed constants of package provider, by type, from its
// source.
func constants(t *testing.T) map[string][]string {
	t.Helper()
	paths, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || strings.HasSuffix(path, "_test.go") {
				return true
			}
			name, isTyped := spec.Type.(*ast.Ident)
			lit, isText := spec.Values[0].(*ast.BasicLit)
			if isTyped && isText && lit.Kind == token.STRING {
				value, _ := strconv.Unquote(lit.Value)
				found[name.Name] = append(found[name.Name], value)
			}
			return true
		})
	}
	return found
}

// A word that the spec takes and that files refuse would be a field that files lose.
func TestFilesKnowEveryWordOfTheSpec(t *testing.T) {
	known := constants(t)
	for name := range enumFields {
		want := known[name]
		if got := enumOf(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, want %q as in package provider", name, got, want)
		}
	}
	for _, l := range allLeaves() {
		if name := strings.TrimPrefix(l.kind, "provider."); known[name] != nil && enumFields[name] == [2]string{} {
			t.Errorf("%s has the type %s, whose words files do not check", l.field, l.kind)
		}
	}
}
