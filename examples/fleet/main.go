// Command fleet creates 100 instances over four simulated clouds, of which one is sold out and one
// throttles, in a process that is killed half way. A second process goes on from the token on
// disk. At the end the clouds' own books are counted: there are exactly 100 instances.
//
//	go run ./examples/fleet
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

const (
	total = 100

	// workerArg is the first argument of the process that creates the instances.
	workerArg = "worker"

	// killAt is how many instances exist when the first process is killed.
	killAt = total / 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if len(os.Args) == 3 && os.Args[1] == workerArg {
		err = work(ctx, os.Args[2])
	} else {
		err = supervise(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// supervise runs the simulator, kills the first worker, and counts what the second one leaves.
func supervise(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "fleet")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	sim := cloudsim.New(nil)
	sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, Kind: cloudsim.NoStock})
	sim.Inject(cloudsim.Fault{Cloud: cloudsim.ENS, API: "RunInstances", Kind: cloudsim.Throttle, Times: 2})
	for _, c := range []cloudsim.Cloud{cloudsim.ECS, cloudsim.ENS, cloudsim.QingCloud} { // time to be killed in
		sim.Inject(cloudsim.Fault{Cloud: c, API: "RunInstances", Kind: cloudsim.Slow, Delay: time.Second})
	}
	server, err := sim.Start("")
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()

	fmt.Printf("%d instances are wanted: half on aliyun, a sixth on each of ens, tencent and qingcloud\n", total)
	fmt.Println("tencent is sold out, and ens throttles")
	state := filepath.Join(dir, "token.json")
	if err := killHalfway(ctx, sim, server, state); err != nil {
		return err
	}
	if err := worker(ctx, server, state).Run(); err != nil {
		return fmt.Errorf("the second process: %w", err)
	}
	return count(sim)
}

// killHalfway starts a worker and kills it when a third of the instances exist.
func killHalfway(ctx context.Context, sim *cloudsim.Sim, server *cloudsim.Server, state string) error {
	cmd := worker(ctx, server, state)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("the first process ended before it was killed: %w", errors.Join(err, ctx.Err()))
		case <-look.C:
		}
		if n := len(sim.Instances()); n >= killAt {
			err := cmd.Process.Kill()
			<-ended
			fmt.Printf("kill -9 while %d instances exist\n", n)
			return err
		}
	}
}

// worker returns the process that creates the instances, or goes on with them.
func worker(ctx context.Context, server *cloudsim.Server, state string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], workerArg, state)
	cmd.Env = os.Environ()
	for _, c := range cloudsim.Clouds() {
		cmd.Env = append(cmd.Env, endpointOf(c)+"="+server.URL(c))
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd
}

// endpointOf returns the variable that has the address of a simulated cloud.
func endpointOf(c cloudsim.Cloud) string { return "FLEET_ENDPOINT_" + string(c) }

// count counts the instances by the books of the clouds, and fails unless they are what was wanted.
func count(sim *cloudsim.Sim) error {
	for _, c := range cloudsim.Clouds() {
		fmt.Printf("%-10s has %d instances\n", c, len(sim.Instances(c)))
	}
	n := len(sim.Instances())
	if n != total {
		return fmt.Errorf("%d instances exist, want %d", n, total)
	}
	fmt.Printf("%d instances exist, %d were wanted\n", n, total)
	return nil
}
