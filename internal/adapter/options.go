package adapter

import (
	"fmt"
	"reflect"

	"github.com/yunfan-cloud/yunfan/provider"
)

// OptionsOf returns the options of type T from a list, given as a value or as a pointer.
// It returns zero options when the list has none.
func OptionsOf[T provider.VendorOption](list []provider.VendorOption) (zero T) {
	for _, v := range list {
		switch o := any(v).(type) {
		case T:
			return o
		case *T:
			if o != nil {
				return *o
			}
		}
	}
	return zero
}

// CheckKind refuses options in the field Vendor that are for the driver of c and that the
// adapter cannot read: those of another type than T, and nil pointers.
func CheckKind[T provider.VendorOption](c *provider.Checker, list []provider.VendorOption) {
	for i, v := range list {
		at := c.Item("Vendor", i)
		switch o := any(v).(type) {
		case T:
		case *T:
			at.Require(o != nil, "", nil, "must not be nil")
		default:
			if isFor(c.Driver, v) {
				at.Fail("", nil, fmt.Sprintf("must be %T, not %T", *new(T), v))
			}
		}
	}
}

// RefuseOptions refuses all options in the field Vendor that are for the driver of c,
// where the cloud has none.
func RefuseOptions(c *provider.Checker, list []provider.VendorOption, reason string) {
	for i, v := range list {
		if isFor(c.Driver, v) {
			c.Item("Vendor", i).Refuse("", reason)
		}
	}
}

// isFor reports whether options are for a driver. A nil pointer is for none: to ask it for
// its name may panic.
func isFor(driver string, v provider.VendorOption) bool {
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && p.IsNil() {
		return false
	}
	return v != nil && v.VendorName() == driver
}
