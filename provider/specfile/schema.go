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

	// Form is the form of a program's own, as [Decode] takes it. Nil is that of a [File].
	Form any

	// Title names the form.
	Title string

	// Required are the names at the top that a form needs besides version.
	Required []string

	// Words returns the only values that a text field of a Go struct may have. An empty list,
	// and a nil function, leave it free.
	Words func(owner reflect.Type, field string) []string

	// Describe returns what editors show about a field of a Go struct, or "". Nil describes
	// nothing.
	Describe func(owner reflect.Type, field string) string
}

// draft is the version of JSON Schema.
const draft = "https://json-schema.org/draft/2020-12/schema"

// Schema returns the JSON Schema (draft 2020-12) of files, or of the files of a form, with which
// editors complete and check them, YAML as well as JSON. schema.json beside this package is that of the four clouds of this
// module.
func Schema(o *SchemaOptions) ([]byte, error) {
	s, err := newSchema(o)
	if err != nil {
		return nil, err
	}
	root := object("$schema", draft, "title", s.o.Title, "type", "object")
	names := object()
	names.put("$schema", object("type", "string"))
	s.addFields(names, s.form)
	version := object()
	version.put("const", &node{kind: numberNode, text: strconv.Itoa(s.version)})
	names.set("version", version)
	root.put("properties", names)
	root.put("required", texts(append([]string{"version"}, s.o.Required...)...))
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
	o        SchemaOptions
	form     reflect.Type
	version  int
	vendors  map[string]reflect.Type
	defs     map[string]*node
	inVendor bool
}

// newSchema checks the options, and replaces nil ones.
func newSchema(o *SchemaOptions) (*schema, error) {
	s := &schema{defs: map[string]*node{}}
	if o != nil {
		s.o = *o
	}
	if s.o.Form == nil {
		s.o.Form, s.o.Title, s.o.Required = &fileForm{Version: version}, "Yunfan instances", []string{"spec"}
	}
	form, err := formOf(s.o.Form)
	if err != nil {
		return nil, err
	}
	s.form, s.version = form.Type(), int(form.FieldByName("Version").Int())
	if s.o.Describe == nil {
		s.o.Describe = func(reflect.Type, string) string { return "" }
	}
	words := s.o.Words
	s.o.Words = func(owner reflect.Type, field string) []string {
		switch {
		case owner == fileType && field == "Cloud":
			return sortedKeys(s.vendors)
		case words == nil:
			return nil
		}
		return words(owner, field)
	}
	s.vendors, err = vendorTypes(s.o.Vendors)
	return s, err
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
	case isRange(t):
		return rangeSchema(t)
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
		s.addFields(fields, t)
		n.put("properties", fields)
		if _, ok := embeddedFile(t); ok {
			n.put("required", texts("spec"))
		}
		n.put("additionalProperties", no())
	}
	return object("$ref", "#/$defs/"+name)
}

// addFields adds the schema of each field of a struct.
func (s *schema) addFields(fields *node, t reflect.Type) {
	for _, f := range fieldsOf(t) {
		if f.ofProgram {
			continue
		}
		child := s.value(f.typ)
		if words := s.o.Words(f.owner, f.goName); len(words) > 0 {
			child.put("enum", texts(words...))
		}
		child.addDescription(s.o.Describe(f.owner, f.goName))
		fields.put(f.name, child)
	}
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
