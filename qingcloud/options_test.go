package qingcloud

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// stranger claims to be for this cloud.
type stranger struct{}

func (stranger) VendorName() string { return Name }

// elsewhere is for another cloud.
type elsewhere struct{}

func (elsewhere) VendorName() string { return "elsewhere" }

func TestOptionsWorkAsValueAndAsPointer(t *testing.T) {
	o := RunOptions{TargetUser: "usr-1"}
	for _, v := range []provider.VendorOption{o, &o} {
		spec := minimalSpec()
		spec.Vendor = []provider.VendorOption{elsewhere{}, v}
		if got := wireOf(t, spec).Params["target_user"]; got != "usr-1" {
			t.Errorf("options given as %T are lost", v)
		}
	}
}
