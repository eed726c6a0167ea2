package specs

import (
	"fmt"
	"reflect"
	"slices"
)

// Leaf is a field of the spec that can be set by itself. Structs and lists are split into
// their leaves. A pointer to a struct is a leaf (its presence) and is split too.
type Leaf struct {
	Path  string // "DataDisks[].SizeGiB"
	steps []hop
}

// hop leads from a struct to one of its fields. It also leads into every element when that
// field is a list of structs, and through it when it is a pointer.
type hop struct {
	field int
	name  string
	list  bool
	deref bool
}

// Leaves returns every leaf of a struct type, in the order of its fields. Vendor options are
// not included: they are addressed to drivers by name.
func (s *Shape) Leaves(t reflect.Type) []Leaf { return s.appendLeaves(nil, t, "", nil) }

func (s *Shape) appendLeaves(out []Leaf, t reflect.Type, prefix string, steps []hop) []Leaf {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == s.Options {
			continue
		}
		path := prefix + f.Name
		h := hop{field: i, name: f.Name}
		switch {
		case s.splits(f.Type):
			out = s.appendLeaves(out, f.Type, path+".", with(steps, h))
		case f.Type.Kind() == reflect.Pointer && s.splits(f.Type.Elem()):
			out = append(out, Leaf{path, with(steps, h)})
			h.deref = true
			out = s.appendLeaves(out, f.Type.Elem(), path+".", with(steps, h))
		case f.Type.Kind() == reflect.Slice && s.splits(f.Type.Elem()):
			out = append(out, Leaf{path + "[]", with(steps, h)})
			h.list = true
			out = s.appendLeaves(out, f.Type.Elem(), path+"[].", with(steps, h))
		default:
			out = append(out, Leaf{path, with(steps, h)})
		}
	}
	return out
}

// with returns a copy of steps with one more.
func with(steps []hop, h hop) []hop {
	return append(slices.Clip(steps), h)
}

// splits reports whether a type is one of the spec's own structs. netip.Addr and time.Time are
// values.
func (s *Shape) splits(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == s.Package
}

// Find looks for a place where the leaf is set, and returns its path with real indexes.
func (l *Leaf) Find(v reflect.Value) (at string, set bool) { return findSet(v, l.steps) }

// findSet builds the path on its way back, only when it found something: every create runs
// Check, and nearly every leaf is unset.
func findSet(v reflect.Value, steps []hop) (at string, set bool) {
	h := &steps[0]
	f := v.Field(h.field)
	rest := steps[1:]
	switch {
	case len(rest) == 0:
		return h.name, IsSet(f)
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

// IsSet reports whether a leaf is set. Empty lists and maps count as unset.
func IsSet(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	default:
		return !v.IsZero()
	}
}
