package soak_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
)

// How a careful caller ends an operation, and what a person does for it.

// end releases everything, and goes on until nothing of the operation is left: what
// answers named, what became visible late, and what is told as surplus.
func (j *job) end(op *provider.Operation) {
	j.report.finish(j)
	if op != nil && j.rand.IntN(2) == 0 {
		j.inSight(func() { j.release(j.own(op.InstanceIDs())) })
	}
	var err error
	for round := 0; ; round++ {
		if op != nil {
			j.inSight(func() { err = j.terminate(op) })
		}
		if op != nil && j.over(op, err, round) {
			break
		}
		if round == 20 {
			j.report.tell(j.n, fmt.Errorf("it did not end: %w", err))
			break
		}
		if needsPerson(err) {
			j.person(op, err)
		}
		time.Sleep([]time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute}[min(round, 2)])
		j.immortal = round > 14
		op, err = j.resume()
	}
	if op == nil {
		j.report.add(&j.report.unsettled, fmt.Sprintf("%d did not begin: %v%s", j.n, err, j.report.storyOf(j)))
		return
	}
	j.inSight(func() { j.release(j.own(op.InstanceIDs())) })
}

// inSight does something while the credentials show the caller what he knows is there.
func (j *job) inSight(do func()) {
	for !j.storm.keepSight() {
		time.Sleep(time.Minute)
	}
	defer j.storm.loseSight()
	do()
}

// over reports whether nothing more is to be expected. An operation that gave up a
// create is looked at once more when everything is visible, and so are some others.
func (j *job) over(op *provider.Operation, err error, round int) bool {
	left := err != nil && !onlyOthers(err) && round < 8 // of an ID that was made up nobody hears more
	info, readErr := provider.ReadToken(j.token(op))
	if readErr != nil {
		j.report.add(&j.report.wrong, fmt.Sprintf("the token of operation %d: %v", j.n, readErr))
	}
	open := info.Unknown > 0 || again(err)
	abandoned := len(info.Orders) > 0
	if unsettled := open && !abandoned; left || unsettled {
		return false
	}
	return !j.looksLate(op)
}

// looksLate looks once more when everything is visible and a list shows what the caller
// knows to be there, and returns true, once.
func (j *job) looksLate(op *provider.Operation) bool {
	gaveUp := bytes.Contains(j.token(op), []byte(`"givenUp"`))
	if j.late {
		return false
	}
	if !gaveUp && j.rand.IntN(32) > 0 {
		return false
	}
	j.late = true
	time.Sleep(longestHidden)
	j.inSight(func() {
		for range 2 { // one list may leave something out
			if op, _ := j.resume(); op != nil && j.report.isOver(j) {
				_ = j.terminate(op)
			}
		}
	})
	return true
}

func (j *job) token(op *provider.Operation) []byte {
	token, err := op.MarshalText()
	if err != nil {
		j.report.add(&j.report.wrong, fmt.Sprintf("the token of operation %d: %v", j.n, err))
	}
	return token
}

// onlyOthers reports whether all that is left of an operation may belong to others.
func onlyOthers(err error) bool {
	return strings.Contains(err.Error(), "kept, because they may not be the operation's") && !strings.Contains(err.Error(), "releasing")
}

// lookOnceMore notices what became visible late.
func (j *job) lookOnceMore() {
	for range 5 {
		if op, err := j.resume(); op != nil && !again(err) && !j.looksLate(op) {
			return
		}
		time.Sleep(10 * time.Minute)
	}
}

// terminate ends the operation by its own method, in a process that may die.
func (j *job) terminate(op *provider.Operation) error {
	j.report.wants(j, op.InstanceIDs())
	_, err := j.attempt(func(ctx context.Context) (*provider.Operation, error) {
		res, err := op.Terminate(ctx, nil)
		j.report.wants(j, slices.Concat(res.Released, res.Gone))
		return op, err
	})
	return err
}

// release ends instances by ID, as often as it takes.
func (j *job) release(ids []string) {
	j.report.wants(j, ids)
	for tries := 0; len(ids) > 0 && tries < 12; tries++ {
		res, err := j.client.TerminateInstances(j.t.Context(), "", ids, nil)
		if err == nil {
			return
		}
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			return slices.Contains(res.Released, id) || slices.Contains(res.Gone, id)
		})
		time.Sleep([]time.Duration{30 * time.Second, 2 * time.Minute, 6 * time.Minute}[min(tries/2, 2)])
	}
}

// own returns those instances that are the operation's by their names: a careful
// caller looks at an instance before he releases it by ID.
func (j *job) own(ids []string) (own []string) {
	seen := map[string]bool{}
	for range 4 {
		left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return seen[id] })
		if len(left) == 0 {
			break
		}
		for i, err := range j.client.DescribeInstances(j.t.Context(), provider.Query{IDs: left}) {
			if err != nil {
				time.Sleep(time.Minute)
				break
			}
			seen[i.ID] = true
			ends := i.State == provider.StateTerminated || i.State == provider.StateTerminating
			if !ends && operationOf(i.Name) == j.operation() {
				own = append(own, i.ID)
			}
		}
	}
	return own
}

// needsPerson reports whether an error asks for a person to look.
func needsPerson(err error) bool {
	return err != nil && strings.Contains(err.Error(), "ResumeOptions.NoneMade")
}

// person looks for what creates of unknown outcome have made, at the console and when
// everything is visible, and releases it by ID.
func (j *job) person(op *provider.Operation, err error) {
	time.Sleep(longestHidden + time.Minute)
	known := map[string]bool{}
	if op != nil {
		for _, id := range op.InstanceIDs() {
			known[id] = true
		}
	}
	if e := (*provider.RunError)(nil); errors.As(err, &e) {
		for _, id := range e.Doubtful { // the operation does not count on them
			delete(known, id)
		}
	}
	var ids []string
	for _, i := range j.storm.sim.Instances(j.storm.cloud) {
		if operationOf(createdAs(&i)) == j.operation() && !known[i.ID] && !dead(i.Phase) {
			ids = append(ids, i.ID)
		}
	}
	j.report.found(j, ids)
	j.release(ids)
	j.noneMade = true
}

// skewed makes a token what a process with another clock would have written, and
// counts tokens that are older than the cloud remembers.
func (j *job) skewed(token []byte) []byte {
	info, err := provider.ReadToken(token)
	pause := time.Since(j.saved)
	if err == nil && info.Unknown > 0 && pause > tokenLife && j.storm.tokens {
		j.storm.note(forgotten)
	}
	if !j.skews || j.storm.mix[skew] == 0 || j.storm.calm() {
		return token
	}
	j.storm.note(skew)
	var by time.Duration
	switch j.rand.IntN(3) {
	case 0: // as clocks differ
		by = time.Duration(j.rand.Int64N(int64(8*time.Minute))) - 4*time.Minute
	case 1: // the clock was ahead: the token is from the future
		by = pause + 6*time.Minute + time.Duration(j.rand.Int64N(int64(48*time.Hour)))
	case 2: // it was slow
		by = -time.Duration(j.rand.Int64N(int64(48 * time.Hour)))
	}
	out, err := shifted(token, by)
	if err != nil {
		j.report.add(&j.report.wrong, fmt.Sprintf("the token of operation %d: %v", j.n, err))
		return token
	}
	return out
}

// tokenLife is how long the simulated clouds remember a client token: a little longer
// than the library trusts them to, for clocks that differ by minutes.
const tokenLife = 70 * time.Minute

// shifted moves every time in a token.
func shifted(token []byte, by time.Duration) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(token))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	shift := func(in map[string]any, key string) {
		text, _ := in[key].(string)
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			in[key] = at.Add(by).Format(time.RFC3339Nano)
		}
	}
	shift(doc, "accepted")
	parts, _ := doc["parts"].([]any)
	for _, p := range parts {
		part, _ := p.(map[string]any)
		shift(part, "sent")
	}
	return json.Marshal(doc)
}

// bystand makes instances of other people in the account, long before the storm.
func (s *storm) bystand(t *testing.T) {
	t.Helper()
	c, err := s.adapter.New(clouds.Config{Transport: s.inner, Credentials: goodKeys()})
	if err != nil {
		t.Fatal(err)
	}
	spec := s.spec
	spec.Name, spec.Count = "bystander", 12
	if _, err := c.RunInstances(t.Context(), spec, nil); err != nil {
		t.Fatal(err)
	}
	time.Sleep(26 * time.Hour)
}

// sweep finds what an answer that named another instance in the place of one has hidden
// from its operation, as an owner does from time to time, and releases it.
func (s *storm) sweep(ctx context.Context, r *report) error {
	time.Sleep(20 * time.Minute)
	c, err := s.adapter.New(clouds.Config{Transport: s.inner, Credentials: goodKeys()})
	if err != nil {
		return err
	}
	list, err := c.Sweep(ctx, provider.SweepOptions{Owner: owner, Terminate: true})
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	r.swept(ids)
	if errors.Is(err, provider.ErrNotFound) { // released meanwhile
		err = nil
	}
	return err
}
