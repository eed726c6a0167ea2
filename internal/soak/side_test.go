package soak_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// The library beside a plain program: creates that go out at once, and a describe call every
// 5 s for each create, without budgets, tokens or anything that is learned.

// road is the way to a cloud and back. Each way takes some time.
type road struct {
	http.RoundTripper
	way    time.Duration
	jitter time.Duration // more than way, at most, on the way to the cloud
	mu     sync.Mutex
	rand   *rand.Rand
}

// RoundTrip implements [http.RoundTripper].
func (r *road) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	late := time.Duration(r.rand.Int64N(int64(r.jitter) + 1))
	r.mu.Unlock()
	if err := travel(req.Context(), r.way+late); err != nil {
		return nil, err
	}
	resp, err := r.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if err := travel(req.Context(), r.way); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// travel takes time, and ends early with ctx.
func travel(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// race is a number of creates of some instances each, made at once on a new account.
type race struct {
	service
	creates, count int
	boot           time.Duration
	jitter         time.Duration
	rates          []cloudsim.Rate
	own            map[provider.API]provider.Rate // of the library; nil means those of the adapter
}

// finish is what a race came to.
type finish struct {
	wall      time.Duration // until all instances were seen running
	created   time.Duration // until all creates were answered
	describes int
	refused   int
}

// run lets one of the two make the creates.
func (r race) run(t *testing.T, one func(context.Context, *provider.Client, *race) (time.Time, error)) (f finish) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(&cloudsim.Options{
			Boot:  func(cloudsim.Cloud, *rand.Rand) time.Duration { return r.boot },
			Rates: map[cloudsim.Cloud][]cloudsim.Rate{r.cloud: r.rates},
		})
		way := &road{RoundTripper: sim.Transport(), way: 20 * time.Millisecond, jitter: r.jitter}
		way.rand = rand.New(rand.NewPCG(1, 1))
		client, err := r.adapter.New(clouds.Config{Transport: way, Options: &provider.Options{Rates: r.own}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		var all sync.WaitGroup
		var mu sync.Mutex
		for range r.creates {
			all.Go(func() {
				answered, err := one(t.Context(), client, &r)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				f.created = max(f.created, answered.Sub(start))
			})
		}
		all.Wait()
		f.wall = time.Since(start)
		f.describes = sim.Calls(r.cloud, "DescribeInstances")
		f.refused = sim.Struck(r.cloud, cloudsim.Throttle)
	})
	return f
}

// library creates and waits as a user of the library does.
func library(ctx context.Context, c *provider.Client, r *race) (answered time.Time, err error) {
	spec := r.spec
	spec.Count = r.count
	op, err := c.RunInstances(ctx, spec, &provider.RunOptions{KeepMarker: true})
	if err != nil {
		return time.Time{}, err
	}
	answered = time.Now()
	_, err = op.Wait(ctx, nil)
	return answered, err
}

// plain creates, and looks every 5 s until all instances run and can be reached. QingCloud
// shows an address a second after the instance runs.
func plain(ctx context.Context, c *provider.Client, r *race) (answered time.Time, err error) {
	spec := r.spec
	spec.Region = cmp.Or(spec.Region, r.spec.Region)
	spec.Count, spec.MinCount = r.count, r.count
	spec.ClientToken = fmt.Sprintf("plain-%d", rand.Int64())
	d := c.Driver()
	if !d.Limits().ClientToken {
		spec.ClientToken = ""
	}
	made, err := d.RunInstances(ctx, &spec)
	if err != nil {
		return time.Time{}, err
	}
	answered = time.Now()
	for {
		if err := travel(ctx, 5*time.Second); err != nil {
			return answered, err
		}
		page, err := d.DescribeInstances(ctx, &provider.DescribeRequest{Region: spec.Region, IDs: made.InstanceIDs})
		if err != nil {
			return answered, err
		}
		running := 0
		for _, i := range page.Instances {
			if i.State == provider.StateRunning && i.Addressed() {
				running++
			}
		}
		if running == len(made.InstanceIDs) {
			return answered, nil
		}
	}
}

// ratio returns how a time compares with another.
func ratio(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }

// A new client that has learned nothing sees quick instances as early as a poll every 5 s
// does, and others no later. In a launch of many calls one call goes ahead of the others:
// that takes two or three round trips.
func TestQuickInstancesAreSeenNoLaterThanByAPlainPoll(t *testing.T) {
	boots := []time.Duration{time.Second, 3 * time.Second, 5 * time.Second, 23 * time.Second}
	sizes := []struct{ creates, count int }{{1, 1}, {50, 1}, {1, 100}, {10, 100}}
	switch {
	case testing.Short():
		boots, sizes = boots[2:], sizes[:1]
	case raced: // times are compared without it; fifty at once are enough to meet races
		boots, sizes = boots[2:3], sizes[:2]
	}
	for _, s := range services() {
		for _, boot := range boots {
			for _, n := range sizes {
				t.Run(fmt.Sprintf("%s/%v/%dx%d", s.cloud, boot, n.creates, n.count), func(t *testing.T) {
					r := race{service: s, boot: boot, creates: n.creates, count: n.count}
					r.own = map[provider.API]provider.Rate{provider.APIRunInstances: {}} // all at once
					a, b := r.run(t, library), r.run(t, plain)
					t.Logf("library %v, plain %v: x %.3f; describe calls %d and %d",
						a.wall, b.wall, ratio(a.wall, b.wall), a.describes, b.describes)
					limit := b.wall
					if r.creates*r.count > 300 {
						limit += 500 * time.Millisecond // one call of many goes ahead: two or three trips, and chance
					}
					if a.wall > limit {
						t.Errorf("it takes %v, want at most the %v of a plain program", a.wall, limit)
					}
					if a.describes > 2*b.describes {
						t.Errorf("%d describe calls, want at most twice the %d of a plain program", a.describes, b.describes)
					}
				})
			}
		}
	}
}

// Fifty single creates go out as fast as a rate of a minute allows, however the cloud counts
// it, and nothing is refused.
func TestFiftySingleCreatesBesideAPlainProgram(t *testing.T) {
	for _, s := range services() {
		if s.cloud != cloudsim.ECS {
			continue
		}
		minute := provider.Rate{Calls: 500, Per: time.Minute}
		for name, own := range map[string]map[provider.API]provider.Rate{
			"rates of the adapter": nil,
			"rates of the account": {provider.APIRunInstances: minute, provider.APIDescribeInstances: minute},
		} {
			for _, fixed := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/fixed=%v", name, fixed), func(t *testing.T) {
					r := race{service: s, boot: 5 * time.Second, creates: 50, count: 1, jitter: 150 * time.Millisecond, own: own}
					r.rates = []cloudsim.Rate{
						{API: "RunInstances", Calls: 500, Per: time.Minute, Fixed: fixed},
						{API: "DescribeInstances", Calls: 500, Per: time.Minute, Fixed: fixed},
					}
					a, b := r.run(t, library), r.run(t, plain)
					t.Logf("library %+v, plain %+v", a, b)
					if got := ratio(a.created, b.created); got > 1.05 {
						t.Errorf("the creates take %.3f times as long as those of a plain program, want at most 1.05", got)
					}
					if got := ratio(a.wall, b.wall); got > 1.05 {
						t.Errorf("all takes %.3f times as long as with a plain program, want at most 1.05", got)
					}
					if a.refused > 0 {
						t.Errorf("%d calls refused, want 0", a.refused)
					}
				})
			}
		}
	}
}

// Calls that arrive closer together than they were sent are not refused, however the cloud
// counts its documented rates.
func TestNothingIsRefusedForBunching(t *testing.T) {
	for _, s := range services() {
		for _, fixed := range []bool{false, true} {
			if testing.Short() && !fixed {
				continue // the other way of counting finds more
			}
			t.Run(fmt.Sprintf("%s/fixed=%v", s.cloud, fixed), func(t *testing.T) {
				r := race{service: s, boot: 5 * time.Second, creates: 100, count: 1, jitter: 150 * time.Millisecond}
				for _, rate := range cloudsim.DocumentedRates()[s.cloud] {
					rate.Fixed = fixed
					r.rates = append(r.rates, rate)
				}
				f := r.run(t, library)
				t.Logf("%+v", f)
				if f.refused > 0 {
					t.Errorf("%d calls refused, want 0", f.refused)
				}
				if limit := 13 * time.Second; f.created > limit {
					t.Errorf("100 creates took %v, want at most %v", f.created, limit)
				}
			})
		}
	}
}
