package provider

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Operation is a create in progress or done: the IDs it has, and what is needed
// to wait for them, here or in another process ([Client.Resume]). All methods
// are safe for concurrent use.
type Operation struct {
	c      *Client
	id     string
	region string
	class  string // what boots alike, for the poller
	hash   string // of the spec, secrets left out
	min    int    // servers that are enough

	mu       sync.Mutex
	parts    []part
	known    map[string]bool // IDs of all parts
	accepted time.Time       // when the latest part was: new servers may be invisible for a while
}

// partStatus is how far one create of an operation has come.
type partStatus string

const (
	partPlanned  partStatus = "planned"  // certainly not executed yet
	partSent     partStatus = "sent"     // may have been executed
	partAccepted partStatus = "accepted" // executed, IDs known
	partRejected partStatus = "rejected" // certainly not executed, and never will be
)

// part is one create of an operation.
type part struct {
	First      int // index of its first server in the operation
	Count      int
	MinCount   int
	Generation int // raised only after an answer proved that nothing was created
	Status     partStatus
	IDs        []string

	answer RunResult // the latest; not saved in tokens
	err    error
}

// spec returns the part's own copy of the operation's spec.
func (p *part) spec(whole *RunInstancesSpec) *RunInstancesSpec {
	s := *whole
	s.Count, s.MinCount = p.Count, p.MinCount
	if len(s.Network.PrivateIPs) > p.Count {
		s.Network.PrivateIPs = slices.Clone[[]netip.Addr](s.Network.PrivateIPs[p.First : p.First+p.Count])
	}
	return &s
}

func newOperation(c *Client, id string, spec *RunInstancesSpec) *Operation {
	op := &Operation{
		c:      c,
		id:     cmp.Or(id, randomID()),
		region: spec.Region,
		class:  bootClass(spec.InstanceType),
		hash:   specHash(spec),
		parts:  c.split(spec),
		known:  map[string]bool{},
		min:    cmp.Or(spec.MinCount, max(spec.Count, 1)),
	}
	for i := range op.parts {
		op.parts[i].Status = partPlanned
	}
	return op
}

// bootClass is the family of a machine type, whose members boot alike:
// "ecs.g5" of "ecs.g5.large".
func bootClass(instanceType string) string {
	if i := strings.LastIndexByte(instanceType, '.'); i > 0 {
		return instanceType[:i]
	}
	return instanceType
}

// ID names the operation, for logs and for [RunOptions].
func (op *Operation) ID() string { return op.id }

// Region is where the servers are.
func (op *Operation) Region() string { return op.region }

// InstanceIDs returns every ID known so far, in the order of creation. A dry
// run has none.
func (op *Operation) InstanceIDs() []string {
	op.mu.Lock()
	defer op.mu.Unlock()
	var ids []string
	for i := range op.parts {
		ids = append(ids, op.parts[i].IDs...)
	}
	return ids
}

// Answers returns what the cloud answered to each create that got an answer, in
// order: request, order and job IDs, for support cases and for invoices. They are
// not part of tokens: a resumed operation has those of its own creates only.
func (op *Operation) Answers() []RunResult {
	op.mu.Lock()
	defer op.mu.Unlock()
	var out []RunResult
	for i := range op.parts {
		if a := op.parts[i].answer; a.RequestID != "" || len(a.InstanceIDs) > 0 {
			a.InstanceIDs = slices.Clone(a.InstanceIDs)
			out = append(out, a)
		}
	}
	return out
}

// count is how many servers the creates of the operation are for.
func (op *Operation) count() (n int) {
	for i := range op.parts {
		n += op.parts[i].Count // never changes
	}
	return n
}

func (op *Operation) part(i int) part {
	op.mu.Lock()
	defer op.mu.Unlock()
	return op.parts[i]
}

func (op *Operation) setStatus(i int, s partStatus) {
	op.mu.Lock()
	defer op.mu.Unlock()
	op.parts[i].Status = s
}

// accept records what a cloud answered. IDs are added, never replaced: an
// answer to a repeated create may name them again, or name fewer. No server
// counts twice.
func (op *Operation) accept(i int, res *RunResult) {
	op.mu.Lock()
	defer op.mu.Unlock()
	p := &op.parts[i]
	var fresh []string
	for _, id := range res.InstanceIDs {
		if id != "" && !op.known[id] {
			op.known[id] = true
			p.IDs = append(p.IDs, id)
			fresh = append(fresh, id)
		}
	}
	if res.RequestID != "" || len(res.InstanceIDs) > 0 {
		p.answer = *res
		p.answer.InstanceIDs = slices.Clone(res.InstanceIDs)
	}
	if len(fresh) > 0 {
		op.accepted = time.Now()
		op.c.recent.add(fresh, op.accepted)
	}
}

// settle records how a part ended.
func (op *Operation) settle(i int, err error) {
	op.mu.Lock()
	defer op.mu.Unlock()
	p := &op.parts[i]
	p.err = err
	switch {
	case err == nil:
		p.Status = partAccepted
	case p.Status == partPlanned && refused(err):
		p.Status = partRejected
	}
}

// refused tells whether an error is the cloud's last word about a create that
// had no effect: asking for the same again would change nothing.
func refused(err error) bool {
	var e *APIError
	return errors.As(err, &e) && e.Outcome == OutcomeRejected && !e.Temporary && !errors.Is(err, ErrUnavailable)
}

// problem returns what keeps a part from being all that was asked for, or nil.
func (p *part) problem(spec *RunInstancesSpec) error {
	switch {
	case p.err != nil:
		return p.err
	case p.Status == partRejected:
		return errRefusedBefore
	case p.Status != partAccepted || spec.DryRun:
		return nil
	case len(p.IDs) < p.MinCount || len(p.IDs) > p.Count:
		return &countError{asked: p.Count, got: len(p.IDs)}
	}
	return nil
}

// errRefusedBefore stands for the error of a part that was refused before the
// operation was resumed: tokens do not hold errors.
var errRefusedBefore = errors.New("a create was refused before the operation was resumed")

// countError is an answer with another number of servers than asked for.
type countError struct{ asked, got int }

// Error says both numbers.
func (e *countError) Error() string {
	return fmt.Sprintf("%d servers asked for, and the cloud accepted %d without an error", e.asked, e.got)
}

// tooFew tells whether an error means only that there are fewer servers.
func tooFew(err error) bool {
	var n *countError
	return errors.Is(err, ErrNoStock) || errors.Is(err, errRefusedBefore) || errors.As(err, &n) && n.got < n.asked
}

// runError returns nil when the operation has what its spec asked for. Too
// little stock is not an error as long as there are MinCount servers.
func (op *Operation) runError(spec *RunInstancesSpec) error {
	op.mu.Lock()
	defer op.mu.Unlock()
	e := &RunError{Driver: op.c.name, Asked: max(spec.Count, 1)}
	onlyStock := true
	for i := range op.parts {
		p := &op.parts[i]
		e.Created += len(p.IDs)
		if err := p.problem(spec); err != nil {
			e.Errs = append(e.Errs, err)
			e.unknown = e.unknown || p.Status == partSent
			onlyStock = onlyStock && p.Status != partSent && tooFew(err)
		}
	}
	if len(e.Errs) == 0 || onlyStock && e.Created >= op.min {
		return nil
	}
	return e
}

// clientToken is the idempotency token of one create: the same intent gives the
// same token, in any process.
func clientToken(op string, part, generation int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d|%d", op, part, generation))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
}
