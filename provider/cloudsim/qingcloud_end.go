package cloudsim

import "time"

// terminateInstances is the action of that name. All machines go or none does.
func (q *qingCloud) terminateInstances(k *call, a *qingArgs) (qingReply, *qingError) {
	machines := q.targets(k, a, q.lookup)
	direct := a.flag("direct_cease")
	for _, m := range machines {
		if why := qingMayTerminate(m, k.now); why != "" {
			a.refuse(qingErrorf(qingDenied, "PermissionDenied, instance [%s] %s, can not be terminated", m.ID, why))
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	ended := k.now.Add(qingEndTime)
	for _, m := range machines {
		if direct {
			m.move(k.now, then(k.now, Terminating), then(ended, Gone))
			continue
		}
		m.move(k.now, then(k.now, Terminating), then(ended, Recycled), then(ended.Add(qingBinTime), Gone))
	}
	return q.lifecycleJob(k, machines, qingEndTime), nil
}

// qingMayTerminate tells why a machine can not be terminated now, or nothing. A
// machine that is in the recycle bin already takes CeaseInstances; that
// direct_cease does not work on it either is unverified.
func qingMayTerminate(m *machine, now time.Time) string {
	status, transition, _ := qingStatus(m, now)
	switch {
	case transition != "":
		return "is " + transition
	case status == "terminated":
		return "is terminated already"
	case !qingUp(m, now, qingLeaseDelay):
		return "has no lease info yet"
	default:
		return ""
	}
}

// ceaseInstances is the action of that name: it empties the recycle bin.
func (q *qingCloud) ceaseInstances(k *call, a *qingArgs) (qingReply, *qingError) {
	machines := q.targets(k, a, q.lookup)
	for _, m := range machines {
		if status, transition, _ := qingStatus(m, k.now); status != "terminated" || transition != "" {
			a.refuse(qingErrorf(qingDenied, "PermissionDenied, instance [%s] is not terminated, can not be ceased", m.ID))
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	for _, m := range machines {
		m.move(k.now, then(k.now, Terminating), then(k.now.Add(qingEndTime), Gone))
	}
	return q.lifecycleJob(k, machines, qingEndTime), nil
}

// qingRecycleFailed sends machines that die while booting through the recycle bin,
// and tells when the last of them all has come up or died.
func qingRecycleFailed(machines []*machine, now time.Time) (done time.Time, failed bool) {
	done = now
	for _, m := range machines {
		last := m.steps[len(m.steps)-1]
		if last.phase == Failed {
			failed = true
			m.steps = append(m.steps, then(last.at.Add(qingBinTime), Gone))
		}
		if last.at.After(done) {
			done = last.at
		}
	}
	return done, failed
}
