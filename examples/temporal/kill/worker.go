//go:build unix

package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/examples/temporal/workers"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/filestore"
)

// workerCommand makes this program a worker.
const workerCommand = "worker"

// taskQueue is where workers look for work.
const taskQueue = "fleets"

// work works until its input ends, or until it is told to stop.
func work(ctx context.Context, args []string, input io.Reader) error {
	flags := flag.NewFlagSet(workerCommand, flag.ContinueOnError)
	server := flags.String("server", "", "host:port")
	dir := flags.String("store", "", "directory")
	urls := flags.String("clouds", "", "the URLs of the clouds, as JSON")
	lease := flags.Duration("lease", 0, "of operations")
	if err := flags.Parse(args); err != nil {
		return err
	}
	a, err := activities(*dir, *urls)
	if err != nil {
		return err
	}
	a.Lease, a.Margin = *lease, *lease/4 // no call of the simulator takes that long; calls of real clouds may
	ctx, end := context.WithCancel(ctx)
	defer end()
	go func() {
		_, _ = io.Copy(io.Discard, input)
		end()
	}()
	c, err := fleet.Dial(ctx, client.Options{HostPort: *server})
	if err != nil {
		return err
	}
	defer c.Close()
	w := worker.New(c, taskQueue, worker.Options{})
	fleet.Register(w, a)
	if err := w.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	w.Stop()
	return nil
}

// activities returns those of a worker with a store in a directory, and clouds at URLs in JSON.
func activities(dir, urls string) (*fleet.Activities, error) {
	var list map[cloudsim.Cloud]string
	if err := json.Unmarshal([]byte(urls), &list); err != nil {
		return nil, err
	}
	s, err := filestore.Open(dir, nil)
	if err != nil {
		return nil, err
	}
	clients, err := workers.Clients(nil, func(c cloudsim.Cloud) string { return list[c] })
	return &fleet.Activities{Clients: clients, Store: s, Files: workers.Files()}, err
}
