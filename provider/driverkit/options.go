package driverkit

import (
	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// OptionsOf returns the options of type T in the field Vendor of a spec, given as a value or as a
// pointer; zero options when there are none.
func OptionsOf[T provider.VendorOption](list []provider.VendorOption) T {
	return adapter.OptionsOf[T](list)
}

// CheckOptions refuses options in the field Vendor that are for the driver of c and that it
// cannot read: those of another type than T. Options for other clouds are ignored, so that one
// spec can serve several clouds. It is for [provider.RunValidator].
func CheckOptions[T provider.VendorOption](c *provider.Checker, list []provider.VendorOption) {
	adapter.CheckKind[T](c, list)
}

// RefuseOptions refuses all options that are for the driver of c, where it has none.
func RefuseOptions(c *provider.Checker, list []provider.VendorOption, reason string) {
	adapter.RefuseOptions(c, list, reason)
}
