package tencent

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestEveryLeafIsInTheTableOnceAndInOrder(t *testing.T) {
	var got []string
	for _, f := range supportTable().Fields() {
		got = append(got, f.Path)
		if (f.Param == "") == (f.Reason == "") {
			t.Errorf("%s must be mapped or refused, and say how or why", f.Path)
		}
	}
	if want := provider.Leaves(); !slices.Equal(got, want) {
		for _, path := range want {
			if !slices.Contains(got, path) {
				t.Errorf("the table forgets %s", path)
			}
		}
		t.Errorf("the table is not the spec's leaves in spec order:\n%v", got)
	}
}

// set fills one leaf of a spec with something, making what leads to it.
func set(v reflect.Value, path []string) {
	name, inList := strings.CutSuffix(path[0], "[]")
	f := v.FieldByName(name)
	if inList && f.Len() == 0 {
		f.Set(reflect.MakeSlice(f.Type(), 1, 1))
	}
	switch {
	case len(path) == 1:
		fill(f)
	case inList:
		set(f.Index(0), path[1:])
	case f.Kind() == reflect.Pointer:
		f.Set(reflect.New(f.Type().Elem()))
		set(f.Elem(), path[1:])
	default:
		set(f, path[1:])
	}
}

func fill(f reflect.Value) {
	switch f.Interface().(type) {
	case time.Time:
		f.Set(reflect.ValueOf(time.Unix(1, 0)))
		return
	case netip.Addr:
		f.Set(reflect.ValueOf(netip.MustParseAddr("10.0.0.1")))
		return
	}
	switch f.Kind() {
	case reflect.String:
		f.SetString("x")
	case reflect.Int:
		f.SetInt(1)
	case reflect.Bool:
		f.SetBool(true)
	case reflect.Pointer:
		f.Set(reflect.New(f.Type().Elem()))
	case reflect.Slice:
		if f.Len() == 0 {
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		}
	case reflect.Map:
		f.Set(reflect.ValueOf(map[string]string{"k": "v"}))
	}
}

func TestRefusedLeavesAreNamed(t *testing.T) {
	table := supportTable()
	for _, f := range table.Fields() {
		spec := &provider.RunInstancesSpec{}
		set(reflect.ValueOf(spec).Elem(), strings.Split(f.Path, "."))
		err := table.Check(spec)
		if f.Param != "" {
			if err != nil {
				t.Errorf("%s is mapped, but refused: %v", f.Path, err)
			}
			continue
		}
		at := strings.TrimSuffix(strings.ReplaceAll(f.Path, "[].", "[0]."), "[]")
		if err == nil {
			t.Errorf("%s is set and dropped without a word: got no error, want one", f.Path)
		} else if !strings.Contains(err.Error(), at+": not supported") {
			t.Errorf("%s is set and dropped without a word: the error is %q, want it to contain %q",
				f.Path, err.Error(), at+": not supported")
		}
	}
}
