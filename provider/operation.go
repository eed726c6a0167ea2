package provider

import (
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Operation is a create in progress or done: the IDs it has, and what is needed
// to wait for them, here or in another process. [Client.RunInstances] and
// [Client.Resume] make one; the zero value is of no use. All methods
// are safe for concurrent use.
type Operation struct {
	c      *Client
	id     string
	region string
	class  string // what boots alike, for the poller
	hash   string // of the spec, secrets left out; "" until somebody asks, see specHash
	min    int    // servers that are enough

	owner string
	opts  RunOptions

	// spec is a function because package fmt cannot look into one: a spec holds
	// secrets. It is nil when a resumed operation was not given one.
	spec func() *RunInstancesSpec

	saving    turn // of the journal
	replacing turn // of servers that failed to launch, or release of all

	mu       sync.Mutex
	parts    []part
	known    map[string]bool // IDs of all parts
	accepted time.Time       // when the latest part was: new servers may be invisible for a while
	tried    []TriedAlternative
	trouble  []error // beside the parts: the journal, names, releases
	released []string
	over     bool  // OnFailure releases what there is, and nothing more is created
	scarce   error // why creates were content with less than their share of MinCount
}

func newOperation(c *Client, o *RunOptions, spec *RunInstancesSpec) *Operation {
	op := &Operation{
		c:      c,
		id:     cmp.Or(o.OperationID, randomID()),
		region: spec.Region,
		class:  bootClass(spec),
		owner:  o.Owner,
		opts:   *o,
		parts:  c.split(spec),
		known:  map[string]bool{},
		saving: newTurn(), replacing: newTurn(),
		min: cmp.Or(spec.MinCount, max(spec.Count, 1)),
	}
	op.opts.Alternatives = slices.Clone(o.Alternatives)
	op.keepSpec(spec)
	if len(spec.Vendor) > 0 { // the caller may change what these point to
		op.hash = specHash(spec, o)
	}
	for i := range op.parts {
		if p := &op.parts[i]; len(o.Alternatives) > 0 {
			p.MinCount = op.fewest(p, spec)
		}
	}
	return op
}

func (op *Operation) keepSpec(spec *RunInstancesSpec) {
	s := spec.clone()
	op.spec = func() *RunInstancesSpec { return s }
}

// bootClass is what boots alike: the family of a machine type, "ecs.g5" of
// "ecs.g5.large", and what is on the disk. Windows takes minutes where Linux takes
// seconds. Of images there is a hash, since a token tells nothing of a spec.
func bootClass(spec *RunInstancesSpec) string {
	family := spec.InstanceType
	if i := strings.LastIndexByte(family, '.'); i > 0 {
		family = family[:i]
	}
	disk := spec.ImageID
	if t := spec.LaunchTemplate; t != nil && disk == "" {
		disk = "template " + cmp.Or(t.ID, t.Name)
	}
	if disk == "" {
		return family
	}
	b := append(make([]byte, 0, 64), family...)
	return string(strconv.AppendUint(append(b, '/'), uint64(crc32.ChecksumIEEE([]byte(disk))), 16))
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
	op.mu.Lock()
	defer op.mu.Unlock()
	for i := range op.parts {
		n += op.parts[i].Count
	}
	return n
}

func (op *Operation) part(i int) part {
	op.mu.Lock()
	defer op.mu.Unlock()
	return op.parts[i]
}

func (op *Operation) setStatus(i int, s partStatus) {
	op.change(i, func(p *part) { p.Status = s })
}

func (op *Operation) change(i int, how func(*part)) {
	op.mu.Lock()
	defer op.mu.Unlock()
	how(&op.parts[i])
}

// note records what went wrong beside the creates.
func (op *Operation) note(err error) {
	if err == nil {
		return
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	op.trouble = append(op.trouble, err)
}

// accept records what a cloud answered. IDs are added, never replaced: an
// answer to a repeated create may name them again, or name fewer. No server
// counts twice.
func (op *Operation) accept(i int, res *RunResult) {
	op.mu.Lock()
	defer op.mu.Unlock()
	op.take(i, res)
}

// take is accept for callers that hold op.mu.
func (op *Operation) take(i int, res *RunResult) {
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
		p.since = op.accepted
	}
}

// settle records how a part ended.
func (op *Operation) settle(i int, err error) {
	op.change(i, func(p *part) {
		p.err, p.old, p.told = err, false, false
		switch {
		case err == nil:
			p.Status = partAccepted
		case p.Status == partPlanned && refused(err) && len(p.IDs) > 0:
			p.Status = partAccepted // the rest of it was refused
		case p.Status == partPlanned && refused(err):
			p.Status = partRejected
		}
		p.Short = !p.open() && p.missing() > 0 && (err == nil || errors.Is(err, ErrNoStock))
	})
}

// refused tells whether an error is the cloud's last word about a create that
// had no effect: asking for the same again would change nothing.
func refused(err error) bool {
	var e *APIError
	return errors.As(err, &e) && e.Outcome == OutcomeRejected && !e.Temporary && (e.Lasting || !errors.Is(err, ErrUnavailable))
}

// problem returns what keeps a part from being all that was asked for, or nil.
func (p *part) problem(dryRun bool) error {
	switch {
	case p.Status == partReleased && p.old:
		return errReleasedBefore
	case p.Status == partReplaced || p.Status == partReleased && p.err == nil:
		return nil
	case p.err != nil:
		return p.err
	case p.late != nil:
		return p.late
	case p.Status == partRejected:
		return errRefusedBefore
	case p.Status != partAccepted || dryRun:
		return nil
	case len(p.IDs) < p.MinCount || len(p.IDs) > p.Count:
		return &countError{asked: p.Count, got: len(p.IDs)}
	}
	return nil
}

// These stand for the error of a part that was refused before the operation was
// resumed: tokens do not hold errors.
var (
	errRefusedBefore  = errors.New("a create was refused before the operation was resumed")
	errNoStockBefore  = fmt.Errorf("%w before the operation was resumed", ErrNoStock)
	errReleasedBefore = errors.New("servers were released because the operation had failed")
)

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

// isDryRun tells whether nothing was to be created. Of a resumed operation without
// its spec it is known by creates that were accepted and have no servers.
func (op *Operation) isDryRun() bool {
	if op.spec != nil {
		return op.spec().DryRun
	}
	op.mu.Lock()
	defer op.mu.Unlock()
	return !slices.ContainsFunc(op.parts, func(p part) bool { return p.Status != partAccepted || len(p.IDs) > 0 })
}

// runError returns nil when the operation has what its spec asked for. Too
// little stock is not an error as long as there are MinCount servers.
func (op *Operation) runError() error {
	dryRun := op.isDryRun()
	asked := op.count()
	op.mu.Lock()
	defer op.mu.Unlock()
	e := &RunError{Driver: op.c.name, Asked: asked, Tried: slices.Clone(op.tried), Released: slices.Clone(op.released)}
	onlyStock := true
	for i := range op.parts {
		p := &op.parts[i]
		e.Created += len(p.IDs)
		if err := p.problem(dryRun); err != nil {
			e.Errs = append(e.Errs, err)
			e.unknown = e.unknown || p.Status == partSent
			onlyStock = onlyStock && p.Status != partSent && tooFew(err)
		}
	}
	if len(e.Errs) == 0 && e.Created < op.min && !dryRun { // every create brought enough, and all of them did not
		e.Errs = append(e.Errs, compact(op.scarce, &countError{asked: asked, got: e.Created})...)
	}
	if len(e.Errs) == 0 && op.over {
		e.Errs, onlyStock = append(e.Errs, errReleasedBefore), false
	}
	e.failed = len(e.Errs) > 0 && (!onlyStock || e.Created < op.min)
	if !e.failed && len(op.trouble) == 0 {
		return nil
	}
	e.Errs = append(e.Errs, op.trouble...)
	return e
}
