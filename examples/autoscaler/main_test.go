package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// No caller leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheProgramShowsBothCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		if err := run(t.Context(), &out); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		for _, want := range []string{
			"3 pods: group small grows from 0 to 2 nodes of type ecs.c6.large, 0.4 CNY an hour",
			"the cloud shows 2 nodes of group small", "group small is empty again", "draining i-", "is in its place",
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the program does not say %q:\n%s", want, out.String())
			}
		}
	})
}

// onMarket runs a test in fake time on a cloud that sells what its catalog shows.
func onMarket(t *testing.T, do func(t *testing.T, sim *cloudsim.Sim, client *provider.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sim := market()
		client, err := dial(sim)
		if err != nil {
			t.Fatal(err)
		}
		do(t, sim, client)
	})
}

// alive returns the instances that the cloud has, by type.
func alive(sim *cloudsim.Sim) map[string]int {
	n := map[string]int{}
	for _, i := range sim.Instances(cloudsim.ECS) {
		n[i.InstanceType]++
	}
	return n
}
