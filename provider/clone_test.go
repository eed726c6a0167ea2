package provider

import (
	"net/netip"
	"reflect"
	"testing"
	"time"
)

// A field that is added to the spec and forgotten here would be the caller's and
// the operation's at once.
func TestACloneSharesNothing(t *testing.T) {
	var s RunInstancesSpec
	fill(reflect.ValueOf(&s).Elem())
	c := s.clone()
	if !reflect.DeepEqual(&s, c) {
		t.Errorf("the clone is another spec:\n%+v\n%+v", s, *c)
	}
	disjoint(t, "spec", reflect.ValueOf(&s).Elem(), reflect.ValueOf(c).Elem())

	empty := RunInstancesSpec{DataDisks: []Disk{}, Tags: map[string]string{}}
	for _, s := range []*RunInstancesSpec{{}, &empty} {
		if c := s.clone(); !reflect.DeepEqual(s, c) {
			t.Errorf("what is nil and what is empty does not stay so: %+v, %+v", *s, *c)
		}
	}
}

func TestACloneOfAnInstanceSharesNothing(t *testing.T) {
	var i Instance
	v := reflect.ValueOf(&i).Elem()
	for n := range v.NumField() {
		if v.Field(n).CanSet() {
			fill(v.Field(n))
		}
	}
	c := i.clone()
	if !reflect.DeepEqual(i, c) {
		t.Errorf("the clone is another instance:\n%+v\n%+v", i, c)
	}
	disjoint(t, "instance", v, reflect.ValueOf(&c).Elem())
}

// fill gives every field a value.
func fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[netip.Addr]():
		v.Set(reflect.ValueOf(netip.MustParseAddr("10.0.0.1")))
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
	case v.Kind() == reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"k": "v"}))
	case v.Kind() == reflect.String:
		v.SetString("text")
	}
}

// disjoint fails where a change of one would be a change of both.
func disjoint(t *testing.T, at string, a, b reflect.Value) {
	t.Helper()
	switch {
	case a.Type() == reflect.TypeFor[netip.Addr](), a.Type() == reflect.TypeFor[time.Time]():
	case a.Kind() == reflect.Struct:
		for i := range a.NumField() {
			disjoint(t, at+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case a.Kind() == reflect.Pointer, a.Kind() == reflect.Slice, a.Kind() == reflect.Map:
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", at)
		}
		if a.Kind() == reflect.Slice && a.Len() > 0 {
			disjoint(t, at+"[0]", a.Index(0), b.Index(0))
		}
	}
}
