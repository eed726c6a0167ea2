package provider

import (
	"reflect"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// Field is one line of a support table: the mapping of one leaf of the spec.
type Field struct {
	// Path is the leaf, as [Leaves] spells it: "Network.SubnetID",
	// "DataDisks[].SizeGiB", "Network.PublicIP" (its presence).
	Path string

	// Param is the vendor parameter it becomes; "" when it is refused.
	Param string

	// Reason says why it is refused; "" when it is mapped.
	Reason string
}

// To returns the line of a leaf that is sent as the vendor's param, by its documented wire
// name.
func To(path, param string) Field { return Field{Path: path, Param: param} }

// Refused returns the line of a leaf that the cloud cannot express.
func Refused(path, reason string) Field { return Field{Path: path, Reason: reason} }

// Support is a driver's support table. The zero value refuses everything. It is
// immutable and safe for concurrent use.
type Support struct {
	driver string
	fields []Field
	leaves []specs.Leaf
	byPath map[string]Field
}

// NewSupport builds a table. Leaves without a line are refused by default. The conformance
// suite finds lines that name no leaf of the spec, or name one twice. NewSupport walks the
// spec's type by reflection: call it once per driver.
func NewSupport(driver string, fields []Field) Support {
	s := Support{driver: driver, fields: slices.Clone(fields), byPath: make(map[string]Field, len(fields))}
	for _, f := range fields {
		s.byPath[f.Path] = f
	}
	for _, l := range specLeaves() {
		if f := s.byPath[l.Path]; f.Param == "" {
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
		if at, set := l.Find(v); set {
			c.Refuse(at, "not supported: "+s.Field(l.Path).Reason)
		}
	}
	return c.Err()
}
