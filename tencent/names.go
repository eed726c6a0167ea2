package tencent

import (
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider"
)

// NumberNames writes CVM's own pattern into the names, {R:x,F:y}: number from x
// on, with zeros up to y digits. Three digits are the least, as in a create of
// its own; all names of a larger operation have as many as its last one.
func (d *driver) NumberNames(spec *provider.RunInstancesSpec, first, last int) {
	pattern := fmt.Sprintf("{R:%d,F:%d}", first, max(3, len(fmt.Sprint(last))))
	for _, name := range []*string{&spec.Name, &spec.HostName} {
		if *name != "" {
			*name += pattern
		}
	}
	spec.UniqueSuffix = false
}
