package qingcloud

import "github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"

// modifyInstanceAttributes is the action of that name. It accepts one instance in any
// state and has no job. An absent parameter changes nothing; an empty one clears the
// value (unverified). Limits on the texts are not documented.
func (q *api) modifyInstanceAttributes(k *core.Call, a *args) (reply, *refusal) {
	a.required("instance")
	id := a.id("instance")
	mqueue := a.flag("nic_mqueue")
	if a.err != nil {
		return nil, a.err
	}
	m := q.lookup(k, id)
	if m == nil {
		return nil, refusef(notFound, "ResourceNotFound, instance [%s] is not found", id)
	}
	d := q.details[m.ID]
	if name, ok := a.params["instance_name"]; ok {
		m.Name = name
	}
	if text, ok := a.params["description"]; ok {
		d.description = &text
	}
	if a.text("nic_mqueue") != "" {
		d.mqueue = mqueue
	}
	return reply{}, nil
}
