package main

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// lines returns the API of a package, sorted, each line once.
func lines(pkg *types.Package) []string {
	l := &lister{pkg: pkg}
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		if obj := scope.Lookup(name); obj.Exported() {
			l.object(obj)
		}
	}
	slices.Sort(l.out)
	return slices.Compact(l.out)
}

// lister collects the lines of one package.
type lister struct {
	pkg *types.Package
	out []string
}

func (l *lister) add(format string, args ...any) { l.out = append(l.out, fmt.Sprintf(format, args...)) }

func (l *lister) object(obj types.Object) {
	switch obj := obj.(type) {
	case *types.Const:
		l.add("const %s %s = %s", obj.Name(), l.text(obj.Type()), obj.Val().ExactString())
	case *types.Var:
		l.add("var %s %s", obj.Name(), l.text(obj.Type()))
	case *types.Func:
		l.add("func %s%s", obj.Name(), l.signature(obj.Signature()))
	case *types.TypeName:
		l.typeName(obj)
	}
}

// typeName lists a type with its fields and methods. An alias is followed: what it stands for is
// part of the API under this name, also where that type is in an internal package.
func (l *lister) typeName(obj *types.TypeName) {
	name := obj.Name()
	if alias, ok := obj.Type().(*types.Alias); ok {
		l.add("type %s = %s", name, l.text(alias.Rhs()))
	}
	named, ok := types.Unalias(obj.Type()).(*types.Named)
	if !ok {
		l.underlying(name, obj.Type().Underlying())
		return
	}
	l.underlying(name+l.typeParams(named.TypeParams()), named.Underlying())
	if types.IsInterface(named) {
		return // its methods are part of its line
	}
	pointer := types.NewPointer(named)
	byValue := types.NewMethodSet(named)
	for selection := range types.NewMethodSet(pointer).Methods() {
		method, ok := selection.Obj().(*types.Func)
		if !ok || !method.Exported() {
			continue
		}
		receiver := name
		if byValue.Lookup(method.Pkg(), method.Name()) == nil {
			receiver = "*" + name
		}
		l.add("method (%s) %s%s", receiver, method.Name(), l.signature(method.Signature()))
	}
}

// underlying lists what a type is made of.
func (l *lister) underlying(name string, t types.Type) {
	switch t := t.(type) {
	case *types.Struct:
		l.structure(name, t)
	case *types.Interface:
		l.contract(name, t)
	default:
		l.add("type %s %s", name, l.text(t))
	}
}

// structure lists the exported fields of a struct. The mark of hidden fields belongs to the API:
// a struct without them can be converted, and written without the names of its fields.
func (l *lister) structure(name string, t *types.Struct) {
	hidden := ""
	for i := range t.NumFields() {
		field, tag := t.Field(i), ""
		if !field.Exported() {
			hidden = " { hidden fields }"
			continue
		}
		if t.Tag(i) != "" {
			tag = " `" + t.Tag(i) + "`"
		}
		kind := ""
		if field.Embedded() {
			kind = "embedded "
		}
		l.add("type %s struct, %s%s %s%s", name, kind, field.Name(), l.text(field.Type()), tag)
	}
	l.add("type %s struct%s", name, hidden)
}

// contract lists an interface with its methods in the first line too: a further method breaks
// everybody who implements it.
func (l *lister) contract(name string, t *types.Interface) {
	var methods []string
	for method := range t.Methods() {
		if !method.Exported() {
			methods = append(methods, "hidden methods")
			continue
		}
		methods = append(methods, method.Name())
		l.add("type %s interface, %s%s", name, method.Name(), l.signature(method.Signature()))
	}
	slices.Sort(methods)
	l.add("type %s interface { %s }", name, strings.Join(slices.Compact(methods), ", "))
}
