package specfile_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// schemaNode is what tests read of a schema.
type schemaNode struct {
	Ref                  string                 `json:"$ref"`
	Type                 string                 `json:"type"`
	Description          string                 `json:"description"`
	Pattern              string                 `json:"pattern"`
	Properties           map[string]*schemaNode `json:"properties"`
	AdditionalProperties any                    `json:"additionalProperties"`
	Items                *schemaNode            `json:"items"`
	Defs                 map[string]*schemaNode `json:"$defs"`
}

// schemaOf returns a schema, and a function that follows references.
func schemaOf(t *testing.T, o *specfile.SchemaOptions) (root *schemaNode, follow func(*schemaNode) *schemaNode) {
	t.Helper()
	data, err := specfile.Schema(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	return root, func(n *schemaNode) *schemaNode {
		if n != nil && n.Ref != "" {
			return root.Defs[strings.TrimPrefix(n.Ref, "#/$defs/")]
		}
		return n
	}
}

func TestEveryLeafIsInTheSchema(t *testing.T) {
	root, follow := schemaOf(t, &specfile.SchemaOptions{Vendors: vendors()})
	for _, l := range allLeaves() {
		if strings.HasPrefix(l.file, "(") {
			continue
		}
		n := root
		for _, step := range strings.Split(l.file, ".") {
			name, isList := strings.CutSuffix(step, "[]")
			if n = follow(n.Properties[name]); n != nil && isList {
				n = follow(n.Items)
			}
			if n == nil {
				t.Errorf("the schema has no %s", l.file)
				break
			}
		}
	}
	if root.AdditionalProperties != false {
		t.Error("the schema takes unknown fields at the top")
	}
	for name, def := range root.Defs {
		if def.AdditionalProperties != false {
			t.Errorf("the schema takes unknown fields in %s", name)
		}
	}
}

func TestTheSchemaTakesNoSecretInline(t *testing.T) {
	root, follow := schemaOf(t, nil)
	spec := follow(root.Properties["spec"])
	for name, n := range map[string]*schemaNode{
		"userData": spec.Properties["userData"], "password": follow(spec.Properties["login"]).Properties["password"],
	} {
		if n.Pattern == "" {
			t.Errorf("%s: the schema has no pattern", name)
		}
	}
}

func TestTheSchemaDescribesAndMayContainItself(t *testing.T) {
	root, follow := schemaOf(t, &specfile.SchemaOptions{
		Vendors:  []provider.VendorOption{fakeOptions{}},
		Describe: func(owner reflect.Type, field string) string { return owner.Name() + " " + field },
	})
	fake := follow(follow(root.Properties["spec"]).Properties["vendor"].Properties["fake"])
	if got, want := fake.Properties["ratio"].Description, "fakeOptions Ratio"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if inner := follow(fake.Properties["inner"]); inner != fake {
		t.Errorf("inner: got %v, want the schema of its own type", inner)
	}
	if _, err := specfile.Schema(&specfile.SchemaOptions{Vendors: []provider.VendorOption{nil}}); err == nil {
		t.Error("a nil option: got no error")
	}
}
