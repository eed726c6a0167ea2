//go:build !unix

package main

import "os/exec"

// detach does nothing: the process goes on after the end of this one anyway.
func detach(*exec.Cmd) {}
