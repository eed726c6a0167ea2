// Package overhead measures, in benchmarks, what this library adds to a call: its
// tests compare calls through every adapter with the same calls through the vendor's
// SDK alone. It is used by tests only.
package overhead

import (
	"maps"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Specs has a benchmark for each spec: every check that a client makes before a
// create, and the translation. It reports CPU time as cpu-ns/op.
func Specs(b *testing.B, specs map[string]*provider.RunInstancesSpec, d interface {
	provider.Driver
	provider.RunValidator
}, translate func(*provider.RunInstancesSpec) error,
) {
	b.Helper()
	support := d.Support()
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		spec := specs[name]
		b.Run("spec="+name, func(b *testing.B) {
			b.ReportAllocs()
			start := CPUTime()
			for b.Loop() {
				for _, err := range []error{spec.Validate(), support.Check(spec), d.ValidateRun(spec), translate(spec)} {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(CPUTime()-start)/float64(b.N), "cpu-ns/op")
		})
	}
}
