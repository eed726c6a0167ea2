package fleet

import (
	"fmt"
	"strings"
)

// Step is the argument of every activity.
type Step struct {
	Operation string
	Account   string
	File      string
	Count     int

	// Of Shrink: how many of the first instances of the operation stay, and how many the group
	// had until then.
	Keep, Kept int
}

// Made is what the creates of an operation have come to.
type Made struct {
	Count   int    // instances that the cloud accepted
	Open    bool   // more may follow, or may exist without a known ID
	Problem string // why Count is not what was asked for
}

// Ready is what a wait for an operation has come to.
type Ready struct {
	Count   int // instances of the operation; a launch that failed may have been replaced
	Ready   int // of these, how many run
	Problem string
}

// Left are instances that a release could not release.
type Left struct {
	Operation string
	Account   string
	Region    string
	Count     int      // how many are left; 0 when not known, because no attempt came that far
	IDs       []string // the first 100 of them
	Reason    string
}

// maxLeft keeps the failure of a workflow small: Temporal cuts long ones.
const maxLeft = 100

// String says what is left of an operation and why.
func (l Left) String() string {
	what := "an unknown number of instances"
	if l.Count > 0 {
		what = fmt.Sprintf("%d instances (%s)", l.Count, strings.Join(l.IDs, ", "))
	}
	return fmt.Sprintf("%s of operation %s in account %s: %s", what, l.Operation, l.Account, l.Reason)
}
