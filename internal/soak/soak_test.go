package soak_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// setup is the size of a soak.
type setup struct {
	operations int // of each cloud
	seed       uint64
	mix        mix
	foreign    bool // see storm
}

// fromEnvironment reads the size of the run. A large one makes at least 20,000
// creates over the four clouds.
func fromEnvironment(t *testing.T) setup {
	t.Helper()
	s := setup{operations: 150, seed: 1}
	if raced {
		s.operations = 60 // that every fault strikes is seen without it
	}
	if testing.Short() {
		s.operations = 8 // too few for every kind of fault to strike
	}
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
	var err error
	if s.mix, err = mixFromEnvironment(); err != nil {
		t.Fatal(err)
	}
	return s
}

// Under every fault together no instance is made twice, none is lost, none is left
// behind, and every operation gets an answer. And every kind of fault really
// struck: a storm that forgets one proves nothing about it.
func TestSoak(t *testing.T) {
	size := fromEnvironment(t)
	list := services()
	reports := make([]*report, len(list))
	t.Run("clouds", func(t *testing.T) {
		for i, s := range list {
			t.Run(string(s.cloud), func(t *testing.T) {
				t.Parallel()
				reports[i] = soaked(t, s, size)
				for _, p := range reports[i].problems() {
					t.Error(p)
				}
				if idle := reports[i].idle(size.mix); len(idle) > 0 && size.operations >= 100 {
					t.Errorf("%s: these faults never struck: %v", s.cloud, idle)
				}
			})
		}
	})
	reports = slices.DeleteFunc(reports, func(r *report) bool { return r == nil }) // not asked for with -run
	t.Log("\n" + table(reports))
}

// parallel is how many operations go on at a time, and world how many a simulated
// account sees in all: its calls take the longer the more instances it ever had.
const parallel, world = 16, 125

// soaked runs a soak of one cloud, in as many worlds as it takes. In every second one
// answers to creates name instances of others.
func soaked(t *testing.T, s service, size setup) *report {
	t.Helper()
	all := newReport(s)
	each := min(world, (size.operations+1)/2)
	for begun, n := 0, 0; begun < size.operations; begun, n = begun+each, n+1 {
		one := size
		one.operations = min(each, size.operations-begun)
		one.seed = size.seed + uint64(begun)<<32
		one.foreign = n%2 == 1
		all.merge(blown(t, s, one))
	}
	return all
}

// blown runs a soak of one cloud in fake time and returns what came of it.
func blown(t *testing.T, s service, size setup) *report {
	t.Helper()
	r := newReport(s)
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(&cloudsim.Options{
			Seed: size.seed, TokenLife: tokenLife,
			Boot: func(_ cloudsim.Cloud, r *rand.Rand) time.Duration {
				return 5*time.Second + time.Duration(r.Int64N(int64(40*time.Second)))
			},
		})
		storm := newStorm(s, sim, size.mix, size.seed, size.foreign)
		storm.bystand(t)
		ctx, calm := context.WithCancel(t.Context())
		var weather, work sync.WaitGroup
		weather.Go(func() { storm.blow(ctx) })
		next := make(chan int)
		for range parallel {
			work.Go(func() {
				for n := range next {
					newJob(t, storm, r, size.seed, n).run()
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
		if storm.foreign {
			if err := storm.sweep(t.Context(), r); err != nil {
				t.Error(err)
			}
		}
		r.take(storm, size.operations)
	})
	return r
}
