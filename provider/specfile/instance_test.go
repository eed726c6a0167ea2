package specfile_test

import (
	"reflect"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// Instances in JSON and specs in files have one set of names.
func TestInstancesHaveTheNamesOfFiles(t *testing.T) {
	for _, of := range []reflect.Type{
		reflect.TypeFor[provider.Instance](), reflect.TypeFor[provider.InstanceInterface](), reflect.TypeFor[provider.InstanceDisk](),
	} {
		for _, f := range reflect.VisibleFields(of) {
			if !f.IsExported() {
				continue
			}
			if got, want := f.Tag.Get("json"), specfile.FieldName(f.Name)+",omitzero"; got != want {
				t.Errorf("%s.%s has the tag %q, want %q", of.Name(), f.Name, got, want)
			}
		}
	}
}
