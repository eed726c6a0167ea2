package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// RunOptions are for [Client.RunInstances]. Nil is the default.
type RunOptions struct {
	// OperationID names the operation: 1 to 64 letters, digits, "-" and "_".
	// On clouds with client tokens (ECS, CVM) the same ID and spec give the
	// same tokens, so that a program which crashed may call RunInstances again
	// and gets the instances it already has. It should do so soon: no cloud
	// documents how long it remembers a token. Never give an ID to two specs: ECS
	// refuses the second with [ErrTokenMismatch], and what CVM does with it is
	// not documented.
	//
	// On clouds without client tokens (ENS, QingCloud) it needs KeepMarker, and is
	// refused without: the markers of an earlier run with this ID are looked for
	// before the first create, by one listing of the region, and what is there is
	// adopted, at most as many as are asked for. Adopted instances are never released
	// by OnFailure, since the earlier run may be under way still. New instances may be
	// invisible for some minutes: call again no sooner than that. Empty draws a random
	// ID.
	OperationID string

	// Owner names who answers for the servers: 1 to 64 characters, for example
	// the name of a service. It marks them with the tags OwnerTag and
	// OperationTag on clouds that take tags with a create (ECS, ENS, CVM), which
	// needs the permission to tag and counts against the tag limit, and is what
	// [Client.Sweep] looks for. Empty adds nothing to the servers.
	//
	// Tags of a create replace those of its launch template. Beside one, Owner is
	// an error unless the spec says itself which tags the servers shall have: an
	// empty map, not nil, is none.
	Owner string

	// Journal keeps the operation's token up to date, so that [Client.Resume]
	// can go on in another process. Nil keeps none: after a crash, only a client
	// token that follows from OperationID still helps.
	Journal Journal

	// Alternatives are tried in order for what the spec, and then each of them,
	// proved to be out of stock: for the servers still missing only. Servers of
	// an operation may then differ. Quota, balance, permissions and invalid
	// requests end the operation at once. See [Alternative].
	Alternatives []Alternative

	// OnFailure says what becomes of the servers of an operation that ends with
	// an error. The zero value keeps them.
	OnFailure OnFailure

	// KeepMarker leaves the names as they were sent on clouds without client
	// tokens (ENS, QingCloud). There a create goes out with a marker at the end of
	// the name, "web-yf...", which finds the instances if the answer is lost; once
	// the cloud shows them with it they get the name of the spec, by one call each. What
	// is not visible when RunInstances returns gets its name from [Operation.Wait],
	// [Operation.Look] or [Client.Resume]. With KeepMarker those calls are saved.
	KeepMarker bool

	// Progress is called when something takes time or is unusual: while nothing is
	// created because instances of a lost create are looked for, and when some are found
	// late. It may be called by several goroutines at a time, and should return soon.
	// Nil is not called. [Options].Logger gets the same.
	Progress func(RunProgress)
}

// RunProgress is something worth knowing about an operation under way.
type RunProgress struct {
	Time   time.Time
	Kind   RunProgressKind
	Create int           // which create of the operation, from 0
	For    time.Duration // how long it may take, of Searching

	InstanceIDs []string // which instances, of FoundLate
}

// RunProgressKind is what a [RunProgress] is about.
type RunProgressKind string

// Kinds of progress.
const (
	// Searching: the answer of a create was lost, and its instances are looked for
	// before anything else is created for them.
	Searching RunProgressKind = "searching"

	// FoundLate: instances of a create that was given up have become visible.
	FoundLate RunProgressKind = "found-late"
)

// OnFailure is what becomes of the servers of a failed operation.
type OnFailure string

// What becomes of servers. The zero value means KeepServers.
const (
	KeepServers OnFailure = "keep"

	// TerminateServers releases the servers that this operation made, and no
	// others, when RunInstances or [Operation.Wait] fails because of the cloud.
	// An operation that ends because ctx did keeps its servers: ctx would end
	// their release as well. So does one whose servers are all there and only
	// keep a marker in their name, or are not in the journal yet. Servers that
	// cannot be released stay in InstanceIDs, and the error says so.
	TerminateServers OnFailure = "terminate"
)

// RunInstances creates servers as the spec says and returns once the cloud has
// accepted them; [Operation.Wait] waits until they run.
//
// The spec is checked first: rules of every cloud, then the support table of
// this one, then its documented limits. A bad spec is [FieldErrors] and a nil
// operation, and nothing was sent.
//
// After that the operation is never nil. It holds every ID the cloud has told,
// also beside an error, which is a *[RunError]. Check an error with errors.Is:
// [ErrOutcomeUnknown] means that servers may exist whose IDs are not known.
// Creates that were throttled are repeated. Of creates whose answer was lost the
// cloud is asked again by the same client token; where it has none (ENS,
// QingCloud), the servers are looked for by the marker in their name for about
// two minutes, adopted if they are found, and only what is missing is created.
// When ctx ends, what is known so far comes back with its error.
func (c *Client) RunInstances(ctx context.Context, spec RunInstancesSpec, o *RunOptions) (*Operation, error) {
	if o == nil {
		o = &RunOptions{}
	}
	if err := c.Validate(spec, o); err != nil {
		return nil, err
	}
	spec.Region = c.region(spec.Region)
	op := newOperation(c, o, &spec)
	if err := op.adoptEarlier(ctx); err != nil {
		return op, fmt.Errorf("%s: nothing was created: %w", c.name, err)
	}
	return op, op.create(ctx)
}

// Validate returns what RunInstances would refuse before it sends anything:
// [FieldErrors] with every problem of the spec and of the options together, or nil. It
// does no I/O. Nil options are the default.
func (c *Client) Validate(spec RunInstancesSpec, o *RunOptions) error {
	if o == nil {
		o = &RunOptions{}
	}
	spec.Region = c.region(spec.Region)
	return join(o.checkTemplate(c, &spec), o.check(c, &spec), c.check(&spec))
}

// checkTemplate keeps an owner's tags from replacing those of a template in
// silence. It is for new operations: one that is under way must be able to go on.
func (o *RunOptions) checkTemplate(c *Client, spec *RunInstancesSpec) error {
	var k Checker
	silent := o.Owner != "" && spec.LaunchTemplate != nil && spec.Tags == nil && c.marksByTags()
	k.Require(!silent, "RunOptions.Owner", nil, "its tags would replace those of the launch template: say in Tags which ones the servers shall have, by an empty map if none")
	return k.Err()
}

// check returns nil or [FieldErrors].
func (o *RunOptions) check(c *Client, spec *RunInstancesSpec) error {
	var k Checker
	if id := o.OperationID; !isOperationID(id) && id != "" {
		k.Fail("RunOptions.OperationID", id, "must be 1 to 64 letters, digits, - and _")
	}
	k.Require(o.OperationID == "" || !c.marksByName() || o.KeepMarker, "RunOptions.OperationID", o.OperationID,
		"needs KeepMarker on a cloud without client tokens: only markers that stay let a later run find what this one creates")
	k.Require(len([]rune(o.Owner)) <= 64 && o.Owner == strings.TrimSpace(o.Owner), "RunOptions.Owner", o.Owner, "must be at most 64 characters, without blanks around")
	checkText(&k, "RunOptions.Owner", o.Owner)
	oneOf(&k, "RunOptions.OnFailure", o.OnFailure, KeepServers, TerminateServers)
	for i, a := range o.Alternatives {
		at := fmt.Sprintf("RunOptions.Alternatives[%d]", i)
		k.Require(a != Alternative{}, at, nil, "is empty")
		k.Require(slices.Index(o.Alternatives, a) == i, at, nil, "is given twice")
	}
	if o.KeepMarker && c.marksByName() {
		k.Require(!spec.UniqueSuffix || spec.HostName != "", "RunOptions.KeepMarker", nil, "excludes UniqueSuffix: numbers come with the names that are left out")
	}
	if len(o.Alternatives) > 0 {
		k.Require(spec.ClientToken == "", "ClientToken", spec.ClientToken, "excludes Alternatives: each create needs a token of its own")
		k.Require(!spec.DryRun, "DryRun", nil, "excludes Alternatives: nothing is created that could be missing")
	}
	return join(k.Err(), c.checkOwner(spec, o.Owner), c.checkAlternatives(spec, o.Alternatives))
}

// checkOwner applies the rules of the cloud to a spec with the tags of its owner,
// which count against the limit.
func (c *Client) checkOwner(spec *RunInstancesSpec, owner string) error {
	v, ok := c.driver.(RunValidator)
	if owner == "" || !ok || !c.marksByTags() || c.check(spec) != nil {
		return nil
	}
	s := *spec
	s.Tags = map[string]string{OwnerTag: owner, OperationTag: "operation"}
	maps.Copy(s.Tags, spec.Tags)
	return within("RunOptions.Owner", v.ValidateRun(&s))
}

// checkAlternatives applies every rule to what each alternative makes of a spec.
func (c *Client) checkAlternatives(spec *RunInstancesSpec, list []Alternative) error {
	var errs []error
	for i := range list {
		s := *spec
		list[i].apply(&s)
		if err := c.check(&s); err != nil && c.check(spec) == nil {
			errs = append(errs, within(fmt.Sprintf("RunOptions.Alternatives[%d]", i), err))
		}
	}
	return join(errs...)
}

// Preview returns the requests that RunInstances would send, secrets masked. It
// does no I/O. A spec that RunInstances would refuse is the same error here. A
// client token that would be drawn is shown as "drawn-for-each-operation".
func (c *Client) Preview(spec RunInstancesSpec) ([]Request, error) {
	spec.Region = c.region(spec.Region)
	if err := c.check(&spec); err != nil {
		return nil, err
	}
	p, ok := c.driver.(RunPreviewer)
	if !ok {
		return nil, fmt.Errorf("%s: preview: %w", c.name, errors.ErrUnsupported)
	}
	var out []Request
	op := newOperation(c, &RunOptions{}, &spec)
	for i, part := range op.ledger.All() {
		s := op.request(i, &part, &spec)
		if c.limits.ClientToken && spec.ClientToken == "" {
			s.ClientToken = "drawn-for-each-operation"
		}
		if c.limits.ClientToken || c.limits.NameMarker {
			s.Name = strings.Replace(s.Name, op.markerOf(i, 0), markerHead+"-drawn-for-each-create", 1)
		}
		r, err := p.PreviewRun(s)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// check applies every rule that needs no network, and reports all problems
// together.
func (c *Client) check(spec *RunInstancesSpec) error {
	region := Checker{Driver: c.name}
	region.Require(spec.Region != "", "Region", nil, "required: neither the spec nor the client names one")
	err := join(region.Err(), spec.Validate(), c.support.Check(spec), c.checkSplit(spec))
	v, ok := c.driver.(RunValidator)
	switch {
	case !ok:
		return err
	case err == nil:
		return v.ValidateRun(spec)
	default:
		return withMore(err, v, spec)
	}
}

// withMore adds what the driver finds wrong with a spec that is invalid already.
// Its rules presume that the spec is not: what it says of fields that were
// reported may be nonsense and is left out, and should it fail over one, nothing
// is added.
func withMore(err error, v RunValidator, spec *RunInstancesSpec) error {
	var known, more FieldErrors
	if !errors.As(err, &known) || !errors.As(validateInvalid(v, spec), &more) {
		return err
	}
	all := slices.Clone(known)
	for _, e := range more {
		if !slices.ContainsFunc(known, func(k *FieldError) bool { return sameField(k.Path, e.Path) }) {
			all = append(all, e)
		}
	}
	return all
}

func validateInvalid(v RunValidator, spec *RunInstancesSpec) (err error) {
	defer func() { _ = recover() }() // err stays nil
	return v.ValidateRun(spec)
}

// sameField tells whether two paths are of one field, or one of a part of the
// other.
func sameField(a, b string) bool {
	within := func(a, b string) bool {
		end, ok := strings.CutPrefix(a, b)
		return ok && (end == "" || end[0] == '.' || end[0] == '[')
	}
	return within(a, b) || within(b, a)
}

// checkSplit refuses what has no meaning once a create takes several calls.
func (c *Client) checkSplit(spec *RunInstancesSpec) error {
	k := Checker{Driver: c.name}
	if spec.Count > c.limits.InstancesPerCreate {
		rule := fmt.Sprintf("works only within one call of the cloud, of at most %d servers", c.limits.InstancesPerCreate)
		if c.support.Field("ClientToken").Param != "" { // otherwise it is refused already
			k.Require(spec.ClientToken == "", "ClientToken", spec.ClientToken, rule)
		}
		_, numbers := c.driver.(NameNumberer)
		renames := c.limits.NameMarker && spec.HostName == ""
		k.Require(!spec.UniqueSuffix || numbers || renames, "UniqueSuffix", nil, rule+": each call would count from 001 again")
	}
	return k.Err()
}

// join makes one FieldErrors of several. An error of another kind, which a
// validator should not return, is not lost.
func join(errs ...error) error {
	var all FieldErrors
	for _, err := range errs {
		if err == nil {
			continue
		}
		var many FieldErrors
		var one *FieldError
		switch {
		case errors.As(err, &many):
			all = append(all, many...)
		case errors.As(err, &one):
			all = append(all, one)
		default:
			return errors.Join(errs...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

func isOperationID(id string) bool {
	bad := strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_'
	})
	return id != "" && len(id) <= 64 && bad < 0
}
