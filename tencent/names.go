package tencent

import (
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
)

// NumberNames implements [provider.NameNumberer]. It writes CVM's own pattern into the names, so
// that a create numbers its instances from first on. A pattern that the caller has written stays
// as it is.
func (d *driver) NumberNames(spec *provider.RunInstancesSpec, first, last int) {
	if !spec.UniqueSuffix {
		return
	}
	for _, name := range []*string{&spec.Name, &spec.HostName} {
		if *name != "" {
			*name += numberPattern(first, last)
		}
	}
	spec.UniqueSuffix = false
}

// numberPattern returns {R:x,F:y}: numbers from x on, with zeros up to y digits.
func numberPattern(first, last int) string {
	return fmt.Sprintf("{R:%d,F:%d}", first, digitsOf(last))
}

// digitsOf returns how many digits all numbers of an operation have: three, as in a create of its
// own, or as many as the last one has.
func digitsOf(last int) int { return max(3, len(fmt.Sprint(last))) }
