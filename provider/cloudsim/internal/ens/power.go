package ens

import (
	"encoding/json"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// startInstance serves StartInstance.
func (e *api) startInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return e.switchOne(k, e.params(k.Params), alibaba.Start())
}

// stopInstance serves StopInstance.
func (e *api) stopInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	p.Flag("ForceStop")
	return e.switchOne(k, p, alibaba.Stop())
}

// rebootInstance serves RebootInstance.
func (e *api) rebootInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	p.Flag("ForceStop")
	return e.switchOne(k, p, alibaba.Reboot())
}

// startInstances serves StartInstances. The batch calls have no force.
func (e *api) startInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return e.switchMany(k, alibaba.Start())
}

// stopInstances serves StopInstances.
func (e *api) stopInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return e.switchMany(k, alibaba.Stop())
}

// rebootInstances serves RebootInstances.
func (e *api) rebootInstances(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return e.switchMany(k, alibaba.Reboot())
}

// switchOne changes the power of one instance.
func (e *api) switchOne(k *core.Call, p *alibaba.Params, c alibaba.Power) (alibaba.Object, *alibaba.Refusal) {
	id := p.Required("InstanceId")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	if err := e.switchInstance(k, id, c); err != nil {
		return nil, err
	}
	return alibaba.Object{{"Code", 0}}, nil
}

// switchMany changes the power of instances independently of each other. Their limit is
// not documented; here it is the limit of DescribeInstances. The numbers in Code are
// not documented either. Here 0 means success, as in calls about one instance; another
// number is the HTTP status of a refusal in such a call.
func (e *api) switchMany(k *core.Call, c alibaba.Power) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k.Params)
	ids := readIDs(p)
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	out := make([]any, len(ids))
	for i, id := range ids {
		code, message := 0, "success"
		if err := e.switchInstance(k, id, c); err != nil {
			code, message = err.Status, err.Message
		}
		out[i] = alibaba.Object{{"Code", code}, {"Message", message}, {"InstanceId", id}}
	}
	return alibaba.Object{{"InstanceResponses", out}}, nil
}

// readIDs reads the IDs of a batch: InstanceIds.1 and so on, which the vendor's SDK for
// Go sends, or JSON text, as in DescribeInstances. It is not verified which one the
// real service accepts.
func readIDs(p *alibaba.Params) []string {
	const name = "InstanceIds"
	if !p.Has(name) {
		return p.Batch(name, p.List(name, 100))
	}
	var ids []string
	if err := json.Unmarshal([]byte(p.Text(name)), &ids); err != nil || len(ids) > 100 {
		p.Bad(name, "a JSON array of at most 100 strings")
		return nil
	}
	return p.Batch(name, ids)
}

// switchInstance switches one instance. A reboot avoids planned maintenance. It refuses an instance whose prepaid period is
// over, in any state.
func (e *api) switchInstance(k *core.Call, id string, c alibaba.Power) *alibaba.Refusal {
	m := e.find(k, id)
	switch {
	case m == nil:
		return noInstance()
	case status(k, m) != alibaba.Status(c.From):
		return wrongStatus()
	}
	if c == alibaba.Reboot() {
		e.Service.Rebooted(m, k.Now)
	}
	c.Apply(m, k.Now)
	return nil
}
