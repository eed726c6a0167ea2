package soak_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// setup is the size of a soak.
type setup struct {
	operations int // of each cloud
	seed       uint64
}

// fromEnvironment reads the size of the run. A large one makes at least 20,000
// creates over the four clouds.
func fromEnvironment(t *testing.T) setup {
	t.Helper()
	s := setup{operations: 100, seed: 1}
	switch v := os.Getenv("YUNFAN_SOAK"); v {
	case "":
	case "large":
		s.operations = 5000
	default:
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			t.Fatalf("YUNFAN_SOAK is %q, want large or a number of operations for each cloud", v)
		}
		s.operations = n
	}
	if v := os.Getenv("YUNFAN_SOAK_SEED"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatalf("YUNFAN_SOAK_SEED is %q, want a number", v)
		}
		s.seed = n
	}
	return s
}

// Under every fault together no server is made twice, none is lost, none is left
// behind, and every operation gets an answer.
func TestSoak(t *testing.T) {
	size := fromEnvironment(t)
	var reports []*report
	for _, s := range services() {
		t.Run(string(s.cloud), func(t *testing.T) {
			r := blown(t, s, size)
			reports = append(reports, r)
			for _, p := range r.problems() {
				t.Error(p)
			}
		})
	}
	t.Log("\n" + table(reports))
}

// parallel is how many operations go on at a time.
const parallel = 16

// blown runs a soak of one cloud in fake time and returns what came of it.
func blown(t *testing.T, s service, size setup) *report {
	t.Helper()
	r := &report{cloud: s.cloud, held: map[string]int{}, ends: map[int]string{}}
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(&cloudsim.Options{Seed: size.seed, Boot: func(_ cloudsim.Cloud, r *rand.Rand) time.Duration {
			return 5*time.Second + time.Duration(r.Int64N(int64(40*time.Second)))
		}})
		storm := newStorm(s, sim, size.seed)
		ctx, calm := context.WithCancel(t.Context())
		var weather, work sync.WaitGroup
		weather.Go(func() { storm.blow(ctx) })
		next := make(chan int)
		for range parallel {
			work.Go(func() {
				for n := range next {
					newJob(t, storm, size.seed, n).run(r)
				}
			})
		}
		for n := range size.operations {
			next <- n
		}
		close(next)
		work.Wait()
		calm()
		weather.Wait()
		storm.delivery.Wait()
		r.take(storm, size.operations)
	})
	return r
}

// report is what came of a soak.
type report struct {
	cloud cloudsim.Cloud

	mu        sync.Mutex
	held      map[string]int // IDs that a caller was told, by operation
	ends      map[int]string // the error an operation ended with
	released  []string       // IDs that a caller released
	unsettled []string       // operations without an answer
	wrong     []string       // answers that contradict themselves

	operations, created      int
	creates, calls           int
	duplicates, lost, leaked []string
	faults                   map[cloudsim.FaultKind]int
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
func (r *report) hold(n int, ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if other, ok := r.held[id]; ok && other != n {
			r.wrong = append(r.wrong, fmt.Sprintf("operations %d and %d were both told %s", other, n, id))
		}
		r.held[id] = n
	}
}

// take compares what the cloud has with what the callers were told.
func (r *report) take(s *storm, operations int) {
	r.operations, r.faults = operations, s.struck()
	r.creates, r.calls = s.sim.Calls(s.cloud, s.action), s.sim.Calls(s.cloud, "")
	slots := map[string]int{}
	for _, i := range s.sim.Everything(s.cloud) {
		r.created++
		n := operationOf(i.Name)
		if !s.stillborn(&i) {
			slots[n]++
		}
		if slots[n] > countOf(n) {
			r.duplicates = append(r.duplicates, i.ID+" of operation "+n)
		}
		if _, ok := r.held[i.ID]; !ok && i.Phase != cloudsim.Gone && !s.stillborn(&i) {
			var op int
			_, _ = fmt.Sscanf(n, "%d", &op)
			r.lost = append(r.lost, i.ID+" of operation "+n+", which ended with: "+r.ends[op])
		}
		if slices.Contains(r.released, i.ID) && !dead(i.Phase) {
			r.leaked = append(r.leaked, fmt.Sprintf("%s of operation %s (%s)", i.ID, n, i.Phase))
		}
	}
}

// stillborn tells whether a machine never came up that no caller may know of:
// clouds without tokens do not list such machines, so that one which a lost
// answer named cannot be found, and another one takes its place.
func (s *storm) stillborn(i *cloudsim.Instance) bool { return !s.tokens && i.Reason != "" }

// dead tells whether a machine costs nothing any more, or will not in a moment.
func dead(p cloudsim.Phase) bool {
	return slices.Contains([]cloudsim.Phase{cloudsim.Gone, cloudsim.Recycled, cloudsim.Terminating, cloudsim.Failed}, p)
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
		{"operations without an answer", r.unsettled},
		{"wrong answers", r.wrong},
	} {
		if n := len(p.list); n > 0 {
			out = append(out, fmt.Sprintf("%s: %d %s, for example %s", r.cloud, n, p.what, strings.Join(p.list[:min(n, 3)], ", ")))
		}
	}
	return out
}

// table is the summary of a run.
func table(reports []*report) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(what string, of func(r *report) int) {
		fmt.Fprint(w, what, "\t")
		total := 0
		for _, r := range reports {
			fmt.Fprint(w, of(r), "\t")
			total += of(r)
		}
		fmt.Fprint(w, total, "\t\n")
	}
	for _, r := range reports {
		fmt.Fprint(w, "\t", r.cloud)
	}
	fmt.Fprint(w, "\tall\t\n")
	row("operations", func(r *report) int { return r.operations })
	row("create calls", func(r *report) int { return r.creates })
	row("servers created", func(r *report) int { return r.created })
	row("duplicates", func(r *report) int { return len(r.duplicates) })
	row("lost", func(r *report) int { return len(r.lost) })
	row("leaked", func(r *report) int { return len(r.leaked) })
	row("unanswered", func(r *report) int { return len(r.unsettled) })
	row("API calls", func(r *report) int { return r.calls })
	for _, k := range kindsOf(reports) {
		row("fault "+string(k), func(r *report) int { return r.faults[k] })
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

// again tells whether an operation has more to do: its outcome is open, or the
// cloud was in no state to take it.
func again(err error) bool {
	return errors.Is(err, provider.ErrOutcomeUnknown) || errors.Is(err, provider.ErrUnavailable) || errors.Is(err, provider.ErrThrottled) ||
		errors.Is(err, context.Canceled)
}
