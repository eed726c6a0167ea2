package specfile_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// A process that knows only the store continues every operation in it.
func TestTheStoreIsEnoughToContinue(t *testing.T) {
	t.Setenv("WEB_PASSWORD", "Valid-pass-1")
	for _, c := range clouds.All() {
		t.Run(c.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { continueFromStore(t, c) })
		})
	}
}

func continueFromStore(t *testing.T, c clouds.Cloud) {
	sim, s := cloudsim.New(nil), &store.Memory{}
	client, err := c.New(clouds.Config{Transport: sim.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	file := &specfile.File{
		Cloud: c.Name, Spec: c.Spec, Run: provider.RunOptions{KeepMarker: true},
		References: map[string]string{"spec.login.password": "env:WEB_PASSWORD"},
	}
	run := func(id string, file *specfile.File) *provider.Operation {
		o, err := file.StoreOptions()
		if err != nil {
			t.Fatal(err)
		}
		op, err := client.Run(t.Context(), id, &file.Spec, s, o)
		if err != nil {
			t.Fatal(err)
		}
		return op
	}
	first := run("web", file)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for e, err := range store.Unfinished(t.Context(), s, store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(e.Definition, []byte("Valid-pass-1")) {
			t.Errorf("the store holds the password:\n%s", e.Definition)
		}
		stored, err := specfile.ParseDefinition(e, &specfile.Options{Vendors: vendors()})
		if err != nil {
			t.Fatal(err)
		}
		op := run(e.ID, stored)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got, want := op.InstanceIDs(), first.InstanceIDs(); !slices.Equal(got, want) {
			t.Errorf("got the instances %v, want %v", got, want)
		}
		if err := op.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(sim.Instances()); n != 1 {
		t.Errorf("got %d instances, want 1", n)
	}
}

func TestAnOperationWithoutADefinition(t *testing.T) {
	if _, err := specfile.ParseDefinition(store.Entry{ID: "web"}, nil); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}
