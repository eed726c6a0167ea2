package soak_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// report is what came of a soak.
type report struct {
	service service

	mu        sync.Mutex
	jobs      map[string]*tale  // by operation
	told      map[sighting]bool // what callers were told
	surplus   map[sighting]bool // what callers were told there is beyond what they asked for
	dropped   map[sighting]bool // what an operation has let go to put another in its place
	byPerson  map[sighting]bool // what a person has found and released
	wanted    map[sighting]bool // what a caller or a policy may have released
	released  map[string][]*job // whose release a job has asked for, and the cloud has accepted
	bySweep   []string          // what a sweep has found
	neverSeen []sighting        // what a wait has never seen
	unsettled []string          // operations without an answer
	wrong     []string          // answers that contradict themselves

	operations, created                        int
	creates, calls, beyond                     int
	duplicates, lost, leaked, vanished, killed []string
	faults                                     map[cloudsim.FaultKind]int
}

// tale is what is known of an operation.
type tale struct {
	*job
	runs  int
	begun time.Time
	over  bool // its caller wants nothing of it to live

	// gaveUp is whether it gave up a create, so that what that made may exist twice. All
	// that is told is an answer then: no token prevents it.
	gaveUp bool
	ends   []ending
}

// ending is how one process of a job ended.
type ending struct {
	at  time.Time
	err error
}

// story is how the latest processes of a job ended, the last one first.
func (t *tale) story() string {
	var b strings.Builder
	for i := len(t.ends) - 1; i >= max(0, len(t.ends)-storyLength); i-- {
		fmt.Fprintf(&b, " <- %s %.300v", t.ends[i].at.Format("02 15:04:05"), t.ends[i].err)
	}
	return b.String()
}

// storyLength is how many of them a report tells.
const storyLength = 3

// sighting is an instance that was told in an operation.
type sighting struct {
	n  int
	id string
}

func newReport(s service) *report {
	return &report{
		service: s, jobs: map[string]*tale{}, faults: map[cloudsim.FaultKind]int{},
		told: map[sighting]bool{}, surplus: map[sighting]bool{}, dropped: map[sighting]bool{}, byPerson: map[sighting]bool{},
		wanted: map[sighting]bool{}, released: map[string][]*job{},
	}
}

func (r *report) begin(j *job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.jobs[j.operation()] == nil {
		r.jobs[j.operation()] = &tale{job: j, begun: time.Now()}
	}
	r.jobs[j.operation()].runs++
}

// begun returns when an operation began.
func (r *report) begun(j *job) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jobs[j.operation()].begun
}

// finish records that the caller wants nothing of the operation to live.
func (r *report) finish(j *job) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs[j.operation()].over = true
}

// isOver reports whether the caller wants nothing of the operation to live.
func (r *report) isOver(j *job) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jobs[j.operation()].over
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
	for _, j := range r.jobs {
		if j.n == n {
			j.ends = append(j.ends, ending{time.Now(), err})
		}
	}
}

// hold records the instances that an operation and its error name.
func (r *report) hold(j *job, op *provider.Operation, err error) {
	var e *provider.RunError
	if op == nil {
		return
	}
	if bytes.Contains(j.token(op), []byte(`"givenUp"`)) {
		r.mu.Lock()
		r.jobs[j.operation()].gaveUp = true
		r.mu.Unlock()
	}
	r.note(r.told, j, op.InstanceIDs())
	r.note(r.surplus, j, op.SurplusIDs())
	if errors.As(err, &e) {
		r.note(r.told, j, e.Released)
		r.note(r.wanted, j, e.Released)
	}
	if err != nil && j.opts.OnFailure == provider.TerminateOnFailure { // some of them, if not all
		r.note(r.wanted, j, op.InstanceIDs())
	}
	if err != nil {
		r.tell(j.n, err)
	}
}

func (r *report) note(in map[sighting]bool, j *job, ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		in[sighting{j.n, id}] = true
	}
}

// drop records instances that an operation has let go.
func (r *report) drop(j *job, ids []string) {
	r.note(r.wanted, j, ids)
	r.note(r.dropped, j, ids)
}

// wants records instances whose release a caller asks for.
func (r *report) wants(j *job, ids []string) { r.note(r.wanted, j, ids) }

// found records what a person has found and releases.
func (r *report) found(j *job, ids []string) {
	r.note(r.told, j, ids)
	r.note(r.byPerson, j, ids)
}

// miss records an instance that a wait has never seen.
func (r *report) miss(j *job, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.neverSeen = append(r.neverSeen, sighting{j.n, id})
}

// storyOf is how the latest processes of a job ended.
func (r *report) storyOf(j *job) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jobs[j.operation()].story()
}

// swept records what a sweep has found.
func (r *report) swept(ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bySweep = append(r.bySweep, ids...)
}

var success = regexp.MustCompile(`"ret_code":0\b|^\{"RequestId":"[^"]*"\}$|^\{"Response":\{"RequestId":"[^"]*"\}\}$`)

// asked records which instances a job has asked to release, where the cloud accepts.
func (r *report) asked(j *job, resp *http.Response, ids []string) {
	text, err := io.ReadAll(resp.Body)
	resp.Body = reread(text, err)
	accepted := resp.StatusCode == http.StatusOK && success.Match(bytes.TrimSpace(text))
	if !accepted {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		r.released[id] = append(r.released[id], j)
	}
}

var nameOfOperation = regexp.MustCompile(`soak-(\d+-\d+)x`)

// operationOf names the operation that an instance belongs to.
func operationOf(name string) string {
	if m := nameOfOperation.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

// createdAs is the name that an instance was created with.
func createdAs(i *cloudsim.Instance) string {
	return i.Params["InstanceName"] + i.Params["instance_name"]
}

// take compares what the cloud has with what the callers were told.
func (r *report) take(s *storm, operations int) {
	r.operations, r.faults = operations, s.struck()
	r.creates, r.calls = s.sim.Calls(s.cloud, s.action), s.sim.Calls(s.cloud, "")
	slots := map[string]int{}
	for _, i := range s.sim.Everything(s.cloud) {
		if operationOf(createdAs(&i)) == "" {
			r.lookAtBystander(&i)
			continue
		}
		r.created++
		r.look(&i, slots)
	}
	if n, most := len(r.bySweep), r.faults[cloudsim.ForeignList]; n > most {
		r.lost = append(r.lost, fmt.Sprintf("%d that a sweep found, where %d answers hid one: %s", n, most, strings.Join(r.sweptOf(s), "; ")))
	}
	r.lookAtUnseen(s)
}

// sweptOf says of each instance that a sweep found which create made it.
func (r *report) sweptOf(s *storm) (list []string) {
	for _, i := range s.sim.Everything(s.cloud) {
		if slices.Contains(r.bySweep, i.ID) {
			name := operationOf(createdAs(&i))
			list = append(list, fmt.Sprintf("%s of operation %s (create %d at %s)%s", i.ID, name, i.Create, i.Created.Format("02 15:04:05"), r.jobs[name].story()))
		}
	}
	return list
}

// lookAtBystander judges an instance of somebody else.
func (r *report) lookAtBystander(i *cloudsim.Instance) {
	what := fmt.Sprintf("the bystander %s (%s, named %q)", i.ID, i.Phase, i.Name)
	switch {
	case i.Phase != cloudsim.Running:
		for _, k := range r.released[i.ID] {
			what += fmt.Sprintf(", by operation %d (%q, owner %q)%s", k.n, k.opts.OnFailure, k.opts.Owner, r.jobs[k.operation()].story())
		}
		r.killed = append(r.killed, what)
	case operationOf(i.Name) != "":
		r.wrong = append(r.wrong, what+" was renamed")
	}
}

// lookAtUnseen judges waits that ended although an instance was there to be seen.
func (r *report) lookAtUnseen(s *storm) {
	all := map[string]bool{}
	for _, i := range s.sim.Instances(s.cloud) {
		all[i.ID] = i.Phase == cloudsim.Running
	}
	for _, u := range r.neverSeen {
		if all[u.id] {
			r.wrong = append(r.wrong, fmt.Sprintf("operation %d has never seen %s, which runs", u.n, u.id))
		}
	}
}

// look judges one instance; slots counts those of each operation.
func (r *report) look(i *cloudsim.Instance, slots map[string]int) {
	name := operationOf(createdAs(i))
	j := r.jobs[name]
	at := sighting{j.n, i.ID}
	told := r.told[at] || slices.Contains(r.bySweep, i.ID)
	what := fmt.Sprintf("%s of operation %s (create %d at %s, visible %v later, %s, %d alternatives, %q, owner %q, over %v, %s)",
		i.ID, name, i.Create, i.Created.Format("15:04:05.000"), i.VisibleAt.Sub(i.Created).Round(time.Second), i.Phase,
		len(j.opts.Alternatives), j.opts.OnFailure, j.opts.Owner, j.over, j.story())
	r.count(j, i, slots, what)
	r.lookForKillers(j, i, what)
	byPolicy := j.opts.OnFailure == provider.TerminateOnFailure || j.over
	switch {
	case !told && !dead(i.Phase) && !j.replaces(i):
		r.lost = append(r.lost, what)
	case told && j.over && !dead(i.Phase):
		r.leaked = append(r.leaked, what)
	case !r.wanted[at] && !byPolicy && ended(i.Phase) && i.Reason == "":
		r.vanished = append(r.vanished, what)
	case operationOf(i.Name) != name:
		r.wrong = append(r.wrong, fmt.Sprintf("%s was renamed %q", what, i.Name))
	}
}

// count counts an instance that takes a slot of its operation. One that was told as
// surplus is an answer, where no token can prevent it.
func (r *report) count(j *tale, i *cloudsim.Instance, slots map[string]int, what string) {
	at, most := sighting{j.n, i.ID}, j.spec.Count
	if !r.service.tokens { // each run makes its own
		most *= j.runs
	}
	told := r.told[at]
	released := j.opts.OnFailure == provider.TerminateOnFailure || j.over
	over := released || i.Reason != ""
	undone := !told && dead(i.Phase) && over // it never ran, or does not any more
	switch {
	case r.surplus[at]:
		r.beyond++
	case j.replaces(i), undone, r.byPerson[at], r.dropped[at]:
	default:
		slots[j.operation()]++
	}
	switch {
	case slots[j.operation()] <= most:
	case j.gaveUp && told:
		r.beyond++
	default:
		r.duplicates = append(r.duplicates, what)
	}
}

// lookForKillers finds who released an instance of another operation.
func (r *report) lookForKillers(j *tale, i *cloudsim.Instance, what string) {
	for _, k := range r.released[i.ID] {
		if k.n != j.n {
			r.killed = append(r.killed, fmt.Sprintf("%s, by operation %d (%q, owner %q)", what, k.n, k.opts.OnFailure, k.opts.Owner)+r.jobs[k.operation()].story())
		}
	}
}

// judge looks for what contradicts itself in the answer of an operation.
func (r *report) judge(j *job, op *provider.Operation, err error) {
	var e *provider.RunError
	n := len(op.InstanceIDs()) - len(op.SurplusIDs())
	doubtful := 0
	if errors.As(err, &e) {
		doubtful = len(e.Doubtful)
	}
	failed := err != nil && !again(err)
	policy := e != nil && len(e.Errs) > 0 && j.opts.OnFailure == provider.TerminateOnFailure
	ours := len(op.InstanceIDs()) - doubtful
	switch enough := max(j.spec.MinCount, 1); {
	case n > j.spec.Count:
		r.add(&r.wrong, fmt.Sprintf("operation %d has %d instances of %d", j.n, n, j.spec.Count))
	case err == nil && n < enough, err == nil && j.spec.MinCount == 0 && n != j.spec.Count:
		r.add(&r.wrong, fmt.Sprintf("operation %d has %d instances of %d and no error", j.n, n, j.spec.Count))
	case failed && j.opts.OperationID != "" && errors.Is(err, provider.ErrTokenMismatch):
		// Another run with the same ID has found another number before it went on, and the
		// cloud keeps the two from making both.
	case failed && !explained(err):
		r.add(&r.wrong, fmt.Sprintf("operation %d ended with an error that no fault explains: %v", j.n, err))
	case failed && policy && ours > 0 && !keptOnPurpose(err):
		r.add(&r.wrong, fmt.Sprintf("operation %d failed and keeps %d instances: %v", j.n, n, err))
	}
}

// keptOnPurpose reports whether an error says why an operation keeps its instances: their
// release failed, only a name is missing, or a look for late ones has failed.
func keptOnPurpose(err error) bool {
	return slices.ContainsFunc([]string{
		"releas", "keep a marker in their name", "looking for instances of creates that were given up",
		"looking for instances that an answer may have left out",
	},
		func(text string) bool { return strings.Contains(err.Error(), text) })
}

// replaces reports whether another instance may have taken the place of one. It never
// came up, and either the operation had alternatives, or no caller may know of it:
// clouds without tokens do not list such instances, so that one which a lost answer
// named cannot be found.
func (t *tale) replaces(i *cloudsim.Instance) bool {
	replaced := len(t.opts.Alternatives) > 0 || !t.storm.tokens
	return replaced && i.Reason != ""
}

// ended reports whether an instance was released.
func ended(p cloudsim.Phase) bool {
	return slices.Contains([]cloudsim.Phase{cloudsim.Gone, cloudsim.Recycled, cloudsim.Terminating}, p)
}

// dead reports whether an instance costs nothing any more, or will not in a moment.
func dead(p cloudsim.Phase) bool { return ended(p) || p == cloudsim.Failed }

// merge adds what came of another soak of the same service.
func (r *report) merge(o *report) {
	r.operations, r.created, r.creates, r.calls = r.operations+o.operations, r.created+o.created, r.creates+o.creates, r.calls+o.calls
	r.beyond += o.beyond
	for _, l := range []struct{ all, more *[]string }{
		{&r.duplicates, &o.duplicates},
		{&r.lost, &o.lost},
		{&r.leaked, &o.leaked},
		{&r.vanished, &o.vanished},
		{&r.killed, &o.killed},
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
		{"instances more than were asked for", r.duplicates},
		{"instances that nobody was told of", r.lost},
		{"instances that were released and live on", r.leaked},
		{"instances that were released and nobody wanted it", r.vanished},
		{"instances of others that were released", r.killed},
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
	count("instances created", func(r *report) int { return r.created })
	count("told as surplus", func(r *report) int { return r.beyond })
	count("duplicates", func(r *report) int { return len(r.duplicates) })
	count("lost", func(r *report) int { return len(r.lost) })
	count("leaked", func(r *report) int { return len(r.leaked) })
	count("killed", func(r *report) int { return len(r.killed) + len(r.vanished) })
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
