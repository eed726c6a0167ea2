package storetest

import (
	"fmt"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

func killRules() []rule {
	return append(
		onEach("a process that is killed at any save costs no instance", "kill -9, out of memory, a power cut.", killed),
		onEach("two processes that run one operation at once make it once", "A restart may overlap.", twoProcesses)...)
}

// leases returns the lease of another process that is to be killed.
func (w *world) leases(j *job) {
	j.Lease, j.Margin = time.Second, 300*time.Millisecond
	if w.Later != nil {
		j.Lease, j.Margin = time.Hour, time.Minute
	}
}

func killed(w *world, cloud string) {
	n := int32(1)
	for ; w.killAt(cloud, n, false); n++ {
		w.killAt(cloud, n, true)
	}
	if n < 5 {
		w.Errorf("%s: two creates save %d times, want at least 4: the rule proves nothing", cloud, n-1)
	}
}

// killAt lets another process begin an operation and kill itself at the n-th save, and
// continues it here. It reports whether the process was killed.
func (w *world) killAt(cloud string, n int32, after bool) bool {
	w.Helper()
	a := newAccount(w, cloud)
	j := job{Place: w.place, Cloud: cloud, URL: a.listen(w), Creates: a.creates, KillAt: n, After: after}
	j.ID = fmt.Sprintf("%s-%d-%t", cloud, n, after)
	w.leases(&j)
	r, dead := w.end(w.start(j))
	if !dead && r.Error != "" {
		w.Errorf("%s: the other process got %s, want no error", j.ID, r.Error)
	}
	if !dead && r.Saves >= n {
		w.Errorf("%s: the process saved %d times and lives, want that it is dead", j.ID, r.Saves)
	}
	if dead && w.Later != nil {
		w.passTime(j.ID)
	}
	op, err := w.run(a, w.store, j.ID, options())
	w.wantExactly(a, op, err, j.ID)
	return dead
}

// passTime ends the claim of an operation as time would.
func (w *world) passTime(id string) {
	w.Helper()
	later := w.open(w.Later)
	c, err := later.Claim(w.Context(), store.Entry{ID: id}, "time", time.Minute)
	if err != nil {
		w.Fatal(err)
	}
	if err := later.Release(w.Context(), c); err != nil {
		w.Fatal(err)
	}
}

func twoProcesses(w *world, cloud string) {
	a := newAccount(w, cloud)
	j := job{Place: w.place, Cloud: cloud, URL: a.listen(w), ID: cloud, Creates: a.creates, Lease: time.Minute, Margin: time.Second}
	first, second := w.start(j), w.start(j)
	for _, c := range []*child{first, second} {
		r, dead := w.end(c)
		if dead {
			w.Errorf("a process has died")
		}
		if r.Error != "" && !r.Held {
			w.Errorf("got %s, want no error or that the other one has it", r.Error)
		}
	}
	op, err := w.run(a, w.store, cloud, options())
	w.wantExactly(a, op, err, cloud)
}
