//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// detach keeps the signals of this terminal away from a process.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
