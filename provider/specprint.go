package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/specs"
)

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
