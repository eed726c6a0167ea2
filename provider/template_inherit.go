package provider

import (
	"context"
	"fmt"
	"reflect"
	"slices"
)

// checkInherited refuses a version that would silently take over fields of the
// version it starts from, where the cloud works so.
func (l *launchTemplates) checkInherited(ctx context.Context, ref LaunchTemplateRef, t *LaunchTemplateSpec) error {
	if !l.c.limits.TemplateVersionsInherit {
		return nil
	}
	ref.Version = t.BaseVersion
	base, err := l.Version(ctx, t.Spec.Region, ref)
	if err != nil {
		return fmt.Errorf("reading the version that the new one starts from: %w", err)
	}
	k := Checker{Driver: l.c.name}
	for _, at := range inherited(&base.Spec, &t.Spec) {
		k.Fail("Spec."+at, nil, fmt.Sprintf("version %d has it, and a new version would inherit it: set it, or make a new template", base.Version))
	}
	return k.Err()
}

// inherited returns the paths of what the older of two specs sets and the newer
// one does not.
func inherited(older, newer *RunInstancesSpec) []string {
	var out []string
	o, n := reflect.ValueOf(older).Elem(), reflect.ValueOf(newer).Elem()
	for _, f := range specLeaves() {
		at, set := f.find(o)
		if f.path == "Region" || f.path == "Count" && older.Count == 1 {
			continue // the place of the template; one server, which is what no count means
		}
		if _, kept := f.find(n); set && !kept {
			out = append(out, at)
		}
	}
	for i, opt := range older.Vendor {
		j := slices.IndexFunc(newer.Vendor, func(v VendorOption) bool { return v.VendorName() == opt.VendorName() })
		if j < 0 || !sameType(opt, newer.Vendor[j]) {
			out = append(out, fmt.Sprintf("Vendor[%d]", i))
			continue
		}
		for _, name := range lost(reflect.ValueOf(opt), reflect.ValueOf(newer.Vendor[j])) {
			out = append(out, fmt.Sprintf("Vendor[%d].%s", j, name))
		}
	}
	return out
}

func sameType(a, b VendorOption) bool {
	return reflect.Indirect(reflect.ValueOf(a)).Type() == reflect.Indirect(reflect.ValueOf(b)).Type()
}

// lost returns the fields of vendor options of one type that are set in the older
// and not in the newer ones, the keys of maps and the fields of structures in them
// likewise.
func lost(older, newer reflect.Value) []string {
	o, n := reflect.Indirect(older), reflect.Indirect(newer)
	if o.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for i := range o.NumField() {
		out = append(out, lostIn(o.Type().Field(i).Name, o.Field(i), n.Field(i))...)
	}
	slices.Sort(out)
	return out
}

// lostIn is lost for one field, whose name it puts before what it returns.
func lostIn(name string, o, n reflect.Value) []string {
	if !isSet(n) {
		if isSet(o) {
			return []string{name}
		}
		return nil
	}
	var out []string
	switch o.Kind() {
	case reflect.Map:
		for _, key := range o.MapKeys() {
			if !n.MapIndex(key).IsValid() {
				out = append(out, fmt.Sprintf("%s[%v]", name, key))
			}
		}
	case reflect.Struct:
		for _, inner := range lost(o, n) {
			out = append(out, name+"."+inner)
		}
	case reflect.Slice:
		for i := range o.Len() {
			at, element := fmt.Sprintf("%s[%d]", name, i), reflect.Zero(o.Type().Elem())
			if i < n.Len() {
				element = n.Index(i)
			}
			if o.Index(i).Kind() == reflect.Struct {
				out = append(out, lostIn(at, o.Index(i), element)...)
			}
		}
	default: // set in both
	}
	return out
}
