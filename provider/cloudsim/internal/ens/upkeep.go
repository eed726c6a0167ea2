package ens

import (
	"maps"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// The documented limits of the calls about tags.
const (
	maxTags      = 20
	taggedAtOnce = 50
)

// tagResources serves TagResources. A tag of the same key gets the new value.
func (e *api) tagResources(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	tags := p.Tags(maxTags)
	if len(tags) == 0 {
		p.Refuse(p.Missing("Tag.1.Key"))
	}
	return e.retag(k, p, func(have map[string]string) { maps.Copy(have, tags) })
}

// untagResources serves UntagResources. A key that an instance does not have is no error. All counts only
// without keys, as on ECS.
func (e *api) untagResources(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	keys, all := p.List("TagKey", maxTags), p.Flag("All")
	if len(keys) == 0 && !all {
		p.Refuse(p.Missing("TagKey.1"))
	}
	return e.retag(k, p, func(have map[string]string) {
		if len(keys) == 0 {
			clear(have)
		}
		for _, key := range keys {
			delete(have, key)
		}
	})
}

// retag changes the tags of all instances of a call, or of none. Bare metal is not simulated. The code for
// an unknown ID is not verified; nor is it that an instance has at most 20 tags, as one that is created.
func (e *api) retag(k *core.Call, p *alibaba.Params, change func(map[string]string)) (alibaba.Object, *alibaba.Refusal) {
	if p.Required("ResourceType") != "" {
		p.Choice("ResourceType", "instance")
	}
	ids := p.List("ResourceId", taggedAtOnce)
	if len(ids) == 0 {
		p.Refuse(p.Missing("ResourceId.1"))
	}
	next := map[*core.Instance]map[string]string{} // the instances of one create share their tags
	for _, id := range ids {
		m := e.find(k, id)
		if m == nil {
			p.Refuse(noInstance())
			continue
		}
		tags := map[string]string{}
		maps.Copy(tags, m.Tags)
		if change(tags); len(tags) > maxTags {
			p.Bad("Tag", "at most 20 on an instance")
		}
		next[m] = tags
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	for m, tags := range next {
		m.Tags = tags
	}
	return nil, nil
}

// renewInstance serves RenewInstance: a number of months is paid for at once. The codes are not verified.
func (e *api) renewInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	id := p.Required("InstanceId")
	p.Required("Period")
	p.OneOf("Period", 1, 2, 3, 4, 5, 6, 7, 8, 9, 12)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	m := e.find(k, id)
	switch {
	case m == nil:
		return nil, noInstance()
	case m.Charge != core.Prepaid:
		p.Bad("InstanceId", "an instance that is prepaid")
		return nil, p.Refusal
	}
	e.Service.Renewed(m, k.Now, alibaba.Expiry(m).AddDate(0, alibaba.Int(k.Params, "Period"), 0))
	return nil, nil
}
