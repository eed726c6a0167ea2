//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// process is a child, which ends when its input does: also when this process is killed.
type process struct {
	cmd   *exec.Cmd
	input io.Closer
	log   *os.File
}

// start starts a program. Its output goes to a log, after that of earlier ones of the same name.
func start(ctx context.Context, log, program string, args ...string) (*process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = f, f
	input, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &process{cmd: cmd, input: input, log: f}, nil
}

// kill ends a process as kill -9 does, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	_ = p.input.Close()
	_ = p.log.Close()
}

func (p *process) stop() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }
func (p *process) wake() error { return p.cmd.Process.Signal(syscall.SIGCONT) }

// processes are the server and the workers of a run.
type processes struct {
	ctx    context.Context
	set    *settings
	dir    string
	port   int
	clouds *clouds

	mu      sync.Mutex
	server  *process
	workers []*process
	failure error // the first
	kills   int
}

func (p *processes) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

func (p *processes) startServer() error {
	var err error
	p.server, err = start(p.ctx, filepath.Join(p.dir, "server.log"), p.set.server,
		"-db", filepath.Join(p.dir, "temporal.db"), "-port", strconv.Itoa(p.port))
	return err
}

func (p *processes) startWorker() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	urls, err := json.Marshal(p.clouds.urls)
	if err != nil {
		return err
	}
	w, err := start(p.ctx, filepath.Join(p.dir, "worker.log"), self, workerCommand,
		"-server", p.address(), "-store", filepath.Join(p.dir, "store"), "-clouds", string(urls),
		"-lease", p.set.lease.String())
	if err == nil {
		p.workers = append(p.workers, w)
	}
	return err
}

// hit does one kill, and remembers what went wrong with it.
func (p *processes) hit(kill func(*processes) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kills++
	if err := kill(p); err != nil && p.failure == nil {
		p.failure = fmt.Errorf("at kill %d: %w", p.kills, err)
	}
}

// wake continues workers that were stopped.
func (p *processes) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.workers {
		_ = w.wake()
	}
}

func (p *processes) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.workers {
		w.kill()
	}
	if p.server != nil {
		p.server.kill()
	}
}

// freePort returns the first of four ports in a row that are free.
func freePort(ctx context.Context) (int, error) {
	for range 100 {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		free := []net.Listener{l}
		for n := 1; n < 4; n++ {
			if l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port+n))); err == nil {
				free = append(free, l)
			}
		}
		for _, l := range free {
			_ = l.Close()
		}
		if len(free) == 4 {
			return port, nil
		}
	}
	return 0, errors.New("no four free ports in a row")
}
