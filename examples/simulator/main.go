// Command simulator runs cloudsim as a process: Alibaba Cloud ECS and ENS,
// Tencent Cloud CVM and QingCloud on loopback, for any client in any language.
//
//	go run ./examples/simulator -boot 2s -env cloudsim.env -control 127.0.0.1:0
//
// It prints where each cloud listens and which key it accepts, as NAME=value lines. It
// also writes these lines to the -env file. Then it serves until it is interrupted. It
// logs refused calls to standard error. README.md describes the flags, the control API and
// the status page.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/control"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(report(err, os.Stderr))
}

// report prints an error and returns the exit status: 0 for none and for help, 2 for wrong
// flags, 1 for other errors.
func report(err error, stderr io.Writer) int {
	var wrong usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "simulator: %v\nRun simulator -h for the flags.\n", err)
		return 2
	default:
		fmt.Fprintln(stderr, "simulator:", err)
		return 1
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, err := parse(args, stdout)
	if err != nil {
		return err
	}
	if cfg.version {
		_, err := io.WriteString(stdout, version()+"\n")
		return err
	}
	env := envFile{name: cfg.env}
	if err := env.removeOld(); err != nil { // before anything listens: until then the old lines are wrong
		return err
	}
	sim, err := cfg.newSim(stderr)
	if err != nil {
		return err
	}
	servers, err := listen(sim, cfg)
	if err != nil {
		return err
	}
	defer servers.close()
	if err := env.write(servers.lines); err != nil {
		return err
	}
	defer env.remove()
	if _, err := io.WriteString(stdout, servers.lines); err != nil {
		return err
	}
	cfg.log.Info("started", "seed", cfg.seed, "boot", cfg.boot, "faults", len(cfg.faults)) // the seed repeats a run
	<-ctx.Done()
	return nil
}

// servers are the clouds and the control API.
type servers struct {
	clouds  *cloudsim.Server
	control *control.Server // nil without -control
	lines   string          // NAME=value lines
}

// listen starts the clouds, and the control API if it is asked for.
func listen(sim *cloudsim.Sim, cfg *config) (*servers, error) {
	clouds, err := sim.Start(cfg.addr)
	if err != nil {
		return nil, cfg.addressError(err)
	}
	s := &servers{clouds: clouds}
	lines := clouds.Env()
	if cfg.control != "" {
		if s.control, err = control.Start(sim, cfg.control); err != nil {
			s.close()
			return nil, cfg.addressError(err)
		}
		lines = append(lines, "CLOUDSIM_CONTROL_URL="+s.control.URL())
	}
	s.lines = strings.Join(lines, "\n") + "\n"
	return s, nil
}

// close stops listening. What an open connection reports while it is cut is of no use.
func (s *servers) close() {
	if s.control != nil {
		_ = s.control.Close()
	}
	_ = s.clouds.Close()
}
