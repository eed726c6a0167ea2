package providertest

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// enums lists every value of the spec's enumerations, to find a value that differs from
// the present one.
func enums() map[reflect.Type][]string {
	return map[reflect.Type][]string{
		typeOf(provider.IPv4): texts(provider.IPv4, provider.IPv6, provider.DualStack),
		typeOf(provider.PayByTraffic): texts(provider.PayByTraffic, provider.PayByBandwidth,
			provider.PrepaidBandwidth, provider.BandwidthPackage, provider.PayByDailyPeak, provider.PayBy95th),
		typeOf(provider.OnDemand): texts(provider.OnDemand, provider.Prepaid, provider.Spot,
			provider.DedicatedHost),
		typeOf(provider.Month):          texts(provider.Day, provider.Week, provider.Month, provider.Year),
		typeOf(provider.SpotTerminate):  texts(provider.SpotTerminate, provider.SpotStop),
		typeOf(provider.SpotPriceLimit): texts(provider.SpotMarketPrice, provider.SpotPriceLimit),
		typeOf(provider.SharedTenancy):  texts(provider.SharedTenancy, provider.HostTenancy),
		typeOf(provider.NoAffinity):     texts(provider.NoAffinity, provider.HostAffinity),
	}
}

func typeOf(v any) reflect.Type { return reflect.TypeOf(v) }

func texts[E ~string](values ...E) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// perturbed is a spec with one changed leaf.
type perturbed struct {
	spec     provider.RunInstancesSpec
	implicit bool // the leaf was zero, and its new value may mean the same as zero
}

// perturb returns copies of a spec in which one leaf differs, in several ways and in
// each element of a list. It returns none if the leaf sits in a container that this
// spec does not have.
func perturb(spec *provider.RunInstancesSpec, path string) []perturbed {
	var out []perturbed
	elements := 1
	if strings.Contains(path, "[].") {
		elements = 4 // more than any full spec has
	}
	for i := range elements {
		for n := 0; ; n++ {
			copied := clone(spec)
			leaf, ok := findLeaf(reflect.ValueOf(&copied).Elem(), path, i)
			if !ok {
				break
			}
			ways := variations(leaf)
			if n >= len(ways) {
				break
			}
			implicit := sameMeaning(leaf, ways[n], path)
			leaf.Set(ways[n])
			out = append(out, perturbed{copied, implicit})
		}
	}
	return out
}

// sameMeaning reports whether two values of a leaf may mean the same: a zero
// enumeration or count stands for some value, and nil for AutoRenew means false.
func sameMeaning(a, b reflect.Value, path string) bool {
	if path == "Billing.AutoRenew" {
		isFalse := func(v reflect.Value) bool { return v.IsNil() || !v.Elem().Bool() }
		return isFalse(a) && isFalse(b)
	}
	hasDefault := enums()[a.Type()] != nil || path == "Count" || path == "MinCount"
	return a.IsZero() && hasDefault
}

// clone returns a deep copy of a spec.
func clone(spec *provider.RunInstancesSpec) provider.RunInstancesSpec {
	return deepCopy(reflect.ValueOf(*spec)).Interface().(provider.RunInstancesSpec)
}

// variations returns other values for a leaf.
func variations(v reflect.Value) []reflect.Value {
	if known := enums()[v.Type()]; known != nil {
		return enumVariations(v, known)
	}
	switch x := v.Interface().(type) {
	case netip.Addr:
		if !x.IsValid() {
			return []reflect.Value{someValue(v.Type())}
		}
		return []reflect.Value{reflect.ValueOf(x.Next())}
	case time.Time:
		return []reflect.Value{reflect.ValueOf(x.Add(time.Hour))}
	}
	switch v.Kind() {
	case reflect.String:
		return stringVariations(v)
	case reflect.Int:
		return intVariations(v)
	case reflect.Bool:
		return []reflect.Value{reflect.ValueOf(!v.Bool()).Convert(v.Type())}
	case reflect.Pointer:
		return pointerVariations(v)
	case reflect.Map:
		return mapVariations(v)
	case reflect.Slice:
		return sliceVariations(v)
	default:
		panic("providertest: no variation for " + v.Type().String())
	}
}

func enumVariations(v reflect.Value, known []string) []reflect.Value {
	var out []reflect.Value
	for _, k := range known {
		if k != v.String() {
			out = append(out, reflect.ValueOf(k).Convert(v.Type()))
		}
	}
	return out
}

// stringVariations tries several forms, since clouds check names, numbers and IDs
// differently. An error about one form is a proper answer.
func stringVariations(v reflect.Value) []reflect.Value {
	var out []reflect.Value
	s := v.String()
	for _, other := range []string{s + "x", s + "1", "other-1", "7", "1." + strings.Trim(s, ".")} {
		if other != s {
			out = append(out, reflect.ValueOf(other).Convert(v.Type()))
		}
	}
	return out
}

// intVariations tries several numbers, since sizes have steps and limits.
func intVariations(v reflect.Value) []reflect.Value {
	var out []reflect.Value
	for _, d := range []int64{1, -1, 10, -10, 20, 1024} {
		if n := v.Int() + d; n > 0 {
			out = append(out, reflect.ValueOf(n).Convert(v.Type()))
		}
	}
	return out
}

// pointerVariations sets or clears a pointer, and also changes a plain value behind it.
func pointerVariations(v reflect.Value) []reflect.Value {
	if v.IsNil() {
		return []reflect.Value{reflect.New(v.Type().Elem())}
	}
	out := []reflect.Value{reflect.Zero(v.Type())}
	if v.Type().Elem().Kind() != reflect.Struct {
		for _, w := range variations(v.Elem()) {
			p := reflect.New(v.Type().Elem())
			p.Elem().Set(w)
			out = append(out, p)
		}
	}
	return out
}

func mapVariations(v reflect.Value) []reflect.Value {
	more := deepCopy(v)
	if more.IsNil() {
		more = reflect.MakeMap(v.Type())
	}
	more.SetMapIndex(reflect.ValueOf("perturbed"), reflect.ValueOf("1"))
	out := []reflect.Value{more}
	for _, k := range v.MapKeys() {
		other := deepCopy(v)
		other.SetMapIndex(k, reflect.ValueOf(v.MapIndex(k).String()+"x"))
		less := deepCopy(v)
		less.SetMapIndex(k, reflect.Value{})
		out = append(out, other, less)
	}
	return out
}

// sliceVariations changes each element, drops the last one and, where elements
// are plain values, adds one.
func sliceVariations(v reflect.Value) []reflect.Value {
	var out []reflect.Value
	for i := range v.Len() {
		if v.Type().Elem().Kind() == reflect.Struct && v.Type().Elem() != reflect.TypeFor[netip.Addr]() {
			continue // its leaves are changed separately
		}
		for _, w := range elementVariations(v.Index(i)) {
			c := deepCopy(v)
			c.Index(i).Set(w)
			out = append(out, c)
		}
	}
	if v.Len() > 0 {
		out = append(out, deepCopy(v.Slice(0, v.Len()-1)))
		out = append(out, reflect.Append(deepCopy(v), v.Index(v.Len()-1)))
	}
	return out
}

func elementVariations(v reflect.Value) []reflect.Value {
	if v.Kind() == reflect.Uint8 { // user data
		return []reflect.Value{reflect.ValueOf(byte(v.Uint() ^ 1))}
	}
	if v.Kind() == reflect.String { // IDs: a number is not a valid ID
		return []reflect.Value{reflect.ValueOf(v.String() + "x").Convert(v.Type())}
	}
	return variations(v)
}

// setLeaf gives a leaf some non-zero value and creates its containers.
func setLeaf(spec reflect.Value, path string) {
	v := spec
	for hop := range strings.SplitSeq(path, ".") {
		name, list := strings.CutSuffix(hop, "[]")
		v = v.FieldByName(name)
		if list {
			if v.Len() == 0 {
				v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			}
			v = v.Index(0)
		} else if v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.Struct {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
	}
	if v.Kind() == reflect.Struct && !isValue(v.Type()) {
		return // the leaf was the presence of the container
	}
	v.Set(someValue(v.Type()))
}

func someValue(t reflect.Type) reflect.Value {
	if known := enums()[t]; known != nil {
		return reflect.ValueOf(known[0]).Convert(t)
	}
	switch t {
	case reflect.TypeFor[netip.Addr]():
		return reflect.ValueOf(netip.MustParseAddr("10.0.0.9"))
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(time.Date(2030, 1, 2, 3, 4, 0, 0, time.UTC))
	}
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int:
		v.SetInt(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint('x')
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
	case reflect.Slice:
		v.Set(reflect.Append(v, someValue(t.Elem())))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(reflect.ValueOf("k"), reflect.ValueOf("v"))
	default:
		panic("providertest: no value for " + t.String())
	}
	return v
}

func isValue(t reflect.Type) bool {
	return t == reflect.TypeFor[netip.Addr]() || t == reflect.TypeFor[time.Time]()
}

// findLeaf finds a leaf in element i of every list on the way. A presence leaf
// is the pointer or the list itself.
func findLeaf(v reflect.Value, path string, i int) (reflect.Value, bool) {
	hops := strings.Split(path, ".")
	for n, hop := range hops {
		name, list := strings.CutSuffix(hop, "[]")
		v = v.FieldByName(name)
		if n == len(hops)-1 {
			return v, true
		}
		if list {
			if v.Len() <= i {
				return v, false
			}
			v = v.Index(i)
		} else if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
	}
	return v, true
}

// isSet reports whether a leaf is set anywhere in a spec.
func isSet(spec *provider.RunInstancesSpec, path string) bool {
	v, ok := findLeaf(reflect.ValueOf(spec).Elem(), path, 0)
	if !ok {
		return false
	}
	if slices.Contains([]reflect.Kind{reflect.Slice, reflect.Map}, v.Kind()) {
		return v.Len() > 0
	}
	return !v.IsZero()
}

// deepCopy copies all values that a perturbation may change.
func deepCopy(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Struct:
		if isValue(v.Type()) {
			return v
		}
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(deepCopy(v.Field(i)))
		}
		return out
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Interface {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(deepCopy(v.Index(i)))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMap(v.Type())
		for _, k := range v.MapKeys() {
			out.SetMapIndex(k, v.MapIndex(k))
		}
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(deepCopy(v.Elem()))
		return out
	default:
		return v
	}
}
