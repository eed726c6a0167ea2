package storetest

import (
	"fmt"
	"sync"
	"time"
)

func stopRules() []rule {
	if !canStop {
		return nil
	}
	const why = "A debugger, a frozen virtual machine, a full disk: it wakes when another process has the operation."
	return []rule{
		{"a process that is stopped before a save and wakes sends nothing", why, stoppedBefore},
		{"a process that is stopped after a save and wakes sends nothing", why, stoppedAfter},
		{"a process that is stopped in a release and wakes releases nothing", why, stoppedReleasing},
	}
}

func stoppedBefore(w *world) { w.stopEach(job{StopAt: 1}) }

func stoppedAfter(w *world) { w.stopEach(job{StopAt: 1, After: true}) }

// stoppedReleasing stops a process before and after it has saved that the operation is to be
// released. Two saves come before: of the create and of its answer.
func stoppedReleasing(w *world) {
	w.stopEach(job{StopAt: 3, Terminate: true})
	w.stopEach(job{StopAt: 3, Terminate: true, After: true})
}

// stopEach does it on each cloud, at the same time: most of it is waiting.
func (w *world) stopEach(j job) {
	var g sync.WaitGroup
	for _, name := range cloudNames {
		g.Go(func() { w.stop(name, j) })
	}
	g.Wait()
}

// stop lets another process begin an operation and stop itself at a save, continues the
// operation here once the claim is over, and wakes the process. There is one create: another one
// could be between its last check and the wire, which no check prevents.
func (w *world) stop(cloud string, j job) {
	a := newAccount(w, cloud)
	a.creates, j.Creates = 1, 1
	j.Place, j.Cloud, j.URL = w.place, cloud, a.listen(w)
	j.ID = fmt.Sprintf("%s-%d-%t", cloud, j.StopAt, j.After)
	j.Lease, j.Margin = 800*time.Millisecond, 200*time.Millisecond
	c := w.start(j)
	if !c.stops() {
		r, _ := w.end(c)
		w.Errorf("%s: the process ends with %+v, want that it stops", j.ID, r)
		return
	}
	op, err := w.run(a, w.store, j.ID, options())
	if j.Terminate && j.After { // it is marked as released, and whoever has it may release it
		err = nil
	}
	w.wantExactly(a, op, err, j.ID)
	calls := a.sim.Calls(a.Sim, "")
	if err := wake(c.cmd.Process); err != nil {
		w.Errorf("%s: %v", j.ID, err)
		return
	}
	r, dead := w.end(c)
	if dead || !r.Superseded {
		w.Errorf("%s: the process that woke ends with %+v, want ErrSuperseded", j.ID, r)
	}
	if more := a.sim.Calls(a.Sim, "") - calls; more != 0 {
		w.Errorf("%s: the process that woke has sent %d calls, want none", j.ID, more)
	}
	if got, want := len(a.sim.Instances(a.Sim)), len(op.InstanceIDs()); got != want {
		w.Errorf("%s: the account has %d instances afterwards, want %d", j.ID, got, want)
	}
}
