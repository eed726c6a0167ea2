package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// journal keeps the record of one member on disk. It is a [provider.Journal].
type journal struct {
	file  *specfile.File
	path  string
	saved func(provider.TokenInfo) // told after each save
}

// Save replaces the record. It returns once the record is safe on disk: the library sends a create
// only after that, so a killed process has left a record of every create.
func (j *journal) Save(_ context.Context, token []byte) error {
	r := specfile.Record{File: j.file, Token: token}
	data, err := r.Marshal(specfile.JSON)
	if err == nil {
		err = writeSafely(j.path, data)
	}
	if err != nil {
		return err
	}
	if info, err := provider.ReadToken(token); err == nil {
		j.saved(info)
	}
	return nil
}

// writeSafely replaces a file as a whole, and returns once it is on disk.
func writeSafely(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // after the rename there is nothing to remove
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
