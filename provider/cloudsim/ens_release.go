package cloudsim

// releasePrepaid serves ReleasePrePaidInstance.
func (e *ens) releasePrepaid(k *call) (aliObject, *aliError) {
	return nil, e.release(k, "EnsInstance")
}

// releasePostpaid serves ReleasePostPaidInstance, for spot machines too.
func (e *ens) releasePostpaid(k *call) (aliObject, *aliError) {
	return nil, e.release(k, "EnsPostPaidInstance")
}

// release ends one machine, whatever its state, if it is paid for in the way
// that the action is for. The code of the refusal otherwise is not verified.
func (e *ens) release(k *call, resourceType string) *aliError {
	p := e.params(k.params)
	id := p.required("InstanceId")
	if p.err != nil {
		return p.err
	}
	m := e.find(k, id)
	if m == nil {
		return ensNoInstance()
	}
	if got := ensResourceType(m); got != resourceType {
		p.bad("InstanceId", "an instance of type "+resourceType+", this one is "+got)
		return p.err
	}
	m.move(k.now, then(k.now, Gone))
	return nil
}
