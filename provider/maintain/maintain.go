package maintain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Instances are the instances of an account that are changed. [Of] returns them. The zero value is
// not usable.
type Instances struct{ c *provider.Client }

// Of returns the instances of the client's account. It makes no call.
func Of(c *provider.Client) *Instances { return &Instances{c: c} }

// Tag sets tags of instances. A tag of the same key gets the new value; other tags stay. It may be
// repeated. Keys that begin with "yunfan:" are reserved: they mark what operations have made.
func (m *Instances) Tag(ctx context.Context, region string, ids []string, tags map[string]string) error {
	d, err := can[Tagger](m, "tags with values")
	if err != nil {
		return err
	}
	var k provider.Checker
	k.Require(len(tags) > 0, "tags", nil, "says nothing to change")
	k.Tags("tags", tags)
	refuseReserved(&k, slices.Sorted(maps.Keys(tags)))
	if region, err = m.target(&k, region, ids); err != nil {
		return err
	}
	perCall, tagsPerCall := d.TagLimits()
	for keys := range slices.Chunk(slices.Sorted(maps.Keys(tags)), tagsPerCall) {
		some := map[string]string{}
		for _, key := range keys {
			some[key] = tags[key]
		}
		err := m.each(ctx, apiTag, region, ids, "tag", perCall, func(ctx context.Context, ids []string) error {
			return d.TagInstances(ctx, region, ids, some)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Untag removes tags of instances by their keys. A tag that an instance does not have is no error.
func (m *Instances) Untag(ctx context.Context, region string, ids []string, keys ...string) error {
	d, err := can[Tagger](m, "tags with values")
	if err != nil {
		return err
	}
	var k provider.Checker
	k.Require(len(keys) > 0, "keys", nil, "says nothing to change")
	k.NoneEmpty("keys", keys)
	refuseReserved(&k, keys)
	if region, err = m.target(&k, region, ids); err != nil {
		return err
	}
	perCall, tagsPerCall := d.TagLimits()
	for some := range slices.Chunk(sorted.Distinct(keys), tagsPerCall) {
		err := m.each(ctx, apiUntag, region, ids, "untag", perCall, func(ctx context.Context, ids []string) error {
			return d.UntagInstances(ctx, region, ids, some)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// refuseReserved refuses keys with which operations find what they have made.
func refuseReserved(k *provider.Checker, keys []string) {
	for _, key := range keys {
		reserved := key == provider.OwnerTag || key == provider.OperationTag
		k.Require(!reserved, "tags", key, "is reserved: operations find their instances by it")
	}
}

// Modify changes attributes of instances, one after the other; see [Change]. It may be repeated,
// except for the password of instances that restart by it.
func (m *Instances) Modify(ctx context.Context, region string, ids []string, c Change) error {
	d, err := can[Modifier](m, "changes of attributes")
	if err != nil {
		return err
	}
	var k provider.Checker
	parts := c.parts()
	c.check(&k, len(ids))
	sizes := make([]int, len(parts))
	for i := range parts {
		sizes[i], err = d.InstancesPerModify(&parts[i])
		k.Add(err)
	}
	if region, err = m.target(&k, region, ids); err != nil {
		return err
	}
	for i := range parts {
		what := "change of " + parts[i].field()
		if one, ok := d.(GroupChanger); ok && len(parts[i].SecurityGroupIDs) > 0 {
			if err := m.regroup(ctx, one, region, ids, c.SecurityGroupIDs); err != nil {
				return err
			}
			continue
		}
		err := m.each(ctx, apiModify, region, ids, what, sizes[i], func(ctx context.Context, ids []string) error {
			return d.ModifyInstances(ctx, region, ids, &parts[i])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// target completes the region, and returns it with every problem that was found.
func (m *Instances) target(k *provider.Checker, region string, ids []string) (string, error) {
	region = cmp.Or(region, m.c.Region())
	k.Require(region != "", "region", nil, "required: neither the call nor the client names one")
	k.NoneEmpty("ids", ids)
	return region, k.Err()
}

// each makes a change that sets a state, so that it may be repeated.
func (m *Instances) each(
	ctx context.Context, api provider.API, region string, ids []string, what string, size int,
	attempt func(ctx context.Context, ids []string) error,
) error {
	ids = sorted.Distinct(ids)
	if len(ids) == 0 {
		return nil
	}
	call := provider.Call{Client: m.c, Region: region, API: api}
	return call.EachInstance(ctx, ids, provider.Batch{
		What: what, Size: size, Attempt: attempt,
		Changed: func(context.Context) ([]string, error) { return nil, nil },
	})
}

// can returns the driver as one that can make a change.
func can[D any](m *Instances, what string) (D, error) {
	d, ok := m.c.Driver().(D)
	if !ok {
		return d, fmt.Errorf("%s: %s: the cloud has no call for this: %w", m.c.Name(), what, errors.ErrUnsupported)
	}
	return d, nil
}
