package specs_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/specs"
)

type secret string

type data []byte

type option interface{ VendorName() string }

type disk struct {
	Size int
	Key  secret
}

type spec struct {
	Name  string
	Key   secret
	Data  data
	Root  disk
	Disks []disk
	Extra *disk
	Tags  map[string]string
	Other []option
}

type params struct{}

func (params) VendorName() string { return "cloud" }

var shape = specs.Shape{
	Secret:  reflect.TypeFor[secret](),
	Data:    reflect.TypeFor[data](),
	Options: reflect.TypeFor[[]option](),
	Package: reflect.TypeFor[spec]().PkgPath(),
}

func TestLeavesAreInTheOrderOfTheFields(t *testing.T) {
	var got []string
	for _, l := range shape.Leaves(reflect.TypeFor[spec]()) {
		got = append(got, l.Path)
	}
	want := []string{
		"Name", "Key", "Data", "Root.Size", "Root.Key", "Disks[]", "Disks[].Size", "Disks[].Key", "Extra", "Extra.Size", "Extra.Key", "Tags",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the leaves are %q, want %q", got, want)
	}
}

func TestALeafIsFoundWhereItIsSet(t *testing.T) {
	s := spec{Disks: []disk{{}, {Size: 1}}}
	for _, l := range shape.Leaves(reflect.TypeFor[spec]()) {
		at, set := l.Find(reflect.ValueOf(s))
		if want := l.Path == "Disks[]" || l.Path == "Disks[].Size"; set != want {
			t.Errorf("%s is set: %t, want %t", l.Path, set, want)
		}
		if want := "Disks[1].Size"; l.Path == "Disks[].Size" && at != want {
			t.Errorf("%s was found at %s, want %s", l.Path, at, want)
		}
	}
}

func TestPlaceholdersAreFound(t *testing.T) {
	s := spec{
		Name: "[redacted]", Key: "[redacted]", Data: data("W3JlZGFjdGVkXQ=="), Root: disk{Key: "real"}, Disks: []disk{{}, {Key: ` "[REDACTED]" `}},
		Tags: map[string]string{"a": "[redacted]"}, Other: []option{params{}},
	}
	var got []string
	shape.Placeholders(reflect.ValueOf(s), func(path string) { got = append(got, path) })
	if want := []string{"Key", "Data", "Disks[1].Key"}; !slices.Equal(got, want) {
		t.Errorf("placeholders were found at %q, want %q", got, want)
	}
	got = nil
	raw := struct{ Raw map[string]string }{map[string]string{"a": "b", "c": `{"d":"[redacted]"}`}} // of no package
	shape.OptionPlaceholders("Other", 2, reflect.ValueOf(raw), func(path string) { got = append(got, path) })
	if want := []string{`Other[2].Raw["c"]`}; !slices.Equal(got, want) {
		t.Errorf("placeholders in options were found at %q, want %q", got, want)
	}
}

func TestHashAndPrintHoldNoSecret(t *testing.T) {
	one := shape.Set(reflect.ValueOf(spec{Name: "web", Key: "one"}), specs.Extra{Path: "Run.Owner", Value: "o"})
	two := shape.Set(reflect.ValueOf(spec{Name: "web", Key: "two"}), specs.Extra{Path: "Run.Owner", Value: "o"})
	if one.Hash() != two.Hash() {
		t.Errorf("hashes %s and %s of specs that differ in a secret, want one", one.Hash(), two.Hash())
	}
	three := shape.Set(reflect.ValueOf(spec{Name: "db"}), specs.Extra{Path: "Run.Owner", Value: "o"})
	got, want := one.Print("salt").Differences(three.Print("salt")), []string{"Key", "Name"}
	if !slices.Equal(got, want) {
		t.Errorf("the prints differ in %q, want %q", got, want)
	}
}

func TestLostNamesWhatTheNewerLacks(t *testing.T) {
	older := spec{Name: "web", Root: disk{Size: 1}, Disks: []disk{{Size: 1}, {Size: 2}}, Tags: map[string]string{"a": "1", "b": "2"}}
	newer := spec{Root: disk{Key: "k"}, Disks: []disk{{Size: 1}}, Tags: map[string]string{"a": "2"}}
	got := specs.Lost(reflect.ValueOf(&older), reflect.ValueOf(newer))
	if want := []string{"Disks[1]", "Name", "Root.Size", "Tags[b]"}; !slices.Equal(got, want) {
		t.Errorf("lost are %q, want %q", got, want)
	}
}
