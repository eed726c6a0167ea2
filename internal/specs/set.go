package specs

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// Set holds the set fields of a spec, sorted by path. [Shape.Set] makes it.
type Set []setLeaf

// Extra is a value that belongs to the set but not to the spec. It has its own path.
type Extra struct {
	Path  string
	Value any
}

// Set returns the set fields of a spec, a struct, and of the values beside it. Empty and
// absent mean the same, except behind a pointer, where presence is a choice. Zero fields are
// left out. So a field that a later version of this library adds does not change the hashes of
// specs that do not use it, and an upgrade does not break operations in progress.
func (s *Shape) Set(spec reflect.Value, beside ...Extra) Set {
	w := leafWalk{shape: s}
	w.value(spec, false)
	for i := range beside {
		w.field(beside[i].Path, reflect.ValueOf(beside[i].Value))
	}
	w.sort(0)
	return w.leaves
}

// Hash identifies the set, without the values of its secrets: a hash of those could be
// guessed.
func (s Set) Hash() string { return hex.EncodeToString(sumOf(s)[:16]) }

// Print returns the print of the set. Its digests are keyed with the salt: digests of
// different salts cannot be compared.
func (s Set) Print(salt string) Print {
	mac := hmac.New(sha256.New, []byte(salt))
	p := make(Print, len(s))
	var text, sum []byte
	for i := range s {
		l := &s[i]
		if l.secret {
			p[l.path] = isThere
			continue
		}
		text = l.appendTo(text[:0])
		mac.Reset()
		_, _ = mac.Write(text)
		sum = mac.Sum(sum[:0])
		p[l.path] = base64.RawURLEncoding.EncodeToString(sum[:6])
	}
	return p
}

// setLeaf is a leaf of a spec that is set. The hash and the print are made of these.
type setLeaf struct {
	path   string
	text   string // its value; not that of a secret
	secret bool
}

// appendTo appends the leaf. No two leaves have the same bytes.
func (l *setLeaf) appendTo(b []byte) []byte {
	for _, text := range []string{l.path, l.text} {
		b = append(strconv.AppendInt(b, int64(len(text)), 10), ':')
		b = append(b, text...)
	}
	return b
}

// maxInside is how many leaves of a list or map are separate. A list or map with more is a
// single leaf: tokens hold the print of a spec, and some specs hold an address for each of
// thousands of instances. It must not change, because hashes in tokens depend on it.
const maxInside = 48

// leafWalk collects leaves.
type leafWalk struct {
	shape  *Shape
	leaves []setLeaf
	path   []byte
	depth  int
	vendor bool // inside vendor options
	raw    bool // inside a map of them: the values of raw parameters are secrets
}

// add adds the leaf at the current path.
func (w *leafWalk) add(text string) {
	l := setLeaf{path: string(w.path), text: text, secret: w.raw && text != ""}
	if l.secret {
		l.text = isThere
	}
	w.leaves = append(w.leaves, l)
}

// field walks a field of the struct at the path.
func (w *leafWalk) field(name string, v reflect.Value) {
	n := len(w.path)
	w.path = appendField(w.path, name)
	w.value(v, false)
	w.path = w.path[:n]
}

// value walks a value. There reports that the value counts as set even if it is zero: the
// target of a pointer, an item or an entry.
func (w *leafWalk) value(v reflect.Value, there bool) {
	w.depth++
	defer func() { w.depth-- }()
	switch {
	case w.depth > maxNesting: // options that contain themselves
	case v.Type() == w.shape.Options:
		w.options(v)
	case v.Type() == w.shape.Secret, v.Type() == w.shape.Data:
		w.secret(v.Len() > 0, there)
	default:
		if text, ok := leafText(v); !ok {
			w.container(v, there)
		} else if there || text != "" {
			w.add(text)
		}
	}
}

// secret adds a secret without its value.
func (w *leafWalk) secret(set, there bool) {
	switch {
	case set:
		w.leaves = append(w.leaves, setLeaf{path: string(w.path), text: isThere, secret: true})
	case there:
		w.add("")
	}
}

// container walks the contents of a value.
func (w *leafWalk) container(v reflect.Value, there bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			w.value(v.Elem(), true)
		} else if there {
			w.add("\x00") // a nil item differs from an empty item
		}
		return
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if !v.IsNil() {
			w.add(v.Type().String()) // another in every process
		}
		return
	default:
	}
	if there {
		w.add("")
	}
	first := len(w.leaves)
	switch v.Kind() {
	case reflect.Struct:
		w.fields(v)
	case reflect.Map:
		w.entries(v)
		w.fold(first)
	default:
		w.items(v)
		w.fold(first)
	}
}

func (w *leafWalk) fields(v reflect.Value) {
	t := v.Type()
	for i := range t.NumField() {
		if f := t.Field(i); isReadable(f) {
			w.field(f.Name, v.Field(i))
		}
	}
}

func (w *leafWalk) items(v reflect.Value) {
	n := len(w.path)
	for i := range v.Len() {
		w.path = appendIndex(w.path, i)
		w.value(v.Index(i), true)
		w.path = w.path[:n]
	}
}

func (w *leafWalk) entries(v reflect.Value) {
	n, outside := len(w.path), w.raw
	w.raw = w.raw || w.vendor
	for iter := v.MapRange(); iter.Next(); {
		key, ok := leafText(iter.Key())
		if !ok {
			key = fmt.Sprint(iter.Key())
		}
		w.path = appendKey(w.path, key)
		w.value(iter.Value(), true)
		w.path = w.path[:n]
	}
	w.raw = outside
}

// options walks vendor options by name. Their order does not matter, nor whether they are
// behind a pointer.
func (w *leafWalk) options(list reflect.Value) {
	n, outside := len(w.path), w.vendor
	w.vendor = true
	for i := range list.Len() {
		v := reflect.Indirect(list.Index(i).Elem())
		if !v.IsValid() {
			continue
		}
		w.path = appendKey(w.path, vendorName(list.Index(i)))
		w.add(v.Type().String())
		own := reflect.New(v.Type()).Elem() // with the methods of its pointer
		own.Set(v)
		w.value(own, false)
		w.path = w.path[:n]
	}
	w.vendor = outside
}

// fold replaces the leaves from first on by one leaf, if they are too many.
func (w *leafWalk) fold(first int) {
	if len(w.leaves)-first <= maxInside {
		return
	}
	w.sort(first)
	sum := sumOf(w.leaves[first:])
	w.leaves = append(w.leaves[:first], setLeaf{path: string(w.path), text: string(sum)})
}

func (w *leafWalk) sort(first int) {
	slices.SortStableFunc(w.leaves[first:], func(a, b setLeaf) int { return cmp.Compare(a.path, b.path) })
}

// sumOf returns one digest of many leaves.
func sumOf(leaves []setLeaf) []byte {
	text := make([]byte, 0, 4096)
	for i := range leaves {
		text = leaves[i].appendTo(text)
	}
	sum := sha256.Sum256(text)
	return sum[:]
}
