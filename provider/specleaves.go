package provider

import (
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
