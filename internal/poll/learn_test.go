package poll

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

func newCurve(prior time.Duration) *curve {
	return &curve{prior: prior.Seconds(), shape: newShape()}
}

// watchAll lets a curve see a launch of machines that are asked at those ages.
func (c *curve) watchAll(now time.Duration, boots []time.Duration, ages ...time.Duration) {
	before := never
	for _, at := range ages {
		var looks []look
		left := boots[:0:0]
		for _, b := range boots {
			looks = append(looks, look{before: before, at: at, ready: b <= at, n: 1})
			if b > at {
				left = append(left, b)
			}
		}
		c.learn(now, looks)
		boots, before = left, at
	}
}

// everyTwo returns the ages of looks every 2 s.
func everyTwo(from, to time.Duration) (ages []time.Duration) {
	for at := from; at <= to; at += 2 * time.Second {
		ages = append(ages, at)
	}
	return ages
}

func TestCurveKnowsNothingOfAFew(t *testing.T) {
	c := newCurve(16 * time.Second)
	c.watchAll(0, bootTime(lognormal).draw(enough-1, 1), everyTwo(10*time.Second, time.Minute)...)
	if c.first() != 16*time.Second || c.interval(50*time.Second) != 5*time.Second {
		t.Errorf("%d machines are taken for a distribution", enough-1)
	}
	c.watchAll(0, bootTime(lognormal).draw(1, 2), everyTwo(10*time.Second, time.Minute)...)
	if c.plan.Load() == nil {
		t.Errorf("%d machines teach nothing", enough)
	}
}

func TestCurveLearnsWhenToLookFirst(t *testing.T) {
	for name, prior := range map[string]time.Duration{
		"good": 16 * time.Second, "low": 4 * time.Second, "high": 60 * time.Second,
	} {
		c := newCurve(prior)
		c.watchAll(0, bootTime(lognormal).draw(5000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
		if got := c.first(); got < 12*time.Second || got > 18*time.Second {
			t.Errorf("%s prior: the first look comes at %v, want it near the p10 of 16s", name, got)
		}
	}
}

// Waits for something else than a boot, and of those who do not know when it began,
// teach nothing of it.
func TestOnlyBootsTeach(t *testing.T) {
	other := Target[bool]{Observe: func(e Event[bool]) Verdict { // does not know the acceptance
		if e.Value {
			return Ready
		}
		return Keep
	}}
	departure := Target[bool]{Observe: func(e Event[bool]) Verdict {
		if e.Value {
			return Done
		}
		return Again
	}}
	for name, target := range map[string]Target[bool]{"a late Wait": other, "a departure": departure} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, l := newCloud(t), &log{}
				p := c.poller(16 * time.Second)
				ids := c.fleet("i", 50, 40*time.Second)
				own := l.fresh(ids...)
				own.Class = "own"
				first := start(t.Context(), p, own)
				time.Sleep(38 * time.Second)
				target.IDs = ids
				if name == "a departure" {
					target.IDs, target.Accepted = c.fleet("fresh", 50, 60*time.Second), time.Now()
				}
				mustWait(t, p, target)
				<-first
				if c := p.curve(""); c.seen != 0 || c.looks != 0 {
					t.Errorf("it counts as %v machines and %v looks", c.seen, c.looks)
				}
			})
		})
	}
}

func TestClassesAreForgottenInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newCloud(t).poller(16 * time.Second)
		kept := p.curve("often")
		for i := range 3 * maxClasses {
			time.Sleep(time.Second)
			p.curve(fmt.Sprint("image ", i))
			if p.curve("often") != kept {
				t.Fatal("a class in use was forgotten")
			}
		}
		if n := len(p.boots); n != maxClasses || p.boots["image 0"] != nil {
			t.Errorf("%d classes are known, want the latest %d", n, maxClasses)
		}
	})
}

// Machines of one launch report fastest first; neither end of it must win for that,
// and those still pending count.
func TestCurveIsFairToAnUnfinishedLaunch(t *testing.T) {
	c := newCurve(16 * time.Second)
	c.watchAll(0, bootTime(lognormal).draw(1000, 1), everyTwo(8*time.Second, 20*time.Second)...)
	if got := c.first(); got < 12*time.Second || got > 18*time.Second {
		t.Errorf("after 20 s of a launch the first look comes at %v, want it near the p10 of 16s", got)
	}
}

func TestCurveFollowsTheCloud(t *testing.T) {
	c := newCurve(16 * time.Second)
	c.watchAll(0, bootTime(lognormal).draw(1000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	c.watchAll(5*generation, scaled(60*time.Second).draw(1000, 2), everyTwo(4*time.Second, 6*time.Minute)...)
	if got := c.first(); got < 25*time.Second || got > 45*time.Second {
		t.Errorf("when boots take 60 s for a while the first look comes at %v, want about 35s", got)
	}
	c.learn(10000*generation, []look{{before: never, at: time.Minute, n: 1}}) // must not take long
}

// Looks start soonest and are closest where most machines become ready.
func TestPlanLooksWhereMachinesBecomeReady(t *testing.T) {
	c := newCurve(16 * time.Second)
	c.watchAll(0, bootTime(lognormal).draw(20000, 1), everyTwo(4*time.Second, 3*time.Minute)...)
	early, mode, tail := c.interval(14*time.Second), c.interval(25*time.Second), c.interval(80*time.Second)
	if mode >= early || mode >= tail {
		t.Errorf("pauses of %v at 14 s, %v at 25 s and %v at 80 s, want the middle one shortest", early, mode, tail)
	}
}

// A machine may be older than the last bin, and is a stuck one then.
func TestPlanEndsWithTheLongestPause(t *testing.T) {
	c := newCurve(16 * time.Second)
	c.watchAll(0, bootTime(lognormal).draw(1000, 1), everyTwo(4*time.Second, 3*time.Minute)...)
	for _, age := range []time.Duration{20 * time.Minute, 33 * time.Minute, 34 * time.Minute, 35 * time.Minute, time.Hour, 24 * time.Hour} {
		if d := c.interval(age); d != maxInterval {
			t.Errorf("a machine aged %v is asked again after %v, want %v", age, d, maxInterval)
		}
	}
}

// Whatever is observed, looks keep their distance and never stop.
func TestPlanKeepsItsLimits(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		c := newCurve(time.Duration(1+rnd.IntN(60)) * time.Second)
		for range 1 + rnd.IntN(20) {
			var looks []look
			for range 1 + rnd.IntN(20) {
				at := time.Duration(rnd.Int64N(int64(time.Duration(1+rnd.IntN(4000)) * time.Second)))
				before := never
				if rnd.IntN(3) > 0 {
					before = time.Duration(rnd.Int64N(int64(at) + 1))
				}
				looks = append(looks, look{before, at, rnd.IntN(2) == 0, 1 + rnd.IntN(50)})
			}
			c.learn(time.Duration(rnd.IntN(40))*time.Minute, looks)
		}
		if c.first() < minFirst || c.first() > maxFirst {
			t.Errorf("seed %d: the first look comes at %v", seed, c.first())
		}
		for age := time.Duration(0); age < 3*time.Hour; age += time.Second {
			if d := c.interval(age); d < minInterval || d > maxInterval {
				t.Fatalf("seed %d: the pause at %v is %v", seed, age, d)
			}
		}
	}
}

// This guards the bookkeeping: each machine is ready once, and
// at risk until then.
func TestCurveCountsEachMachineOnce(t *testing.T) {
	c := newCurve(16 * time.Second)
	all := bootTime(lognormal).draw(500, 1)
	c.watchAll(0, all, everyTwo(4*time.Second, 3*time.Minute)...)
	var ready, risk float64
	for k := range bins {
		ready += c.ready[k]
		risk += c.risk[k]
	}
	var bootBins float64
	for _, b := range all {
		bootBins += binOf(b.Seconds())
	}
	if ready < 499.9 || ready > 500.1 {
		t.Errorf("500 machines count as %.1f that became ready", ready)
	}
	if risk < bootBins*0.95 || risk > bootBins*1.05 {
		t.Errorf("500 machines count as %.0f bins of pending time, want about %.0f", risk, bootBins)
	}
}

func BenchmarkPlan(b *testing.B) {
	c := newCurve(16 * time.Second)
	c.watchAll(0, bootTime(lognormal).draw(5000, 1), everyTwo(4*time.Second, 2*time.Minute)...)
	b.ReportAllocs()
	for b.Loop() {
		c.draw(c.hazards(), false)
	}
}
