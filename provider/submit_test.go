package provider_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// What was submitted is there for the next process, although nothing was sent.
func TestWhatWasSubmittedIsBegunByAnotherProcess(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		want := spec(3)
		o := &provider.StoreOptions{Definition: []byte("three")}
		for range 2 { // the second time changes nothing
			if err := f.client().Submit(t.Context(), "web", &want, &s, o); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(f.alive()); got != 0 {
			t.Errorf("got %d instances, want none before Run", got)
		}
		found := 0
		for e, err := range store.Unfinished(t.Context(), &s, store.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			found++
			if got := string(e.Definition); got != "three" {
				t.Errorf("got the definition %q, want three", got)
			}
			if e.Asked != 3 {
				t.Errorf("got %d asked for, want 3", e.Asked)
			}
		}
		if found != 1 {
			t.Fatalf("got %d unfinished operations, want 1", found)
		}
		runStored(t, f, &s, 3, o)
		if got := len(f.alive()); got != 3 {
			t.Errorf("got %d instances, want 3", got)
		}
	})
}

// An ID stands for one definition.
func TestAnotherDefinitionUnderTheSameIDIsRefused(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		want := spec(3)
		if err := f.client().Submit(t.Context(), "web", &want, &s, &provider.StoreOptions{Definition: []byte("three")}); err != nil {
			t.Fatal(err)
		}
		err := f.client().Submit(t.Context(), "web", &want, &s, &provider.StoreOptions{Definition: []byte("four")})
		if !errors.Is(err, provider.ErrExists) {
			t.Errorf("got %v, want ErrExists", err)
		}
		if got := string(entryOf(t, &s).Definition); got != "three" {
			t.Errorf("got the definition %q, want three", got)
		}
	})
}

// An operation that a process works on may be submitted again.
func TestSubmittingWhatIsHeldChangesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		want := spec(3)
		op := runStored(t, f, &s, 3, nil)
		if err := f.client().Submit(t.Context(), "web", &want, &s, nil); err != nil {
			t.Errorf("got %v, want no error", err)
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Errorf("the process that has it: got %v, want no error", err)
		}
	})
}

// A spec that is refused leaves nothing in the store.
func TestARefusedSpecIsNotSubmitted(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		bad := spec(-1)
		var fields provider.FieldErrors
		if err := f.client().Submit(t.Context(), "web", &bad, &s, nil); !errors.As(err, &fields) {
			t.Errorf("got %v, want FieldErrors", err)
		}
		if _, _, err := s.Load(t.Context(), "web"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want that the store has nothing", err)
		}
	})
}

// A store that cannot be reached is the error, not a promise.
func TestAStoreThatFailsTakesNoSubmission(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		want := spec(3)
		err := f.client().Submit(t.Context(), "web", &want, &down{}, nil)
		if !errors.Is(err, errStoreDown) {
			t.Errorf("got %v, want the error of the store", err)
		}
	})
}

var errStoreDown = errors.New("the store is down")

// down is a store that takes no claim.
type down struct{ store.Memory }

func (*down) Claim(context.Context, store.Entry, string, time.Duration) (store.Claim, error) {
	return store.Claim{}, errStoreDown
}
