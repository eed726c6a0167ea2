package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/internal/telemetry"
	"github.com/yunfan-cloud/yunfan/internal/token"
)

// RunInstances creates instances as the spec says and returns once the cloud has
// accepted them; [Operation.Wait] waits until they run.
//
// The spec is checked first: the rules of every cloud, then the support table of this cloud,
// then its documented limits. A bad spec gives [FieldErrors] and a nil operation, and nothing
// was sent.
//
// After that the operation is never nil. It holds every ID that the cloud has returned, also
// beside an error. The error is a *[RunError]. Check it with errors.Is: [ErrOutcomeUnknown]
// means that instances may exist whose IDs are not known. RunInstances repeats creates that
// were throttled. When the answer of a create was lost, it sends the same client token again.
// Clouds without client tokens (ENS, QingCloud) are searched for the marker in the instance
// names, for about two minutes. Instances that are found are adopted, and only the missing
// ones are created. When ctx ends, RunInstances returns what is known and the error of ctx.
func (c *Client) RunInstances(ctx context.Context, spec RunInstancesSpec, o *RunOptions) (op *Operation, err error) {
	if o == nil {
		o = &RunOptions{}
	}
	if err := c.Validate(spec, o); err != nil {
		return nil, err
	}
	spec.Region = c.region(spec.Region)
	op = newOperation(c, o, &spec)
	defer c.tel.Begin(&ctx, telemetry.RunInstances, op.id, op.region).End(&err)
	if err := op.adoptEarlier(ctx); err != nil {
		return op, fmt.Errorf("%s: nothing was created: %w", c.name, err)
	}
	return op, op.create(ctx)
}

// Validate returns what RunInstances would refuse before it sends anything: [FieldErrors] with
// every problem of the spec and of the options, or nil. It does no I/O. Nil options are the
// default.
func (c *Client) Validate(spec RunInstancesSpec, o *RunOptions) error {
	if o == nil {
		o = &RunOptions{}
	}
	spec.Region = c.region(spec.Region)
	return join(o.checkTemplate(c, &spec), c.checkRun(&spec, o))
}

// checkTemplate refuses an owner whose tags would silently replace those of a template. It is
// for new operations only: a resumed operation must be able to continue.
func (o *RunOptions) checkTemplate(c *Client, spec *RunInstancesSpec) error {
	var k Checker
	silent := o.Owner != "" && spec.LaunchTemplate != nil && spec.Tags == nil && c.marksByTags()
	k.Require(!silent, "RunOptions.Owner", nil,
		"its tags would replace those of the launch template: say in Tags which ones"+
			" the instances shall have, by an empty map if none")
	return k.Err()
}

// check returns nil or [FieldErrors].
func (o *RunOptions) check(c *Client, spec *RunInstancesSpec) error {
	var k Checker
	if id := o.OperationID; !token.IsID(id) && id != "" {
		k.Fail("RunOptions.OperationID", id, "must be 1 to 64 letters, digits, - and _")
	}
	k.Require(o.OperationID == "" || !c.marksByName() || o.KeepMarker, "RunOptions.OperationID", o.OperationID,
		"needs KeepMarker on a cloud without client tokens: only markers that stay"+
			" let a later run find what this one creates")
	k.Require(len([]rune(o.Owner)) <= 64 && o.Owner == strings.TrimSpace(o.Owner), "RunOptions.Owner", o.Owner,
		"must be at most 64 characters, without blanks around")
	k.Text("RunOptions.Owner", o.Owner)
	oneOf(&k, "RunOptions.OnFailure", o.OnFailure, KeepOnFailure, TerminateOnFailure)
	for i, a := range o.Alternatives {
		at := fmt.Sprintf("RunOptions.Alternatives[%d]", i)
		k.Require(a != Alternative{}, at, nil,
			"changes nothing: set InstanceType, Zone, SubnetID or DiskType")
		k.Require(slices.Index(o.Alternatives, a) == i, at, nil, "is given twice")
	}
	if o.KeepMarker && c.marksByName() {
		k.Require(!spec.UniqueSuffix || spec.HostName != "", "RunOptions.KeepMarker", nil,
			"excludes UniqueSuffix: numbers come with the names that are left out")
	}
	if len(o.Alternatives) > 0 {
		k.Require(spec.ClientToken == "", "ClientToken", spec.ClientToken,
			"excludes Alternatives: each create needs a token of its own")
		k.Require(!spec.DryRun, "DryRun", nil, "excludes Alternatives: nothing is created that could be missing")
	}
	return k.Err()
}

// checkRun applies every rule to a spec, and to the specs that the options make from it.
func (c *Client) checkRun(spec *RunInstancesSpec, o *RunOptions) error {
	options, own := o.check(c, spec), c.check(spec)
	if own != nil { // the same would be said of whatever the options make of it
		return join(options, own)
	}
	return join(options, c.checkOwner(spec, o.Owner), c.checkAlternatives(spec, o.Alternatives))
}

// checkOwner applies the rules of the cloud to a valid spec with the owner's tags added. The
// tags count against the limit.
func (c *Client) checkOwner(spec *RunInstancesSpec, owner string) error {
	v, ok := c.driver.(RunValidator)
	if unmarked := owner == "" || !c.marksByTags(); unmarked || !ok {
		return nil
	}
	s := *spec
	s.Tags = map[string]string{OwnerTag: owner, OperationTag: "operation"}
	maps.Copy(s.Tags, spec.Tags)
	return within("RunOptions.Owner", v.ValidateRun(&s))
}

// checkAlternatives applies every rule to a valid spec, changed by each alternative.
func (c *Client) checkAlternatives(spec *RunInstancesSpec, list []Alternative) error {
	var k Checker
	for i := range list {
		s := *spec
		list[i].apply(&s)
		k.Item("RunOptions.Alternatives", i).Add(c.check(&s))
	}
	return k.Err()
}

// check applies every rule that needs no network, and reports all problems
// together.
func (c *Client) check(spec *RunInstancesSpec) error {
	region := Checker{Driver: c.name}
	region.Require(spec.Region != "", "Region", nil, "required: neither the spec nor the client names one")
	err := join(region.Err(), spec.Validate(), c.support.Check(spec), c.checkSplit(spec))
	v, ok := c.driver.(RunValidator)
	switch {
	case !ok, hasNilOptions(spec.Vendor):
		return err
	case err == nil:
		return v.ValidateRun(spec)
	}
	return join(err, besides(err, v.ValidateRun(spec)))
}

// besides returns the problems that a driver found in fields which are not in known. The
// driver's rules assume that the general rules hold. So its errors about a field that breaks a
// general rule, and its errors about no field, may be wrong.
func besides(known, found error) error {
	var told, more FieldErrors
	if !errors.As(known, &told) || !errors.As(found, &more) {
		return nil
	}
	var k Checker
	for _, e := range more {
		isTold := slices.ContainsFunc(told, func(k *FieldError) bool { return sameField(k.Path, e.Path) })
		if !isTold {
			k.Add(e)
		}
	}
	return k.Err()
}

// sameField reports whether two paths name one field, or one path is part of the other.
func sameField(a, b string) bool {
	within := func(a, b string) bool {
		end, ok := strings.CutPrefix(a, b)
		if !ok || end == "" {
			return ok
		}
		return end[0] == '.' || end[0] == '['
	}
	return within(a, b) || within(b, a)
}

// checkSplit refuses fields that have no meaning once a create takes several calls.
func (c *Client) checkSplit(spec *RunInstancesSpec) error {
	k := Checker{Driver: c.name}
	if spec.Count > c.limits.InstancesPerCreate {
		rule := fmt.Sprintf("works only within one call of the cloud, of at most %d instances",
			c.limits.InstancesPerCreate)
		if c.support.Field("ClientToken").Param != "" { // otherwise it is refused already
			k.Require(spec.ClientToken == "", "ClientToken", spec.ClientToken, rule)
		}
		_, numbers := c.driver.(NameNumberer)
		renames := c.limits.NameMarker && spec.HostName == ""
		k.Require(!spec.UniqueSuffix || numbers || renames, "UniqueSuffix", nil,
			rule+": each call would count from 001 again")
	}
	return k.Err()
}
