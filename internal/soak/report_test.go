package soak_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// report is what came of a soak.
type report struct {
	service service

	mu        sync.Mutex
	jobs      map[string]*job // by operation
	held      map[string]int  // IDs that a caller was told, by operation
	ends      map[int]string  // the error an operation ended with
	released  []string        // IDs that were released
	perhaps   []string        // IDs that may have been released
	unsettled []string        // operations without an answer
	wrong     []string        // answers that contradict themselves

	operations, created                int
	creates, calls                     int
	duplicates, lost, leaked, vanished []string
	faults                             map[cloudsim.FaultKind]int
}

func newReport(s service) *report {
	return &report{
		service: s, jobs: map[string]*job{}, held: map[string]int{}, ends: map[int]string{}, faults: map[cloudsim.FaultKind]int{},
	}
}

func (r *report) begin(j *job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs[j.operation()] = j
}

func (r *report) add(list *[]string, items ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*list = append(*list, items...)
}

// tell records how an operation ended, for the report of what is wrong.
func (r *report) tell(n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ends[n] = err.Error()
}

// hold records the IDs that the caller of an operation has.
func (r *report) hold(j *job, ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if other, ok := r.held[id]; ok && other != j.n {
			r.wrong = append(r.wrong, fmt.Sprintf("operations %d and %d were both told %s", other, j.n, id))
		}
		r.held[id] = j.n
	}
}

var nameOfOperation = regexp.MustCompile(`soak-(\d+-\d+)x`)

// operationOf names the operation that a server belongs to.
func operationOf(name string) string {
	if m := nameOfOperation.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

// take compares what the cloud has with what the callers were told.
func (r *report) take(s *storm, operations int) {
	r.operations, r.faults = operations, s.struck()
	r.creates, r.calls = s.sim.Calls(s.cloud, s.action), s.sim.Calls(s.cloud, "")
	slots, real := map[string]int{}, map[string]bool{}
	released := map[string]bool{}
	for _, id := range r.released {
		released[id] = true
	}
	for _, i := range s.sim.Everything(s.cloud) {
		r.created++
		real[i.ID] = true
		r.look(&i, slots, released[i.ID])
	}
	for id, n := range r.held {
		if !real[id] {
			r.wrong = append(r.wrong, fmt.Sprintf("operation %d was told %s, which never existed", n, id))
		}
	}
}

// look judges one server; slots counts those of each operation.
func (r *report) look(i *cloudsim.Instance, slots map[string]int, released bool) {
	name := operationOf(i.Name)
	j := r.jobs[name]
	if j == nil {
		r.wrong = append(r.wrong, fmt.Sprintf("%s, which is named %q, is of no operation", i.ID, i.Name))
		return
	}
	_, told := r.held[i.ID]
	what := fmt.Sprintf("%s of operation %s (create %d at %s, %s, %d alternatives, %s)",
		i.ID, name, i.Create, i.Created.Format("15:04:05.000"), i.Phase, len(j.opts.Alternatives), j.opts.OnFailure)
	// CVM keeps a server whose launch failed for a while after its release.
	undone := !told && (ended(i.Phase) || dead(i.Phase) && i.Reason != "") && j.opts.OnFailure == provider.TerminateServers
	if !j.replaces(i) && !undone {
		slots[name]++
	}
	if slots[name] > j.spec.Count {
		r.duplicates = append(r.duplicates, what)
	}
	switch {
	case !told && !undone && !ended(i.Phase) && !j.replaces(i):
		r.lost = append(r.lost, what+", which ended with: "+r.ends[j.n])
	case released && !dead(i.Phase):
		r.leaked = append(r.leaked, fmt.Sprintf("%s (%s)", what, i.Phase))
	case told && !released && ended(i.Phase) && i.Reason == "" && !slices.Contains(r.perhaps, i.ID):
		r.vanished = append(r.vanished, what)
	}
}

// replaces tells whether another server may have taken the place of one. It never
// came up, and either the operation had alternatives, or no caller may know of it:
// clouds without tokens do not list such servers, so that one which a lost answer
// named cannot be found.
func (j *job) replaces(i *cloudsim.Instance) bool {
	return i.Reason != "" && (len(j.opts.Alternatives) > 0 || !j.storm.tokens)
}

// ended tells whether a machine was released.
func ended(p cloudsim.Phase) bool {
	return slices.Contains([]cloudsim.Phase{cloudsim.Gone, cloudsim.Recycled, cloudsim.Terminating}, p)
}

// dead tells whether a machine costs nothing any more, or will not in a moment.
func dead(p cloudsim.Phase) bool { return ended(p) || p == cloudsim.Failed }

// merge adds what came of another soak of the same service.
func (r *report) merge(o *report) {
	r.operations, r.created, r.creates, r.calls = r.operations+o.operations, r.created+o.created, r.creates+o.creates, r.calls+o.calls
	for _, l := range []struct{ all, more *[]string }{
		{&r.duplicates, &o.duplicates},
		{&r.lost, &o.lost},
		{&r.leaked, &o.leaked},
		{&r.vanished, &o.vanished},
		{&r.unsettled, &o.unsettled},
		{&r.wrong, &o.wrong},
	} {
		*l.all = append(*l.all, *l.more...)
	}
	for k, n := range o.faults {
		r.faults[k] += n
	}
}

// problems are the promises that were broken.
func (r *report) problems() (out []string) {
	for _, p := range []struct {
		what string
		list []string
	}{
		{"servers more than were asked for", r.duplicates},
		{"servers that nobody was told of", r.lost},
		{"servers that were released and live on", r.leaked},
		{"servers that were released and nobody wanted it", r.vanished},
		{"operations without an answer", r.unsettled},
		{"wrong answers", r.wrong},
	} {
		if n := len(p.list); n > 0 {
			out = append(out, fmt.Sprintf("%s: %d %s, for example %s", r.service.cloud, n, p.what, strings.Join(p.list[:min(n, 3)], ", ")))
		}
	}
	return out
}

// idle are the kinds of fault that never struck.
func (r *report) idle(m mix) (kinds []cloudsim.FaultKind) {
	return slices.DeleteFunc(m.expected(&r.service), func(k cloudsim.FaultKind) bool { return r.faults[k] > 0 })
}

// table is the summary of a run.
func table(reports []*report) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(what string, of func(r *report) (int, bool)) {
		fmt.Fprint(w, what, "\t")
		total := 0
		for _, r := range reports {
			n, ok := of(r)
			cell := "-"
			if ok {
				cell = strconv.Itoa(n)
			}
			fmt.Fprint(w, cell, "\t")
			total += n
		}
		fmt.Fprint(w, total, "\t\n")
	}
	count := func(what string, of func(r *report) int) {
		row(what, func(r *report) (int, bool) { return of(r), true })
	}
	for _, r := range reports {
		fmt.Fprint(w, "\t", r.service.cloud)
	}
	fmt.Fprint(w, "\tall\t\n")
	count("operations", func(r *report) int { return r.operations })
	count("create calls", func(r *report) int { return r.creates })
	count("servers created", func(r *report) int { return r.created })
	count("duplicates", func(r *report) int { return len(r.duplicates) })
	count("lost", func(r *report) int { return len(r.lost) })
	count("leaked", func(r *report) int { return len(r.leaked) + len(r.vanished) })
	count("unanswered", func(r *report) int { return len(r.unsettled) + len(r.wrong) })
	count("API calls", func(r *report) int { return r.calls })
	for _, k := range kindsOf(reports) {
		row("fault "+string(k), func(r *report) (int, bool) { return r.faults[k], r.service.suffers(k) })
	}
	_ = w.Flush()
	return b.String()
}

func kindsOf(reports []*report) (kinds []cloudsim.FaultKind) {
	for _, r := range reports {
		for k := range r.faults {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// forbidden is the refusal of a call for lack of permission, as a vendor answers it.
type forbidden struct {
	code   string
	status int
}

// others are alternatives to a machine type.
func others(types ...string) (list []provider.Alternative) {
	for _, t := range types {
		list = append(list, provider.Alternative{InstanceType: t})
	}
	return list
}
