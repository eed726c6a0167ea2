package specfile

import "reflect"

// elsewhere returns the path of a field of that name in another place of the form: what is
// indented wrong is found by it. It returns "" when there is none.
func elsewhere(name string, form reflect.Type) string {
	return findName(name, form, "", nil)
}

func findName(name string, t reflect.Type, path string, seen []reflect.Type) string {
	for _, s := range seen {
		if s == t {
			return ""
		}
	}
	seen = append(seen, t)
	for _, f := range fieldsOf(t) {
		if f.name == name && !f.ofProgram {
			return fieldPath(path, f.name)
		}
	}
	for _, f := range fieldsOf(t) {
		inner, at := f.typ, fieldPath(path, f.name)
		switch inner.Kind() {
		case reflect.Pointer:
			inner = inner.Elem()
		case reflect.Slice:
			inner, at = inner.Elem(), at+"[]"
		default: // a struct by itself, or no struct
		}
		if inner.Kind() != reflect.Struct || isScalar(inner) || f.ofProgram {
			continue
		}
		if found := findName(name, inner, at, seen); found != "" {
			return found
		}
	}
	return ""
}
