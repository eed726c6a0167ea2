package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// tokenVersion is raised when an older library could misread a token.
const tokenVersion = 1

// savedOperation is the form of an operation between processes.
type savedOperation struct {
	Version  int         `json:"yunfan"`
	Driver   string      `json:"driver"`
	Region   string      `json:"region"`
	ID       string      `json:"operation"`
	Class    string      `json:"class,omitempty"`
	Hash     string      `json:"spec"`
	Min      int         `json:"min"`
	Accepted time.Time   `json:"accepted,omitzero"`
	Over     bool        `json:"over,omitempty"`
	Parts    []savedPart `json:"parts"`
}

type savedPart struct {
	First      int        `json:"first"`
	Count      int        `json:"count"`
	MinCount   int        `json:"min"`
	Shift      int        `json:"shift,omitempty"`
	Candidate  int        `json:"alternative,omitempty"`
	Generation int        `json:"gen,omitempty"`
	Status     partStatus `json:"status"`
	Sent       time.Time  `json:"sent,omitzero"`
	IDs        []string   `json:"ids,omitempty"`
	Named      bool       `json:"named,omitempty"`
	Short      bool       `json:"short,omitempty"`
}

// MarshalText returns a token with which [Client.Resume] goes on, in this or
// another process. It is versioned JSON, names its cloud, and holds no secret,
// no user data and nothing else of the spec but a hash.
func (op *Operation) MarshalText() ([]byte, error) {
	op.mu.Lock()
	defer op.mu.Unlock()
	if op.hash == "" && op.spec != nil {
		op.hash = specHash(op.spec(), &op.opts)
	}
	s := savedOperation{
		Version: tokenVersion, Driver: op.c.name, Region: op.region, ID: op.id,
		Class: op.class, Hash: op.hash, Min: op.min, Accepted: op.accepted.UTC().Round(0), Over: op.over,
	}
	for i := range op.parts {
		p := &op.parts[i]
		s.Parts = append(s.Parts, savedPart{p.First, p.Count, p.MinCount, p.Shift, p.Candidate, p.Generation, p.Status, p.Sent.UTC().Round(0), p.IDs, p.Named, p.Short})
	}
	return json.Marshal(s)
}

// ResumeOptions are for [Client.Resume]. Nil is the default.
type ResumeOptions struct {
	// Spec is the spec the operation was started with. It is needed only when
	// something is left to create, and must then be the same one.
	Spec *RunInstancesSpec

	// Run are the options the operation was started with. Owner and Alternatives
	// must be the same ones when something is left to create; Journal, OnFailure
	// and KeepMarker may differ, and hold from now on. OperationID is ignored.
	Run *RunOptions
}

// tokenTrust is how long after its first call a client token is trusted to be
// known to the cloud still. No vendor documents how long it is.
const tokenTrust = time.Hour

// Resume goes on with an operation from its token: it does the creates that are
// left, if any, and returns the operation to wait for. Creates that were refused
// for good are not repeated, but for lack of stock the alternatives that are left
// are tried. An operation that has fewer servers than its spec asked for is a
// *[RunError], also when nothing is left to do, and OnFailure holds for it. A
// token that is damaged, of another cloud or of a newer library is an error that
// says so and matches [ErrInvalid]. Like [Client.RunInstances] it returns the
// operation also beside an error of a create.
//
// The client must be one of the same account, which a token does not name. Resume
// the latest token of an operation, in one process at a time: on clouds without
// client tokens (ENS, QingCloud) two that do so at once may both create what is
// left, and a token from before the answer knows neither the servers nor, once they
// have their own names, how to find them.
//
// Creates whose outcome is not known are asked for again by their client token.
// After an hour that is not safe any more, since no cloud documents how long it
// remembers tokens: they are looked for by the owner's tags, or are
// [ErrOutcomeUnknown] without an owner. On clouds without tokens they are looked
// for by the marker in their name, however old they are.
func (c *Client) Resume(ctx context.Context, token []byte, o *ResumeOptions) (*Operation, error) {
	if o == nil {
		o = &ResumeOptions{}
	}
	run := RunOptions{}
	if o.Run != nil {
		run = *o.Run
	}
	op, err := c.restore(token, run)
	if err != nil {
		return nil, err
	}
	left := op.left()
	if left == 0 && o.Spec == nil {
		return op, op.finish(ctx)
	}
	if o.Spec == nil {
		return op, fmt.Errorf("%w: the operation has %d servers left to create, which needs ResumeOptions.Spec", ErrInvalid, left)
	}
	spec := *o.Spec
	spec.Region = cmp.Or(spec.Region, op.region)
	if specHash(&spec, &run) != op.hash || max(spec.Count, 1) != op.count() {
		return op, fmt.Errorf("%w: ResumeOptions.Spec, with Run.Owner and Run.Alternatives, is not what the operation was started with", ErrInvalid)
	}
	if left > 0 {
		if err := join(run.check(c, &spec), c.check(&spec)); err != nil {
			return op, err
		}
	}
	op.keepSpec(&spec)
	op.recallTried(&spec)
	if left == 0 && !op.nameless() {
		return op, op.finish(ctx)
	}
	return op, op.create(ctx)
}

// left is how many servers a resumed operation may still create: those of creates
// that are not finished, and those that an alternative is left for.
func (op *Operation) left() (n int) {
	over := op.gaveUp()
	for i := range op.parts {
		if p := op.part(i); p.Status == partSent || !over && (p.open() || p.replaceable() && p.Candidate < len(op.opts.Alternatives)) {
			n += p.missing()
		}
	}
	return n
}

// restore rebuilds an operation from its token.
func (c *Client) restore(token []byte, o RunOptions) (*Operation, error) {
	s, err := readToken(token)
	if err != nil {
		return nil, err
	}
	if s.Driver != c.name {
		return nil, fmt.Errorf("%w: the operation token is of %q, and this client is of %q", ErrInvalid, s.Driver, c.name)
	}
	op := &Operation{
		c: c, id: s.ID, region: s.Region, class: s.Class, hash: s.Hash, min: s.Min, owner: o.Owner, opts: o,
		accepted: s.Accepted, over: s.Over, known: map[string]bool{}, saving: newTurn(), replacing: newTurn(),
	}
	for _, p := range s.Parts {
		op.parts = append(op.parts, part{
			First: p.First, Count: p.Count, MinCount: p.MinCount, Shift: p.Shift, Candidate: p.Candidate, Generation: p.Generation,
			Status: p.Status, Sent: p.Sent, IDs: p.IDs, Named: p.Named, Short: p.Short, old: true,
		})
		if last := &op.parts[len(op.parts)-1]; p.Short && p.Status == partRejected {
			last.err = errNoStockBefore
		}
		if p.Count > c.limits.InstancesPerCreate && p.Status != partReplaced {
			return nil, damaged("one create of %d servers, and %s makes at most %d", p.Count, c.name, c.limits.InstancesPerCreate)
		}
	}
	ids := op.InstanceIDs()
	for _, id := range ids {
		op.known[id] = true
	}
	c.recent.add(ids, op.accepted)
	return op, nil
}

// readToken reads a token and checks what can be checked without a client. The
// version comes first: a newer library may have changed everything else.
func readToken(token []byte) (*savedOperation, error) {
	var v struct {
		Version int `json:"yunfan"`
	}
	var s savedOperation
	err := json.Unmarshal(token, &v)
	if err == nil && v.Version > tokenVersion {
		return nil, fmt.Errorf("%w: the operation token has version %d, and this library reads up to %d", ErrInvalid, v.Version, tokenVersion)
	}
	if err == nil {
		err = json.Unmarshal(token, &s)
	}
	if err != nil || s.Version < 1 || s.ID == "" || len(s.Parts) == 0 {
		return nil, fmt.Errorf("%w: not an operation token, or a damaged one", ErrInvalid)
	}
	return &s, s.check()
}

// damaged is the error of a token that cannot be what MarshalText wrote.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: damaged operation token: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

func (s *savedOperation) check() error {
	if !isOperationID(s.ID) {
		return damaged("impossible operation ID")
	}
	if y := s.Accepted.UTC().Year(); y < 1 || y > 9999 {
		return damaged("accepted in the year %d", y) // which JSON cannot write
	}
	seen := map[string]bool{}
	for i := range s.Parts {
		if err := s.Parts[i].check(seen); err != nil {
			return err
		}
	}
	total, err := s.checkSlots()
	if err != nil {
		return err
	}
	if s.Min < 1 || s.Min > total {
		return damaged("at least %d of %d servers", s.Min, total)
	}
	return nil
}

// checkSlots makes sure that every server of the operation belongs to one create.
func (s *savedOperation) checkSlots() (total int, err error) {
	list := slices.Clone(s.Parts)
	slices.SortStableFunc(list, func(a, b savedPart) int { return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Count, b.Count)) })
	for i := range list {
		if list[i].First != total {
			return 0, damaged("a create begins at server %d, and the one before ends at %d", list[i].First, total)
		}
		total += list[i].Count
	}
	return total, nil
}

// check looks at one create; seen holds the IDs of those before it.
func (p *savedPart) check(seen map[string]bool) error {
	switch p.Status {
	case partPlanned, partSent, partAccepted, partRejected:
		if p.Count < 1 || p.MinCount < 1 || p.MinCount > p.Count {
			return damaged("impossible counts")
		}
	case partReleased: // what could not be released is left, and may be more than was asked for
	case partReplaced:
		if p.Count < 0 || p.Count > len(p.IDs) {
			return damaged("a replaced create of %d servers has %d", p.Count, len(p.IDs))
		}
	default:
		return damaged("unknown status %q", p.Status)
	}
	if p.Count > maxCount || p.Generation < 0 || p.Candidate < 0 || p.Shift < 0 {
		return damaged("impossible counts")
	}
	if y := p.Sent.UTC().Year(); y < 1 || y > 9999 {
		return damaged("sent in the year %d", y)
	}
	for _, id := range p.IDs {
		if id == "" || seen[id] {
			return damaged("server %q is empty or named twice", id)
		}
		seen[id] = true
	}
	return nil
}
