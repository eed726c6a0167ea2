package aliyun

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// fleet creates instances on the simulator and returns their names and host names
// in the order of the operation.
func fleet(t *testing.T, sim *cloudsim.Sim, spec provider.RunInstancesSpec, o *provider.RunOptions) (names, hosts []string) {
	t.Helper()
	spec.ImageID, spec.InstanceType = "image-1", "ecs.g6.large"
	op, err := simClient(t, sim).RunInstances(t.Context(), spec, o)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]cloudsim.Instance{}
	for _, i := range sim.Instances(cloudsim.ECS) {
		byID[i.ID] = i
	}
	for _, id := range op.InstanceIDs() {
		names, hosts = append(names, byID[id].Name), append(hosts, byID[id].HostName)
	}
	return names, hosts
}

// numbers formats the numbers of a batch.
func numbers(format string, first, count int) []string {
	out := make([]string, count)
	for i := range out {
		out[i] = fmt.Sprintf(format, first+i)
	}
	return out
}

// TestNamesGoOnFromCreateToCreate: 250 instances take three calls, and each call
// would number from the start again.
func TestNamesGoOnFromCreateToCreate(t *testing.T) {
	for what, tc := range map[string]struct {
		spec        provider.RunInstancesSpec
		names, host []string
	}{
		"a suffix": {
			provider.RunInstancesSpec{Count: 250, Name: "web", HostName: "web-host", UniqueSuffix: true},
			numbers("web%03d", 1, 250), numbers("web-host%03d", 1, 250),
		},
		"a suffix in one call": {
			provider.RunInstancesSpec{Count: 100, Name: "web", HostName: "web-host", UniqueSuffix: true},
			numbers("web%03d", 1, 100), numbers("web-host%03d", 1, 100),
		},
		"a suffix of four digits": {
			provider.RunInstancesSpec{Count: 1001, Name: "web", UniqueSuffix: true}, numbers("web%04d", 1, 1001), nil,
		},
		"a numbering of the user's": {
			provider.RunInstancesSpec{Count: 250, Name: "k8s-[8,4]-node", HostName: "host-[0,5]"},
			numbers("k8s-%04d-node", 8, 250), numbers("host-%05d", 0, 250),
		},
		"no numbering": {
			provider.RunInstancesSpec{Count: 101, Name: "web"}, slices.Repeat([]string{"web"}, 101), nil,
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				names, hosts := fleet(t, cloudsim.New(nil), tc.spec, nil)
				if !slices.Equal(names, tc.names) {
					t.Errorf("names %q", names)
				}
				if tc.host != nil && !slices.Equal(hosts, tc.host) {
					t.Errorf("host names %q", hosts)
				}
			})
		})
	}
}

// TestNamesGoOnInAlternatives: what one zone could not give, another one does,
// under the numbers that are left.
func TestNamesGoOnInAlternatives(t *testing.T) {
	for what, spec := range map[string]provider.RunInstancesSpec{
		"a suffix":    {Count: 5, Name: "web-", UniqueSuffix: true},
		"a numbering": {Count: 5, Name: "web-[1,3]"},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := cloudsim.New(nil)
				sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "RunInstances", Kind: cloudsim.NoStock, Count: 3, Times: 1})
				names, _ := fleet(t, sim, spec, &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "ecs.g7.large"}}})
				if want := numbers("web-%03d", 1, 5); !slices.Equal(names, want) {
					t.Errorf("names %q, want %q", names, want)
				}
			})
		})
	}
}

// TestNumbersOfTheDeadAreNotGivenAgain: instances that replace all of a create have
// the numbers after it.
func TestNumbersOfTheDeadAreNotGivenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, Kind: cloudsim.LaunchFailure, Times: 1})
		c := simClient(t, sim)
		op, err := c.RunInstances(t.Context(), provider.RunInstancesSpec{
			ImageID: "image-1", InstanceType: "ecs.g6.large", Count: 3, Name: "web-", UniqueSuffix: true,
		}, &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "ecs.g7.large"}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range c.DescribeInstances(t.Context(), provider.Query{}) { // what was never seen is not known to have died
			if err != nil {
				t.Fatal(err)
			}
		}
		list, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, i := range list {
			names = append(names, i.Name)
		}
		if want := numbers("web-%03d", 4, 3); !slices.Equal(names, want) {
			t.Errorf("names %q, want %q", names, want)
		}
	})
}

func TestShiftNamesKeepsTheForm(t *testing.T) {
	d := testDriver(t, answering(200, ""))
	for name, want := range map[string]string{
		"web-[1,4]-x": "web-[101,4]-x", "web[,]": "web[100,]", "web[7,]": "web[107,]", "web": "web", "": "", "web[a,b]": "web[a,b]",
	} {
		s := provider.RunInstancesSpec{Name: name, HostName: name}
		if d.NumberNames(&s, 101, 200); s.Name != want || s.HostName != want {
			t.Errorf("%q became %q and %q, want %q", name, s.Name, s.HostName, want)
		}
	}
}
