//go:build unix && !linux

package enginetest

import "syscall"

// endWithTests does nothing: only Linux can do it.
func endWithTests(*syscall.SysProcAttr) {}
