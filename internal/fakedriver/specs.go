package fakedriver

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Full is a spec in which every leaf is set.
func Full() *provider.RunInstancesSpec {
	var s provider.RunInstancesSpec
	set(reflect.ValueOf(&s).Elem())
	return &s
}

// set gives every settable field of a value something, lists two elements each.
func set(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[netip.Addr]():
		v.Set(reflect.ValueOf(netip.MustParseAddr("10.0.0.1")))
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(1e9, 0)))
	case v.Type() == reflect.TypeFor[[]provider.VendorOption]():
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			set(v.Field(i))
		}
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		set(v.Elem())
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		set(v.Index(0))
		set(v.Index(1))
	case v.Kind() == reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"k": "v"}))
	case v.Kind() == reflect.String:
		v.SetString("x")
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	default:
		v.Set(reflect.ValueOf(1).Convert(v.Type()))
	}
}

// Planted is a secret that no text may show.
const Planted = "hunter2-planted"

// Shows reports whether a text shows the planted secret, in any form a formatting verb may
// give it.
func Shows(text string) bool {
	low := strings.ToLower(text)
	forms := []string{
		Planted, fmt.Sprintf("%x", Planted), fmt.Sprintf("% x", Planted), strings.Trim(fmt.Sprint([]byte(Planted)), "[]"),
	}
	for _, form := range forms {
		if strings.Contains(low, form) {
			return true
		}
	}
	return false
}
