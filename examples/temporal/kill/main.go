//go:build unix

// Command kill kills workers and servers in the middle of creates and releases, and counts the
// instances in the simulated clouds. It builds and starts a real Temporal server with a SQLite
// file, so it is not among the tests. README.md says what it costs.
//
//	go run ./kill
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kill:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// settings are the flags.
type settings struct {
	n      int    // instances on each cloud
	only   string // kinds of kill, with commas
	server string // the program of the server
	dir    string // where the runs keep their files

	heartbeat, lease time.Duration
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == workerCommand {
		return work(ctx, args[1:], os.Stdin)
	}
	set := settings{}
	flags := flag.NewFlagSet("kill", flag.ContinueOnError)
	flags.IntVar(&set.n, "n", 250, "instances on each of the 4 clouds")
	flags.StringVar(&set.only, "only", strings.Join(kindNames(), ","), "the kinds of kill")
	flags.StringVar(&set.server, "server", "", "the `program` of the server; empty builds it")
	flags.DurationVar(&set.heartbeat, "heartbeat", 10*time.Second, "how long a silent worker counts as alive")
	flags.DurationVar(&set.lease, "lease", 20*time.Second, "how long a silent worker has its operations")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "yunfan-kill-")
	if err != nil {
		return err
	}
	set.dir = dir
	if err := set.build(ctx, out); err != nil {
		return err
	}
	if err := set.runs(ctx, out); err != nil {
		return fmt.Errorf("%w: see the logs in %s", err, dir)
	}
	return os.RemoveAll(dir)
}

// build builds the server, unless there is one.
func (s *settings) build(ctx context.Context, out io.Writer) error {
	if s.server != "" {
		return nil
	}
	s.server = filepath.Join(s.dir, "server")
	_, _ = fmt.Fprintln(out, "building the server, which takes minutes the first time")
	began := time.Now()
	cmd := exec.CommandContext(ctx, "go", "build", "-C", "server", "-o", s.server, ".")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the server, in the directory of the example: %w\n%s", err, text)
	}
	_, _ = fmt.Fprintf(out, "built in %v\n", time.Since(began).Round(time.Second))
	return nil
}

// runs makes one run for each kind of kill.
func (s *settings) runs(ctx context.Context, out io.Writer) error {
	_, _ = fmt.Fprintln(out, header)
	failed := 0
	for _, name := range strings.Split(s.only, ",") {
		kind, ok := kinds()[name]
		if !ok {
			return fmt.Errorf("-only %q must be of %s", name, strings.Join(kindNames(), ","))
		}
		r, err := s.run(ctx, name, kind)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		_, _ = fmt.Fprintln(out, r)
		if !r.exact() {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d runs did not have exactly what was wanted", failed)
	}
	return nil
}
