// Package codes finds the row of a table for a vendor's code. A row is for a whole code
// ("OperationDenied.NoStock"), for a family ("Throttling.*", matched on the dot) or for an
// ending ("*.NotFound"). What a row says is its user's.
package codes

import "strings"

// Table holds rows by their codes. The zero value is empty. It is safe for concurrent use
// once it is filled.
type Table[R any] struct {
	exact    map[string]R
	families map[string]R // without ".*"
	endings  map[string]R // without "*."
}

// Add adds a row. It returns false, and changes nothing, when the table has a row for that
// code, family or ending.
func (t *Table[R]) Add(code string, row R) bool {
	m, key := &t.exact, code
	if family, ok := strings.CutSuffix(code, ".*"); ok {
		m, key = &t.families, family
	} else if ending, ok := strings.CutPrefix(code, "*."); ok {
		m, key = &t.endings, ending
	}
	if _, twice := (*m)[key]; twice {
		return false
	}
	if *m == nil {
		*m = map[string]R{}
	}
	(*m)[key] = row
	return true
}

// Find returns the row for a code; ok is false when the table does not know it. Whole codes
// are tried first, then the longest family, then the longest ending.
func (t *Table[R]) Find(code string) (row R, ok bool) {
	if row, ok = t.exact[code]; ok {
		return row, true
	}
	for family := code; ; {
		i := strings.LastIndexByte(family, '.')
		if i < 0 {
			break
		}
		family = family[:i]
		if row, ok = t.families[family]; ok {
			return row, true
		}
	}
	for ending, dot := code, true; dot; {
		if _, ending, dot = strings.Cut(ending, "."); dot {
			if row, ok = t.endings[ending]; ok {
				return row, true
			}
		}
	}
	return row, false
}
