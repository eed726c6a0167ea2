// Command quickstart creates instances on all four clouds at the same time from one
// spec, waits until they run, shows them, and releases them.
//
//	go run ./examples/quickstart
//
// Without flags it needs no account and no network. Package cloudsim simulates the
// clouds on loopback; the program reaches them through the vendors' own SDKs, with
// signatures. The simulated clouds lose an answer, throttle and fail on the way: the
// program ends with what that would have cost. With -live CLOUD it does the same on one
// real cloud. That costs money and needs keys where the cloud's own tools keep them.
//
// It exits with 0 if everything ran and was released, 1 if not, 2 for wrong flags, and
// 130 after an interrupt.
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
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	err := run(context.Background(), os.Args[1:], signals, os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
	}
	os.Exit(exitCode(err))
}

// Exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130 // 128 and the number of SIGINT, as shells expect
)

// exitCode returns what the process exits with after err.
func exitCode(err error) int {
	var wrong *usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		return exitUsage
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	default:
		return exitFailed
	}
}

// run is the whole program. Signals may be nil.
func run(ctx context.Context, args []string, signals <-chan os.Signal, stdout, stderr io.Writer) error {
	set, err := parse(args, stdout)
	if err != nil {
		return err
	}
	return set.run(ctx, signals, stdout, stderr)
}

// run says what it will do, creates, waits, releases and sums up.
func (s *settings) run(ctx context.Context, signals <-chan os.Signal, stdout, stderr io.Writer) error {
	j, err := s.newJob()
	if err != nil {
		return err
	}
	defer j.close()
	show := newScreen(stdout)
	show.print(s.intro() + "\n\n")
	ctx, interrupt := context.WithCancelCause(ctx)
	defer interrupt(nil)
	defer (&interrupts{board: j.board, show: show, simulated: s.live == "", last: stderr}).watch(signals, interrupt)()

	stop := show.animate(j.board)
	waiting, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if s.want != nil {
		j.chooseAll(waiting, s.want.Catalog())
		show.print(j.choices())
	}
	j.createAll(waiting)
	show.show(j.board.rows())
	if ctx.Err() == nil {
		width, height := show.dimensions()
		show.print(table(width, height, j.runs))
	} else {
		show.print("To release:" + remaining(j.board.rows()))
	}
	// The release has its own context: an interrupted run must not leave instances behind.
	clean, cancelClean := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Minute)
	defer cancelClean()
	j.board.releasing()
	j.releaseAll(clean)
	stop()
	show.print(j.story())
	show.print(j.totals().String())
	return j.err(context.Cause(ctx))
}
