package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestMain makes the test binary the command itself where a test needs a process that it can kill.
func TestMain(m *testing.M) {
	if os.Getenv("PROVISION_TEST_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// place is a directory with a fleet file and a state.
type place struct {
	t     *testing.T
	dir   string
	flags bool // the commands run elsewhere, and get the paths as flags
}

// newPlace returns an empty directory with the files. Tests with places of their own run side by side.
func newPlace(t *testing.T, files map[string]string) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir(), flags: true}
	for name, text := range files {
		p.write(name, text)
	}
	return p
}

// write replaces a file of the place.
func (p *place) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// inPlace is newPlace for a test that goes to the directory.
func inPlace(t *testing.T, files map[string]string) *place {
	t.Helper()
	p := newPlace(t, files)
	p.flags = false
	t.Chdir(p.dir)
	return p
}

func (p *place) state() string { return filepath.Join(p.dir, ".provision") }

// args returns the arguments of a command for this place.
func (p *place) args(args ...string) []string {
	if !p.flags {
		return args
	}
	args = append(args, "--state", p.state())
	if args[0] == "plan" || args[0] == "apply" {
		args = append(args, "-f", filepath.Join(p.dir, "fleet.yaml"))
	}
	return args
}

// call runs a command in this process.
func (p *place) call(args ...string) (code int, out, errs string) {
	p.t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(p.t.Context(), p.args(args...), streams{strings.NewReader(""), &stdout, &stderr})
	return code, stdout.String(), stderr.String()
}

// wants fails unless a command ended with a code.
func (p *place) wants(want int, args ...string) (out string) {
	p.t.Helper()
	code, out, errs := p.call(args...)
	if code != want {
		p.t.Fatalf("provision %s: exit %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, errs)
	}
	return out
}

// result runs a command with -o json.
func (p *place) result(want int, args ...string) *result {
	p.t.Helper()
	out := p.wants(want, append(args, "-o", "json")...)
	r := &result{}
	if err := json.Unmarshal([]byte(out), r); err != nil {
		p.t.Fatalf("%v\n%s", err, out)
	}
	return r
}

// simulate serves simulated clouds in this process, where --simulate finds them.
func (p *place) simulate() *cloudsim.Sim {
	p.t.Helper()
	if err := os.MkdirAll(p.state(), 0o700); err != nil {
		p.t.Fatal(err)
	}
	sim := cloudsim.New(&cloudsim.Options{
		Seed: rand.Uint64(), Boot: func(cloudsim.Cloud, *rand.Rand) time.Duration { return time.Second },
	})
	_, closeAll, err := serve(p.t.Context(), sim, p.state(), func() {})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(closeAll)
	return sim
}

// start starts the command as a process of its own.
func (p *place) start(args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	p.t.Helper()
	cmd = exec.CommandContext(p.t.Context(), os.Args[0], p.args(args...)...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "PROVISION_TEST_MAIN=1")
	out = &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	return cmd, out
}

// until waits for a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited a minute for: %s", what)
		}
	}
}

// golden compares a text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(sourceDir, "testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; to rewrite it: go test . -update\ngot\n%s\nwant\n%s", name, got, want)
	}
}

// sourceDir is where the tests are, since they go to other directories.
var sourceDir = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()
