package main

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const source = `package shop

import "io"

// Size is a number.
type Size int

const (
	Small Size = 1
	hidden     = 2
	Word       = "a\nb"
)

var ErrSold error

type Item struct {
	Name   string ` + "`json:\"name\"`" + `
	Price  float64
	secret string
}

func (i *Item) Buy(buyer string, more ...io.Reader) (rest []Item, err error) { return nil, nil }
func (i Item) Cost() float64                                                 { return 0 }
func (i Item) hide()                                                        {}

type Plain struct{ A, B int }

type Seller interface {
	Sell(name string) error
	private()
}

type List[T any] struct{ Items []T }

func (l *List[T]) Each(do func(item T) bool) {}

func Open(path string) (*List[Item], error) { return nil, nil }

func Pick[K comparable, V Seller](from map[K]V, keys [2]K) V { panic(0) }

type Other = Item

type unseen struct{ Field int }
`

func listOf(t *testing.T, source string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "shop.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	pkg, err := config.Check("example.com/shop", fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return lines(pkg)
}

func TestLines(t *testing.T) {
	want := strings.Split(strings.TrimSpace(`
const Small Size = 1
const Word untyped string = "a\nb"
func Open(string) (*List[Item], error)
func Pick[K comparable, V Seller](map[K]V, [2]K) V
method (*Item) Buy(string, ...io.Reader) ([]Item, error)
method (*List) Each(func(T) bool)
method (*Other) Buy(string, ...io.Reader) ([]Item, error)
method (Item) Cost() float64
method (Other) Cost() float64
type Item struct { hidden fields }
type Item struct, Name string `+"`json:\"name\"`"+`
type Item struct, Price float64
type List[T any] struct
type List[T any] struct, Items []T
type Other = Item
type Other struct { hidden fields }
type Other struct, Name string `+"`json:\"name\"`"+`
type Other struct, Price float64
type Plain struct
type Plain struct, A int
type Plain struct, B int
type Seller interface { Sell, hidden methods }
type Seller interface, Sell(string) error
type Size int
var ErrSold error
`), "\n")
	got := listOf(t, source)
	for _, line := range minus(want, got) {
		t.Errorf("the list lacks %s", line)
	}
	for _, line := range minus(got, want) {
		t.Errorf("the list has %s, want no such line", line)
	}
	if !slices.IsSorted(got) {
		t.Error("the list is not sorted")
	}
}

// What does not concern programs changes no line.
func TestNamesOfParametersAndHiddenThingsAreNoAPI(t *testing.T) {
	changed := strings.NewReplacer("buyer string", "b string", "item T", "x T", "hidden     = 2", "gone = 3",
		"hide()", "hideMore()", "Field int", "Field string", "// Size is a number.", "// Size counts.").Replace(source)
	if changed == source {
		t.Fatal("nothing was changed")
	}
	if got, want := listOf(t, changed), listOf(t, source); !slices.Equal(got, want) {
		t.Errorf("gone %v, new %v; want no change", minus(want, got), minus(got, want))
	}
}

func TestDifferences(t *testing.T) {
	old := apis{"a.txt": {"func A()", "func B()"}, "b.txt": {"func C()"}}
	for name, c := range map[string]struct {
		now  apis
		want string
	}{
		"no change": {old, ""},
		"a change": {
			apis{"a.txt": {"func A()", "func B(int)"}, "b.txt": {"func C()"}},
			"a.txt: 1 lines may break programs, 1 lines are new\n- func B()\n+ func B(int)\n",
		},
		"a package less": {
			apis{"a.txt": {"func A()", "func B()"}},
			"b.txt: 1 lines may break programs, 0 lines are new\n- func C()\n",
		},
	} {
		if got := differences(old, c.now); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestTheFolderHoldsWhatWasWritten(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "api")
	if err := write(folder, apis{"stale.txt": {"func A()"}}); err != nil {
		t.Fatal(err)
	}
	want := apis{"shop.txt": {"func A()", "func B()"}}
	if err := write(folder, want); err != nil {
		t.Fatal(err)
	}
	got, err := read(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || !slices.Equal(got["shop.txt"], want["shop.txt"]) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPublicPackages(t *testing.T) {
	module := &struct{ Path string }{"example.com/shop"}
	for path, want := range map[string]string{
		"example.com/shop":                   "shop.txt",
		"example.com/shop/till/drawer":       "till-drawer.txt",
		"example.com/shop/internal/till":     "",
		"example.com/shop/till/internal/key": "",
	} {
		p := listed{Name: "shop", ImportPath: path, Module: module}
		got := ""
		if p.isPublic() {
			got = p.file()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if p := (listed{Name: "main", ImportPath: "example.com/shop/cmd", Module: module}); p.isPublic() {
		t.Error("a program is public, want it left out")
	}
}

// Every name that can be imported is in the folder: here it is read as a reviewer reads it.
func TestTheFolderIsThere(t *testing.T) {
	text, err := os.ReadFile("../../api/provider.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"method (*Client) RunInstances(context.Context, RunInstancesSpec, *RunOptions) (*Operation, error)\n",
		"type Driver interface { DescribeInstances, Limits, Name, RunInstances, Support, TerminateInstances }\n",
		"type RunInstancesSpec struct, Zone string\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("api/provider.txt lacks %s", want)
		}
	}
}
