package provider

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
	Parts    []savedPart `json:"parts"`
}

type savedPart struct {
	First      int        `json:"first"`
	Count      int        `json:"count"`
	MinCount   int        `json:"min"`
	Generation int        `json:"gen,omitempty"`
	Status     partStatus `json:"status"`
	IDs        []string   `json:"ids,omitempty"`
}

// MarshalText returns a token with which [Client.Resume] goes on, in this or
// another process. It is versioned JSON, names its cloud, and holds no secret,
// no user data and nothing else of the spec but a hash.
func (op *Operation) MarshalText() ([]byte, error) {
	op.mu.Lock()
	defer op.mu.Unlock()
	s := savedOperation{
		Version: tokenVersion, Driver: op.c.name, Region: op.region, ID: op.id,
		Class: op.class, Hash: op.hash, Min: op.min, Accepted: op.accepted.UTC().Round(0),
	}
	for i := range op.parts {
		p := &op.parts[i]
		s.Parts = append(s.Parts, savedPart{p.First, p.Count, p.MinCount, p.Generation, p.Status, p.IDs})
	}
	return json.Marshal(s)
}

// ResumeOptions are for [Client.Resume]. Nil is the default.
type ResumeOptions struct {
	// Spec is the spec the operation was started with. It is needed only when
	// creates are left to do, and must then be the same one.
	Spec *RunInstancesSpec
}

// Resume goes on with an operation from its token: it does the creates that are
// left, if any, and returns the operation to wait for. Creates that were refused
// for good are not left: they are neither repeated nor, when nothing else is
// left, reported again. A token that is damaged,
// of another cloud or of a newer library is an error that says so and matches
// [ErrInvalid]. Like [Client.RunInstances] it returns the operation also beside
// an error of a create.
//
// Creates whose outcome is not known are repeated with the same client token
// where the cloud has one; elsewhere they are [ErrOutcomeUnknown].
func (c *Client) Resume(ctx context.Context, token []byte, o *ResumeOptions) (*Operation, error) {
	op, err := c.restore(token)
	if err != nil {
		return nil, err
	}
	left := 0
	for i := range op.parts {
		if s := op.parts[i].Status; s == partPlanned || s == partSent {
			left += op.parts[i].Count
		}
	}
	if left == 0 {
		return op, nil
	}
	if o == nil || o.Spec == nil {
		return op, fmt.Errorf("%w: the operation has %d servers left to create, which needs ResumeOptions.Spec", ErrInvalid, left)
	}
	spec := *o.Spec
	spec.Region = cmp.Or(spec.Region, op.region)
	if specHash(&spec) != op.hash || max(spec.Count, 1) != op.count() {
		return op, fmt.Errorf("%w: ResumeOptions.Spec is not the spec the operation was started with", ErrInvalid)
	}
	if err := c.check(&spec); err != nil {
		return op, err
	}
	return op, op.create(ctx, &spec)
}

// restore rebuilds an operation from its token.
func (c *Client) restore(token []byte) (*Operation, error) {
	s, err := readToken(token)
	if err != nil {
		return nil, err
	}
	if s.Driver != c.name {
		return nil, fmt.Errorf("%w: the operation token is of %q, and this client is of %q", ErrInvalid, s.Driver, c.name)
	}
	op := &Operation{c: c, id: s.ID, region: s.Region, class: s.Class, hash: s.Hash, min: s.Min, accepted: s.Accepted, known: map[string]bool{}}
	for _, p := range s.Parts {
		op.parts = append(op.parts, part{First: p.First, Count: p.Count, MinCount: p.MinCount, Generation: p.Generation, Status: p.Status, IDs: p.IDs})
		if p.Count > c.limits.InstancesPerCreate {
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
	if checkOperationID(s.ID) != nil {
		return damaged("impossible operation ID")
	}
	if y := s.Accepted.UTC().Year(); y < 1 || y > 9999 {
		return damaged("accepted in the year %d", y) // which JSON cannot write
	}
	first := 0
	seen := map[string]bool{}
	for i := range s.Parts {
		p := &s.Parts[i]
		if p.First != first {
			return damaged("create %d begins at server %d, and the one before ends at %d", i, p.First, first)
		}
		if err := p.check(seen); err != nil {
			return err
		}
		first += p.Count
	}
	if s.Min < 1 || s.Min > first {
		return damaged("at least %d of %d servers", s.Min, first)
	}
	return nil
}

// check looks at one create; seen holds the IDs of those before it.
func (p *savedPart) check(seen map[string]bool) error {
	switch p.Status {
	case partPlanned, partSent, partAccepted, partRejected:
	default:
		return damaged("unknown status %q", p.Status)
	}
	if p.Count < 1 || p.Count > maxCount || p.MinCount < 1 || p.MinCount > p.Count || p.Generation < 0 {
		return damaged("impossible counts")
	}
	for _, id := range p.IDs {
		if id == "" || seen[id] {
			return damaged("server %q is empty or named twice", id)
		}
		seen[id] = true
	}
	return nil
}

// specHash identifies a spec without its password and user data: a hash of
// those could be guessed back.
func specHash(spec *RunInstancesSpec) string {
	b, err := json.Marshal(spec) // Secret and UserData marshal as redacted
	if err != nil {              // an option of a vendor's that has no JSON
		s := *spec
		s.Vendor = nil
		b, _ = json.Marshal(s)
		b = append(b, err.Error()...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
