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

	IgnoreLate bool // of Release: see Timing
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
	Count     int      // how many are left whose IDs are known
	IDs       []string // the first 100 of them
	Unknown   int      // how many more may exist, of creates without an answer
	Reason    string
}

// maxLeft keeps the failure of a workflow small: Temporal cuts long ones.
const maxLeft = 100

// String says what is left of an operation and why.
func (l Left) String() string {
	return fmt.Sprintf("%d instances (%s) and up to %d without a known ID, of operation %s in account %s: %s",
		l.Count, strings.Join(l.IDs, ", "), l.Unknown, l.Operation, l.Account, l.Reason)
}
