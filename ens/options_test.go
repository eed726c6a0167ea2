package ens

import (
	"reflect"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func vendor(o RunOptions) []provider.VendorOption { return []provider.VendorOption{o} }

// otherCloud is an option that ENS must ignore.
type otherCloud struct{}

func (otherCloud) VendorName() string { return "tencent" }

// impostor claims to be options of this cloud.
type impostor struct{}

func (impostor) VendorName() string { return Name }

func TestOptionsOfOtherCloudsAreIgnored(t *testing.T) {
	spec := fullSpecs()["minimal"]
	_, want := translateRun(spec)
	spec.Vendor = []provider.VendorOption{otherCloud{}}
	if _, got := translateRun(spec); !reflect.DeepEqual(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
	spec.Vendor = append(spec.Vendor, rawParam("Carrier")...)
	if _, got := translateRun(spec); got["Carrier"] == "" {
		t.Error("an option behind one of another cloud is lost")
	}
	if o := (RunOptions{}); o.VendorName() != "ens" {
		t.Errorf(`o.VendorName() is %q, want "ens"`, o.VendorName())
	} else if !slices.Contains([]string{"ens"}, (&o).VendorName()) {
		t.Errorf(`[]string{"ens"} is %v, want it to contain %v`, []string{"ens"}, (&o).VendorName())
	}
}

func TestOptionsOfAnotherTypeAreRefused(t *testing.T) {
	spec := onDemandSpec()
	spec.Vendor = []provider.VendorOption{impostor{}}
	if paths, text := problems(t, spec); !slices.Contains(paths, "Vendor[0]") {
		t.Errorf("got %s, want an error that names Vendor[0]", text)
	}
}
