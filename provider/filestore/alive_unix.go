//go:build unix

package filestore

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A process that has claims keeps a file locked, which the kernel unlocks when it dies, however
// it dies. So a claim of a dead process need not be waited for. A stopped process keeps its lock.
// The lock protects nothing: it only says that somebody lives.

// forgetAfter is when the file of a dead process is removed: no lease lasts that long.
const forgetAfter = 48 * time.Hour

// present returns the name of the file that says that this process lives, or "" if there can be
// none: its claims then end by time alone.
func (s *Store) present() string {
	s.aliveOnce.Do(func() {
		name := alivePrefix + nonce()
		f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			_ = f.Close()
			return
		}
		s.alive, s.aliveName = f, name // open, and so locked, as long as the store is in use
		s.forgetDead()
	})
	return s.aliveName
}

// isDead reports whether the process of a file is dead for certain.
func (s *Store) isDead(name string) bool {
	if name == "" {
		return false
	}
	f, err := os.Open(filepath.Join(s.dir, name))
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil
}

// forgetDead removes the files of processes that died long ago.
func (s *Store) forgetDead() {
	list, err := os.ReadDir(s.dir)
	if err != nil {
		return
	}
	for _, f := range list {
		i, err := f.Info()
		if err != nil || !strings.HasPrefix(f.Name(), alivePrefix) || time.Since(i.ModTime()) < forgetAfter {
			continue
		}
		if s.isDead(f.Name()) {
			_ = os.Remove(filepath.Join(s.dir, f.Name()))
		}
	}
}
