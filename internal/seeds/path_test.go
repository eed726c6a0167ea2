package seeds_test

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// request is a spec being put together, with the options of one adapter.
type request struct {
	spec    provider.RunInstancesSpec
	options reflect.Value // the adapter's RunOptions, addressable
}

// assign carries out assignments, "path=value; path=value". An empty value
// clears a field.
func (r *request) assign(text string) error {
	for a := range strings.SplitSeq(text, "; ") {
		if a == "" {
			continue
		}
		path, value, ok := strings.Cut(a, "=")
		if !ok {
			return fmt.Errorf("%q is no assignment", a)
		}
		if err := r.set(path, value); err != nil {
			return err
		}
	}
	return nil
}

// set sets one field by its path.
func (r *request) set(path, value string) error {
	root, rest := reflect.ValueOf(&r.spec).Elem(), path
	if after, ok := strings.CutPrefix(path, "RunOptions."); ok {
		root, rest = r.options, after
	}
	if err := setIn(root, strings.Split(rest, "."), value); err != nil {
		return fmt.Errorf("%s = %q: %w", path, value, err)
	}
	return nil
}

// sealed returns the finished spec.
func (r *request) sealed() provider.RunInstancesSpec {
	spec := r.spec
	spec.Vendor = []provider.VendorOption{r.options.Interface().(provider.VendorOption)}
	return spec
}

func setIn(v reflect.Value, steps []string, value string) error {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	if len(steps) == 0 {
		return setValue(v, value)
	}
	name, key, keyed := strings.Cut(strings.TrimSuffix(steps[0], "]"), "[")
	field := v.FieldByName(name)
	switch {
	case !field.IsValid():
		return fmt.Errorf("there is no field %s", name)
	case keyed && key == "":
		return setIn(firstOf(field), steps[1:], value)
	case keyed:
		return setKey(field, key, value)
	}
	return setIn(field, steps[1:], value)
}

// firstOf returns the first element of a list, which it makes if need be.
func firstOf(list reflect.Value) reflect.Value {
	if list.Len() == 0 {
		list.Set(reflect.MakeSlice(list.Type(), 1, 1))
	}
	return list.Index(0)
}

func setKey(m reflect.Value, key, value string) error {
	if m.IsNil() {
		m.Set(reflect.MakeMap(m.Type()))
	}
	m.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(value))
	return nil
}

// setValue sets a leaf. The elements of a list have commas between; of a struct,
// its being there is all there is to set.
func setValue(v reflect.Value, value string) error {
	if value == "" {
		v.SetZero()
		return nil
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok && v.Kind() == reflect.Struct {
		return u.UnmarshalText([]byte(value))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(value)
	case reflect.Int:
		n, err := strconv.Atoi(value)
		v.SetInt(int64(n))
		return err
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		v.SetBool(b)
		return err
	case reflect.Struct:
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(value))
			return nil
		}
		return setList(v, strings.Split(value, ","))
	default:
		return fmt.Errorf("no way to set a %s", v.Type())
	}
	return nil
}

func setList(v reflect.Value, values []string) error {
	v.Set(reflect.MakeSlice(v.Type(), len(values), len(values)))
	for i, value := range values {
		if err := setValue(v.Index(i), value); err != nil {
			return err
		}
	}
	return nil
}
