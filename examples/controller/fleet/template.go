package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/yunfan-cloud/yunfan/examples/controller/api"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// secretScheme begins references to a key of a Secret: secret:NAME/KEY.
const secretScheme = "secret"

// template is what instances are made of.
type template struct {
	api.Applied
	namespace string
	client    client.Client
}

// spec returns the spec for n instances. Without secrets it is enough to look at instances and to
// name them, not to create them.
func (t *template) spec(ctx context.Context, n int, secrets bool) (provider.RunInstancesSpec, error) {
	text, err := json.Marshal(map[string]any{"version": 1, "spec": t.Template})
	if err != nil {
		return provider.RunInstancesSpec{}, fmt.Errorf("the template is no JSON: %w", err)
	}
	o := &specfile.Options{
		Vendors: clouds.Vendors(), Format: specfile.JSON, KeepSecretsOut: true,
		Resolvers: map[string]specfile.Resolver{secretScheme: func(rest string) ([]byte, error) { return t.secret(ctx, rest) }},
	}
	f, err := specfile.Parse(text, "spec.template", o)
	if err != nil {
		return provider.RunInstancesSpec{}, err
	}
	if err := t.check(f); err != nil {
		return provider.RunInstancesSpec{}, err
	}
	if secrets {
		o.KeepSecretsOut = false
		if f, err = specfile.Parse(text, "spec.template", o); err != nil {
			return provider.RunInstancesSpec{}, err
		}
	}
	f.Spec.Count = n
	return f.Spec, nil
}

// check refuses what a template must not have. A reference to the environment or to a file would
// give the author of a fleet the secrets of the controller itself.
func (t *template) check(f *specfile.File) error {
	if f.Spec.Count != 0 {
		return fmt.Errorf("%w: spec.template.count: must not be set: spec.replicas has the number", provider.ErrInvalid)
	}
	for path, reference := range f.References {
		scheme, _, _ := strings.Cut(reference, ":")
		if slices.Contains([]string{"env", "file"}, scheme) {
			return fmt.Errorf("%w: %s: write secret:NAME/KEY: a fleet has no access to the controller's %s",
				provider.ErrInvalid, strings.Replace(path, "spec.", "spec.template.", 1), map[string]string{
					"env": "environment", "file": "files",
				}[scheme])
		}
	}
	return nil
}

// secret returns a key of a Secret in the namespace of the fleet.
func (t *template) secret(ctx context.Context, rest string) ([]byte, error) {
	name, key, _ := strings.Cut(rest, "/")
	var s corev1.Secret
	if err := t.client.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: name}, &s); err != nil {
		return nil, fmt.Errorf("the Secret %q: %w", name, err)
	}
	value, ok := s.Data[key]
	if !ok {
		return nil, fmt.Errorf("the Secret %q has no key %q", name, key)
	}
	return value, nil
}

// differs returns the fields in which a fleet differs from what its instances were made of.
func differs(applied *api.Applied, spec *api.FleetSpec) (fields []string) {
	if applied.Account != spec.Account {
		fields = append(fields, "spec.account")
	}
	was, is := fieldsOf(&applied.Template), fieldsOf(&spec.Template)
	for name := range was {
		if _, still := is[name]; !still {
			is[name] = nil
		}
	}
	for name, value := range is {
		if !reflect.DeepEqual(was[name], value) {
			fields = append(fields, "spec.template."+name)
		}
	}
	slices.Sort(fields)
	return fields
}

func fieldsOf(text *runtime.RawExtension) map[string]any {
	fields := map[string]any{}
	if err := json.Unmarshal(text.Raw, &fields); err != nil {
		fields[""] = string(text.Raw) // still comparable
	}
	return fields
}
