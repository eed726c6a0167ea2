package tencent

import (
	"reflect"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/tencent/internal/tree"
)

// impostor claims to be for this driver.
type impostor struct{}

func (impostor) VendorName() string { return Name }

// other is for another cloud, and ignored.
type other struct{}

func (other) VendorName() string { return "elsewhere" }

func TestVendorOptionsOfOthersAreIgnored(t *testing.T) {
	for name, vendor := range map[string][]provider.VendorOption{
		"another cloud": {other{}, RunOptions{PartitionNumber: 5}},
		"pointer":       {&RunOptions{PartitionNumber: 5}},
	} {
		r := &recorder{body: oneServer}
		spec := bare()
		spec.Vendor = vendor
		if _, err := testDriver(t, r).RunInstances(t.Context(), spec); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if r.sent[0]["PartitionNumber"] != 5.0 {
			t.Errorf("%s: the option of this cloud is lost: %v", name, r.sent[0])
		}
	}
}

// Every option of every full spec is sent: without it, the request is another one.
func TestEveryOptionIsSent(t *testing.T) {
	left := map[string]bool{}
	optionPaths(left, "", reflect.TypeOf(RunOptions{}))
	for name, spec := range fullSpecs() {
		opts := optionsOf(spec)
		before := golden(t, spec)
		for path := range left {
			with := opts
			if !clearOption(reflect.ValueOf(&with).Elem(), strings.Split(path, ".")) {
				continue
			}
			changed := *spec
			changed.Vendor = []provider.VendorOption{with}
			if after := golden(t, &changed); string(after) == string(before) {
				t.Errorf("%s: %s is set and not sent", name, path)
			}
			delete(left, path)
		}
	}
	for path := range left {
		t.Errorf("no full spec sets the option %s", path)
	}
}

// optionPaths collects the leaves of a type. A list of structures has the leaves of
// its elements.
func optionPaths(out map[string]bool, prefix string, typ reflect.Type) {
	for _, f := range reflect.VisibleFields(typ) {
		inner := f.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			optionPaths(out, tree.Join(prefix, f.Name), inner)
		} else {
			out[tree.Join(prefix, f.Name)] = true
		}
	}
}

// clearOption clears an option, in the last element of a list that has it, and
// tells whether it was set.
func clearOption(v reflect.Value, steps []string) bool {
	f := v.FieldByName(steps[0])
	if len(steps) > 1 && f.Kind() == reflect.Slice {
		f.Set(reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f)) // not the caller's
		for i := f.Len() - 1; i >= 0; i-- {
			if clearOption(f.Index(i), steps[1:]) {
				return true
			}
		}
		return false
	}
	if len(steps) > 1 {
		return clearOption(f, steps[1:])
	}
	set := !f.IsZero()
	f.SetZero()
	return set
}
