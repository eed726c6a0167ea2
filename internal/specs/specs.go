// Package specs reads the specs of instances by reflection: which leaves they have, which are
// set, which differ, and which hold the placeholder of a secret. It knows no field by name and
// no cloud: a [Shape] says which types are special.
package specs

import (
	"reflect"
	"sync"
)

// Shape says which types of a spec are special. It is safe for concurrent use once its fields
// are set, and must not be copied.
type Shape struct {
	Secret  reflect.Type // a text that is a secret
	Data    reflect.Type // bytes that are a secret
	Options reflect.Type // a list of the options of vendors
	Package string       // structs of this package are split into their fields

	known sync.Map // the []secretField of every struct type seen so far
}

// vendorOption is the method that all vendor options have.
type vendorOption interface{ VendorName() string }

// vendorName returns the name of the vendor that options are for. Other types have no name.
func vendorName(options reflect.Value) string {
	if o, ok := options.Interface().(vendorOption); ok {
		return o.VendorName()
	}
	return ""
}
