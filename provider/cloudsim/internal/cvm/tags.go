package cvm

import (
	"cmp"
	"maps"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// Limits of the product of tags.
const (
	taggedAtOnce = 50 // resources of one call
	maxTags      = 50 // tags of a resource
)

// attachRequest is the schema of AttachResourcesTag, which sets one tag.
type attachRequest struct {
	tagTarget
	TagKey, TagValue *string
}

// detachRequest is the schema of DetachResourcesTag, which removes one tag.
type detachRequest struct {
	tagTarget
	TagKey *string
}

// tagTarget names the resources of a call about tags.
type tagTarget struct {
	ServiceType    *string
	ResourcePrefix *string
	ResourceRegion *string
	ResourceIds    []string
}

// attachTag serves AttachResourcesTag. A tag of the same key gets the new value.
func (c *api) attachTag(k *core.Call, r *attachRequest) (fields, *refusal) {
	one := tag{Key: r.TagKey, Value: r.TagValue}
	refused := one.check("Tag")
	instances, other := c.tagged(k, &r.tagTarget)
	if refused = cmp.Or(refused, other); refused != nil {
		return nil, refused
	}
	for _, m := range instances {
		if _, has := m.Tags[*r.TagKey]; !has && len(m.Tags) >= maxTags {
			return nil, refuse("LimitExceeded.ResourceAttachedTags", "A resource may have %d tags.", maxTags)
		}
	}
	for _, m := range instances {
		m.Tags = maps.Clone(m.Tags) // the instances of one create share them
		m.Tags[*r.TagKey] = *r.TagValue
	}
	return nil, nil
}

// detachTag serves DetachResourcesTag. Whether it removes the tag of the others when one of them does
// not have it is [unverified]; here it does not.
func (c *api) detachTag(k *core.Call, r *detachRequest) (fields, *refusal) {
	instances, refused := c.tagged(k, &r.tagTarget)
	switch {
	case r.TagKey == nil:
		return nil, missing("TagKey")
	case refused != nil:
		return nil, refused
	}
	for _, m := range instances {
		if _, has := m.Tags[*r.TagKey]; !has {
			return nil, refuse("ResourceNotFound.AttachedTagKeyNotFound", "A resource does not have the tag.")
		}
	}
	for _, m := range instances {
		m.Tags = maps.Clone(m.Tags)
		delete(m.Tags, *r.TagKey)
	}
	return nil, nil
}

// tagged returns the instances of a call about tags. Other resources are not simulated.
func (c *api) tagged(k *core.Call, r *tagTarget) ([]*core.Instance, *refusal) {
	switch {
	case r.ServiceType == nil:
		return nil, missing("ServiceType")
	case len(r.ResourceIds) == 0:
		return nil, missing("ResourceIds")
	case len(r.ResourceIds) > taggedAtOnce:
		return nil, refuse("LimitExceeded.ResourceNumPerRequest", "A call may name %d resources.", taggedAtOnce)
	case *r.ServiceType != cvmProduct:
		return nil, refuse("InvalidParameterValue.ServiceTypeInvalid", "The simulator has tags of instances only.")
	case valueOr(r.ResourcePrefix, "instance") != "instance":
		return nil, refuse("InvalidParameterValue.ResourcePrefixInvalid", "The simulator has tags of instances only.")
	}
	var instances []*core.Instance
	for _, id := range r.ResourceIds {
		m := c.service.Find(id, k.Now)
		if m == nil || m.Region != valueOr(r.ResourceRegion, "") {
			return nil, refuse("InvalidParameterValue.ResourceIdInvalid", "A resource does not exist.")
		}
		instances = append(instances, m)
	}
	return instances, nil
}
