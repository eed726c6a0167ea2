// Command simulator runs cloudsim as a process: Alibaba Cloud ECS and ENS,
// Tencent Cloud CVM and QingCloud on loopback, for any client in any language.
//
//	go run ./examples/simulator -boot 2s -env cloudsim.env
//
// It prints where each cloud listens and which key it accepts, as NAME=value lines. It
// also writes these lines to the -env file. Then it serves until it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:0",
		"`host:port` of the first cloud; the others get the next three ports; port 0 lets the system choose")
	boot := flags.Duration("boot", 2*time.Second, "time from an accepted create to running")
	env := flags.String("env", "", "also write the NAME=value lines to this `file`, once all four clouds listen")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *boot < 0 {
		return fmt.Errorf("-boot %v: must not be negative", *boot)
	}
	sim := cloudsim.New(&cloudsim.Options{
		Seed: uint64(time.Now().UnixNano()), // a client that survives a restart must not see its old IDs again
		Boot: func(cloudsim.Cloud, *rand.Rand) time.Duration { return *boot },
	})
	srv, err := sim.Start(*addr)
	if err != nil {
		return err
	}
	defer srv.Close()
	lines := strings.Join(srv.Env(), "\n") + "\n"
	if *env != "" {
		if err := writeWhole(*env, lines); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(stdout, lines); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// writeWhole creates a file that appears only when it is complete: a program that waits
// for it may read it at once.
func writeWhole(name, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), ".cloudsim-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // after the rename there is nothing to remove
	_, err = tmp.WriteString(text)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
