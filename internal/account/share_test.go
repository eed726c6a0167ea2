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
	told      bool          // the processes are told how many there are
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
	kind := Kind{Cloud: "fake", API: "Read", Own: s.rate, Processes: -1}
	if s.told {
		kind.Processes = s.processes
	}
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
func steady(r Rate, processes int, told bool) (s shared, from time.Duration) {
	s = shared{rate: r, processes: processes, told: told, spread: time.Second, workers: 4}
	if r.isLong() {
		s.lasts = 6 * time.Hour
		return s, time.Hour
	}
	s.lasts = 10 * time.Minute
	return s, time.Minute
}

// eachShared calls test for both rates and 1, 2, 8 and 32 processes that share it.
func eachShared(t *testing.T, test func(t *testing.T, r Rate, processes int)) {
	t.Helper()
	for name, r := range map[string]Rate{"2000 an hour": hourly, "40 a second": secondly} {
		for _, n := range []int{1, 2, 8, 32} {
			t.Run(fmt.Sprintf("%s/%d processes", name, n), func(t *testing.T) { test(t, r, n) })
		}
	}
}

// mustShare fails the test unless 85 % of the rate is used, less than 2 % of the calls are
// refused, and the shares are fair, when processes share it steadily. Little may be refused also
// in the time from the first minute until then.
func (s shared) mustShare(t *testing.T, from time.Duration, fair float64) {
	t.Helper()
	sim := s.run(t, time.Minute)
	got, all := sim.between(from, s.lasts), sim.between(time.Minute, s.lasts)
	t.Logf("told %v, by the clock %v, after %v: %v", s.told, s.byClock, from, got)
	t.Logf("told %v, by the clock %v, after the first minute: %v", s.told, s.byClock, all)
	if got.used < 0.85 {
		t.Errorf("%.1f %% of the rate used, want at least 85 %%", 100*got.used)
	}
	if got.refused >= 0.02 {
		t.Errorf("%.2f %% of the calls refused, want less than 2 %%", 100*got.refused)
	}
	if all.refused >= 0.02 {
		t.Errorf("%.2f %% of the calls refused after the first minute, want less than 2 %%", 100*all.refused)
	}
	if got.jain < fair {
		t.Errorf("fairness %.3f, want at least %.2f", got.jain, fair)
	}
}

// Processes that share a rate without knowing how many they are use it up, and little is
// refused.
func TestProcessesShareARate(t *testing.T) {
	eachShared(t, func(t *testing.T, r Rate, n int) {
		s, from := steady(r, n, false)
		s.mustShare(t, from, 0.6)
	})
}

// Processes that know how many they are do so too, also where the cloud counts by the clock, and
// share more evenly.
func TestProcessesThatKnowTheirNumberShareARate(t *testing.T) {
	eachShared(t, func(t *testing.T, r Rate, n int) {
		s, from := steady(r, n, true)
		s.mustShare(t, from, 0.75)
		s.byClock = true
		s.mustShare(t, from, 0.75)
	})
}

// A process that is started again, and has forgotten all it knew, disturbs the others little.
func TestARestartedProcessDisturbsLittle(t *testing.T) {
	for name, tc := range map[string]struct {
		rate    Rate
		restart time.Duration
		until   time.Duration
		told    bool
		used    float64
		refused float64
	}{
		"40 a second, told":     {secondly, 5 * time.Minute, 6 * time.Minute, true, 0.85, 0.02},
		"40 a second, not told": {secondly, 5 * time.Minute, 6 * time.Minute, false, 0.75, 0.05},
		"2000 an hour, told":    {hourly, 3 * time.Hour, 4 * time.Hour, true, 0.85, 0.02},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := steady(tc.rate, 8, tc.told)
			s.restart = tc.restart
			got := s.run(t, time.Minute).between(tc.restart, tc.until)
			t.Log(got)
			if got.refused >= tc.refused {
				t.Errorf("%.2f %% of the calls refused after a restart, want less than %.0f %%", 100*got.refused, 100*tc.refused)
			}
			if got.used < tc.used {
				t.Errorf("%.1f %% of the rate used after a restart, want at least %.0f %%", 100*got.used, 100*tc.used)
			}
		})
	}
}

// A process that is started again does not have its whole burst at once. Each call that goes well
// gives one more.
func TestARestartedProcessHasNoFullBurst(t *testing.T) {
	for _, tc := range []struct {
		rate   Rate
		told   int
		atOnce int
	}{
		{hourly, -1, 10},
		{hourly, 8, 2},
		{hourly, 32, 1},
		{Rate{Calls: 500, Per: time.Minute}, -1, 50},
		{Rate{Calls: 500, Per: time.Minute}, 10, 5},
		{secondly, -1, 20},
		{secondly, 8, 1},
	} {
		inFakeTime(t, tc.rate, func(t *testing.T, c *caller) {
			c.kind.Processes, c.takes = tc.told, 50*time.Millisecond
			c.all(tc.atOnce + 1)
			if n := c.most(time.Millisecond); n != tc.atOnce {
				t.Errorf("%+v, %d processes: %d calls at once, want %d", tc.rate, tc.told, n, tc.atOnce)
			}
		})
	}
}

// The first burst of a process that is alone comes as its calls are answered, and does not
// wait for the pace.
func TestTheFirstBurstComesWithTheAnswers(t *testing.T) {
	inFakeTime(t, hourly, func(t *testing.T, c *caller) {
		c.takes = 100 * time.Millisecond
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // the pace alone needs 3 minutes
		defer cancel()
		var calls sync.WaitGroup
		for range 100 {
			calls.Go(func() {
				if err := c.one(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		start := time.Now()
		calls.Wait()
		if took, limit := time.Since(start), 1100*time.Millisecond; took > limit {
			t.Errorf("the burst took %v, want at most %v", took, limit)
		}
	})
}

// The survivor of two processes takes the whole rate again.
func TestASurvivorTakesTheWholeRate(t *testing.T) {
	inFakeTime(t, secondly, func(t *testing.T, c *caller) {
		cloud, start := &cloudWindow{rate: secondly}, time.Now()
		c.takes = 20 * time.Millisecond
		c.answer = func(int) bool {
			for other := 0; other < 1 && time.Since(start) < time.Minute; other++ {
				cloud.admits() // a neighbour that calls as often
			}
			return !cloud.admits()
		}
		for time.Since(start) < 10*time.Minute {
			c.all(40)
		}
		if took, limit := c.all(400), 11*time.Second; took > limit {
			t.Errorf("400 calls took %v, want at most %v", took, limit)
		}
	})
}

// A process that is alone, as is every one that was told of no others, has its whole burst at
// once, and no refusal makes it wait longer than the halved pace does: a cloud refuses for other
// reasons too.
func TestAProcessThatIsAloneIsNotHeldBack(t *testing.T) {
	for _, processes := range []int{0, 1} {
		inFakeTime(t, hourly, func(t *testing.T, c *caller) {
			c.kind.Processes, c.takes = processes, 50*time.Millisecond
			if took, want := c.all(100), c.takes; took != want {
				t.Errorf("%d processes: the burst took %v, want %v", processes, took, want)
			}
			time.Sleep(time.Hour)
			c.answer = func(n int) bool { return n <= 105 }
			start := time.Now()
			for range 6 {
				c.all(1)
			}
			if took, limit := time.Since(start), time.Minute; took > limit {
				t.Errorf("%d processes: a call after five refusals went well after %v, want at most %v", processes, took, limit)
			}
		})
	}
}
