package storetest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// job is what another process shall do.
type job struct {
	Place, Cloud, URL, ID string
	Creates               int
	Lease, Margin         time.Duration

	KillAt    int32 // kills itself at that save, counted from 1; 0 is never
	StopAt    int32 // stops itself at that save
	After     bool  // when the save has had its effect, and otherwise before
	Terminate bool  // releases the instances afterwards
}

// report is what came of it.
type report struct {
	Saves      int32
	IDs        int
	Error      string
	Superseded bool
	Held       bool
}

// jobVariable is the environment variable that makes the test binary do a job.
const jobVariable = "YUNFAN_STORETEST_JOB"

// stopping is the line that a process writes before it stops itself.
const stopping = "stopping"

// Child does a job of the suite and exits, when the process was started for one. Otherwise it
// returns at once. TestMain calls it first. Open is that of [Config].
func Child(open func(place string) (store.Store, error)) {
	text := os.Getenv(jobVariable)
	if text == "" {
		return
	}
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	r, err := j.do(open)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		os.Exit(2)
	}
	os.Exit(0)
}

// do does a job in this process.
func (j *job) do(open func(place string) (store.Store, error)) (r report, err error) {
	s, err := open(j.Place)
	if err != nil {
		return r, err
	}
	cloud, ok := clouds.Named(j.Cloud)
	if !ok {
		return r, fmt.Errorf("there is no adapter %s", j.Cloud)
	}
	c, err := client(cloud, j.URL, nil)
	if err != nil {
		return r, err
	}
	ctx := context.Background()
	spec := specOf(cloud, c, j.Creates)
	dying := &dying{Store: s, job: j}
	o := options()
	o.Lease, o.Margin = j.Lease, j.Margin
	op, err := c.Run(ctx, j.ID, &spec, dying, o)
	if err == nil && j.Terminate {
		_, err = op.Terminate(ctx, nil)
	}
	if op != nil {
		r.IDs = len(op.InstanceIDs())
		err = errors.Join(err, op.Close())
	}
	r.Saves = dying.saves.Load()
	r.Superseded, r.Held = errors.Is(err, provider.ErrSuperseded), errors.Is(err, store.ErrHeld)
	if err != nil {
		r.Error = err.Error()
	}
	return r, nil
}

// dying is a store at a save of which the process kills or stops itself.
type dying struct {
	store.Store
	job   *job
	saves atomic.Int32
}

// Save implements [store.Store].
func (d *dying) Save(ctx context.Context, c store.Claim, ch store.Change) error {
	n := d.saves.Add(1)
	if !d.job.After {
		d.die(n)
	}
	err := d.Store.Save(ctx, c, ch)
	if d.job.After {
		d.die(n)
	}
	return err
}

func (d *dying) die(n int32) {
	if n == d.job.KillAt {
		if p, err := os.FindProcess(os.Getpid()); err == nil {
			_ = p.Kill()
		}
		select {} // it takes a moment
	}
	if n == d.job.StopAt {
		fmt.Println(stopping)
		stopSelf()
	}
}

// child is a process that does a job.
type child struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	errs  *strings.Builder
}

// start starts a job in another process, which ends with the test at the latest.
func (w *world) start(j job) *child {
	w.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		w.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		w.Fatal(err)
	}
	c := &child{cmd: exec.CommandContext(context.WithoutCancel(w.Context()), exe), errs: &strings.Builder{}}
	c.cmd.Env = append(os.Environ(), jobVariable+"="+string(text))
	c.cmd.Stderr = c.errs
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		w.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = c.cmd.Process.Kill() })
	c.lines = bufio.NewScanner(io.LimitReader(out, 1<<20))
	return c
}

// end waits for the end of a process. Killed reports that it ended without a report.
func (w *world) end(c *child) (r report, killed bool) {
	w.Helper()
	var last string
	for c.lines.Scan() {
		last = c.lines.Text()
	}
	err := c.cmd.Wait()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		return r, true
	case err != nil:
		w.Fatalf("another process: %v\n%s", err, c.errs)
	}
	if err := json.Unmarshal([]byte(last), &r); err != nil {
		w.Fatalf("another process reports %q: %v", last, err)
	}
	return r, false
}

// stops waits until a process is about to stop itself, and reports whether it did.
func (c *child) stops() bool { return c.lines.Scan() && c.lines.Text() == stopping }
