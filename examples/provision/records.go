package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/clouds"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// errSimulatorEnded is told for a simulated fleet without its simulator.
var errSimulatorEnded = errors.New("the simulator of this fleet has ended, and its instances with it")

// recordedJobs returns a job for each of the members that were applied. ReadOnly is for commands that
// only look: their clients refuse every change.
func (a *app) recordedJobs(ctx context.Context, s *state, names []string, readOnly bool) ([]*job, error) {
	var sim *simulator
	if s.meta.Simulated {
		if sim = findSimulator(ctx, s.dir); sim == nil {
			return nil, &failure{code: exitFailed, err: errSimulatorEnded, next: "provision down forgets them"}
		}
	}
	f, problems, err := s.applied()
	if err != nil {
		return nil, err
	}
	if readOnly {
		setReadOnly(f.Clouds)
	}
	clients, err := clientsOf(f.Clouds, sim)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	for _, m := range f.Members { // in the order of the file
		if !slices.Contains(names, m.Name) {
			continue
		}
		j := &job{name: m.Name, account: m.Account, client: clients[m.Account], file: &m.File, record: s.record(m.Name)}
		jobs = append(jobs, j)
		ch, choiceErr := s.useChoice(m)
		if ch != nil {
			j.chosen = &ch.Chosen
		}
		if !s.begun(m.Name) {
			if j.missing = within(problems, m.at); j.missing == nil {
				j.missing = choiceErr
			}
			continue
		}
		r, complete, err := s.load(m.Name)
		if r == nil {
			return nil, err
		}
		j.file, j.complete, j.token, j.missing = r.File, complete, r.Token, err
	}
	return jobs, nil
}

// within returns the problems below a path.
func within(problems specfile.Errors, path string) error {
	var list specfile.Errors
	for _, e := range problems {
		if strings.HasPrefix(e.Path, path+".") {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

// setReadOnly makes sure that nothing is changed by accident.
func setReadOnly(accounts clouds.Accounts) {
	for name, account := range accounts {
		account.ReadOnly = true
		accounts[name] = account
	}
}
