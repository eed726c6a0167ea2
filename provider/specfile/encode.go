package specfile

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yunfan-cloud/yunfan/provider"
)

// encoder makes the tree of a file.
type encoder struct {
	*problems
	file     *File
	inVendor bool
	inMap    bool
}

// form returns the tree of the file.
func (e *encoder) form() *node {
	f := e.file
	form := fileForm{Version: version, File: *f}
	root := e.fields("", reflect.ValueOf(&form).Elem())
	if root.find("spec") == nil {
		root.put("spec", &node{kind: fieldsNode})
	}
	return root
}

// value returns the tree of a value. It returns nil for a value that is left out. There reports
// that a value counts as set even if it is zero: an item, an entry, the target of a pointer.
func (e *encoder) value(path string, v reflect.Value, there bool) *node {
	t := v.Type()
	mayBeSecret := e.inMap && t.Kind() == reflect.String
	isSecret := t == secretType || t == userDataType || mayBeSecret
	switch {
	case isSecret:
		return e.secret(path, v, there)
	case t == vendorsType:
		return e.options(path, v.Interface().([]provider.VendorOption))
	case t.Kind() == reflect.Map:
		return e.entries(path, v, there)
	case t.Kind() == reflect.Slice:
		return e.items(path, v, there)
	case t.Kind() == reflect.Struct && !isScalar(t):
		n := e.fields(path, v) // also of a zero struct: a secret inside may be kept out
		if len(n.members) == 0 && !there {
			return nil
		}
		return n
	case !there && v.IsZero():
		return nil
	case t.Kind() == reflect.Pointer && v.IsNil():
		e.add(place{}, path, "is nil in a list or map")
		return nil
	case t.Kind() == reflect.Pointer:
		return e.value(path, v.Elem(), true)
	default:
		return e.scalar(path, v)
	}
}

func (e *encoder) fields(path string, v reflect.Value) *node {
	n := &node{kind: fieldsNode}
	for _, f := range fieldsOf(v.Type()) {
		at := fieldPath(path, f.name)
		switch value := v.FieldByIndex(f.index); {
		case !f.ofProgram:
			if child := e.value(at, value, false); child != nil {
				n.put(f.name, child)
			}
		case e.inVendor && !value.IsZero():
			e.add(place{}, at, "cannot be in a file: %v", f.typ)
		}
	}
	return n
}

func (e *encoder) items(path string, v reflect.Value, there bool) *node {
	if v.Len() == 0 && !there {
		return nil
	}
	n := &node{kind: listNode}
	for i := range v.Len() {
		if item := e.value(itemPath(path, i), v.Index(i), true); item != nil {
			n.items = append(n.items, item)
		}
	}
	return n
}

func (e *encoder) entries(path string, v reflect.Value, there bool) *node {
	if v.IsNil() && !there {
		return nil
	}
	outside := e.inMap
	e.inMap = e.inVendor
	defer func() { e.inMap = outside }()
	n := &node{kind: fieldsNode}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	for _, k := range keys {
		at := keyPath(path, k.String())
		if !utf8.ValidString(k.String()) {
			e.add(place{}, at, "the key is not a text in UTF-8")
		} else if value := e.value(at, v.MapIndex(k), true); value != nil {
			n.put(k.String(), value)
		}
	}
	return n
}

// options returns the tree of the options of clouds, sorted by cloud.
func (e *encoder) options(path string, list []provider.VendorOption) *node {
	byCloud := map[string]*node{}
	e.inVendor = true
	defer func() { e.inVendor = false }()
	for i, o := range list {
		at := itemPath(path, i)
		v := reflect.Indirect(reflect.ValueOf(o))
		switch {
		case !v.IsValid() || v.Kind() != reflect.Struct:
			e.add(place{}, at, "is nil, or no struct")
			continue
		case byCloud[o.VendorName()] != nil:
			e.add(place{}, at, "a second value for %s", o.VendorName())
			continue
		}
		byCloud[o.VendorName()] = e.fields(fieldPath(path, o.VendorName()), v)
	}
	if len(byCloud) == 0 {
		return nil
	}
	n := &node{kind: fieldsNode}
	for _, name := range sortedKeys(byCloud) {
		n.put(name, byCloud[name])
	}
	return n
}

// scalar returns a single value.
func (e *encoder) scalar(path string, v reflect.Value) *node {
	switch value := v.Interface().(type) {
	case time.Time:
		text, err := value.MarshalText()
		n := e.text(path, string(text), err == nil, "is not a time that RFC 3339 can write")
		n.bare = true
		return n
	case netip.Addr:
		n := e.text(path, value.String(), value.IsValid(), "an address is missing")
		n.bare = value.Is4() // that of IPv6 may end in a colon
		return n
	case time.Duration:
		return &node{kind: textNode, text: durationText(value), bare: true}
	}
	switch v.Kind() {
	case reflect.String:
		unknown := unknownWord(v.String(), enums[v.Type()])
		if unknown != "" {
			e.add(place{}, path, "%s", unknown)
		}
		return e.text(path, v.String(), utf8.ValidString(v.String()), "is not a text in UTF-8")
	case reflect.Bool:
		return &node{kind: boolNode, text: strconv.FormatBool(v.Bool())}
	case reflect.Float64:
		text := strconv.FormatFloat(v.Float(), 'g', -1, 64)
		if !numberForm.MatchString(text) {
			e.add(place{}, path, "%s is not a number that files can hold", text)
		}
		return &node{kind: numberNode, text: text}
	default:
		return &node{kind: numberNode, text: strconv.FormatInt(v.Int(), 10)}
	}
}

// text returns a text, after a problem if it is not right.
func (e *encoder) text(path, text string, right bool, problem string) *node {
	if !right {
		e.add(place{}, path, "%s", problem)
	}
	return &node{kind: textNode, text: text}
}

// secret returns the reference of a secret.
func (e *encoder) secret(path string, v reflect.Value, there bool) *node {
	value := textOf(v)
	reference, has := e.file.References[path]
	read, wasRead := e.file.read[path]
	asRead := wasRead && read.reference == reference
	plain, isPlain := strings.CutPrefix(reference, plainPrefix)
	isStale := !has || wasRead // there is no reference, or the secret that it named was cleared
	problem := ""
	switch {
	case value == "" && e.inMap && !has:
		reference = plainPrefix // nothing is no secret
	case value == "" && !there && isStale:
		return nil
	case !has:
		problem = fmt.Sprintf("is a secret without a reference: put one into References[%q], such as env:NAME", path)
	case isPlain && !e.inMap:
		problem = "a secret cannot be plain: its reference must be one like env:NAME or file:PATH"
	case isPlain && secretName.MatchString(lastKey(path)):
		problem = "the name is that of a secret, which cannot be plain: its reference must be one like env:NAME"
	case asRead && read.value() != value, isPlain && plain != value:
		problem = "has another value than its reference: give it a new one"
	case !isPlain && !isReference(reference):
		problem = "its reference must be one like env:NAME or file:PATH"
	}
	if problem != "" {
		e.add(place{}, path, "%s", problem)
	}
	return e.text(path, reference, utf8.ValidString(reference), "its reference is not a text in UTF-8")
}

// isReference reports whether a text has the form of a reference of any kind.
func isReference(text string) bool {
	scheme, rest, found := strings.Cut(text, ":")
	return found && rest != "" && schemeForm.MatchString(scheme)
}

// sortedKeys returns the keys of a map, sorted.
func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
