package cloudsim

import (
	"cmp"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// modifyInstance serves ModifyInstanceAttribute for one machine in any state,
// but that a new password wants it stopped. The reference says that 0 is
// success, and its example has 200; here it is 0, as in the other calls.
func (e *ens) modifyInstance(k *core.Call) (aliObject, *aliError) {
	p := e.params(k.Params)
	id := p.required("InstanceId")
	p.matching("InstanceName", ensName, ensNameWant)
	p.hostName()
	p.password()
	if raw, ok := p.userData(); ok && len(raw) > 16<<10 {
		p.bad("UserData", "at most 16 KB")
	}
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	m := e.find(k, id)
	switch {
	case m == nil:
		return nil, ensNoInstance()
	case p.has("Password") && ensStatus(k, m) != "Stopped":
		return nil, ensWrongStatus()
	}
	m.Name = cmp.Or(p.text("InstanceName"), m.Name)
	m.HostName = cmp.Or(p.text("HostName"), m.HostName)
	return aliObject{{"Code", 0}}, nil
}
