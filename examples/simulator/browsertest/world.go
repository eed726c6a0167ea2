package main

import (
	"context"
	"errors"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/control"
)

// secret is in the password of every create; the page must never show it.
const secret = "Planted-Secret-7"

// world is a simulator with some instances, calls and a fault, and its status page.
type world struct {
	sim    *cloudsim.Sim
	server *control.Server
}

// newWorld starts a world. The caller must close it.
func newWorld(ctx context.Context) (*world, error) {
	sim := cloudsim.New(&cloudsim.Options{Seed: 1})
	server, err := control.Start(sim, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &world{sim: sim, server: server}
	for i, c := range clouds.All() {
		err = errors.Join(err, w.launch(ctx, c, c.Spec.Region, i+1))
	}
	c, _ := clouds.Named("aliyun")
	mistake := w.launch(ctx, c, "cn-hangzou", 1) // what a mistake and a fault look like
	sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "RunInstances", Kind: cloudsim.NoStock, Times: 3})
	soldOut := w.launch(ctx, c, c.Spec.Region, 1)
	if soldOut == nil || mistake == nil {
		err = errors.Join(err, errors.New("a create that must fail has not failed"))
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// launch creates instances of one cloud with the adapter and the vendor's protocol.
func (w *world) launch(ctx context.Context, c clouds.Cloud, region string, count int) error {
	client, err := c.New(clouds.Config{
		Region: region, Transport: w.sim.Transport(), Options: &provider.Options{RetryFor: -1},
	})
	if err != nil {
		return err
	}
	spec := c.Spec
	spec.Region, spec.Count, spec.Login.Password = region, count, secret
	_, err = client.RunInstances(ctx, spec, nil)
	return err
}

// url returns the address of the page.
func (w *world) url() string { return w.server.URL() }

// close ends the page.
func (w *world) close() { _ = w.server.Close() }
