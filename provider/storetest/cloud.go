package storetest

import (
	"errors"
	"net/http"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// The clouds of the tests: one has client tokens, the other one is searched for markers.
const (
	withTokens  = "aliyun"
	withMarkers = "qingcloud"
)

var cloudNames = []string{withTokens, withMarkers}

// onEach returns a rule for each cloud.
func onEach(name, why string, test func(w *world, cloud string)) (list []rule) {
	for _, cloud := range cloudNames {
		list = append(list, rule{name + ", " + cloud, why, func(w *world) { test(w, cloud) }})
	}
	return list
}

// account is a simulated account on one cloud.
type account struct {
	clouds.Cloud
	sim     *cloudsim.Sim
	creates int // of each operation
}

// newAccount returns an empty account. Its operations take two creates.
func newAccount(w *world, name string) *account {
	w.Helper()
	c, ok := clouds.Named(name)
	if !ok {
		w.Fatalf("there is no adapter %s", name)
	}
	return &account{Cloud: c, sim: cloudsim.New(nil), creates: 2}
}

// listen returns the address of the account for other processes.
func (a *account) listen(w *world) (url string) {
	w.Helper()
	srv, err := a.sim.Start("")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = srv.Close() })
	return srv.URL(a.Sim)
}

// client returns a client of a cloud, at an address or through a transport.
func client(c clouds.Cloud, url string, through http.RoundTripper) (*provider.Client, error) {
	return c.New(clouds.Config{Endpoint: url, Transport: through, Options: &provider.Options{
		SearchFor: 200 * time.Millisecond, VisibleWithin: time.Second, // the simulator shows instances at once
	}})
}

// run runs an operation in this process, once nobody else has it.
func (w *world) run(a *account, s store.Store, id string, o *provider.StoreOptions) (*provider.Operation, error) {
	w.Helper()
	c, err := client(a.Cloud, "", a.sim.Transport())
	if err != nil {
		w.Fatal(err)
	}
	spec := specOf(a.Cloud, c, a.creates)
	for {
		op, err := c.Run(w.Context(), id, &spec, s, o)
		var held *store.HeldError
		if !errors.As(err, &held) || held.Left > time.Minute {
			return op, err
		}
		pause(w.Context(), 20*time.Millisecond)
	}
}

// specOf returns a spec that takes so many creates.
func specOf(cloud clouds.Cloud, c *provider.Client, creates int) provider.RunInstancesSpec {
	spec := cloud.Spec
	spec.Count = (creates-1)*c.Limits().InstancesPerCreate + 1
	return spec
}

// options are those of every operation of the suite. Names would take calls of their own.
func options() *provider.StoreOptions {
	return &provider.StoreOptions{Run: &provider.RunOptions{KeepMarker: true}}
}

// wantExactly checks that the account has as many instances as were asked for, and that all are
// in the hands of the operation.
func (w *world) wantExactly(a *account, op *provider.Operation, err error, when string) {
	w.Helper()
	if err != nil {
		w.Errorf("%s: got error %v, want none", when, err)
		return
	}
	c, err := client(a.Cloud, "", a.sim.Transport())
	if err != nil {
		w.Fatal(err)
	}
	want := specOf(a.Cloud, c, a.creates).Count
	if got := len(a.sim.Instances(a.Sim)); got != want {
		w.Errorf("%s: the account has %d instances, want %d", when, got, want)
	}
	if got := len(op.InstanceIDs()); got != want {
		w.Errorf("%s: the operation has %d instances, want %d", when, got, want)
	}
	if err := op.Close(); err != nil {
		w.Errorf("%s: closing: got %v, want nil", when, err)
	}
}
