package overhead

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Unhurried are options with budgets that keep count and hold up nobody.
func Unhurried() *provider.Options {
	r := provider.Rate{Calls: 1e6, Per: time.Second}
	return &provider.Options{Rates: map[provider.API]provider.Rate{provider.APIRunInstances: r, provider.APIDescribeInstances: r, provider.AnyAPI: r}}
}

// Describe reads the servers through a client, and wants all hundred of them.
func Describe(ctx context.Context, c *provider.Client, ids []string) error {
	n := 0
	for _, err := range c.DescribeInstances(ctx, provider.Query{IDs: ids}) {
		if err != nil {
			return err
		}
		n++
	}
	return Hundred(n)
}

// Hundred is an error unless n is 100.
func Hundred(n int) error {
	if n != 100 {
		return fmt.Errorf("the answer describes %d servers, want 100", n)
	}
	return nil
}

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
