package ens

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestSupportTableHasEveryLeafOnceInSpecOrder(t *testing.T) {
	var got []string
	for _, f := range supportTable().Fields() {
		got = append(got, f.Path)
		if (f.Param == "") == (f.Reason == "") {
			t.Errorf("%s must be either mapped or refused with a reason", f.Path)
		}
	}
	if want := provider.Leaves(); !slices.Equal(got, want) {
		t.Errorf("the table has\n%s\nthe spec has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// set puts some value that is not zero at the path of a leaf.
func set(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	name, rest, nested := strings.Cut(path, ".")
	f := v.FieldByName(strings.TrimSuffix(name, "[]"))
	if f.Kind() == reflect.Slice {
		f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		if !nested {
			return
		}
		f = f.Index(0)
	}
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.New(f.Type().Elem()))
		f = f.Elem()
	}
	if nested {
		set(t, f, rest)
		return
	}
	switch f.Kind() {
	case reflect.Struct:
		if f.Type() == reflect.TypeFor[netip.Addr]() {
			f.Set(reflect.ValueOf(netip.MustParseAddr("10.0.0.1")))
		}
	case reflect.String:
		f.SetString("x")
	case reflect.Int:
		f.SetInt(1)
	case reflect.Bool:
		f.SetBool(true)
	}
}

func TestEveryRefusedLeafIsNamed(t *testing.T) {
	table := supportTable()
	refused := 0
	for _, f := range table.Fields() {
		if f.Param != "" {
			continue
		}
		refused++
		var spec provider.RunInstancesSpec
		set(t, reflect.ValueOf(&spec).Elem(), f.Path)
		err := table.Check(&spec)
		at := strings.ReplaceAll(f.Path, "[].", "[0].")
		if err == nil {
			t.Errorf("%v: got no error, want one", f.Path)
		} else if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%v: got error %v, want %v", f.Path, err, errors.ErrUnsupported)
		} else if !strings.Contains(err.Error(), strings.TrimSuffix(at, "[]")) {
			t.Errorf("%v: the error is %q, want it to contain %q",
				f.Path, err.Error(), strings.TrimSuffix(at, "[]"))
		}
	}
	if refused == 0 {
		t.Error("nothing was checked")
	}
}

// A mapped leaf must be set by one of the specs that the goldens show.
func TestEveryMappedLeafIsInAGolden(t *testing.T) {
	for _, f := range supportTable().Fields() {
		if f.Param == "" {
			continue
		}
		// A table that refuses this one leaf tells whether a spec sets it.
		var others []provider.Field
		for _, path := range provider.Leaves() {
			if path != f.Path {
				others = append(others, provider.To(path, "x"))
			}
		}
		probe := provider.NewSupport("probe", others)
		found := false
		for _, spec := range fullSpecs() {
			found = found || probe.Check(spec) != nil
		}
		if !found {
			t.Errorf("no golden request sets %s", f.Path)
		}
	}
}

func TestDefaultDenyNamesEveryRefusedFieldAtOnce(t *testing.T) {
	spec := onDemandSpec()
	spec.Zone, spec.DryRun, spec.ClientToken = "zone-1", true, "token-1"
	spec.DataDisks[1].IOPS = 4301
	var errs provider.FieldErrors
	if !errors.As(supportTable().Check(spec), &errs) {
		t.Fatal("refused fields were accepted")
	}
	var paths []string
	for _, e := range errs {
		paths = append(paths, e.Path)
	}
	if fmt.Sprint(paths) != "[Zone DataDisks[1].IOPS DryRun ClientToken]" {
		t.Errorf("named %v", paths)
	}
}
