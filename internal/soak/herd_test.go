package soak_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// A thousand creates at once, from several clients of one account, against clouds
// that enforce their documented rates: none of them is throttled, and an instance
// that is created, awaited and released beside them does not wait for the end.
func TestSoakHerdKeepsTheDocumentedRates(t *testing.T) {
	herd, huge := 1000, 12 // creates at once, and large ones after them
	if testing.Short() {
		herd, huge = 40, 2
	}
	for _, s := range services() {
		t.Run(string(s.cloud), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { stampede(t, s, herd, huge) })
		})
	}
}

// stampede makes a herd of creates, and then huge ones.
func stampede(t *testing.T, s service, herd, huge int) {
	boot := func(cloudsim.Cloud, *rand.Rand) time.Duration { return 20 * time.Second }
	sim := cloudsim.New(&cloudsim.Options{Boot: boot, Rates: cloudsim.DocumentedRates()})
	budget, poller := &provider.Budget{}, &provider.Poller{}
	var clients []*provider.Client
	for range 4 {
		one := s.connect(t, sim.Transport())
		clients = append(clients, provider.NewClient(one.Driver(), &provider.Options{Region: s.spec.Region, Budget: budget, Poller: poller}))
	}
	create := func(n, count int) {
		spec := s.spec
		spec.Count, spec.Name = count, fmt.Sprintf("herd-%d", n)
		op, err := clients[n%len(clients)].RunInstances(t.Context(), spec, &provider.RunOptions{KeepMarker: true})
		if err == nil {
			_, err = op.Wait(t.Context(), nil)
		}
		if err != nil {
			t.Error(err)
		}
	}
	start := time.Now()
	var all sync.WaitGroup
	for n := range herd {
		all.Go(func() { create(n, 1) })
	}
	all.Wait()
	took := time.Since(start)
	for n := range huge {
		all.Go(func() { create(n, herd/4) })
	}
	time.Sleep(5 * time.Second)
	start = time.Now()
	create(0, 1)
	small := time.Since(start)
	all.Wait()
	if n := sim.Struck(s.cloud, cloudsim.Throttle); n > 0 {
		t.Errorf("%d of %d calls were throttled", n, sim.Calls(s.cloud, ""))
	}
	if n := len(sim.Instances(s.cloud)); n != herd+huge*herd/4+1 {
		t.Errorf("%d instances exist", n)
	}
	if small > 4*time.Minute {
		t.Errorf("one instance took %v beside %d operations of %d", small, huge, herd/4)
	}
	t.Logf("%d creates took %v; a single one beside %d operations of %d took %v", herd, took, huge, herd/4, small)
}
