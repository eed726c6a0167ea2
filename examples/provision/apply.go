package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/specfile"
)

// job is what one command does to one member.
type job struct {
	name, account string
	client        *provider.Client
	file          *specfile.File
	complete      bool   // the secrets of the file are there
	missing       error  // why nothing can be created: secrets that are gone
	token         []byte // nil for a member of which nothing was created
	chosen        *chosenType
	record        string // path of its record
}

// apply creates what the file asks for. Members that have a record are continued.
func (a *app) apply(ctx context.Context) error {
	f, doc, err := a.checkedFleet()
	if err != nil {
		return err
	}
	s, err := lockState(a.state, "apply")
	if err != nil {
		return err
	}
	defer s.close()
	known, err := s.compare(f, a.simulate)
	if err != nil {
		return err
	}
	var sim *simulator
	if a.simulate {
		if sim, err = needSimulator(ctx, a.state); err != nil {
			return err
		}
	}
	clients, err := clientsOf(f.Clouds, sim)
	if err != nil {
		return err
	}
	choices, err := s.chooseAll(ctx, f, doc, clients, known)
	if err != nil {
		return err
	}
	a.showChoices(f, choices, known)
	if err := a.confirmApply(f, known); err != nil {
		return err
	}
	if err := s.begin(f, choices, a.simulate); err != nil {
		return stateFailure(a.state, err)
	}
	var jobs []*job
	for _, m := range f.Members {
		j := &job{name: m.Name, account: m.Account, client: clients[m.Account], file: &m.File, complete: true}
		j.record, j.token = s.record(m.Name), known[m.Name]
		if ch := choices[m.Name]; ch != nil {
			j.chosen = &ch.Chosen
		}
		jobs = append(jobs, j)
	}
	return a.runJobs(ctx, s, "apply", jobs)
}

// checkedFleet reads the fleet file, and tells all its problems together.
func (a *app) checkedFleet() (*fleet, *specfile.Document, error) {
	f, doc, err := readFleet(a.file)
	if doc == nil {
		return nil, nil, err
	}
	clients, _ := clientsOf(f.Clouds, nil) // the problems of accounts are in the document
	return f, doc, f.checkSpecs(doc, clients)
}

// resume continues what an apply has begun.
func (a *app) resume(ctx context.Context) error {
	s, err := lockState(a.state, "resume")
	if err != nil {
		return err
	}
	defer s.close()
	if len(s.meta.Members) == 0 {
		return nothingApplied(a.state)
	}
	jobs, err := a.recordedJobs(ctx, s, s.meta.Members, false)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.missing != nil {
			return j.missing
		}
		if info, err := provider.ReadToken(j.token); err == nil && info.Over {
			return beingReleased(j.name)
		}
	}
	return a.runJobs(ctx, s, "resume", jobs)
}

func beingReleased(name string) error {
	return &failure{
		code: exitUsage, err: fmt.Errorf("the instances of %s are being released", name),
		next: "finish with: provision down " + name,
	}
}

func nothingApplied(dir string) error {
	return &failure{
		code: exitUsage, err: fmt.Errorf("nothing is applied in the state directory %s", dir),
		next: "begin with provision apply, or name the directory of your fleet with --state",
	}
}

// runJobs works on all members side by side, and shows how they go on.
func (a *app) runJobs(ctx context.Context, s *state, command string, jobs []*job) error {
	r := &result{Command: command, Fleet: s.meta.Fleet, Simulated: s.meta.Simulated}
	show := a.newProgress(jobs)
	context.AfterFunc(ctx, a.stop) // a second Ctrl-C ends the process at once
	results := make([]*memberResult, len(jobs))
	var all sync.WaitGroup
	for i, j := range jobs {
		all.Go(func() {
			results[i] = j.create(ctx, show.of(j))
			show.of(j).end(results[i])
		})
	}
	all.Wait()
	show.close()
	r.Members = results
	r.conclude()
	r.Next = nextStep(r)
	return a.finish(r)
}

// nextStep says what to do after an outcome.
func nextStep(r *result) string {
	switch r.Outcome {
	case outcomeDone:
		return "provision status shows them, provision down releases them"
	case outcomeInterrupted:
		return "provision resume continues, provision down releases what exists"
	case outcomeUnknown:
		return "provision resume asks the clouds again; look at the console before anything is created by hand"
	case outcomePartly:
		return "provision resume tries again where nothing exists, and waits again for the rest; " +
			"provision down MEMBER and another apply replace a member"
	default:
		return "mend the reason, and apply again"
	}
}

// create runs the create of a member, or continues it, and waits until its instances run.
func (j *job) create(ctx context.Context, show memberProgress) *memberResult {
	m := j.result()
	run := j.file.Run
	run.Journal = &journal{file: j.file, path: j.record, saved: func(info provider.TokenInfo) {
		show.created(len(info.InstanceIDs))
	}}
	run.Progress = show.unusual
	op, err := j.begin(ctx, &run)
	if op == nil {
		m.judge(err)
		return m
	}
	m.Operation, m.Region = op.ID(), op.Region()
	show.created(len(op.InstanceIDs()))
	running, waitErr := op.Wait(ctx, &provider.WaitOptions{Progress: show.event})
	if errors.Is(waitErr, context.Canceled) && errors.Is(err, context.Canceled) {
		waitErr = nil // it is told already
	}
	m.fill(op, running)
	m.judge(errors.Join(err, waitErr))
	if m.Outcome == outcomeFailed {
		j.forgetIfEmpty(op)
	}
	return m
}

// begin starts or resumes the operation of a member.
func (j *job) begin(ctx context.Context, run *provider.RunOptions) (*provider.Operation, error) {
	if j.token == nil {
		return j.client.RunInstances(ctx, j.file.Spec, run)
	}
	return j.client.Resume(ctx, j.token, j.resumeOptions(run))
}

func (j *job) resumeOptions(run *provider.RunOptions) *provider.ResumeOptions {
	o := &provider.ResumeOptions{Run: run}
	if j.complete {
		o.Spec = &j.file.Spec
	}
	return o
}

func (j *job) result() *memberResult {
	return &memberResult{
		Name: j.name, Account: j.account, Cloud: j.client.Name(), Wanted: max(j.file.Spec.Count, 1),
		Region: (&member{File: *j.file}).region(j.client), Instances: []instanceResult{}, Chosen: j.chosen,
	}
}

// fill adds the instances of an operation: those that run, and the others by their IDs.
func (m *memberResult) fill(op *provider.Operation, running []provider.Instance) {
	m.Running = len(running)
	seen := map[string]bool{}
	for _, in := range running {
		m.Instances = append(m.Instances, instanceOf(in))
		seen[in.ID] = true
	}
	for _, id := range op.InstanceIDs() {
		if !seen[id] {
			m.Instances = append(m.Instances, instanceResult{ID: id, State: string(provider.StatePending)})
		}
	}
}

// forgetIfEmpty removes the record of a create that made nothing, so that another apply begins anew.
func (j *job) forgetIfEmpty(op *provider.Operation) {
	token, err := op.MarshalText()
	if err != nil {
		return
	}
	info, err := provider.ReadToken(token)
	open := info.Planned + info.Unknown + info.GivenUp + len(info.InstanceIDs) + len(info.Orders)
	if err == nil && open == 0 {
		_ = os.Remove(j.record)
	}
}

// confirmApply asks before instances are created that cost money.
func (a *app) confirmApply(f *fleet, known map[string][]byte) error {
	n := 0
	for _, m := range f.Members {
		if known[m.Name] == nil {
			n += m.wanted()
		}
	}
	if n == 0 || a.simulate || a.yes {
		return nil
	}
	return a.confirm(fmt.Sprintf("Create %d %s, which cost money until they are released?", n, plural(n, "instance")))
}

// confirm asks a person a question.
func (a *app) confirm(question string) error {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return usageFailure("there is nobody to ask: "+question, "say it beforehand with --yes")
	}
	fmt.Fprintf(a.err, "%s [y/N] ", question)
	answer, err := bufio.NewReader(a.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if word := strings.ToLower(strings.TrimSpace(answer)); word != "y" && word != "yes" {
		return &failure{code: exitInterrupted, err: errors.New("nothing was sent")}
	}
	return nil
}
