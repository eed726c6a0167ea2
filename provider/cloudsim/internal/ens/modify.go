package ens

import (
	"cmp"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// modifyInstance serves ModifyInstanceAttribute for one instance in any state; a new
// password requires a stopped one. By the reference 0 means success, but its example
// has 200. Here it is 0, as in the other calls.
func (e *api) modifyInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	id := p.Required("InstanceId")
	p.Matching("InstanceName", nameForm, nameRule)
	p.HostName()
	p.Password()
	p.Flag("DeletionProtection")
	if raw, ok := p.UserData(); ok && len(raw) > 16<<10 {
		p.Bad("UserData", "at most 16 KB")
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	m := e.find(k, id)
	switch {
	case m == nil:
		return nil, noInstance()
	case p.Has("Password") && status(k, m) != "Stopped":
		return nil, wrongStatus()
	}
	m.Name = cmp.Or(p.Text("InstanceName"), m.Name)
	m.HostName = cmp.Or(p.Text("HostName"), m.HostName)
	if p.Has("DeletionProtection") {
		m.SetAttr("DeletionProtection", p.Text("DeletionProtection"))
	}
	return alibaba.Object{{"Code", 0}}, nil
}
