package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"reflect"
	"strings"

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

// specSet returns the fields set in a spec and in the options that affect its creates.
func specSet(spec *RunInstancesSpec, o *RunOptions) specs.Set {
	return shape.Set(
		reflect.ValueOf(spec).Elem(),
		specs.Extra{Path: "Run.Owner", Value: o.Owner}, specs.Extra{Path: "Run.Alternatives", Value: o.Alternatives},
	)
}

// printSpec returns the print of a spec, keyed with the ID of its operation.
func printSpec(spec *RunInstancesSpec, o *RunOptions, operation string) specs.Print {
	return specSet(spec, o).Print(operation)
}

// specHash identifies a spec, and the options that affect its creates, without the values of
// its secrets. Empty and absent mean the same, so that a spec keeps its hash after a round
// trip through JSON.
func specHash(spec *RunInstancesSpec, o *RunOptions) string { return specSet(spec, o).Hash() }

// specMatches reports whether a hash is the hash of a spec, in this version of the library or
// in a version that wrote tokens of version 1.
func specMatches(hash string, spec *RunInstancesSpec, o *RunOptions) bool {
	return hash == specHash(spec, o) || hash == specHashV1(spec, o)
}

// specHashV1 is the hash in tokens of version 1. It distinguishes an empty list from nil, and
// options from a pointer to them.
func specHashV1(spec *RunInstancesSpec, o *RunOptions) string {
	var b strings.Builder
	specs.Outline(&b, reflect.ValueOf(*spec))
	if o.Owner != "" || len(o.Alternatives) > 0 {
		fmt.Fprintf(&b, "%q", o.Owner)
		specs.Outline(&b, reflect.ValueOf(o.Alternatives))
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}
