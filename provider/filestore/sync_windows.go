package filestore

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// syncDir does nothing: Windows writes the names of files through by itself.
func syncDir(string) error { return nil }

// rename repeats a rename for as long as another process is likely to read the old file: Windows
// does not replace a file that is open.
func rename(from, to string) (err error) {
	for range 50 {
		if err = os.Rename(from, to); !errors.Is(err, fs.ErrPermission) {
			return err
		}
		time.Sleep(2 * time.Millisecond)
	}
	return err
}
