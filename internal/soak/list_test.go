package soak_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// A thousand instances that bear the tag of their operation take fewer describe calls,
// on clouds that filter by tag and state, and nobody is seen later for it.
func TestMarkedOperationsTakeFewerCalls(t *testing.T) {
	for _, s := range services() {
		if s.cloud != cloudsim.ECS && s.cloud != cloudsim.CVM {
			continue
		}
		t.Run(string(s.cloud), func(t *testing.T) {
			fleets, share := 4, 0.9 // one differs from the next by a tenth: creates come in any order
			if small() {
				fleets, share = 1, 1
			}
			if small() && s.cloud != cloudsim.ECS {
				return
			}
			calls, mean := map[string]int{}, map[string]time.Duration{}
			for n := range 2 * fleets {
				owner := []string{"", "team-a"}[n%2]
				synctest.Test(t, func(t *testing.T) {
					f := &fleet{service: s, t: t, seen: map[string]time.Time{}}
					f.sim = cloudsim.New(&cloudsim.Options{Seed: uint64(n/2 + 1), Boot: f.draw})
					f.client = f.connect(t, f.sim.Transport())
					spec := f.spec
					spec.Count = 1000
					op, err := f.client.RunInstances(t.Context(), spec, &provider.RunOptions{Owner: owner})
					if err != nil {
						t.Fatal(err)
					}
					f.await(op, 1000)
					calls[owner] += f.sim.Calls(f.cloud, "DescribeInstances")
					for _, d := range f.delays() {
						mean[owner] += d / time.Duration(1000*fleets)
					}
				})
			}
			t.Logf("%d fleets: unmarked: %d calls, mean delay %v; marked: %d calls, mean delay %v", fleets, calls[""], mean[""], calls["team-a"], mean["team-a"])
			if float64(calls["team-a"]) > share*float64(calls[""]) {
				t.Errorf("%d describe calls with a tag, %d without", calls["team-a"], calls[""])
			}
			if mean["team-a"] > mean[""]+500*time.Millisecond {
				t.Errorf("a mean delay of %v with a tag, %v without", mean["team-a"], mean[""])
			}
		})
	}
}
