package ecs

import (
	"maps"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// taggedAtOnce is how many resources one call tags.
const taggedAtOnce = 50

// tagResources serves TagResources. A tag of the same key gets the new value.
func (e *api) tagResources(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	tags := checkTags(p)
	instances := e.taggable(k, p)
	if len(tags) == 0 {
		p.Refuse(p.Missing("Tag.1.Key"))
	}
	for _, m := range instances {
		if len(retagged(m.Tags, tags, nil)) > maxTags {
			p.Refuse(alibaba.Refuse(403, "QuotaExceed.Tags", "The quota of tags on the resource is exceeded."))
		}
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	for _, m := range instances {
		m.Tags = retagged(m.Tags, tags, nil)
	}
	return nil, nil
}

// untagResources serves UntagResources. A key that an instance does not have is no error.
func (e *api) untagResources(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.regional(k)
	keys, all := p.List("TagKey", maxTags), p.Flag("All")
	instances := e.taggable(k, p)
	if len(keys) == 0 && !all {
		p.Refuse(p.Missing("TagKey.1"))
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	for _, m := range instances {
		if len(keys) == 0 {
			m.Tags = nil
			continue
		}
		m.Tags = retagged(m.Tags, nil, keys)
	}
	return nil, nil
}

// taggable returns the instances of a call about tags. Resources of other types are not simulated.
func (e *api) taggable(k *core.Call, p *alibaba.Params) []*core.Instance {
	if kind := p.Required("ResourceType"); kind != "" && kind != "instance" {
		p.Refuse(alibaba.Refuse(400, "InvalidResourceType.NotFound", "The simulator has tags of instances only."))
	}
	ids := p.List("ResourceId", 1000)
	switch {
	case len(ids) == 0:
		p.Refuse(p.Missing("ResourceId.1"))
	case len(ids) > taggedAtOnce:
		p.Refuse(alibaba.Refuse(400, "NumberExceed.ResourceIds", "The maximum number of ResourceIds is exceeded."))
	}
	var list []*core.Instance
	for _, id := range ids {
		m := e.find(k, id, k.Region)
		if m == nil {
			p.Refuse(alibaba.Refuse(404, "InvalidResourceId.NotFound",
				"The specified ResourceIds are not found in our records."))
			return nil
		}
		list = append(list, m)
	}
	return list
}

// retagged returns tags with others set, and keys removed. The instances of one create share their
// tags, so they are copied.
func retagged(tags, set map[string]string, remove []string) map[string]string {
	next := map[string]string{}
	maps.Copy(next, tags)
	maps.Copy(next, set)
	for _, key := range remove {
		delete(next, key)
	}
	return next
}
