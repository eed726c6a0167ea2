package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// down releases the instances of members; without names, of all.
func (a *app) down(ctx context.Context, names []string) error {
	s, err := lockState(a.state, "down")
	if err != nil {
		return err
	}
	defer s.close()
	if names, err = s.chosen(names); err != nil {
		return err
	}
	r := &result{Command: "down", Fleet: s.meta.Fleet, Simulated: s.meta.Simulated}
	if len(names) == 0 {
		r.Outcome = outcomeDone
		return a.finish(r)
	}
	jobs, err := a.recordedJobs(ctx, s, names, false)
	if errors.Is(err, errSimulatorEnded) {
		return a.forgetAll(s, r, names)
	}
	if err != nil {
		return err
	}
	if err := a.confirmDown(s, jobs); err != nil {
		return err
	}
	if a.output == "text" {
		a.screen.line("releasing the instances of %d %s", len(jobs), plural(len(jobs), "member"))
	}
	context.AfterFunc(ctx, a.stop)
	r.Members = make([]*memberResult, len(jobs))
	var all sync.WaitGroup
	for i, j := range jobs {
		all.Go(func() { r.Members[i] = j.release(ctx, s.meta.Simulated) })
	}
	all.Wait()
	r.conclude()
	if r.Outcome != outcomeDone {
		r.Next = "provision down again"
	}
	return errors.Join(a.finish(r), s.forgetReleased(ctx, r))
}

// forgetReleased forgets the members of which nothing is left, and ends the simulator after the last.
func (s *state) forgetReleased(ctx context.Context, r *result) error {
	var names []string
	for _, m := range r.Members {
		if m.Outcome == outcomeDone {
			names = append(names, m.Name)
		}
	}
	if err := s.forget(names); err != nil || len(s.meta.Members) > 0 {
		return err
	}
	if sim := findSimulator(ctx, s.dir); sim != nil && s.meta.Simulated {
		_ = sim.call(ctx, http.MethodPost) // it also ends by itself
	}
	return nil
}

// chosen returns the members that names name, which may be none for all.
func (s *state) chosen(names []string) ([]string, error) {
	all := s.meta.Members
	if len(names) == 0 {
		return all, nil
	}
	for _, name := range names {
		if slices.Contains(all, name) {
			continue
		}
		next := "there are " + strings.Join(all, ", ")
		if near := specfile.Nearest(name, all); near != "" {
			next = "did you mean " + near + "?"
		} else if len(all) == 0 {
			next = "nothing is applied in " + s.dir
		}
		return nil, usageFailure(fmt.Sprintf("no member %q is applied", name), next)
	}
	return names, nil
}

func (a *app) confirmDown(s *state, jobs []*job) error {
	if s.meta.Simulated || a.yes {
		return nil
	}
	n := 0
	for _, j := range jobs {
		if info, err := provider.ReadToken(j.token); err == nil {
			n += len(info.InstanceIDs) + info.Unknown
		}
	}
	if n == 0 {
		return nil
	}
	return a.confirm(fmt.Sprintf("Release %d %s, with everything on their disks?", n, plural(n, "instance")))
}

// release releases the instances of a member, and waits until they are gone.
func (j *job) release(ctx context.Context, simulated bool) *memberResult {
	m := j.result()
	m.Wanted = 0
	if j.token == nil { // nothing was sent
		m.Outcome = outcomeDone
		return m
	}
	op, err := j.open()
	if err != nil {
		m.judge(err)
		return m
	}
	m.Operation, m.Region = op.ID(), op.Region()
	res, err := op.Terminate(ctx, &provider.TerminateOptions{Wait: true, Ordered: true})
	m.Released = append(slices.Clone(res.Released), res.Gone...)
	for _, id := range op.InstanceIDs() {
		if !slices.Contains(m.Released, id) {
			m.Instances = append(m.Instances, instanceResult{ID: id, State: string(provider.StateUnknown)})
		}
	}
	late := res.MayAppear > 0 && !simulated // simulated instances are visible at once
	if late {
		note := fmt.Sprintf("%d more may become visible within 15 minutes: run down again then", res.MayAppear)
		m.Notes = append(m.Notes, note)
	}
	m.judge(err)
	if err == nil && late {
		m.Outcome = outcomePartly
	}
	return m
}

// open returns the operation of a member in order to end it. It creates nothing of what is left.
func (j *job) open() (*provider.Operation, error) {
	run := j.file.Run
	run.OnFailure = provider.KeepOnFailure
	run.Journal = &journal{file: j.file, path: j.record, saved: func(provider.TokenInfo) {}}
	return j.client.Restore(j.token, j.resumeOptions(&run))
}

// forgetAll forgets a simulated fleet whose simulator has ended.
func (a *app) forgetAll(s *state, r *result, names []string) error {
	if err := s.forget(names); err != nil {
		return err
	}
	r.Outcome, r.Next = outcomeDone, "the simulator had ended, and the instances with it: they are forgotten"
	return a.finish(r)
}
