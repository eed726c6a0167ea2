package account

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

// eachShared calls test for both rates and numbers of processes that share them.
func eachShared(t *testing.T, processes []int, test func(t *testing.T, r Rate, processes int)) {
	t.Helper()
	for name, r := range map[string]Rate{"2000 an hour": hourly, "40 a second": secondly} {
		for _, n := range processes {
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
	t.Logf("told %d, by the clock %v, after %v: %v", s.told, s.byClock, from, got)
	t.Logf("told %d, by the clock %v, after the first minute: %v", s.told, s.byClock, all)
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
	eachShared(t, []int{1, 2, 8, 32}, func(t *testing.T, r Rate, n int) {
		s, from := steady(r, n, -1)
		s.mustShare(t, from, 0.6)
	})
}

// Processes that know how many they are do so too, also where the cloud counts by the clock, and
// share more evenly.
func TestProcessesThatKnowTheirNumberShareARate(t *testing.T) {
	eachShared(t, []int{1, 2, 8, 32}, func(t *testing.T, r Rate, n int) {
		s, from := steady(r, n, n)
		s.mustShare(t, from, 0.75)
		s.byClock = true
		s.mustShare(t, from, 0.75)
	})
}

// Processes that were not told of others, each as if it were alone, use the rate up too, but much
// is refused.
func TestProcessesThatWereNotToldOfOthers(t *testing.T) {
	eachShared(t, []int{1, 2, 8, 32}, func(t *testing.T, r Rate, n int) {
		s, from := steady(r, n, 1)
		got := s.run(t, time.Minute).between(from, s.lasts)
		t.Logf("after %v: %v", from, got)
		if got.used < 0.75 {
			t.Errorf("%.1f %% of the rate used, want at least 75 %%", 100*got.used)
		}
		pairOfAnHour := n == 2 && r.isLong()
		if much, want := got.refused > 0.02, n > 2 || pairOfAnHour; much != want {
			t.Errorf("%.2f %% of the calls refused; more than 2 %% is %v, want %v", 100*got.refused, much, want)
		}
	})
}

// joining returns the simulation of processes that begin one by one, and when all of them have
// found their places.
func joining(r Rate, processes, told int) (s shared, from time.Duration) {
	s = shared{rate: r, processes: processes, told: told, workers: 4}
	if r.isLong() {
		s.spread, s.lasts = 2*time.Hour, 12*time.Hour
		return s, 3 * time.Hour
	}
	s.spread, s.lasts = 5*time.Minute, 16*time.Minute
	return s, 6 * time.Minute
}

// Processes that begin one by one make room for each other. Where they know how many they will
// be, little is refused at any time.
func TestProcessesThatJoinOneByOne(t *testing.T) {
	eachShared(t, []int{2, 8, 32}, func(t *testing.T, r Rate, n int) {
		for told, want := range map[int]struct{ used, refused float64 }{n: {0.85, 0.02}, -1: {0.80, 0.12}} {
			s, from := joining(r, n, told)
			sim := s.run(t, time.Minute)
			all, got := sim.between(0, s.lasts), sim.between(from, s.lasts)
			t.Logf("told %d, from the start: %v", told, all)
			t.Logf("told %d, after %v: %v", told, from, got)
			if all.refused >= want.refused {
				t.Errorf("told %d: %.2f %% of the calls refused, want less than %.0f %%", told, 100*all.refused, 100*want.refused)
			}
			if got.used < want.used {
				t.Errorf("told %d: %.1f %% of the rate used, want at least %.0f %%", told, 100*got.used, 100*want.used)
			}
		}
	})
}

// A process that is started again, and has forgotten all it knew, disturbs the others little.
func TestARestartedProcessDisturbsLittle(t *testing.T) {
	for name, tc := range map[string]struct {
		rate    Rate
		restart time.Duration
		until   time.Duration
		told    int
		used    float64
		refused float64
	}{
		"40 a second, told":     {secondly, 5 * time.Minute, 6 * time.Minute, 8, 0.85, 0.02},
		"40 a second, not told": {secondly, 5 * time.Minute, 6 * time.Minute, -1, 0.75, 0.05},
		"2000 an hour, told":    {hourly, 3 * time.Hour, 4 * time.Hour, 8, 0.85, 0.02},
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
