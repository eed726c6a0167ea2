// Command temporal shows a fleet on four simulated clouds as a Temporal workflow: it is created,
// grows, shrinks and is released, and its worker is killed in the middle of a create and of a
// release.
//
//	go run .
//
// It needs no server: the workflow and its activities run in the SDK's test environment, in this
// process. README.md has the command that does the same with a real server.
package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/yunfan-cloud/yunfan/examples/temporal/fleet"
	"github.com/yunfan-cloud/yunfan/examples/temporal/workers"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "temporal:", err)
		os.Exit(1)
	}
}

// demo is a fleet that a person watches and changes.
type demo struct {
	env   *testsuite.TestWorkflowEnvironment
	sim   *cloudsim.Sim
	began time.Time

	mu     sync.Mutex
	out    io.Writer
	killed map[string]bool // the steps in which the worker was killed
	ended  chan struct{}
}

// run shows the life of a fleet. It takes about 45 s, half of which proves that all instances are gone.
func run(out io.Writer) error {
	d := &demo{
		sim: cloudsim.New(nil), began: time.Now(), out: out,
		killed: map[string]bool{}, ended: make(chan struct{}),
	}
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	d.env = suite.NewTestWorkflowEnvironment()
	d.env.SetTestTimeout(5 * time.Minute)
	d.env.SetStartTime(time.Now())
	d.env.RegisterWorkflow(fleet.Workflow)
	d.env.RegisterActivity(&workers.Workers{
		Transport: d.sim.Transport(), Store: &store.Memory{}, Moment: d.moment, Clock: d.env.Now,
		// Short, for a demonstration: README.md says what a real fleet needs.
		Silence: time.Second, Lease: 2 * time.Second, Margin: time.Second,
	})
	var user sync.WaitGroup
	user.Go(d.user)
	d.env.ExecuteWorkflow(fleet.Workflow, fleet.Fleet{
		Groups: workers.Groups(2), Timing: fleet.Timing{IgnoreLate: true},
	})
	close(d.ended)
	user.Wait()
	if err := d.env.GetWorkflowError(); err != nil {
		return err
	}
	return d.sum()
}

// user changes the fleet, as a person would by signals to a server.
func (d *demo) user() {
	d.say("2 instances are wanted on each of 4 clouds")
	if !d.running(8) {
		return
	}
	d.say("8 run. 3 are wanted on each cloud")
	d.resize(3)
	if !d.running(12) {
		return
	}
	d.say("12 run. 1 is wanted on each cloud")
	d.resize(1)
	if !d.running(4) {
		return
	}
	d.say("4 run. The fleet is released, which ends when each cloud has proved that they are gone")
	d.env.SignalWorkflow(fleet.SignalRelease, nil)
}

func (d *demo) resize(want int) {
	for _, g := range workers.Groups(want) {
		d.env.SignalWorkflow(fleet.SignalResize, fleet.Resize{Group: g.Name, Want: want})
	}
}

// running waits until a number of instances exist and run. It reports false when the workflow ends
// before.
func (d *demo) running(want int) bool {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		n := 0
		all := d.sim.Instances()
		for _, i := range all {
			if i.Phase == cloudsim.Running {
				n++
			}
		}
		if n == want && len(all) == want {
			return true
		}
		select {
		case <-tick.C:
		case <-d.ended:
			return false
		}
	}
}

// moment kills the worker once in Create and once in Release, when a cloud has done what it was
// asked for and the worker does not know it yet.
func (d *demo) moment(m workers.Moment) bool {
	deadly := m.Step == "Create" || m.Step == "Release"
	if !deadly || m.What != "call" || !m.After {
		return false
	}
	d.mu.Lock()
	again := d.killed[m.Step]
	d.killed[m.Step] = true
	d.mu.Unlock()
	if !again {
		d.say("the worker is killed in " + m.Step + ": it gets no answer to a call that a cloud has carried out")
	}
	return !again
}

func (d *demo) say(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = fmt.Fprintf(d.out, "%5.1f s  %s\n", time.Since(d.began).Seconds(), text)
}

// sum says what the clouds have counted.
func (d *demo) sum() error {
	clouds := map[cloudsim.Cloud]bool{}
	made, left := d.sim.Everything(), d.sim.Instances()
	for _, i := range made {
		clouds[i.Cloud] = true
	}
	_, _ = fmt.Fprintf(d.out, "%d instances ran on %d clouds; %d released; %d left\n",
		len(made), len(clouds), len(made)-len(left), len(left))
	if len(made) != 12 || len(left) != 0 {
		return errors.New("12 instances were asked for, and all were to be released")
	}
	return nil
}
