package ecs

import (
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// createInstance serves CreateInstance, the older create of one instance. The instance ends
// stopped, and has no public address, whatever its bandwidth: another call gives it one.
func (e *api) createInstance(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	ids, err := e.Once(k, func() ([]string, *alibaba.Refusal) {
		plan := e.checkRun(k)
		for _, name := range []string{"Amount", "MinAmount", "LaunchTemplateId", "LaunchTemplateName"} {
			plan.p.Unsupported(name) // RunInstances has them
		}
		if plan.p.Refusal != nil {
			return nil, plan.p.Refusal
		}
		plan.stopped = true
		return e.launch(k, plan)
	})
	if err != nil {
		return nil, err
	}
	answer := alibaba.Object{{"TradePrice", 0.165}}
	if named := e.Service.Answered(k, ids, instanceID); len(named) > 0 {
		answer = append(answer, alibaba.Field{"InstanceId", named[0]})
	}
	switch {
	case k.Order != nil:
		answer = append(answer, alibaba.Field{"OrderId", k.Order.ID})
	case len(ids) > 0:
		if m := e.Service.Lookup(ids[0]); m.Charge == core.Prepaid {
			answer = append(answer, alibaba.Field{"OrderId", fmt.Sprint(firstOrder + int64(m.Create))})
		}
	}
	return answer, nil
}

// endStopped makes an instance end stopped instead of running.
func endStopped(m *core.Instance) {
	for i := range m.Steps {
		if m.Steps[i].Phase == core.Running {
			m.Steps[i].Phase = core.Stopped
		}
	}
}
