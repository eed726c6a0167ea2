//go:build unix

package storetest

import (
	"context"
	"os"
	"syscall"
	"time"
)

// canStop reports whether a process can be stopped and goes on later.
const canStop = true

// stopSelf stops this process until another one wakes it. The signal may take a moment to stop
// all threads.
func stopSelf() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	pause(context.Background(), 50*time.Millisecond)
}

func wake(p *os.Process) error { return p.Signal(syscall.SIGCONT) }
