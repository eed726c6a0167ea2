package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// envFile is the file with the NAME=value lines. It exists only while this process serves
// what it says. The zero value has no file.
type envFile struct {
	name string
	text string // what this process has written
}

// removeOld removes the file of an earlier process, which may have been killed. It refuses
// to remove a file with anything else.
func (e *envFile) removeOld() error {
	if e.name == "" {
		return nil
	}
	text, err := os.ReadFile(e.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return e.failed(err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "CLOUDSIM_") {
			return usageError{fmt.Errorf("-env %s: the file exists and is not one of this program; it stays as it is", e.name)}
		}
	}
	return e.failed(os.Remove(e.name))
}

// failed returns an error with the name of the flag.
func (e *envFile) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("-env %s: %w", e.name, err)
}

// write creates the file, which appears only when it is complete: a program that waits for
// it may read it at once.
func (e *envFile) write(text string) error {
	if e.name == "" {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(e.name), ".cloudsim-*")
	if err != nil {
		return e.failed(err)
	}
	defer os.Remove(tmp.Name()) // after the rename there is nothing to remove
	_, err = tmp.WriteString(text)
	if err := errors.Join(err, tmp.Close()); err != nil {
		return e.failed(err)
	}
	e.text = text
	return e.failed(os.Rename(tmp.Name(), e.name))
}

// remove removes the file, unless another process has written its own there since.
func (e *envFile) remove() {
	if text, err := os.ReadFile(e.name); e.name == "" || err != nil || string(text) != e.text {
		return
	}
	_ = os.Remove(e.name) // the process ends, and nobody reads an error any more
}
