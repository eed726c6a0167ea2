package specfile

import (
	"reflect"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

// SchemaOptions are for [Schema]. Nil is the default.
type SchemaOptions struct {
	// Vendors are values of the types of options that files may have, as in [Options].Vendors.
	Vendors []provider.VendorOption

	// Describe returns what editors show about a field of a Go struct, or "". Nil describes
	// nothing.
	Describe func(owner reflect.Type, field string) string
}

// draft is the version of JSON Schema.
const draft = "https://json-schema.org/draft/2020-12/schema"

// Schema returns the JSON Schema (draft 2020-12) of files, with which editors complete and check
// them, YAML as well as JSON. schema.json beside this package is that of the four clouds of this
// module.
func Schema(o *SchemaOptions) ([]byte, error) {
	if o == nil {
		o = &SchemaOptions{}
	}
	types, err := vendorTypes(o.Vendors)
	if err != nil {
		return nil, err
	}
	s := &schema{vendors: types, describe: o.Describe, defs: map[string]*node{}}
	if s.describe == nil {
		s.describe = func(reflect.Type, string) string { return "" }
	}
	root := object("$schema", draft, "title", "Yunfan instances", "type", "object")
	names := object()
	names.put("$schema", object("type", "string"))
	names.put("version", s.version())
	names.put("cloud", s.cloud())
	names.put("spec", s.value(reflect.TypeFor[provider.RunInstancesSpec]()))
	names.put("run", s.value(reflect.TypeFor[provider.RunOptions]()))
	root.put("properties", names)
	root.put("required", texts("version", "spec"))
	root.put("additionalProperties", no())
	defs := object()
	for _, name := range sortedKeys(s.defs) {
		defs.put(name, s.defs[name])
	}
	root.put("$defs", defs)
	return writeJSON(root)
}

// schema makes the schema of types.
type schema struct {
	vendors  map[string]reflect.Type
	describe func(owner reflect.Type, field string) string
	defs     map[string]*node
	inVendor bool
}

// version returns the schema of the version of files.
func (s *schema) version() *node {
	n := object()
	n.put("const", &node{kind: numberNode, text: strconv.Itoa(version)})
	return n
}

// cloud returns the schema of the name of the cloud.
func (s *schema) cloud() *node {
	n := object("type", "string")
	if len(s.vendors) > 0 {
		n.put("enum", texts(sortedKeys(s.vendors)...))
	}
	return n
}

// value returns the schema of a type.
func (s *schema) value(t reflect.Type) *node {
	switch {
	case t == secretType, t == userDataType:
		return reference("a secret by reference: env:NAME, file:PATH, or a reference of the program")
	case t == vendorsType:
		return s.options()
	case t == timeType:
		return object("type", "string", "format", "date-time")
	case t == addrType:
		return object("type", "string", "description", "IP address")
	case t == durationType:
		return object("type", "string", "description", "a duration such as 90s, 2m or 1h30m")
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.value(t.Elem())
	case reflect.Struct:
		return s.ref(t)
	case reflect.Slice:
		n := object("type", "array")
		n.put("items", s.value(t.Elem()))
		return n
	case reflect.Map:
		return s.entries(t)
	case reflect.String:
		n := object("type", "string")
		if values := enums[t]; len(values) > 0 {
			n.put("enum", texts(values...))
		}
		return n
	case reflect.Bool:
		return object("type", "boolean")
	case reflect.Float64:
		return object("type", "number")
	default:
		return object("type", "integer")
	}
}

// entries returns the schema of a map.
func (s *schema) entries(t reflect.Type) *node {
	n := object("type", "object")
	if s.inVendor && t.Elem().Kind() == reflect.String {
		n.put("additionalProperties", reference("a reference such as env:NAME; what is no secret may be plain:VALUE"))
	} else {
		n.put("additionalProperties", s.value(t.Elem()))
	}
	return n
}

// options returns the schema of the options of the clouds.
func (s *schema) options() *node {
	names := object()
	s.inVendor = true
	for _, name := range sortedKeys(s.vendors) {
		names.put(name, s.ref(structOf(s.vendors[name])))
	}
	s.inVendor = false
	n := object("type", "object")
	n.put("properties", names)
	n.put("additionalProperties", no())
	return n
}

// ref returns a reference to the schema of a struct, which it makes the first time.
func (s *schema) ref(t reflect.Type) *node {
	name := t.String()
	if s.defs[name] == nil {
		n := object("type", "object")
		s.defs[name] = n
		fields := object()
		for _, f := range fieldsOf(t) {
			if f.ofProgram {
				continue
			}
			child := s.value(f.typ)
			child.addDescription(s.describe(t, t.Field(f.index).Name))
			fields.put(f.name, child)
		}
		n.put("properties", fields)
		n.put("additionalProperties", no())
	}
	return object("$ref", "#/$defs/"+name)
}

// addDescription puts a text before the description of a schema.
func (n *node) addDescription(text string) {
	own := n.find("description")
	switch {
	case text == "":
	case own == nil:
		n.put("description", &node{kind: textNode, text: text})
	default:
		own.text = text + "\n" + own.text
	}
}

// reference returns the schema of a reference.
func reference(description string) *node {
	return object("type", "string", "pattern", "^[a-z][a-z0-9]*:", "description", description)
}

// object returns fields with texts as their values.
func object(keysAndTexts ...string) *node {
	n := &node{kind: fieldsNode}
	for i := 0; i+1 < len(keysAndTexts); i += 2 {
		n.put(keysAndTexts[i], &node{kind: textNode, text: keysAndTexts[i+1]})
	}
	return n
}

// texts returns a list of texts.
func texts(list ...string) *node {
	n := &node{kind: listNode}
	for _, text := range list {
		n.items = append(n.items, &node{kind: textNode, text: text})
	}
	return n
}

// no returns false.
func no() *node { return &node{kind: boolNode, text: "false"} }
