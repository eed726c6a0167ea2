package launchtemplate

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/specs"
	"github.com/yunfan-cloud/yunfan/provider"
)

// checkInherited refuses a version that would silently inherit fields of its base version,
// where the cloud works so.
func (l *Templates) checkInherited(ctx context.Context, ref provider.LaunchTemplateRef, t *Spec) error {
	if !l.limits.TemplateVersionsInherit {
		return nil
	}
	ref.Version = t.BaseVersion
	base, err := l.Version(ctx, t.Spec.Region, ref)
	if err != nil {
		return fmt.Errorf("reading the version that the new one starts from: %w", err)
	}
	k := provider.Checker{Driver: l.c.Name()}
	for _, at := range inherited(&base.Spec, &t.Spec) {
		k.Fail("Spec."+at, nil,
			fmt.Sprintf("version %d has it, and a new version would inherit it: set it, or make a new template",
				base.Version))
	}
	return k.Err()
}

// inherited returns the paths that the older spec sets and the newer spec does not.
func inherited(older, newer *provider.RunInstancesSpec) []string {
	kept := map[string]bool{}
	for leaf := range newer.SetLeaves() {
		kept[leaf] = true
	}
	var out []string
	for leaf, at := range older.SetLeaves() {
		// The region is that of the template, and one instance means the same as no count.
		oneInstance := leaf == "Count" && older.Count == 1
		if leaf == "Region" || oneInstance || kept[leaf] {
			continue
		}
		out = append(out, at)
	}
	for i, opt := range older.Vendor {
		j := slices.IndexFunc(newer.Vendor, func(v provider.VendorOption) bool {
			return v.VendorName() == opt.VendorName()
		})
		if j < 0 || !sameType(opt, newer.Vendor[j]) {
			out = append(out, fmt.Sprintf("Vendor[%d]", i))
			continue
		}
		for _, name := range specs.Lost(reflect.ValueOf(opt), reflect.ValueOf(newer.Vendor[j])) {
			out = append(out, fmt.Sprintf("Vendor[%d].%s", j, name))
		}
	}
	return out
}

func sameType(a, b provider.VendorOption) bool {
	return reflect.Indirect(reflect.ValueOf(a)).Type() == reflect.Indirect(reflect.ValueOf(b)).Type()
}
