package cloudsim

import (
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// releasePrepaid serves ReleasePrePaidInstance.
func (e *ens) releasePrepaid(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return nil, e.release(k, "EnsInstance")
}

// releasePostpaid serves ReleasePostPaidInstance, for spot machines too.
func (e *ens) releasePostpaid(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return nil, e.release(k, "EnsPostPaidInstance")
}

// release ends one machine, whatever its state, if it is paid for in the way
// that the action is for. The code of the refusal otherwise is not verified.
func (e *ens) release(k *core.Call, resourceType string) *alibaba.Refusal {
	p := e.params(k.Params)
	id := p.Required("InstanceId")
	if p.Refusal != nil {
		return p.Refusal
	}
	m := e.find(k, id)
	if m == nil {
		return ensNoInstance()
	}
	if got := ensResourceType(m); got != resourceType {
		p.Bad("InstanceId", "an instance of type "+resourceType+", this one is "+got)
		return p.Refusal
	}
	m.Move(k.Now, core.At(k.Now, core.Gone))
	return nil
}
