package seeds_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/seeds"
	"github.com/yunfan-cloud/yunfan/provider/providertest"
)

func TestEveryParameterHasOneSetting(t *testing.T) {
	for _, driver := range seeds.Drivers() {
		count := map[string]int{}
		for _, s := range seeds.Settings(driver) {
			count[s.Param]++
			if (s.Field == "") == (s.Gap == "") {
				t.Errorf("%s: %s needs either a field or the reason of a gap", driver, s.Param)
			}
		}
		for _, p := range parameters(t, driver) {
			want := 1
			if p.System {
				want = 0
			}
			if n := count[p.Name]; n != want {
				t.Errorf("%s: %s has %d settings, want %d", driver, p.Name, n, want)
			}
			delete(count, p.Name)
		}
		for name := range count {
			t.Errorf("%s: %s has a setting and is in no document", driver, name)
		}
	}
}

// The one change that a setting names makes its parameter appear, with the
// example of the document, and touches nothing else.
func TestOneFieldSetsOneParameter(t *testing.T) {
	for _, driver := range seeds.Drivers() {
		settings := map[string]seeds.Setting{}
		for _, s := range seeds.Settings(driver) {
			settings[s.Param] = s
		}
		for _, p := range parameters(t, driver) {
			if s := settings[p.Name]; s.Field != "" {
				t.Run(driver+"/"+p.Name, func(t *testing.T) { checkSetting(t, vendors()[driver], p, s) })
			}
		}
	}
}

func checkSetting(t *testing.T, v vendor, p seeds.Parameter, s seeds.Setting) {
	value := cmp.Or(s.Value, p.Example)
	if value == "" {
		t.Fatal("the document has no example, and the setting no value")
	}
	before := v.send(t, v.build(t, v.base, s.On))
	after := v.send(t, v.build(t, v.base, s.On, s.With, s.Field+"="+value))
	checkChanges(t, before, after, p, s, value)
}

// checkChanges looks whether the parameter of a setting, and no other, changed
// to what the setting says.
func checkChanges(t *testing.T, before, after providertest.Wire, p seeds.Parameter, s seeds.Setting, value string) {
	t.Helper()
	found := false
	p.Name = cmp.Or(s.As, p.Name)
	for _, name := range changes(before, after) {
		got := after.Params[name]
		switch {
		case p.Matches(name):
			found = true
			if want := cmp.Or(s.Wire, value); !p.Structured() && got != want {
				t.Errorf("the cloud gets %s = %q, want %q", name, got, want)
			}
			if same := strings.EqualFold(got, p.Example); p.Example != "" && same != (s.Why == "") {
				t.Errorf("the cloud gets %s = %q, and the document's example is %q: the reason of a difference is %q", name, got, p.Example, s.Why)
			}
		case !tied(s, name):
			t.Errorf("%s changes to %q as well", name, got)
		}
	}
	if !found {
		t.Errorf("setting %s does not reach the cloud", s.Field)
	}
	for name := range strings.SplitSeq(s.Tied, ", ") {
		if name != "" && !slices.ContainsFunc(changes(before, after), seeds.Parameter{Name: name}.Matches) {
			t.Errorf("%s is said to change with it, and does not", name)
		}
	}
}

// changes returns the names of the parameters that differ, sorted.
func changes(before, after providertest.Wire) []string {
	var names []string
	for name := range after.Params {
		if old, ok := before.Params[name]; !ok || old != after.Params[name] {
			names = append(names, name)
		}
	}
	for name := range before.Params {
		if _, ok := after.Params[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func tied(s seeds.Setting, name string) bool {
	for other := range strings.SplitSeq(s.Tied, ", ") {
		if (seeds.Parameter{Name: other}).Matches(name) {
			return true
		}
	}
	return false
}

// Where the example of a document is false, that is sent as absence. A spec exists
// that says it in so many words.
func TestFalseInSoManyWords(t *testing.T) {
	tested := 0
	for _, driver := range seeds.Drivers() {
		for _, p := range parameters(t, driver) {
			s, v := settingOf(driver, p.Name), vendors()[driver]
			if (s.Why == seeds.IsFalse) != (s.False != "") {
				t.Errorf("%s: %s has the example %q, and its false is said by %q", driver, p.Name, p.Example, s.False)
			}
			if s.False == "" {
				continue
			}
			tested++
			without, with := valueOf(v.send(t, v.build(t, v.base, s.On)), p), valueOf(v.send(t, v.build(t, v.base, s.On, s.False)), p)
			if without != "" {
				t.Errorf("%s: %s is %q without %s, want none", driver, p.Name, without, s.False)
			}
			if with != "false" {
				t.Errorf("%s: %s is %q with %s, want false", driver, p.Name, with, s.False)
			}
			if with != p.Example {
				t.Errorf("%s: %s is %q with %s, want the example %q", driver, p.Name, with, s.False, p.Example)
			}
		}
	}
	if tested == 0 {
		t.Error("no parameter was looked at")
	}
}

func valueOf(w providertest.Wire, p seeds.Parameter) string {
	for name, value := range w.Params {
		if p.Matches(name) {
			return value
		}
	}
	return ""
}
