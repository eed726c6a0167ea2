package specfile

import (
	"reflect"
	"strings"
)

// nearest returns the name that a word is most likely meant to be. It returns "" when no name is
// near: case, "_" and "-" do not count, and a few letters may be wrong.
func nearest(word string, names []string) string {
	const longest = 64 // longer words are no slip of the keyboard
	if len(word) > longest {
		return ""
	}
	plain := plainWord(word)
	best, least := "", 1+max(1, len(plain)/4)
	for _, name := range names {
		if d := distance(plain, plainWord(name)); d < least {
			best, least = name, d
		}
	}
	return best
}

func plainWord(word string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(word))
}

// distance is how many letters have to be inserted, removed or replaced to make b of a. Two
// letters in the wrong order count once.
func distance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

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
