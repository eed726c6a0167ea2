package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// Outcomes of a member and of a command.
const (
	outcomeDone        = "done"
	outcomePartly      = "partly"
	outcomeFailed      = "failed"
	outcomeUnknown     = "unknown"
	outcomeInterrupted = "interrupted"
)

// result is what a command reports, as -o json has it. The names of its fields are fixed: fields may
// be added, and are never renamed or removed.
type result struct {
	Version   int             `json:"version"` // of this form: 1
	Command   string          `json:"command"`
	Fleet     string          `json:"fleet,omitempty"`
	Simulated bool            `json:"simulated"`
	Outcome   string          `json:"outcome"`
	ExitCode  int             `json:"exitCode"`
	Members   []*memberResult `json:"members"`
	Problems  []problem       `json:"problems"`
	Next      string          `json:"next,omitempty"`
}

// memberResult is what exists of a member.
type memberResult struct {
	Name      string           `json:"name"`
	Account   string           `json:"account"`
	Cloud     string           `json:"cloud"`
	Region    string           `json:"region"`
	Operation string           `json:"operation,omitempty"` // its ID, in tags and logs
	Wanted    int              `json:"wanted"`
	Running   int              `json:"running"`
	Outcome   string           `json:"outcome"`
	Chosen    *chosenType      `json:"chosen,omitempty"` // of a member that has a type
	Error     string           `json:"error,omitempty"`
	Notes     []string         `json:"notes,omitempty"`
	Instances []instanceResult `json:"instances"`
	Released  []string         `json:"released,omitempty"` // IDs, of down
}

// instanceResult is one instance.
type instanceResult struct {
	ID         string       `json:"id"`
	Name       string       `json:"name,omitempty"`
	State      string       `json:"state"`
	Type       string       `json:"instanceType,omitempty"`
	Zone       string       `json:"zone,omitempty"`
	PrivateIPs []netip.Addr `json:"privateIps,omitempty"`
	PublicIPs  []netip.Addr `json:"publicIps,omitempty"`
}

// problem is an error as JSON has it. Line is 0 when it has no place in a file.
type problem struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

const resultVersion = 1

// failureDocument is a failure that no command has a result for.
func failureDocument(f *failure) *result {
	r := &result{
		Version: resultVersion, Outcome: outcomeFailed, ExitCode: f.code, Next: f.next,
		Members: []*memberResult{}, Problems: problemsOf(f.err),
	}
	if f.code == exitInterrupted {
		r.Outcome = outcomeInterrupted
	}
	return r
}

func problemsOf(err error) []problem {
	var list specfile.Errors
	if !errors.As(err, &list) {
		return []problem{{Reason: err.Error()}}
	}
	var out []problem
	for _, e := range list {
		out = append(out, problem{File: e.File, Line: e.Line, Column: e.Column, Field: e.Path, Reason: e.Reason})
	}
	return out
}

func (a *app) writeJSON(v any) {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		fmt.Fprintln(a.err, "provision:", err)
		return
	}
	fmt.Fprintln(a.out, string(data))
}

// instanceOf returns an instance as it is reported.
func instanceOf(i provider.Instance) instanceResult {
	return instanceResult{
		ID: i.ID, Name: i.Name, State: string(i.State), Type: i.InstanceType, Zone: i.Zone,
		PrivateIPs: i.PrivateIPs, PublicIPs: i.PublicIPs,
	}
}

// judge sets the outcome of a member from its error and what exists.
func (m *memberResult) judge(err error) {
	if err != nil {
		m.Error = err.Error()
	}
	interrupted := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	switch {
	case interrupted:
		m.Outcome, m.Error = outcomeInterrupted, ""
	case errors.Is(err, provider.ErrOutcomeUnknown):
		m.Outcome = outcomeUnknown
	case err == nil && m.Running >= m.Wanted:
		m.Outcome = outcomeDone
	case len(m.Instances) > 0:
		m.Outcome = outcomePartly
	default:
		m.Outcome = outcomeFailed
	}
}

// conclude sets the outcome of the command from those of its members: the worst counts, and a part
// that is done makes of a failure a part.
func (r *result) conclude() {
	counts := map[string]int{}
	for _, m := range r.Members {
		counts[m.Outcome]++
	}
	some := counts[outcomeDone] + counts[outcomePartly]
	switch {
	case counts[outcomeInterrupted] > 0:
		r.Outcome, r.ExitCode = outcomeInterrupted, exitInterrupted
	case counts[outcomeUnknown] > 0:
		r.Outcome, r.ExitCode = outcomeUnknown, exitUnknown
	case counts[outcomeDone] == len(r.Members):
		r.Outcome, r.ExitCode = outcomeDone, exitDone
	case some > 0:
		r.Outcome, r.ExitCode = outcomePartly, exitPartly
	default:
		r.Outcome, r.ExitCode = outcomeFailed, exitFailed
	}
}

// finish shows the result of a command, and returns its failure if it is one.
func (a *app) finish(r *result) error {
	r.Version = resultVersion
	for _, m := range r.Members {
		if m.Error != "" {
			r.Problems = append(r.Problems, problem{Field: m.Name, Reason: m.Error})
		}
	}
	if a.output == "json" {
		r.Problems = append([]problem{}, r.Problems...)
		r.Members = append([]*memberResult{}, r.Members...)
		a.writeJSON(r)
	} else {
		a.showResult(r)
	}
	if r.ExitCode == exitDone {
		return nil
	}
	return &failure{code: r.ExitCode, err: errors.New(r.Outcome), shown: true}
}
