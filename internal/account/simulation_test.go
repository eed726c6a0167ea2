package account

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// shared is a rate that several processes share, and how they use it.
type shared struct {
	rate      Rate
	processes int
	told      int           // how many processes there are, as each is told; see Kind.Processes
	byClock   bool          // the cloud begins to count anew each time of the rate
	lasts     time.Duration // of the simulation
	spread    time.Duration // within which the processes start
	workers   int           // calls that each process has to make at any time
	restart   time.Duration // after which the first process forgets all it knows; 0 means never
}

// tally is what a simulation has counted in a stretch of its time.
type tally struct {
	admitted []int // of each process
	refused  int
}

// cloudWindow admits calls as a cloud does: it counts any stretch of the rate's time, or begins
// anew by the clock. Refused calls do not count.
type cloudWindow struct {
	rate    Rate
	byClock bool

	mu   sync.Mutex
	ring []time.Time // the latest admitted calls, as many as the rate has
	n    int
}

// admits counts a call that arrives now, or refuses it.
func (w *cloudWindow) admits() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ring == nil {
		w.ring = make([]time.Time, w.rate.Calls)
	}
	oldest := &w.ring[w.n%len(w.ring)]
	if w.n >= len(w.ring) && w.holds(*oldest) {
		return false
	}
	*oldest = time.Now()
	w.n++
	return true
}

// holds reports whether a call that was admitted then still counts.
func (w *cloudWindow) holds(then time.Time) bool {
	if w.byClock {
		return then.Truncate(w.rate.Per).Equal(time.Now().Truncate(w.rate.Per))
	}
	return time.Since(then) < w.rate.Per
}

// simulation is a run of a shared rate.
type simulation struct {
	shared
	cloud cloudWindow
	every time.Duration // a tally

	mu      sync.Mutex
	start   time.Time
	tallies []tally
}

// run simulates a shared rate in fake time.
func (s shared) run(t *testing.T, every time.Duration) *simulation {
	t.Helper()
	sim := &simulation{shared: s, cloud: cloudWindow{rate: s.rate, byClock: s.byClock}, every: every}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), s.lasts)
		defer cancel()
		sim.start = time.Now()
		var all sync.WaitGroup
		for i := range s.processes {
			all.Go(func() { sim.process(ctx, i) })
		}
		all.Wait()
	})
	return sim
}

// process is one process, which always has calls to make.
func (s *simulation) process(ctx context.Context, i int) {
	rnd := rand.New(rand.NewPCG(uint64(i), 7))
	time.Sleep(time.Duration(rnd.Int64N(int64(s.spread) + 1)))
	if again := i == 0 && s.restart > 0; again {
		life, kill := context.WithDeadline(ctx, s.start.Add(s.restart))
		s.live(life, i)
		kill()
	}
	s.live(ctx, i)
}

// live makes calls with a budget that knows nothing, until ctx ends.
func (s *simulation) live(ctx context.Context, i int) {
	budget := &Budget{}
	kind := Kind{Cloud: "fake", API: "Read", Own: s.rate, Processes: s.told}
	var workers sync.WaitGroup
	for n := range s.workers {
		workers.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), uint64(n)))
			for s.call(ctx, budget, kind, i, rnd) {
			}
		})
	}
	workers.Wait()
}

// call makes one call, which takes 5 to 30 ms each way. It reports whether there was time
// for it.
func (s *simulation) call(ctx context.Context, budget *Budget, kind Kind, i int, rnd *rand.Rand) bool {
	turn, err := budget.Wait(ctx, kind)
	if err != nil {
		return false
	}
	defer turn.Done()
	way := func() { time.Sleep(5*time.Millisecond + time.Duration(rnd.Int64N(int64(25*time.Millisecond)))) }
	way()
	ok := s.cloud.admits()
	s.count(i, ok)
	way()
	turn.Report(!ok, 0)
	return true
}

func (s *simulation) count(i int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := int(time.Since(s.start) / s.every)
	for len(s.tallies) <= n {
		s.tallies = append(s.tallies, tally{admitted: make([]int, s.processes)})
	}
	if ok {
		s.tallies[n].admitted[i]++
	} else {
		s.tallies[n].refused++
	}
}

// sharing is what a stretch of a simulation shows.
type sharing struct {
	used     float64 // part of the rate
	refused  float64 // part of the calls
	jain     float64 // fairness: 1 is a fair share for all, 1/n everything for one
	low, max float64 // the least and the most of a process, as parts of its fair share
	calls    int     // refused
}

// String is a row of a table.
func (o sharing) String() string {
	return fmt.Sprintf("used %.1f %%, refused %.2f %% (%d), Jain %.3f, shares %.2f to %.2f of a fair one",
		100*o.used, 100*o.refused, o.calls, o.jain, o.low, o.max)
}

// between returns what happened from one time to another.
func (s *simulation) between(from, to time.Duration) sharing {
	first, last := int(from/s.every), int(to/s.every)
	each, refused, sum, squares := make([]float64, s.processes), 0, 0.0, 0.0
	for _, t := range s.tallies[first:min(last, len(s.tallies))] {
		refused += t.refused
		for i, n := range t.admitted {
			each[i] += float64(n)
		}
	}
	o := sharing{low: 1e9, calls: refused}
	for _, n := range each {
		sum += n
		squares += n * n
	}
	fair := sum / float64(len(each))
	for _, n := range each {
		o.low, o.max = min(o.low, n/fair), max(o.max, n/fair)
	}
	o.used = sum / (float64(s.rate.Calls) * float64(last-first) * float64(s.every) / float64(s.rate.Per))
	o.refused = float64(refused) / (float64(refused) + sum)
	o.jain = sum * sum / (float64(len(each)) * squares)
	return o
}

// The rates that several processes share in these tests.
var (
	hourly   = Rate{Calls: 2000, Per: time.Hour, Burst: 100}
	secondly = Rate{Calls: 40, Per: time.Second}
)

// steady returns the simulation of processes that share a rate, and from when on it is steady:
// for a rate of a second from its first minute on; for a rate of an hour, which is used up
// at once and says so for an hour, from its second hour on.
func steady(r Rate, processes, told int) (s shared, from time.Duration) {
	s = shared{rate: r, processes: processes, told: told, spread: time.Second, workers: 4}
	if r.isLong() {
		s.lasts = 6 * time.Hour
		return s, time.Hour
	}
	s.lasts = 10 * time.Minute
	return s, time.Minute
}
