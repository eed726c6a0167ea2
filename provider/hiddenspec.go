package provider

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// hiddenSpec holds a spec, which has secrets, for the code that needs it. Printing, logging
// and encoding show nothing of the spec. It is a function because package fmt calls no methods
// of an unexported field, but cannot print the contents of a function. Nil means no spec.
type hiddenSpec func() *RunInstancesSpec

// hide returns the spec as a hiddenSpec. The spec must not be changed afterwards.
func hide(spec *RunInstancesSpec) hiddenSpec {
	return func() *RunInstancesSpec { return spec }
}

// String returns "[redacted]", or "" when there is no spec.
func (h hiddenSpec) String() string {
	if h == nil {
		return ""
	}
	return specs.Redacted
}

// GoString returns the redacted form.
func (h hiddenSpec) GoString() string { return h.String() }

// Format writes the redacted form for every verb.
func (h hiddenSpec) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, h.String()) }

// LogValue returns the redacted form.
func (h hiddenSpec) LogValue() slog.Value { return slog.StringValue(h.String()) }

// MarshalJSON returns the redacted form.
func (h hiddenSpec) MarshalJSON() ([]byte, error) { return []byte(`"` + h.String() + `"`), nil }
