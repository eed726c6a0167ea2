package filestore

import (
	"fmt"
	"strings"
)

// Directories of operations. Some file systems do not tell upper case from lower case, and some
// names are reserved.
const prefix = "op-"

// fileName returns the name of the directory of an operation.
func fileName(id string) (string, error) {
	var b strings.Builder
	b.WriteString(prefix)
	for _, r := range id {
		switch {
		case r >= 'A' && r <= 'Z':
			b.WriteByte('=')
			b.WriteRune(r - 'A' + 'a')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			b.WriteRune(r)
		default:
			return "", fmt.Errorf("filestore: the ID %q has other characters than letters, digits, - and _", id)
		}
	}
	if id == "" || len(id) > 64 {
		return "", fmt.Errorf("filestore: the ID %q is empty or longer than 64 characters", id)
	}
	return b.String(), nil
}

// idOf returns the operation of a directory.
func idOf(name string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return "", false
	}
	var b strings.Builder
	upper := false
	for _, r := range rest {
		switch {
		case r == '=':
			upper = true
			continue
		case upper:
			r, upper = r-'a'+'A', false
		}
		b.WriteRune(r)
	}
	return b.String(), true
}
