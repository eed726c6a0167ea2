package cloudsim

import (
	"encoding/json"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// startInstance serves StartInstance.
func (e *ens) startInstance(k *core.Call) (aliObject, *aliError) {
	return e.switchOne(k, e.params(k.Params), aliStart())
}

// stopInstance serves StopInstance.
func (e *ens) stopInstance(k *core.Call) (aliObject, *aliError) {
	p := e.params(k.Params)
	p.flag("ForceStop")
	return e.switchOne(k, p, aliStop())
}

// rebootInstance serves RebootInstance.
func (e *ens) rebootInstance(k *core.Call) (aliObject, *aliError) {
	p := e.params(k.Params)
	p.flag("ForceStop")
	return e.switchOne(k, p, aliReboot())
}

// startInstances serves StartInstances. The batch calls have no force.
func (e *ens) startInstances(k *core.Call) (aliObject, *aliError) { return e.switchMany(k, aliStart()) }

// stopInstances serves StopInstances.
func (e *ens) stopInstances(k *core.Call) (aliObject, *aliError) { return e.switchMany(k, aliStop()) }

// rebootInstances serves RebootInstances.
func (e *ens) rebootInstances(k *core.Call) (aliObject, *aliError) {
	return e.switchMany(k, aliReboot())
}

// switchOne changes the power of one machine.
func (e *ens) switchOne(k *core.Call, p *aliParams, c aliPower) (aliObject, *aliError) {
	id := p.required("InstanceId")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	if err := e.turn(k, id, c); err != nil {
		return nil, err
	}
	return aliObject{{"Code", 0}}, nil
}

// switchMany changes the power of machines independently of each other. Their
// limit is not documented; it is that of DescribeInstances here. Nor are the
// numbers in Code: zero is success, as in the calls about one machine, and
// anything else is the status with which such a call is refused.
func (e *ens) switchMany(k *core.Call, c aliPower) (aliObject, *aliError) {
	p := e.params(k.Params)
	ids := ensIDs(p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	out := make([]any, len(ids))
	for i, id := range ids {
		code, message := 0, "success"
		if err := e.turn(k, id, c); err != nil {
			code, message = err.status, err.message
		}
		out[i] = aliObject{{"Code", code}, {"Message", message}, {"InstanceId", id}}
	}
	return aliObject{{"InstanceResponses", out}}, nil
}

// ensIDs reads the IDs of a batch: InstanceIds.1 and so on, which the vendor's
// SDK for Go sends, or JSON text, as in DescribeInstances. Which of the two the
// real service takes is not verified.
func ensIDs(p *aliParams) []string {
	const name = "InstanceIds"
	if !p.has(name) {
		return p.batch(name, p.list(name, 100))
	}
	var ids []string
	if err := json.Unmarshal([]byte(p.text(name)), &ids); err != nil || len(ids) > 100 {
		p.bad(name, "a JSON array of at most 100 strings")
		return nil
	}
	return p.batch(name, ids)
}

// turn switches one machine. One whose prepaid period is over can not be
// switched, whatever it did when it ended.
func (e *ens) turn(k *core.Call, id string, c aliPower) *aliError {
	m := e.find(k, id)
	switch {
	case m == nil:
		return ensNoInstance()
	case ensStatus(k, m) != aliStatus(c.from):
		return ensWrongStatus()
	}
	c.apply(m, k.Now)
	return nil
}
