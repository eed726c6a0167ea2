package filestore

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/store"
)

// place is the directory of an operation.
type place struct{ dir string }

// claim is what a claim file says. The file of the highest fence counts. Only the process that
// made a file replaces it.
type claim struct {
	Entry  store.Entry // without Holder, Until and Definition
	Fence  int64
	Nonce  string // of this claim, so that claims after a deletion have other files
	Owner  string // who made the claim
	Holder string // the same while it has not been given back
	Lease  until
	Alive  string // the file that its process keeps locked while it lives; "" if there is none

	Definition string // the file that has it; "" if there is none

	Log  int   // number of its current log; a log that is shortened gets a new one
	Size int64 // bytes of that log which are certainly good
}

func nonce() string { return strings.ToLower(rand.Text()[:16]) }

// Names of files. They sort by fence, and logs then by their number.
const (
	claimPrefix = "claim-"
	logPrefix   = "log-"
	tempPrefix  = "new-"
	alivePrefix = "alive-" // beside the directories of operations
)

func (p place) claimFile(fence int64) string {
	return filepath.Join(p.dir, fmt.Sprintf("%s%016x", claimPrefix, fence))
}

func (p place) logFile(c *claim) string {
	return filepath.Join(p.dir, fmt.Sprintf("%s%016x-%08x-%s", logPrefix, c.Fence, c.Log, c.Nonce))
}

// names returns the files with a prefix, sorted.
func (p place) names(prefix string) ([]string, error) {
	list, err := os.ReadDir(p.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range list {
		if strings.HasPrefix(f.Name(), prefix) {
			names = append(names, f.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// latest returns the claim of the highest fence, or an error that matches store.ErrNotFound.
func (p place) latest() (c claim, err error) {
	names, err := p.names(claimPrefix)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(names) == 0:
		return c, store.ErrNotFound
	case err != nil:
		return c, err
	}
	name := names[len(names)-1]
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if errors.Is(err, fs.ErrNotExist) { // deleted meanwhile: the highest one is never removed alone
		return c, store.ErrNotFound
	}
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("%s is damaged: %w", name, err)
	}
	return c, nil
}

// proveLatest returns store.ErrSuperseded unless a claim is still the latest.
func (p place) proveLatest(own *claim) error {
	c, err := p.latest()
	if err != nil {
		return err
	}
	if c.Fence != own.Fence || c.Nonce != own.Nonce {
		return store.ErrSuperseded
	}
	return nil
}

// supersededOr returns the error of a change. Files that are missing were removed by another
// process.
func (p place) supersededOr(err error, want store.Claim) error {
	missing := errors.Is(err, fs.ErrNotExist) || errors.Is(err, store.ErrNotFound)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrSuperseded), missing:
		err = store.ErrSuperseded
	}
	return fmt.Errorf("filestore: operation %s, fence %d: %w", want.Entry.ID, want.Fence, err)
}

// make makes the directory.
func (p place) make() error {
	if err := os.Mkdir(p.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(p.dir))
}

// define keeps the definition of an operation in a file of its own, which is never changed.
func (p place) define(text []byte) (name string, err error) {
	if text == nil {
		return "", nil
	}
	name = "definition-" + nonce()
	return name, writeFile(filepath.Join(p.dir, name), text)
}

// take makes the file of a new claim. It returns an error that matches fs.ErrExist when another
// process has taken that number.
func (p place) take(c *claim) error {
	log, err := os.OpenFile(p.logFile(c), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := log.Close(); err != nil {
		return err
	}
	temp, err := p.writeTemp(c)
	if err == nil {
		err = os.Link(temp, p.claimFile(c.Fence))
		_ = os.Remove(temp)
	}
	if err != nil {
		_ = os.Remove(p.logFile(c))
		return err
	}
	return syncDir(p.dir)
}

// replace replaces the file of a claim.
func (p place) replace(c *claim) error {
	temp, err := p.writeTemp(c)
	if err != nil {
		return err
	}
	if err := rename(temp, p.claimFile(c.Fence)); err != nil {
		_ = os.Remove(temp)
		return err
	}
	return syncDir(p.dir)
}

// writeTemp writes a claim to a new file, and syncs it.
func (p place) writeTemp(c *claim) (path string, err error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	path = filepath.Join(p.dir, tempPrefix+nonce())
	return path, writeFile(path, text)
}

// writeFile writes a new file and syncs it. Nothing is left of a file that could not be written.
func writeFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path)
	}
	return err
}

// remove removes files that are not needed any more, as far as possible: the next change tries
// again.
func (p place) remove(names []string) {
	for _, n := range names {
		_ = os.Remove(filepath.Join(p.dir, n))
	}
}
