package provider_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// What a person can do with an operation.

// Terminate releases what the operation made and nothing else, and ends it for any
// process.
func TestTerminateAnOperation(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		other := run(t, c, 2).InstanceIDs()
		s := spec(3)
		op, err := c.RunInstances(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := op.InstanceIDs()
		looks := len(f.made(provider.APIDescribeInstances))
		res, err := op.Terminate(t.Context(), &provider.TerminateOptions{Wait: true})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(f.made(provider.APIDescribeInstances)) - looks; n < 2 {
			t.Errorf("%d looks, want one before the releases and some until they are gone", n)
		}
		if !slices.Equal(res.Released, want) {
			t.Errorf("released %v, want %v", res.Released, want)
		}
		if got := f.alive(); !slices.Equal(got, other) {
			t.Errorf("alive are %v, want those of the other operation %v", got, other)
		}
		if got := op.InstanceIDs(); len(got) != 0 {
			t.Errorf("%v are left in the operation", got)
		}
		if _, err := c.Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s}); err == nil {
			t.Error("resumed without an error, although it was terminated")
		}
		if got := f.alive(); !slices.Equal(got, other) {
			t.Errorf("after a resume %v are alive, want %v", got, other)
		}
	})
}

// Of creates whose answer was lost the cloud is asked first, and what they made goes too.
func TestTerminateFindsLostCreates(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(but(lost()))
		op, err := f.client().RunInstances(t.Context(), spec(2), nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Fatalf("got %v, want ErrOutcomeUnknown", err)
		}
		f.answers(works)
		res, err := op.Terminate(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Released) != 2 {
			t.Errorf("released %v, want both", res.Released)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("%v are left", got)
		}
	})
}

// Terminate can be cut off and go on in another process.
func TestTerminateIsResumable(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.IDsPerTerminate = 1
		book := &notebook{}
		op, err := f.client().RunInstances(t.Context(), spec(3), &provider.RunOptions{Journal: book})
		if err != nil {
			t.Fatal(err)
		}
		f.terminate = func(_ int, r *provider.TerminateRequest) error {
			if r.IDs[0] != "i-001" {
				return refusal(provider.ErrPermission, "Forbidden")
			}
			return f.release(r.IDs)
		}
		if _, err := op.Terminate(t.Context(), nil); !errors.Is(err, provider.ErrPermission) {
			t.Fatalf("got %v, want the refusal", err)
		}
		if got := op.InstanceIDs(); !slices.Equal(got, []string{"i-002", "i-003"}) {
			t.Errorf("in hand are %v, want those that could not be released", got)
		}
		f.terminate = nil
		again, err := f.client().Resume(t.Context(), book.saved[len(book.saved)-1], nil)
		switch {
		case again == nil:
			t.Fatalf("no operation: error %v", err)
		case err == nil:
			t.Fatal("got no error, want one")
		}
		if _, err := again.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("%v are left", got)
		}
	})
}

// Without its spec an operation cannot ask about creates whose answer was lost: it says
// so, and releases what it knows.
func TestTerminateWithoutTheSpec(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if s.Count == 1 {
				return nil, lost()
			}
			return f.create(s), nil
		}
		op, _ := f.client().RunInstances(t.Context(), spec(3), nil)
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), nil)
		switch {
		case !errors.Is(err, provider.ErrInvalid):
			t.Fatalf("got error %v, want %v", err, provider.ErrInvalid)
		case again == nil:
			t.Fatalf("no operation: error %v", err)
		}
		if _, err := again.Terminate(t.Context(), nil); !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v, want ErrOutcomeUnknown", err)
		}
		if got := f.alive(); len(got) != 0 {
			t.Errorf("%v are left", got)
		}
	})
}

// A token is read without a client and without a spec.
func TestReadToken(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		var mu sync.Mutex // creates come side by side
		created := ""
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case s.Count == 1:
				return nil, lost()
			case created != "" && created != s.ClientToken:
				return nil, throttled()
			}
			created = s.ClientToken
			return f.create(s), nil
		}
		s := spec(5)
		s.MinCount = 3
		op, _ := f.client().RunInstances(t.Context(), s, &provider.RunOptions{Owner: "team-a", OperationID: "nightly"})
		info, err := provider.ReadToken(tokenOf(t, op))
		if err != nil {
			t.Fatal(err)
		}
		if info.Driver != "fake" || info.Region != "region-1" || info.Operation != "nightly" || info.Owner != "team-a" {
			t.Errorf("it is of %s, %s, %s, %s", info.Driver, info.Region, info.Operation, info.Owner)
		}
		if info.Asked != 5 || info.Enough != 3 {
			t.Errorf("%d asked for, %d enough; want 5 and 3", info.Asked, info.Enough)
		}
		if !slices.Equal(info.InstanceIDs, op.InstanceIDs()) || len(info.InstanceIDs) != 2 {
			t.Errorf("in hand are %v, want %v", info.InstanceIDs, op.InstanceIDs())
		}
		if info.Planned != 2 || info.Unknown != 1 {
			t.Errorf("%d planned and %d unknown, want 2 and 1", info.Planned, info.Unknown)
		}
		switch {
		case info.Done():
			t.Error("info.Done() is true, want false")
		case info.Over:
			t.Error("info.Over is true, want false")
		}
		if _, err := provider.ReadToken([]byte("{}")); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("no token reads as %v, want ErrInvalid", err)
		}
	})
}

// Validate says what RunInstances would refuse, of the spec and of the options, and sends
// nothing.
func TestValidate(t *testing.T) {
	f := newFake()
	c := f.client()
	if err := c.Validate(spec(3), nil); err != nil {
		t.Errorf("a good spec: %v", err)
	}
	s := spec(-1)
	err := c.Validate(s, &provider.RunOptions{OnFailure: "explode", OperationID: "a/b"})
	got := slices.Sorted(slices.Values(paths(t, err)))
	if !slices.Equal(got, []string{"Count", "RunOptions.OnFailure", "RunOptions.OperationID"}) {
		t.Errorf("refused are %v", got)
	}
	if len(f.calls) != 0 {
		t.Errorf("%d calls were made", len(f.calls))
	}
}

// The operation tells which alternative an instance came from.
func TestAlternativeOfAnInstance(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.PartialCreates = true
		f.stocked(shelf{"t1.small@a": 2}, "")
		s, o := inZone(3, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		var from []int
		for _, id := range op.InstanceIDs() {
			n, ok := op.Alternative(id)
			if !ok {
				t.Errorf("%s is not the operation's", id)
			}
			from = append(from, n)
		}
		if !slices.Equal(from, []int{0, 0, 1}) {
			t.Errorf("they come from %v, want the spec twice and its alternative", from)
		}
		if _, ok := op.Alternative("i-999"); ok {
			t.Error("an unknown instance comes from somewhere")
		}
	})
}

// A spec that differs says in what.
func TestADifferentSpecIsNamed(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(throttled()))
		s := spec(2)
		s.Tags = map[string]string{"team": "a"}
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		other := s
		other.InstanceType, other.Tags = "t2.large", map[string]string{"team": "b"}
		_, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &other})
		for _, want := range []string{"InstanceType", `Tags["team"]`} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error does not name %s: %v", want, err)
			}
		}
	})
}

// An error at night is a paragraph: what exists, what happened, which operation, and what
// to do next. It names the cloud once.
func TestRunErrorsSayWhatToDo(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(lost()))
		_, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{OperationID: "nightly"})
		text := err.Error()
		for _, want := range []string{"0 of 2 instances exist for certain, more may exist", "connection reset", "operation nightly", "resume it; do not create again"} {
			if !strings.Contains(text, want) {
				t.Errorf("the error does not say %q: %s", want, text)
			}
		}
		if n := strings.Count(text, "fake"); n != 1 {
			t.Errorf("the cloud is named %d times: %s", n, text)
		}
	})
}

// Patience is that of the cloud: what a wait for a late find costs is bounded.
func TestTerminateLingersForLateFinds(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(fails(lost()), works)
		op, err := m.client().RunInstances(t.Context(), named(1, "web"), nil)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := op.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > time.Minute+5*time.Second {
			t.Errorf("took %v, want at most a minute", took)
		}
	})
}

// A token of version 1 cannot say in what a spec differs, and the spec of a single missing
// instance is checked like any other.
func TestADifferentSpecOfAnOldToken(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(throttled()))
		s := spec(1)
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		old := edit(t, tokenOf(t, op), func(top map[string]any, _ func(int) map[string]any) {
			top["yunfan"] = 1
			delete(top, "fields")
		})
		other := s
		other.InstanceType = "t2.large"
		_, err := f.client().Resume(t.Context(), old, &provider.ResumeOptions{Spec: &other})
		if !errors.Is(err, provider.ErrInvalid) || strings.Contains(err.Error(), "it differs in") {
			t.Errorf("got %v, want that it is another spec, and no fields", err)
		}
		f.valid = func(*provider.RunInstancesSpec) error {
			return &provider.FieldError{Path: "Name", Reason: "is not good"}
		}
		_, err = f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if got := paths(t, err); !slices.Equal(got, []string{"Name"}) {
			t.Errorf("refused are %v, want what the cloud's own rules say", got)
		}
	})
}
