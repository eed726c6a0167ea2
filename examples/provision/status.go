package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/yunfan-cloud/yunfan/provider"
)

// status shows what exists. Its clients are read-only.
func (a *app) status(ctx context.Context) error {
	s, err := openState(a.state)
	if err != nil {
		return err
	}
	r := &result{Command: "status", Fleet: s.meta.Fleet, Simulated: s.meta.Simulated}
	if len(s.meta.Members) == 0 {
		r.Outcome, r.Next = outcomeDone, "provision apply creates a fleet"
		return a.finish(r)
	}
	jobs, err := a.recordedJobs(ctx, s, s.meta.Members, true)
	if err != nil {
		return err
	}
	results := make([]*memberResult, len(jobs))
	var all sync.WaitGroup
	for i, j := range jobs {
		all.Go(func() { results[i] = j.look(ctx) })
	}
	all.Wait()
	r.Members = results
	r.conclude()
	return a.finish(r)
}

// look asks the cloud about the instances of a member.
func (j *job) look(ctx context.Context) *memberResult {
	m := j.result()
	if j.token == nil {
		m.Outcome, m.Notes = outcomeFailed, []string{"not begun: provision resume creates it"}
		return m
	}
	info, err := provider.ReadToken(j.token)
	if err != nil {
		m.judge(err)
		return m
	}
	m.Operation, m.Region = info.Operation, info.Region
	m.Notes = notesOf(&info, m.Name)
	err = m.describe(ctx, j.client, &info)
	m.judge(err)
	if err == nil && info.Unknown > 0 {
		m.Outcome = outcomeUnknown
	}
	return m
}

// describe fills in the instances of an operation as the cloud shows them.
func (m *memberResult) describe(ctx context.Context, c *provider.Client, info *provider.TokenInfo) error {
	if len(info.InstanceIDs) == 0 {
		return nil
	}
	shown := map[string]provider.Instance{}
	for in, err := range c.DescribeInstances(ctx, provider.Query{Region: info.Region, IDs: info.InstanceIDs}) {
		if err != nil {
			return err
		}
		shown[in.ID] = in
	}
	for _, id := range info.InstanceIDs {
		in, ok := shown[id]
		if !ok {
			m.Instances = append(m.Instances, instanceResult{ID: id, State: "not shown by the cloud"})
			continue
		}
		if in.State == provider.StateRunning {
			m.Running++
		}
		m.Instances = append(m.Instances, instanceOf(in))
	}
	return nil
}

// notesOf says what is open in an operation.
func notesOf(info *provider.TokenInfo, name string) (notes []string) {
	if info.Over {
		return []string{"being released: provision down " + name + " finishes it"}
	}
	if info.Planned > 0 {
		notes = append(notes, fmt.Sprintf("%d still to create: provision resume continues", info.Planned))
	}
	if info.Unknown > 0 {
		notes = append(notes, fmt.Sprintf("%d may exist without a known ID: provision resume finds them", info.Unknown))
	}
	for _, order := range info.Orders {
		notes = append(notes, "the order "+order+" is not paid")
	}
	return notes
}
