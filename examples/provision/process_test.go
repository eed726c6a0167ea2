package main

import (
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

// collectNames adds the paths of all keys of a JSON document.
func collectNames(t *testing.T, text string, names map[string]bool) {
	t.Helper()
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	paths := map[string]string{}
	flatten("", tree, paths)
	for path := range paths {
		names[regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, "[]")] = true
	}
}

// A killed apply is continued by resume, without an instance too many, wherever it was killed: while
// the creates are on their way, and while the instances boot.
func TestKilledApplyIsResumed(t *testing.T) {
	creates := func(sim *cloudsim.Sim) int {
		return sim.Calls(cloudsim.ECS, "RunInstances") + sim.Calls(cloudsim.ENS, "RunInstances") +
			sim.Calls(cloudsim.CVM, "RunInstances") + sim.Calls(cloudsim.QingCloud, "RunInstances")
	}
	for name, when := range map[string]func(*cloudsim.Sim) bool{
		"while creates are on their way": func(sim *cloudsim.Sim) bool { return creates(sim) >= 2 },
		"while instances boot":           func(sim *cloudsim.Sim) bool { return len(sim.Instances()) == 9 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, map[string]string{"fleet.yaml": exampleFleet})
			sim := p.simulate()
			sim.Inject(cloudsim.Fault{API: "RunInstances", Kind: cloudsim.Slow, Delay: 200 * time.Millisecond, Times: 8})
			cmd, out := p.start("apply", "--simulate")
			until(t, "the moment to kill", func() bool { return when(sim) })
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Fatalf("the process was not killed\n%s", out)
			}
			p.wants(exitDone, "resume")
			wantCounts(t, sim, exampleCounts)
			p.wants(exitDone, "down")
			wantCounts(t, sim, nil)
		})
	}
}

// Killed again and again, apply itself also continues.
func TestKilledApplyIsAppliedAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	sim := p.simulate()
	for i := range 6 {
		cmd, _ := p.start("apply", "--simulate")
		<-time.After(time.Duration(i) * 100 * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	p.wants(exitDone, "apply", "--simulate")
	wantCounts(t, sim, exampleCounts)
}

// Down does not create what a killed apply has left to create.
func TestDownAfterAKilledApplyCreatesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": strings.Replace(smallFleet, "count: 2", "count: 250", 1)})
	sim := p.simulate()
	sim.Inject(cloudsim.Fault{API: "RunInstances", Kind: cloudsim.Slow, Delay: 300 * time.Millisecond, Skip: 1})
	cmd, _ := p.start("apply", "--simulate")
	until(t, "the first create", func() bool { return len(sim.Instances()) > 0 })
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	p.wants(exitDone, "down")
	wantCounts(t, sim, nil)
	if got := len(sim.Everything()); got > 250 {
		t.Errorf("%d instances were created in all, want 250 at most", got)
	}
}

// Only one process at a time works on a state directory.
func TestTwoAppliesDoNotCreateTwice(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	sim := p.simulate()
	cmd, out := p.start("apply", "--simulate")
	until(t, "the first create", func() bool { return len(sim.Instances()) > 0 })
	for _, args := range [][]string{{"apply", "--simulate"}, {"resume"}, {"down"}} {
		code, _, errs := p.call(args...)
		if code != exitBusy {
			t.Errorf("%s beside an apply: exit %d, want %d", args[0], code, exitBusy)
		}
		if want := ".provision: apply, process "; !strings.Contains(errs, want) {
			t.Errorf("got %q, want %q", errs, want)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantCounts(t, sim, exampleCounts)
}

// Ctrl-C ends an apply at once, and says how to go on.
func TestInterruptedApply(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": exampleFleet})
	sim := p.simulate()
	cmd, out := p.start("apply", "--simulate")
	until(t, "all instances", func() bool { return len(sim.Instances()) == 9 })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("exit %d, want %d\n%s", got, exitInterrupted, out)
	}
	if want := "next: provision resume continues"; !strings.Contains(out.String(), want) {
		t.Errorf("got\n%s\nwant %q", out, want)
	}
	p.wants(exitDone, "resume")
	wantCounts(t, sim, exampleCounts)
}

// The simulated clouds of --simulate are a process of their own. It outlives the apply, and ends with
// the fleet.
func TestSimulatorProcess(t *testing.T) {
	p := newPlace(t, map[string]string{"fleet.yaml": smallFleet})
	t.Setenv("PROVISION_TEST_MAIN", "1") // for the process that apply starts
	p.wants(exitDone, "apply", "--simulate")
	sim := findSimulator(t.Context(), p.state())
	if sim == nil {
		t.Fatal("no simulator answers after apply")
	}
	if sim.Process == os.Getpid() {
		t.Errorf("the simulator is not a process of its own")
	}
	code, _, errs := p.call("simulator")
	if code != exitBusy {
		t.Errorf("a second simulator: exit %d, want %d: %s", code, exitBusy, errs)
	}
	p.wants(exitDone, "status")
	p.wants(exitDone, "down")
	until(t, "the end of the simulator", func() bool { return findSimulator(t.Context(), p.state()) == nil })
}

func TestSimulatorEndsByItself(t *testing.T) {
	t.Parallel()
	p := newPlace(t, nil)
	done := make(chan int)
	go func() {
		done <- run(t.Context(), p.args("simulator", "--idle", "50ms"), streams{out: io.Discard, err: io.Discard})
	}()
	if code := <-done; code != exitDone {
		t.Errorf("exit %d, want %d", code, exitDone)
	}
	if findSimulator(t.Context(), p.state()) != nil {
		t.Errorf("the simulator still answers")
	}
}

// The instances of a simulator that has ended are forgotten by down.
func TestDownForgetsWhatEndedWithItsSimulator(t *testing.T) {
	t.Parallel()
	p := newPlace(t, map[string]string{"fleet.yaml": smallFleet})
	p.simulate()
	p.wants(exitDone, "apply", "--simulate")
	if err := os.Remove(p.state() + "/simulator.json"); err != nil {
		t.Fatal(err)
	}
	code, _, errs := p.call("status")
	if code != exitFailed || !strings.Contains(errs, "the simulator of this fleet has ended") {
		t.Errorf("status: exit %d: %s", code, errs)
	}
	p.wants(exitDone, "down")
	if got := p.wants(exitDone, "status"); !strings.Contains(got, "nothing is applied") {
		t.Errorf("status after down: %s", got)
	}
}
