package specfile

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/nearest"
	"github.com/yunfan-cloud/yunfan/provider"
)

// decoder fills Go values from the tree of a file. It goes on after a problem, so that all
// problems are told together.
type decoder struct {
	*problems
	vault      *vault
	vendors    map[string]reflect.Type
	form       reflect.Type
	base       string                   // path of the File that is being read
	references map[string]string        // of its secrets, by path inside of it
	read       map[string]readSecret    // its secrets that were read, by path inside of it
	places     map[string]place         // of every value, by path
	known      map[reflect.Type][]field // of the structs so far: a list may have thousands
	inVendor   bool                     // inside the options of a cloud
	inMap      bool                     // inside a map of these
}

// value fills v from a node. A problem leaves v, or a part of it, as it was.
func (d *decoder) value(path string, n *node, v reflect.Value) {
	d.places[path] = n.at
	t := v.Type()
	switch {
	case n.kind == badNode:
	case t == treeType:
		v.Set(reflect.ValueOf(n))
	case n.kind == nullNode:
		d.add(n.at, path, "has no value: %s", noValue(t))
	case t == secretType, t == userDataType, d.inMap && t.Kind() == reflect.String:
		d.secret(path, n, v)
	case t == vendorsType:
		d.options(path, n, v)
	case t.Kind() == reflect.Pointer:
		target := reflect.New(t.Elem())
		d.value(path, n, target.Elem())
		v.Set(target)
	case t.Kind() == reflect.Struct && !isScalar(t):
		d.fields(path, n, v)
	case t.Kind() == reflect.Slice:
		d.items(path, n, v)
	case t.Kind() == reflect.Map:
		d.entries(path, n, v)
	default:
		d.scalar(path, n, v)
	}
}

// noValue says what to do about a field without a value.
func noValue(t reflect.Type) string {
	if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
		return "leave it out, or write {} for the defaults of the cloud"
	}
	return "leave it out, or give it one"
}

// wants adds a problem unless the node is of a kind. What is the kind in words.
func (d *decoder) wants(path string, n *node, k kind, what string) bool {
	if n.kind == k {
		return true
	}
	got := string(n.kind)
	if n.kind == textNode {
		got = "a text"
	}
	d.add(n.at, path, "want %s, not %s", what, got)
	return false
}

// fields fills a struct.
func (d *decoder) fields(path string, n *node, v reflect.Value) {
	if !d.wants(path, n, fieldsNode, "fields") {
		return
	}
	if at, ok := embeddedFile(v.Type()); ok {
		defer d.enterFile(path, n, v.Field(at))()
	}
	list := d.fieldsOf(v.Type())
	seen := map[string]place{}
	for _, m := range n.members {
		f, ok := fieldNamed(list, m.key)
		switch {
		case d.isRepeated(shownPath(path, m), m, seen), path == "" && m.key == "$schema":
		case !ok:
			d.add(m.at, shownPath(path, m), "unknown field%s", d.hint(path, m.key, n, list))
		case f.ofProgram:
			d.add(m.at, fieldPath(path, f.name), "is set by the program: files do not have it")
		default:
			d.value(fieldPath(path, f.name), m.value, v.FieldByIndex(f.index))
		}
	}
}

// fieldsOf returns the fields of a struct type.
func (d *decoder) fieldsOf(t reflect.Type) []field {
	list, ok := d.known[t]
	if !ok {
		list = fieldsOf(t)
		d.known[t] = list
	}
	return list
}

// nameForm matches keys that are shown although no field has this name.
var nameForm = regexp.MustCompile(`^[A-Za-z$][A-Za-z0-9_-]{0,63}$`)

// shownPath returns the path of a key that may be unknown. A key that does not look like a name
// is left out, because a secret is in it when the blank after a colon is missing:
// {password:secret}.
func shownPath(path string, m member) string {
	if nameForm.MatchString(m.key) {
		return fieldPath(path, m.key)
	}
	return path
}

func fieldNamed(list []field, name string) (field, bool) {
	for _, f := range list {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// hint returns what an unknown field of a node was perhaps meant to be.
func (d *decoder) hint(path, key string, n *node, list []field) string {
	if len(d.list) > maxProblems { // not shown, unless the order of the problems changes much
		return ""
	}
	if !nameForm.MatchString(key) {
		return ": a name has letters and digits only, and a value needs a blank after the colon"
	}
	var names []string
	for _, f := range list {
		if !f.ofProgram {
			names = append(names, f.name)
		}
	}
	if name := nearest.Of(key, names); name != "" {
		if n.find(name) == nil {
			d.misspelt = append(d.misspelt, fieldPath(path, name))
		}
		return "; did you mean " + name + "?"
	}
	if at := elsewhere(key, d.form); at != "" {
		return "; did you mean " + at + "?"
	}
	return ""
}

// isRepeated adds a problem when a key was there before.
func (d *decoder) isRepeated(path string, m member, seen map[string]place) bool {
	first, repeated := seen[m.key]
	switch {
	case !repeated:
		seen[m.key] = m.at
	case first.line > 0:
		d.add(m.at, path, "is there twice: the first is in line %d", first.line)
	default:
		d.add(m.at, path, "is there twice")
	}
	return repeated
}

// items fills a list.
func (d *decoder) items(path string, n *node, v reflect.Value) {
	if !d.wants(path, n, listNode, "a list") || len(n.items) == 0 {
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		d.value(itemPath(path, i), item, list.Index(i))
	}
	v.Set(list)
}

// entries fills a map. An empty one is not nil: for tags this is a choice.
func (d *decoder) entries(path string, n *node, v reflect.Value) {
	if !d.wants(path, n, fieldsNode, "keys with values") {
		return
	}
	outside := d.inMap
	d.inMap = d.inVendor
	seen := map[string]place{}
	entries := reflect.MakeMapWithSize(v.Type(), len(n.members))
	for _, m := range n.members {
		if m.value.kind == nullNode { // perhaps {name:secret}: the key is not shown
			d.add(m.at, path, "a key has no value; a value needs a blank after the colon")
			continue
		}
		if d.isRepeated(keyPath(path, m.key), m, seen) {
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(keyPath(path, m.key), m.value, value)
		entries.SetMapIndex(reflect.ValueOf(m.key).Convert(v.Type().Key()), value)
	}
	v.Set(entries)
	d.inMap = outside
}

// options fills the options of clouds.
func (d *decoder) options(path string, n *node, v reflect.Value) {
	if !d.wants(path, n, fieldsNode, "names of clouds with their options") {
		return
	}
	seen := map[string]place{}
	var list []provider.VendorOption
	for _, m := range n.members {
		if d.isRepeated(shownPath(path, m), m, seen) {
			continue
		}
		t := d.vendors[m.key]
		if t == nil {
			d.add(m.at, shownPath(path, m), "%s", d.unknownCloud(m.key))
			continue
		}
		options := reflect.New(structOf(t))
		d.inVendor = true
		d.value(fieldPath(path, m.key), m.value, options.Elem())
		d.inVendor = false
		if t.Kind() != reflect.Pointer {
			options = options.Elem()
		}
		list = append(list, options.Interface().(provider.VendorOption))
	}
	if len(list) > 0 {
		v.Set(reflect.ValueOf(list))
	}
}

// unknownCloud says that a cloud has no options here.
func (d *decoder) unknownCloud(name string) string {
	names := sortedKeys(d.vendors)
	if len(names) == 0 {
		return "this program reads no options of clouds"
	}
	if near := nearest.Of(name, names); near != "" {
		return "unknown cloud; did you mean " + near + "?"
	}
	return "unknown cloud: this program knows " + strings.Join(names, ", ")
}

// secret fills a secret from its reference.
func (d *decoder) secret(path string, n *node, v reflect.Value) {
	if n.kind != textNode {
		d.add(n.at, path, "a secret must be a reference in a text: %s", d.vault.howTo())
		return
	}
	if text, plain := strings.CutPrefix(n.text, plainPrefix); plain && d.inMap && v.Type() != secretType {
		d.plain(path, n, text, v)
		return
	}
	if reason := d.vault.check(n.text); reason != "" {
		if d.inMap {
			reason += ", or plain:VALUE for what is no secret"
		}
		d.add(n.at, path, "%s", reason)
		return
	}
	d.references[d.inFile(path)] = n.text
	if d.vault.o.KeepSecretsOut {
		return
	}
	if err := d.resolve(n.text, v); err != nil {
		d.addCaused(err, n.at, path, n.text+": "+err.Error())
		return
	}
	d.read[d.inFile(path)] = newReadSecret(n.text, textOf(v))
}

// resolve fills a secret with what its reference stands for.
func (d *decoder) resolve(reference string, v reflect.Value) error {
	if v.Type() == userDataType {
		value, err := d.vault.get(reference)
		if err != nil {
			return err
		}
		return v.Addr().Interface().(*provider.UserData).UnmarshalText(value)
	}
	secret, err := d.vault.text(reference)
	v.SetString(secret.Reveal())
	return err
}

// plain fills an entry of a map with a text that is no secret.
func (d *decoder) plain(path string, n *node, text string, v reflect.Value) {
	if secretName.MatchString(lastKey(path)) {
		d.add(n.at, path, "the name is that of a secret, which must not be in the file: %s", d.vault.howTo())
		return
	}
	d.references[d.inFile(path)] = n.text
	v.SetString(text)
	d.read[d.inFile(path)] = newReadSecret(n.text, text)
}

// lastKey returns the key at the end of the path of an entry, with the quotes.
func lastKey(path string) string { return path[strings.LastIndex(path, `["`)+1:] }

// textOf returns a secret, which is a text or bytes.
func textOf(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	return string(v.Bytes())
}
