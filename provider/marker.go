package provider

import (
	"maps"

	"github.com/yunfan-cloud/yunfan/internal/marker"
)

// What marks the instances of an operation in the cloud: a client token where the cloud has
// one, a name where it has none, and tags when there is an owner. All are computed from the
// operation, so that any process can compute them.

// runDigits is how many letters distinguish runs with the same operation ID.
const runDigits = 8

// markerOf returns the end of the name that the instances of one create have until their IDs
// are known. Runs with the same ID of the caller share the beginning of the marker, by which a
// later run finds the instances of an earlier one. The rest belongs to this run only, so that
// no run adopts what another run has just made.
func (op *Operation) markerOf(part, generation int) string {
	seed := op.id
	if op.run != "" {
		seed += "/" + op.run
	}
	return marker.Of(op.owner, op.id, seed, part, generation)
}

// marked returns a name with the marker of one create. If both are too long together, the end
// of the name is left out until the instance gets its final name.
func (op *Operation) marked(name string, part, generation int) string {
	if name == "" {
		name = "instance" // some clouds want a letter first
	}
	r := []rune(name)
	room := op.c.limits.NameLength - marker.Length - marker.NumberLength
	return string(r[:min(len(r), room)]) + op.markerOf(part, generation)
}

// tags returns the spec's tags with the owner's tags added.
func (op *Operation) tags(own map[string]string) map[string]string {
	if !op.marksByOwner() {
		return own
	}
	all := maps.Clone(own)
	if all == nil {
		all = map[string]string{}
	}
	all[OwnerTag], all[OperationTag] = op.owner, op.id
	return all
}

// marksByTags reports whether the cloud takes tags with a create.
func (c *Client) marksByTags() bool { return c.support.Field("Tags").Param != "" }

// marksByName reports whether creates are identified by a marker in the names of their
// instances: the cloud has no client tokens.
func (c *Client) marksByName() bool { return c.limits.NameMarker && !c.limits.ClientToken }

// marksByOwner reports whether instances of the operation have the tags of its owner.
func (op *Operation) marksByOwner() bool { return op.owner != "" && op.c.marksByTags() }

// nameless reports whether any instances still have the marker instead of their name.
func (op *Operation) nameless() bool {
	unmarked := !op.c.marksByName() || op.opts.KeepMarker
	if unmarked || op.spec == nil || op.spec().Name == "" {
		return false
	}
	return op.names.Lacking()
}
