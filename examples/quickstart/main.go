// Command quickstart creates instances on all four clouds at the same time from one
// spec, waits until they run, shows them, and terminates them.
//
//	go run ./examples/quickstart
//
// Without flags it needs no account and no network. Package cloudsim simulates the
// clouds on loopback; the program reaches them through the vendors' own SDKs, with
// signatures. With -live CLOUD it does the same on one real cloud. That costs money and
// needs keys in the environment.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run is the whole program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set, err := parse(args, stderr)
	if err != nil {
		return err
	}
	return set.run(ctx, stdout)
}

// run starts, shows, cleans up and sums up.
func (s *settings) run(ctx context.Context, stdout io.Writer) error {
	targets, closeAll, err := s.targets()
	if err != nil {
		return err
	}
	defer closeAll()

	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	show := newDisplay(stdout)
	runs := createAll(ctx, targets, show)
	show.done()
	table(stdout, runs)

	// The clean-up has its own context: an interrupted run must not leave instances
	// behind.
	clean, cancelClean := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Minute)
	defer cancelClean()
	total := terminateAll(clean, runs)
	fmt.Fprintln(stdout, total)
	return total.err(runs)
}
