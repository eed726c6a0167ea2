package provider

import (
	"slices"
	"strings"
)

// ErrorCode classifies one vendor code, or a family of them.
type ErrorCode struct {
	// Code is a whole code ("OperationDenied.NoStock"), a family
	// ("Throttling.*", matched on the dot) or an ending ("*.NotFound").
	Code string

	Kind error // one of the package's sentinels

	// Unknown reports that a create answered with this code may have taken effect. Without it
	// the code proves that nothing was done.
	Unknown bool

	// Temporary is copied to [APIError.Temporary].
	Temporary bool

	// Lasting is copied to [APIError.Lasting].
	Lasting bool

	// TokenDead is copied to [APIError.TokenDead].
	TokenDead bool

	// Stock is copied to [APIError.Stock].
	Stock StockScope

	// Remark is for the documentation: other meanings of the code.
	Remark string
}

// ErrorTable maps a vendor's codes to sentinels. Whole codes are tried first, then the longest
// family, then the longest ending. So an authentication code wins over its ".NotFound" ending.
// It is immutable and safe for concurrent use.
type ErrorTable struct {
	rows     []ErrorCode
	exact    map[string]ErrorCode
	families map[string]ErrorCode // without ".*"
	endings  map[string]ErrorCode // without "*."
}

// NewErrorTable builds a table. It panics when a code is listed twice; the first test of an
// adapter shows that.
func NewErrorTable(rows []ErrorCode) *ErrorTable {
	t := &ErrorTable{
		rows:     slices.Clone(rows),
		exact:    map[string]ErrorCode{},
		families: map[string]ErrorCode{},
		endings:  map[string]ErrorCode{},
	}
	for _, r := range rows {
		m, key := t.exact, r.Code
		if f, ok := strings.CutSuffix(r.Code, ".*"); ok {
			m, key = t.families, f
		} else if e, ok := strings.CutPrefix(r.Code, "*."); ok {
			m, key = t.endings, e
		}
		if _, dup := m[key]; dup {
			panic("provider: error code listed twice: " + r.Code)
		}
		m[key] = r
	}
	return t
}

// Lookup finds the row for a code; ok is false when the table does not know it.
func (t *ErrorTable) Lookup(code string) (row ErrorCode, ok bool) {
	if row, ok = t.exact[code]; ok {
		return row, true
	}
	for f := code; ; {
		i := strings.LastIndexByte(f, '.')
		if i < 0 {
			break
		}
		f = f[:i]
		if row, ok = t.families[f]; ok {
			return row, true
		}
	}
	for e := code; ; {
		var dot bool
		if _, e, dot = strings.Cut(e, "."); !dot {
			return ErrorCode{}, false
		}
		if row, ok = t.endings[e]; ok {
			return row, true
		}
	}
}

// Rows returns the table as it was written, for documentation.
func (t *ErrorTable) Rows() []ErrorCode { return slices.Clone(t.rows) }
