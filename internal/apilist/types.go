package main

import (
	"fmt"
	"go/types"
	"strings"
)

// text returns a type as the package would write it. Names of parameters are left out: to
// change one breaks nothing.
func (l *lister) text(t types.Type) string {
	switch t := t.(type) {
	case *types.Pointer:
		return "*" + l.text(t.Elem())
	case *types.Slice:
		return "[]" + l.text(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), l.text(t.Elem()))
	case *types.Map:
		return "map[" + l.text(t.Key()) + "]" + l.text(t.Elem())
	case *types.Signature:
		return "func" + l.signature(t)
	case *types.Named:
		return l.qualified(t.Obj()) + l.typeArgs(t.TypeArgs())
	default:
		return types.TypeString(t, l.name)
	}
}

// name is the name of another package, as code writes it.
func (l *lister) name(other *types.Package) string {
	if other == l.pkg {
		return ""
	}
	return other.Name()
}

// qualified returns the name of a type, as code writes it.
func (l *lister) qualified(obj *types.TypeName) string {
	if obj.Pkg() == nil || l.name(obj.Pkg()) == "" { // error has no package
		return obj.Name()
	}
	return obj.Pkg().Name() + "." + obj.Name()
}

// typeArgs returns the arguments of a generic type, such as "[Instance, error]".
func (l *lister) typeArgs(args *types.TypeList) string {
	if args.Len() == 0 {
		return ""
	}
	var list []string
	for arg := range args.Types() {
		list = append(list, l.text(arg))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// typeParams returns the parameters of a generic type or function.
func (l *lister) typeParams(params *types.TypeParamList) string {
	if params.Len() == 0 {
		return ""
	}
	var list []string
	for param := range params.TypeParams() {
		list = append(list, param.Obj().Name()+" "+l.text(param.Constraint()))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// signature returns parameters and results.
func (l *lister) signature(s *types.Signature) string {
	text := l.typeParams(s.TypeParams()) + "(" + l.tuple(s.Params(), s.Variadic()) + ")"
	results := l.tuple(s.Results(), false)
	switch s.Results().Len() {
	case 0:
		return text
	case 1:
		return text + " " + results
	}
	return text + " (" + results + ")"
}

func (l *lister) tuple(t *types.Tuple, variadic bool) string {
	var list []string
	for v := range t.Variables() {
		list = append(list, l.text(v.Type()))
	}
	if last := len(list) - 1; variadic {
		list[last] = "..." + strings.TrimPrefix(list[last], "[]")
	}
	return strings.Join(list, ", ")
}
