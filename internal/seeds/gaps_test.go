package seeds_test

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

// A gap is a parameter that only the raw door reaches. It is closed when any
// field of the spec or of RunOptions makes it appear; its line must go then.
func TestKnownGaps(t *testing.T) {
	gaps := 0
	for _, driver := range seeds.Drivers() {
		v := vendors()[driver]
		settable := everything(t, driver, v)
		for _, p := range parameters(t, driver) {
			s := settingOf(driver, p.Name)
			if s.Gap == "" {
				continue
			}
			gaps++
			if i := slices.IndexFunc(settable, p.Matches); i >= 0 {
				t.Errorf("%s: %s can be set by now; give its setting the field instead of a gap", driver, settable[i])
			}
			if name := strings.ReplaceAll(p.Name, ".N", ".1"); !reachesRaw(t, v, name, p.Example) {
				t.Errorf("%s: not even a raw parameter sets %s", driver, name)
			}
		}
	}
	t.Logf("%d parameters of the documents can be set by raw parameters only", gaps)
}

// everything returns the parameters that any field sets: those of all settings,
// those of all RunOptions, and those that the support table promises.
func everything(t *testing.T, driver string, v vendor) []string {
	t.Helper()
	names := map[string]bool{}
	for _, s := range seeds.Settings(driver) {
		if s.Field != "" {
			p := parameterOf(t, driver, s.Param)
			maps.Copy(names, nameSet(v.send(t, v.build(t, v.base, s.On, s.With, s.Field+"="+cmp.Or(s.Value, p.Example)))))
		}
	}
	for _, field := range typedOptions(v) {
		for _, value := range []string{"true", "1", "text"} {
			maps.Copy(names, v.tryOption(t, field, value))
		}
	}
	for _, f := range v.connect(t, v.region, &providertest.Capture{}, nil).Support().Fields() {
		names[strings.ReplaceAll(f.Param, ".N", ".1")] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func nameSet(w providertest.Wire) map[string]bool {
	names := map[string]bool{}
	for name := range w.Params {
		names[name] = true
	}
	return names
}

func settingOf(driver, param string) seeds.Setting {
	for _, s := range seeds.Settings(driver) {
		if s.Param == param {
			return s
		}
	}
	return seeds.Setting{}
}

func parameterOf(t *testing.T, driver, name string) seeds.Parameter {
	t.Helper()
	for _, p := range parameters(t, driver) {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("%s: no document has %s", driver, name)
	return seeds.Parameter{}
}

// typedOptions returns the fields of RunOptions but for the raw door.
func typedOptions(v vendor) []string {
	var out []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(v.options)) {
		if f.Name != "Params" {
			out = append(out, "RunOptions."+f.Name)
		}
	}
	return out
}

// tryOption returns the parameters of a request with one more option set; none
// where the value is of no use to the option.
func (v vendor) tryOption(t *testing.T, path, value string) map[string]bool {
	t.Helper()
	r := request{options: reflect.New(reflect.TypeOf(v.options)).Elem()}
	if r.assign(v.base) != nil || r.set(path, value) != nil {
		return nil
	}
	return v.trySend(t, r.sealed())
}

func (v vendor) trySend(t *testing.T, spec provider.RunInstancesSpec) map[string]bool {
	t.Helper()
	var capture providertest.Capture
	names := map[string]bool{}
	_, _ = v.connect(t, v.region, &capture, nil).RunInstances(t.Context(), spec, nil)
	for _, w := range capture.Take() {
		maps.Copy(names, nameSet(w))
	}
	return names
}

func reachesRaw(t *testing.T, v vendor, name, value string) bool {
	t.Helper()
	r := request{options: reflect.New(reflect.TypeOf(v.options)).Elem()}
	if err := r.assign(v.base); err != nil {
		t.Fatal(err)
	}
	r.options.FieldByName("Params").Set(reflect.ValueOf(map[string]string{name: value}))
	return v.trySend(t, r.sealed())[name]
}
