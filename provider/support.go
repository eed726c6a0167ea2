package provider

import (
	"fmt"
	"reflect"
	"slices"
)

// Field is one line of a support table: what becomes of one leaf of the spec.
type Field struct {
	// Path is the leaf, as [Leaves] spells it: "Network.SubnetID",
	// "DataDisks[].SizeGiB", "Network.PublicIP" (its presence).
	Path string

	// Param is the vendor parameter it becomes; "" when it is refused.
	Param string

	// Reason says why it is refused; "" when it is mapped.
	Reason string
}

// To is the line of a leaf that becomes the vendor's param, by its documented
// wire name.
func To(path, param string) Field { return Field{Path: path, Param: param} }

// Refused is the line of a leaf that the cloud cannot express.
func Refused(path, reason string) Field { return Field{Path: path, Reason: reason} }

// Support is a driver's support table. The zero value refuses everything. It is
// immutable and safe for concurrent use.
type Support struct {
	driver string
	fields []Field
	leaves []leaf
	byPath map[string]Field
}

// NewSupport builds a table. Leaves that no line mentions are refused by
// default; lines that name no leaf of the spec, or name one twice, are found by
// the conformance suite. Building walks the spec's type by reflection: do it
// once per driver.
func NewSupport(driver string, fields []Field) Support {
	s := Support{driver: driver, fields: slices.Clone(fields), byPath: make(map[string]Field, len(fields))}
	for _, f := range fields {
		s.byPath[f.Path] = f
	}
	for _, l := range specLeaves() {
		if f := s.byPath[l.path]; f.Param == "" {
			s.leaves = append(s.leaves, l)
		}
	}
	return s
}

// Driver returns the name of the driver the table belongs to.
func (s Support) Driver() string { return s.driver }

// Fields returns the table as it was written, in spec order.
func (s Support) Fields() []Field { return slices.Clone(s.fields) }

// Field returns the line of a leaf. A leaf the table does not mention is
// refused.
func (s Support) Field(path string) Field {
	if f, ok := s.byPath[path]; ok {
		return f
	}
	return Field{Path: path, Reason: "not known to the " + s.driver + " driver"}
}

// Check returns nil, or [FieldErrors] with every leaf that is set in the spec
// and that the table refuses or does not mention.
func (s Support) Check(spec *RunInstancesSpec) error {
	if s.byPath == nil {
		return FieldErrors{{Path: "RunInstancesSpec", Reason: "the driver has no support table", Unsupported: true}}
	}
	c := Checker{Driver: s.driver}
	v := reflect.ValueOf(spec).Elem()
	for i := range s.leaves {
		l := &s.leaves[i]
		if at, set := l.find(v); set {
			c.Refuse(at, "not supported: "+s.Field(l.path).Reason)
		}
	}
	return c.Err()
}

// leaf is a field of the spec that can be set by itself. Structs and lists are
// taken apart into their leaves; a pointer to a struct is a leaf (its presence)
// and is taken apart too.
type leaf struct {
	path  string
	steps []hop
}

// hop leads from a struct to one of its fields, and on into every element when
// that field is a list of structs, or through it when it is a pointer.
type hop struct {
	field int
	name  string
	list  bool
	deref bool
}

// Leaves returns the path of every leaf of [RunInstancesSpec], in spec order.
// Vendor is not among them: it is addressed to drivers by name.
func Leaves() []string {
	var out []string
	for _, l := range specLeaves() {
		out = append(out, l.path)
	}
	return out
}

func specLeaves() []leaf {
	return appendLeaves(nil, reflect.TypeFor[RunInstancesSpec](), "", nil)
}

func appendLeaves(out []leaf, t reflect.Type, prefix string, steps []hop) []leaf {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == reflect.TypeFor[[]VendorOption]() {
			continue
		}
		path := prefix + f.Name
		h := hop{field: i, name: f.Name}
		switch {
		case splits(f.Type):
			out = appendLeaves(out, f.Type, path+".", with(steps, h))
		case f.Type.Kind() == reflect.Pointer && splits(f.Type.Elem()):
			out = append(out, leaf{path, with(steps, h)})
			h.deref = true
			out = appendLeaves(out, f.Type.Elem(), path+".", with(steps, h))
		case f.Type.Kind() == reflect.Slice && splits(f.Type.Elem()):
			out = append(out, leaf{path + "[]", with(steps, h)})
			h.list = true
			out = appendLeaves(out, f.Type.Elem(), path+"[].", with(steps, h))
		default:
			out = append(out, leaf{path, with(steps, h)})
		}
	}
	return out
}

// with returns a copy of steps with one more.
func with(steps []hop, h hop) []hop {
	return append(slices.Clip(steps), h)
}

// splits tells whether a type is one of the spec's own structs. netip.Addr and
// time.Time are values.
func splits(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == reflect.TypeFor[RunInstancesSpec]().PkgPath()
}

// find looks for a place where the leaf is set and returns its path with real
// indexes.
func (l *leaf) find(v reflect.Value) (at string, set bool) { return findSet(v, l.steps) }

// findSet builds the path on its way back, only when it found something: Check
// runs on every create, and nearly every leaf is unset.
func findSet(v reflect.Value, steps []hop) (at string, set bool) {
	h := &steps[0]
	f := v.Field(h.field)
	rest := steps[1:]
	switch {
	case len(rest) == 0:
		return h.name, isSet(f)
	case h.list:
		for i := range f.Len() {
			if at, set = findSet(f.Index(i), rest); set {
				return fmt.Sprintf("%s[%d].%s", h.name, i, at), true
			}
		}
		return "", false
	case h.deref && f.IsNil():
		return "", false
	case h.deref:
		f = f.Elem()
	}
	if at, set = findSet(f, rest); !set {
		return "", false
	}
	return h.name + "." + at, true
}

// isSet tells whether a leaf was given. Empty lists and maps count as unset.
func isSet(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	default:
		return !v.IsZero()
	}
}
