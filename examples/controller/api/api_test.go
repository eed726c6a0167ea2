package api_test

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// property is a node of the schema of the manifest.
type property struct {
	Properties map[string]property
	Items      *property
	Free       bool `json:"x-kubernetes-preserve-unknown-fields"`
}

// The API server drops fields that the schema does not have: each field of the types is in the
// manifest, and no other.
func TestTheManifestHasEveryField(t *testing.T) {
	text, err := os.ReadFile("../config/crd.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var crd struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					Root property `json:"openAPIV3Schema"`
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &crd); err != nil {
		t.Fatal(err)
	}
	root := crd.Spec.Versions[0].Schema.Root.Properties
	compare(t, "spec", reflect.TypeFor[api.FleetSpec](), root["spec"])
	compare(t, "status", reflect.TypeFor[api.FleetStatus](), root["status"])
}

func compare(t *testing.T, path string, of reflect.Type, p property) {
	t.Helper()
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	switch {
	case of == reflect.TypeFor[runtime.RawExtension]():
		if !p.Free {
			t.Errorf("%s: the schema drops its fields, want it to keep them", path)
		}
		return
	case of == reflect.TypeFor[metav1.Time]():
		return
	case of.Kind() == reflect.Slice && p.Items != nil:
		compare(t, path+"[]", of.Elem(), *p.Items)
		return
	case of.Kind() != reflect.Struct:
		return
	}
	if got, want := len(p.Properties), of.NumField(); got != want {
		t.Errorf("%s: the schema has %d fields, want %d", path, got, want)
	}
	for n := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(n).Tag.Get("json"), ",")
		next, ok := p.Properties[name]
		if !ok {
			t.Errorf("%s.%s: the schema has no such field", path, name)
		}
		compare(t, path+"."+name, of.Field(n).Type, next)
	}
}

// A copy shares nothing with the original, in any field.
func TestACopySharesNothing(t *testing.T) {
	now := metav1.NewTime(time.Unix(1, 0))
	list := &api.FleetList{Items: []api.Fleet{{
		ObjectMeta: metav1.ObjectMeta{Finalizers: []string{"a"}},
		Spec:       api.FleetSpec{Template: runtime.RawExtension{Raw: []byte("a")}},
		Status: api.FleetStatus{
			Applied: &api.Applied{Template: runtime.RawExtension{Raw: []byte("a")}}, RetryAt: &now,
			Operations: []api.Operation{{ID: "a", Leaving: []api.Leaving{{ID: "a", MissingSince: &now}}}},
			Instances:  []api.Instance{{ID: "a"}}, Conditions: []metav1.Condition{{Type: "a"}},
		},
	}}}
	copied := list.DeepCopyObject().(*api.FleetList)
	if !reflect.DeepEqual(list, copied) {
		t.Errorf("got %+v, want %+v", copied, list)
	}
	shared(t, "list", reflect.ValueOf(list).Elem(), reflect.ValueOf(copied).Elem())
}

// shared reports every pointer and list that two values have in common.
func shared(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() {
			return
		}
		if a.Pointer() == b.Pointer() && a.Type() != reflect.TypeFor[*time.Location]() {
			t.Errorf("%s is shared", path)
			return
		}
		if a.Type() != reflect.TypeFor[*time.Location]() {
			shared(t, path, a.Elem(), b.Elem())
		}
	case reflect.Slice:
		if a.Len() > 0 && a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
			return
		}
		for n := range a.Len() {
			shared(t, path, a.Index(n), b.Index(n))
		}
	case reflect.Struct:
		for n := range a.NumField() {
			shared(t, path+"."+a.Type().Field(n).Name, a.Field(n), b.Field(n))
		}
	}
}
