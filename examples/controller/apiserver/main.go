// Command apiserver runs the controller against a real API server, and kills it. README.md shows it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// settings are the flags.
type settings struct {
	bin             string
	fleets, size    int
	kills           int
	within, patient time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var s settings
	flag.StringVar(&s.bin, "bin", filepath.Join(os.TempDir(), "yunfan-apiserver"), "the `directory` of the programs that are built")
	flag.IntVar(&s.fleets, "fleets", 5, "fleets on each of the four clouds")
	flag.IntVar(&s.size, "size", 12, "instances of a fleet")
	flag.IntVar(&s.kills, "kills", 6, "kills while fleets are made, and as many while they are deleted")
	flag.DurationVar(&s.within, "within", 6*time.Second, "a controller lives at most so long before it is killed")
	flag.DurationVar(&s.patient, "patient", 20*time.Minute, "how long each half may take")
	flag.Parse()
	if err := run(ctx, &s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s *settings) error {
	if err := build(ctx, s.bin); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "yunfan-fleets-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	c := &cluster{bin: s.bin, dir: dir}
	defer c.stop()
	if err := c.start(ctx); err != nil {
		return err
	}
	return (&story{settings: s, cluster: c}).tell(ctx)
}

// build builds etcd, the API server and the controller, one package at a time: that leaves the machine usable.
func build(ctx context.Context, bin string) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	fmt.Println("building etcd and kube-apiserver: about 10 minutes of one core the first time")
	for _, args := range [][]string{
		{"build", "-C", "tools", "-p", "1", "-o", bin + "/", "go.etcd.io/etcd/server/v3", "k8s.io/kubernetes/cmd/kube-apiserver"},
		{"build", "-C", "..", "-p", "1", "-o", filepath.Join(bin, "controller"), "."},
	} {
		cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the arguments are above
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("go %v: %w", args, err)
		}
	}
	return nil
}
