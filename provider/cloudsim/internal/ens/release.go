package ens

import (
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// releasePrepaid serves ReleasePrePaidInstance.
func (e *api) releasePrepaid(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return nil, e.release(k, "EnsInstance")
}

// releasePostpaid serves ReleasePostPaidInstance, for spot instances too.
func (e *api) releasePostpaid(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	return nil, e.release(k, "EnsPostPaidInstance")
}

// release ends one instance in any state if its billing mode fits the action. The code
// of the refusal otherwise is not verified.
func (e *api) release(k *core.Call, resourceType string) *alibaba.Refusal {
	p := e.params(k.Params)
	id := p.Required("InstanceId")
	if p.Refusal != nil {
		return p.Refusal
	}
	m := e.find(k, id)
	if m == nil {
		return noInstance()
	}
	if got := resourceTypeOf(m); got != resourceType {
		p.Bad("InstanceId", "an instance of type "+resourceType+", this one is "+got)
		return p.Refusal
	}
	if m.Attr("DeletionProtection") == "true" { // the code is that of ECS
		return alibaba.Refuse(400, "InvalidOperation.DeletionProtection",
			"The operation is not allowed due to deletion protection.")
	}
	m.Move(k.Now, core.At(k.Now, core.Gone))
	return nil
}
