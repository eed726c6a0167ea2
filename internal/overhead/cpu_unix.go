//go:build unix

package overhead

import (
	"syscall"
	"time"
)

// CPUTime is the CPU time of the process so far.
func CPUTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic("overhead: " + err.Error())
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
