//go:build !linux

package filestore

import "time"

// sinceBoot is known on Linux only.
func sinceBoot() (boot string, since time.Duration, ok bool) { return "", 0, false }
