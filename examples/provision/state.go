package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// state is the directory that remembers a fleet. It holds no secret, only references:
//
//	lock             one process at a time changes anything
//	state.json       what the fleet is
//	fleet.yaml       the fleet file as it was applied last: the accounts are read from it
//	members/*.json   one record for each member: its spec, its options and the token of its operation.
//	                 NAME.choice.json is what was chosen for a member that has a type
//	simulator.json   where the simulated clouds are
type state struct {
	dir  string
	lock *flock.Flock // nil for a state that is only read
	meta stateMeta
}

// stateMeta is state.json.
type stateMeta struct {
	Version   int    `json:"version"`
	Fleet     string `json:"fleet"`
	File      string `json:"file"` // absolute path of the fleet file: references to files begin beside it
	Simulated bool   `json:"simulated"`

	// Members are the names of those that were applied and not released. One that has no record is not
	// begun: the process was killed before.
	Members []string `json:"members"`
}

const stateVersion = 1

// openState reads a state directory, which need not exist.
func openState(dir string) (*state, error) {
	s := &state{dir: dir}
	data, err := os.ReadFile(s.path("state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s.meta)
	}
	if err == nil && s.meta.Version != stateVersion {
		err = fmt.Errorf("%s has version %d; this program knows %d", s.path("state.json"), s.meta.Version, stateVersion)
	}
	if err != nil {
		return nil, &failure{
			code: exitUsage, err: fmt.Errorf("the state directory %s cannot be read: %w", dir, err),
			next: "name another directory with --state",
		}
	}
	return s, nil
}

// lockState is openState for commands that change something: only one at a time has the directory.
func lockState(dir, command string) (*state, error) {
	if err := os.MkdirAll(filepath.Join(dir, "members"), 0o700); err != nil {
		return nil, stateFailure(dir, err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, stateFailure(dir, err)
	}
	if !locked {
		holder, _ := os.ReadFile(filepath.Join(dir, "holder"))
		return nil, &failure{
			code: exitBusy, err: fmt.Errorf("another provision works on %s: %s", dir, strings.TrimSpace(string(holder))),
			next: "wait until it has ended, or end it; then: provision status",
		}
	}
	s, err := openState(dir)
	if err == nil {
		s.lock = lock
		holder := fmt.Sprintf("%s, process %d, since %s\n", command, os.Getpid(), time.Now().Format(time.TimeOnly))
		err = writeSafely(s.path("holder"), []byte(holder))
	}
	if err != nil {
		_ = lock.Unlock()
		return nil, stateFailure(dir, err)
	}
	return s, nil
}

func stateFailure(dir string, err error) error {
	var f *failure
	if errors.As(err, &f) {
		return err
	}
	return &failure{
		code: exitUsage, err: fmt.Errorf("the state directory %s cannot be written: %w", dir, err),
		next: "name a directory of yours with --state",
	}
}

// close gives the directory to the next process.
func (s *state) close() {
	if s.lock != nil {
		_ = os.Remove(s.path("holder"))
		_ = s.lock.Unlock()
	}
}

func (s *state) path(name string) string { return filepath.Join(s.dir, name) }

func (s *state) record(member string) string { return filepath.Join(s.dir, "members", member+".json") }

// begin remembers which fleet is applied from now on.
func (s *state) begin(f *fleet, choices map[string]*choice, simulated bool) error {
	file, err := filepath.Abs(f.path)
	if err != nil {
		return err
	}
	for name, ch := range choices {
		if err := s.saveChoice(name, ch); err != nil {
			return err
		}
	}
	s.meta = stateMeta{Version: stateVersion, Fleet: f.Name, File: file, Simulated: simulated}
	for _, m := range f.Members {
		s.meta.Members = append(s.meta.Members, m.Name)
	}
	if err := writeSafely(s.path("fleet.yaml"), f.data); err != nil {
		return err
	}
	return s.saveMeta()
}

func (s *state) saveMeta() error {
	meta, err := json.MarshalIndent(s.meta, "", "  ")
	if err != nil {
		return err
	}
	return writeSafely(s.path("state.json"), append(meta, '\n'))
}

// applied returns the fleet as it was applied last. Problems has those of its specs, such as a secret
// that is gone. They matter only for members without a record.
func (s *state) applied() (f *fleet, problems specfile.Errors, err error) {
	data, err := os.ReadFile(s.path("fleet.yaml"))
	if err != nil {
		return nil, nil, err
	}
	f, doc, err := parseFleet(data, s.meta.File, filepath.Dir(s.meta.File))
	var all, others specfile.Errors
	if other := err != nil && !errors.As(err, &all); doc == nil || other {
		return nil, nil, err
	}
	for _, e := range all {
		if strings.HasPrefix(e.Path, "members") {
			problems = append(problems, e)
		} else {
			others = append(others, e)
		}
	}
	if len(others) > 0 {
		return nil, nil, others
	}
	return f, problems, nil
}

// begun reports whether a member has a record.
func (s *state) begun(member string) bool {
	_, err := os.Stat(s.record(member))
	return err == nil
}

// load reads the record of a member. Complete reports that its secrets are there; without them, only
// an operation that has nothing left to create can be continued.
func (s *state) load(member string) (r *specfile.Record, complete bool, err error) {
	o := &specfile.Options{Vendors: clouds.Vendors(), Dir: filepath.Dir(s.meta.File)}
	r, err = specfile.ReadRecordFile(s.record(member), o)
	if err == nil {
		return r, true, nil
	}
	o.KeepSecretsOut = true
	bare, bareErr := specfile.ReadRecordFile(s.record(member), o)
	if bareErr != nil {
		return nil, false, bareErr
	}
	info, infoErr := provider.ReadToken(bare.Token)
	if infoErr == nil && info.Done() {
		return bare, false, nil
	}
	return bare, false, err
}

// forget removes members from the state, and the state itself when none is left.
func (s *state) forget(members []string) error {
	for _, name := range members {
		for _, path := range []string{s.record(name), s.choicePath(name)} {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	s.meta.Members = slices.DeleteFunc(s.meta.Members, func(name string) bool { return slices.Contains(members, name) })
	if len(s.meta.Members) > 0 {
		return errors.Join(syncDir(s.path("members")), s.saveMeta())
	}
	for _, name := range []string{"state.json", "fleet.yaml"} {
		if err := os.Remove(s.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(s.dir)
}
