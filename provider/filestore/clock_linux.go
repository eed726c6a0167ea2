package filestore

import (
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// bootID names the current boot of the computer.
var bootID = sync.OnceValue(func() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
})

// sinceBoot returns the time since the boot, sleep included, and which boot that is.
func sinceBoot() (boot string, since time.Duration, ok bool) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil || bootID() == "" {
		return "", 0, false
	}
	return bootID(), time.Duration(ts.Nano()), true
}
