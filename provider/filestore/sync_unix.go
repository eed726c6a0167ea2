//go:build !windows

package filestore

import (
	"errors"
	"os"
)

// syncDir makes what was created, renamed and removed in a directory survive a loss of power.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func rename(from, to string) error { return os.Rename(from, to) }
