package provider

import (
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/codes"
)

// ErrorCode classifies one vendor code, or a family of them. A row is a statement about money:
// without Unknown it says that the code proves that nothing was done. List only the codes of
// which the vendor's documents say so; a code that is not listed leaves the outcome of a create
// open.
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
	rows  []ErrorCode
	codes codes.Table[ErrorCode]
}

// NewErrorTable builds a table. It panics when a code is listed twice; the first test of an
// adapter shows that.
func NewErrorTable(rows []ErrorCode) *ErrorTable {
	t := &ErrorTable{rows: slices.Clone(rows)}
	for _, r := range rows {
		if !t.codes.Add(r.Code, r) {
			panic("provider: error code listed twice: " + r.Code)
		}
	}
	return t
}

// Lookup finds the row for a code; ok is false when the table does not know it.
func (t *ErrorTable) Lookup(code string) (row ErrorCode, ok bool) { return t.codes.Find(code) }

// Rows returns the table as it was written, for documentation.
func (t *ErrorTable) Rows() []ErrorCode { return slices.Clone(t.rows) }
