package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/yunfan-cloud/yunfan/provider/clouds"
)

// errSimulatorEnded is told for a simulated fleet without its simulator.
var errSimulatorEnded = errors.New("the simulator of this fleet has ended, and its instances with it")

// recordedJobs returns a job for each of the recorded members. ReadOnly is for commands that only look:
// their clients refuse every change, and need no secret of a spec.
func (a *app) recordedJobs(ctx context.Context, s *state, names []string, readOnly bool) ([]*job, error) {
	var sim *simulator
	if s.meta.Simulated {
		if sim = findSimulator(ctx, s.dir); sim == nil {
			return nil, &failure{code: exitFailed, err: errSimulatorEnded, next: "provision down forgets them"}
		}
	}
	accounts, accountOf, err := s.accounts()
	if err != nil {
		return nil, err
	}
	if readOnly {
		setReadOnly(accounts)
	}
	clients, err := clientsOf(accounts, sim)
	if err != nil {
		return nil, err
	}
	var jobs []*job
	for _, name := range names {
		r, complete, err := s.load(name)
		if r == nil || (err != nil && !readOnly) {
			return nil, err
		}
		client := clients[accountOf[name]]
		if client == nil {
			return nil, fmt.Errorf("%s: the account %q of %s is missing", s.path("fleet.yaml"), accountOf[name], name)
		}
		jobs = append(jobs, &job{
			name: name, account: accountOf[name], client: client, file: r.File, complete: complete,
			token: r.Token, record: s.record(name),
		})
	}
	return jobs, nil
}

// setReadOnly makes sure that nothing is changed by accident.
func setReadOnly(accounts clouds.Accounts) {
	for name, account := range accounts {
		account.ReadOnly = true
		accounts[name] = account
	}
}
