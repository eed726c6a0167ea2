package enginetest

import "syscall"

// endWithTests ends a process when the one of the tests is dead, also when that was killed.
func endWithTests(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
