package provider

import (
	"slices"
	"sync"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/account"
	"github.com/yunfan-cloud/yunfan/internal/creating"
	"github.com/yunfan-cloud/yunfan/internal/journal"
	"github.com/yunfan-cloud/yunfan/internal/ledger"
	"github.com/yunfan-cloud/yunfan/internal/naming"
	"github.com/yunfan-cloud/yunfan/internal/specs"
)

// Operation is a create in progress or done: its IDs, and what is needed to wait for the
// instances, here or in another process. [Client.RunInstances] and [Client.Resume] make one.
// The zero value is not usable. All methods are safe for concurrent use.
//
// A ledger (internal/ledger) holds the requests, the answers and the sightings, without errors
// or texts; a maker (internal/creating) makes what it plans. The files of the operation are,
// from the lowest: operation, marker, token, evidence, plan, record, look, replace, begin,
// explain, recognize, release, name, job, send, mend, await.
type Operation struct {
	c      *Client
	id     string
	run    string // drawn for this run when the ID is the caller's own, see markerOf
	region string
	class  string // what boots alike, for the poller
	hash   string // of the spec, secrets left out; "" until it is needed, see specHash
	print  specs.Print
	owner  string
	opts   RunOptions
	began  time.Time // by the clock of this process; zero when another one began it

	// adopted means that a caller named the instances, which somebody else made: neither their age
	// nor their tags say to whom they belong.
	adopted bool

	spec hiddenSpec // nil when a resumed operation was not given one

	ledger  *ledger.Ledger
	maker   creating.Maker  // of what the ledger plans
	names   naming.Namer    // of instances that have the marker
	journal journal.Journal // of the options; the zero value saves nothing
	held    *held           // in a store; nil without one

	mending account.Mutex // of instances that failed, and of releases

	// noneMade reports that a person has looked for instances of old creates and found none:
	// see [ResumeOptions].
	noneMade bool

	mu       sync.Mutex // guards what follows: what goes with the ledger
	words    []partWords
	problems []error // beside the parts: the journal, names, releases
	tried    []TriedAlternative
	released []string
}

// partWords are the latest answer about one part of the ledger. They are not saved.
type partWords struct {
	answer RunResult
	named  time.Time // when its latest instance was named
}

// creates are the creates of an operation at its cloud.
type creates struct{ op *Operation }

// ID returns the ID of the operation, for logs and for [RunOptions].
func (op *Operation) ID() string { return op.id }

// Region returns the region of the instances.
func (op *Operation) Region() string { return op.region }

// InstanceIDs returns every ID known so far: the requested instances in the order of creation,
// and then those of [Operation.SurplusIDs]. A dry run has none.
func (op *Operation) InstanceIDs() []string { return op.ledger.IDs() }

// SurplusIDs returns the instances beyond the requested number. They are instances of a create
// that was given up and became visible late, or were named by an impossible answer. They are
// in [Operation.InstanceIDs] too.
func (op *Operation) SurplusIDs() []string { return op.ledger.Surplus() }

// Alternative returns the alternative that an instance was created from, counted from 1 in the
// order of [RunOptions].Alternatives, or 0 for the spec itself. The second result is false for
// an instance that the operation does not have.
func (op *Operation) Alternative(instanceID string) (n int, ok bool) {
	i, ok := op.ledger.PartOf(instanceID)
	if !ok {
		return 0, false
	}
	return op.ledger.Part(i).Candidate, true
}

// Answers returns the cloud's answers to the creates, in order: request, order and job IDs,
// for support cases and invoices. They are not part of tokens: a resumed operation has only
// the answers of its own creates.
func (op *Operation) Answers() []RunResult {
	op.mu.Lock()
	defer op.mu.Unlock()
	var out []RunResult
	for i := range op.words {
		a := op.words[i].answer
		if answered := a.RequestID != "" || a.OrderID != "" || len(a.InstanceIDs) > 0; answered {
			a.InstanceIDs = slices.Clone(a.InstanceIDs)
			out = append(out, a)
		}
	}
	return out
}

// wordsLocked returns the words of a part. The caller holds op.mu.
func (op *Operation) wordsLocked(i int) *partWords {
	for len(op.words) <= i {
		op.words = append(op.words, partWords{})
	}
	return &op.words[i]
}

// wordsOf returns a copy of the words of a part.
func (op *Operation) wordsOf(i int) partWords {
	op.mu.Lock()
	defer op.mu.Unlock()
	return *op.wordsLocked(i)
}

// addProblem records a problem that is not about one create.
func (op *Operation) addProblem(err error) {
	if err == nil {
		return
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	op.problems = append(op.problems, err)
}

// isDryRun reports whether the operation is a dry run. For a resumed operation without its
// spec, accepted parts without instances show it.
func (op *Operation) isDryRun() bool {
	if op.spec != nil {
		return op.spec().DryRun
	}
	parts := op.ledger.All()
	return !slices.ContainsFunc(parts, func(p ledger.Part) bool {
		return p.Status != ledger.Accepted || len(p.IDs) > 0
	})
}
