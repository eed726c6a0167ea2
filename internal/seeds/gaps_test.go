package seeds_test

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// Raw parameters are for what vendors add. What their documents have has a field.
func TestNoParameterOfACreateNeedsTheRawDoor(t *testing.T) {
	for _, driver := range seeds.Drivers() {
		for _, p := range parameters(t, driver) {
			if s := settingOf(driver, p.Name); s.Gap != "" {
				t.Errorf("%s: nothing but a raw parameter sets %s: %s", driver, p.Name, s.Gap)
			}
		}
	}
}

// An option that changes nothing, and that no error names, is lost.
func TestEveryOptionOfAlibabaCloudCounts(t *testing.T) {
	for _, driver := range []string{"aliyun", "ens"} {
		v := vendors()[driver]
		before := v.send(t, v.build(t, v.base))
		for _, option := range optionsOf(reflect.TypeOf(v.Options[0])) {
			counts := false
			for _, value := range []string{"true", "1", "text"} {
				counts = counts || v.optionCounts(t, before, option, value)
			}
			if !counts {
				t.Errorf("%s: RunOptions.%s is lost", driver, option)
			}
		}
	}
}

// optionsOf returns the names of the options, and those of the fields of options that are structs.
func optionsOf(t reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(t) {
		switch {
		case f.Name == "Params":
		case f.Type.Kind() == reflect.Struct:
			for _, inner := range optionsOf(f.Type) {
				names = append(names, f.Name+"."+inner)
			}
		default:
			names = append(names, f.Name)
		}
	}
	return names
}

// optionCounts reports whether an option changes the request, or is named by an error.
func (v vendor) optionCounts(t *testing.T, before providertest.Wire, option, value string) bool {
	t.Helper()
	r := request{options: reflect.New(reflect.TypeOf(v.Options[0])).Elem()}
	if r.assign(v.base) != nil || r.set("RunOptions."+option, value) != nil {
		return false
	}
	var capture providertest.Capture
	op, err := v.connect(t, v.region, &capture, nil).RunInstances(t.Context(), r.sealed(), nil)
	if op == nil {
		return strings.Contains(err.Error(), "Vendor."+option)
	}
	sent := capture.Take()
	for _, w := range append(sent, before) {
		delete(w.Params, "ClientToken") // a new one for every operation
	}
	if len(sent) != 1 {
		return false
	}
	return sent[0].Action != before.Action || !maps.Equal(sent[0].Params, before.Params)
}

func settingOf(driver, param string) seeds.Setting {
	for _, s := range seeds.Settings(driver) {
		if s.Param == param {
			return s
		}
	}
	return seeds.Setting{}
}
