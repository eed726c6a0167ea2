//go:build unix

package storetest

import (
	"os"
	"syscall"
)

// canStop reports whether a process can be stopped and goes on later.
const canStop = true

// stopSelf stops this process until another one wakes it.
func stopSelf() { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) }

func wake(p *os.Process) error { return p.Signal(syscall.SIGCONT) }
