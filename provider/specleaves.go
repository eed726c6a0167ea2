package provider

import (
	"iter"
	"reflect"

	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// shape tells package specs what it needs to know about a spec.
var shape = specs.Shape{
	Secret:  reflect.TypeFor[Secret](),
	Data:    reflect.TypeFor[UserData](),
	Options: reflect.TypeFor[[]VendorOption](),
	Package: reflect.TypeFor[RunInstancesSpec]().PkgPath(),
}

// specLeaves returns the leaves of the spec, in spec order.
func specLeaves() []specs.Leaf { return shape.Leaves(reflect.TypeFor[RunInstancesSpec]()) }

// Leaves returns the path of every leaf of [RunInstancesSpec], in spec order. Vendor is not
// included: it is addressed to drivers by name.
func Leaves() []string {
	var out []string
	for _, l := range specLeaves() {
		out = append(out, l.Path)
	}
	return out
}

// SetLeaves returns the leaves that are set in the spec, in spec order. With the path of each
// leaf, as [Leaves] spells it, comes the path of the first field of that leaf that is set:
// "DataDisks[].SizeGiB" comes with "DataDisks[1].SizeGiB".
func (s *RunInstancesSpec) SetLeaves() iter.Seq2[string, string] {
	return func(yield func(leaf, field string) bool) {
		v := reflect.ValueOf(s).Elem()
		for _, l := range specLeaves() {
			if at, set := l.Find(v); set && !yield(l.Path, at) {
				return
			}
		}
	}
}
