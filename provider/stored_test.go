package provider_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/permit"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/store"
)

// scripted is a store in memory whose calls a test can see and break.
type scripted struct {
	store.Memory
	save, renew func(n int32) error // n counts the calls from 1; nil is a call that works

	saves, renewals atomic.Int32
}

func (s *scripted) Save(ctx context.Context, c store.Claim, ch store.Change) error {
	if n := s.saves.Add(1); s.save != nil {
		if err := s.save(n); err != nil {
			return err
		}
	}
	return s.Memory.Save(ctx, c, ch)
}

func (s *scripted) Renew(ctx context.Context, c store.Claim, lease time.Duration) error {
	if n := s.renewals.Add(1); s.renew != nil {
		if err := s.renew(n); err != nil {
			return err
		}
	}
	return s.Memory.Renew(ctx, c, lease)
}

// runStored runs an operation and fails the test on an error.
func runStored(t *testing.T, f *fake, s store.Store, n int, o *provider.StoreOptions) *provider.Operation {
	t.Helper()
	want := spec(n)
	op, err := f.client().Run(t.Context(), "web", &want, s, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = op.Close() })
	return op
}

// entryOf returns the entry of the operation.
func entryOf(t *testing.T, s store.Store) store.Entry {
	t.Helper()
	e, _, err := s.Load(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRunningAgainGivesTheSameInstances(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		first := runStored(t, f, &s, 3, nil)
		want := first.InstanceIDs()
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		again := runStored(t, f, &s, 3, nil)
		if got := again.InstanceIDs(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := len(f.alive()); got != 3 {
			t.Errorf("got %d instances, want 3", got)
		}
	})
}

func TestAnotherProcessIsToldWhoHasTheOperation(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		runStored(t, f, &s, 1, &provider.StoreOptions{Holder: "pod-1"})
		time.Sleep(time.Hour) // the claim is renewed
		want := spec(1)
		_, err := f.client().Run(t.Context(), "web", &want, &s, nil)
		var held *store.HeldError
		if !errors.As(err, &held) {
			t.Fatalf("got %v, want a HeldError", err)
		}
		if held.Holder != "pod-1" {
			t.Errorf("holder: got %q, want pod-1", held.Holder)
		}
		if in := time.Until(held.Until); in <= 0 || in > 3*time.Minute {
			t.Errorf("until: got in %v, want within 3 minutes", in)
		}
	})
}

func TestAnotherSpecUnderTheSameIDIsRefused(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		_ = runStored(t, f, &s, 1, nil).Close()
		other := spec(2)
		op, err := f.client().Run(t.Context(), "web", &other, &s, nil)
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("got %v, want ErrInvalid", err)
		}
		_ = op.Close()
		if got := len(f.alive()); got != 1 {
			t.Errorf("got %d instances, want 1", got)
		}
	})
}

func TestABadSpecLeavesNothingInTheStore(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		for name, bad := range map[string]*provider.RunInstancesSpec{"a negative count": {Count: -1}, "no spec": nil} {
			op, err := f.client().Run(t.Context(), "web", bad, &s, nil)
			if op != nil || err == nil {
				t.Errorf("%s: got %v, %v, want an error only", name, op, err)
			}
			if _, _, err := s.Load(t.Context(), "web"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: got %v, want that the store has nothing", name, err)
			}
		}
	})
}

// A claim that cannot be renewed ends the operation before another process can have it.
func TestALostClaimEndsTheOperation(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		down := errors.New("the database is down")
		s := &scripted{renew: func(int32) error { return down }}
		f.limits.InstancesPerCreate = 1
		f.delay = 30 * time.Second // 10 creates at a time at most
		want := spec(100)
		began := time.Now()
		op, err := f.client().Run(t.Context(), "web", &want, s, &provider.StoreOptions{
			Run: &provider.RunOptions{OnFailure: provider.TerminateOnFailure},
		})
		if !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("got %v, want ErrSuperseded", err)
		}
		if !errors.Is(err, down) {
			t.Errorf("got %v, want the reason as well", err)
		}
		if took := time.Since(began); took > 81*time.Second {
			t.Errorf("it ended after %v, want at most the lease without its margin, 80 s", took)
		}
		sent, saves := len(f.tokensSent()), s.saves.Load()
		if _, err := op.Terminate(t.Context(), nil); !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("terminating: got %v, want ErrSuperseded", err)
		}
		if _, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("waiting: got %v, want ErrSuperseded", err)
		}
		if more := len(f.tokensSent()) - sent; more != 0 {
			t.Errorf("got %d more creates, want none", more)
		}
		if more := s.saves.Load() - saves; more != 0 {
			t.Errorf("got %d more saves, want none", more)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("got %d releases, want none", n)
		}
		if err := op.Close(); err != nil {
			t.Errorf("closing: got %v, want nil", err)
		}
	})
}

// A process whose claim another one has taken finds out at its next save. It sends nothing more,
// and the other one makes what is left.
func TestATakenOperationIsMadeOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		s := &scripted{}
		want := spec(8)
		s.save = func(n int32) error {
			if n == 5 { // an operator takes the operation away
				s.Expire("web")
				_, err := s.Claim(t.Context(), store.Entry{ID: "web"}, "another", time.Minute)
				return err
			}
			return nil
		}
		op, err := f.client().Run(t.Context(), "web", &want, s, nil)
		if !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("got %v, want ErrSuperseded", err)
		}
		if n := len(f.tokensSent()); n > 5 {
			t.Errorf("got %d creates, want at most the 4 that were saved", n)
		}
		_ = op.Close()
		s.Expire("web")
		s.save = nil
		again := runStored(t, f, s, 8, nil)
		if got := len(again.InstanceIDs()); got != 8 {
			t.Errorf("in hand: got %d, want 8", got)
		}
		if got := len(f.alive()); got != 8 {
			t.Errorf("alive: got %d, want 8", got)
		}
	})
}

// An operation is unfinished until a wait has seen its instances run.
func TestWhenAnOperationIsSettled(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		op := runStored(t, f, &s, 2, nil)
		if e := entryOf(t, &s); e.Settled {
			t.Errorf("created: got %+v, want not settled", e.Counts)
		}
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		want := store.Counts{Asked: 2, Known: 2, Settled: true}
		if got := entryOf(t, &s).Counts; got != want {
			t.Errorf("waited for: got %+v, want %+v", got, want)
		}
		_ = op.Close()
		again := runStored(t, f, &s, 2, nil)
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if got := entryOf(t, &s).Counts; got != want {
			t.Errorf("run again: got %+v, want %+v", got, want)
		}
		again = runStored(t, f, &s, 2, nil)
		if _, err := again.Terminate(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		want = store.Counts{Asked: 2, Settled: true}
		if got := entryOf(t, &s).Counts; got != want {
			t.Errorf("terminated: got %+v, want %+v", got, want)
		}
	})
}

// The records of a later holder come after those of an earlier one, also where a store keeps all.
func TestRecordsAreNumberedAcrossHolders(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := &keeping{}
		for range 3 {
			if err := runStored(t, f, s, 2, nil).Close(); err != nil {
				t.Fatal(err)
			}
		}
		if len(s.seqs) < 3 {
			t.Errorf("got %d records, want some of each holder", len(s.seqs))
		}
		if !slices.IsSorted(s.seqs) || len(slices.Compact(slices.Clone(s.seqs))) != len(s.seqs) {
			t.Errorf("got the numbers %v, want that they grow", s.seqs)
		}
	})
}

// keeping is a store that never removes a record.
type keeping struct {
	store.Memory
	seqs []int64
}

func (k *keeping) Save(ctx context.Context, c store.Claim, ch store.Change) error {
	for _, r := range ch.Records {
		k.seqs = append(k.seqs, r.Seq)
	}
	ch.Obsolete = 0
	return k.Memory.Save(ctx, c, ch)
}

// A refused create without an instance leaves nothing to do.
func TestARefusedOperationIsSettled(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return nil, refusal(provider.ErrQuota, "QuotaExceeded")
		}
		var s store.Memory
		want := spec(2)
		op, err := f.client().Run(t.Context(), "web", &want, &s, nil)
		if !errors.Is(err, provider.ErrQuota) {
			t.Errorf("got %v, want ErrQuota", err)
		}
		_ = op.Close()
		if got := entryOf(t, &s).Counts; !got.Settled {
			t.Errorf("got %+v, want settled", got)
		}
	})
}

// A save that fails is made up for by the next one.
func TestASaveThatFailsIsPartOfTheNext(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		full := errors.New("the disk is full")
		s := &scripted{save: func(n int32) error {
			if n%3 == 0 {
				return full
			}
			return nil
		}}
		want := spec(9)
		op, err := f.client().Run(t.Context(), "web", &want, s, nil)
		if err != nil && !errors.Is(err, full) {
			t.Errorf("got %v, want at most the store's error", err)
		}
		s.save = nil
		ids := op.InstanceIDs()
		if err := op.Close(); err != nil {
			t.Fatal(err)
		}
		text, _, err := provider.StoredToken(t.Context(), s, "web")
		if err != nil {
			t.Fatal(err)
		}
		info, err := provider.ReadToken(text)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(info.InstanceIDs, ids) {
			t.Errorf("got %v in the store, want %v", info.InstanceIDs, ids)
		}
		again := runStored(t, f, s, 9, nil)
		if got := len(again.InstanceIDs()); got != 9 {
			t.Errorf("in hand: got %d, want 9", got)
		}
		if got := len(f.alive()); got != 9 {
			t.Errorf("alive: got %d, want 9", got)
		}
	})
}

// An operation that is closed does nothing more.
func TestAClosedOperationDoesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		op := runStored(t, f, &s, 1, nil)
		_ = op.Close()
		if _, err := op.Terminate(t.Context(), nil); err == nil {
			t.Errorf("got no error, want one")
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("got %d releases, want none", n)
		}
	})
}

// A claim that is lost in the middle of a long release stops it.
func TestALostClaimStopsARelease(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		down := errors.New("the database is down")
		var isDown atomic.Bool
		s := &scripted{renew: func(int32) error {
			if isDown.Load() {
				return down
			}
			return nil
		}}
		f.limits.IDsPerTerminate = 1
		op := runStored(t, f, s, 100, nil)
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		f.delay = 20 * time.Second
		isDown.Store(true)
		began := time.Now()
		if _, err := op.Terminate(t.Context(), nil); !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("got %v, want ErrSuperseded", err)
		}
		if took := time.Since(began); took > 81*time.Second {
			t.Errorf("it ended after %v, want at most 80 s", took)
		}
		sent := len(f.made(provider.APITerminateInstances))
		if sent == 0 || sent >= 100 {
			t.Errorf("got %d releases, want some: the test proves nothing", sent)
		}
		time.Sleep(time.Hour)
		if more := len(f.made(provider.APITerminateInstances)) - sent; more != 0 {
			t.Errorf("got %d more releases, want none", more)
		}
	})
}

func TestADefinitionIsGivenBack(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		_ = runStored(t, f, &s, 1, &provider.StoreOptions{Definition: []byte("version: 1")}).Close()
		_ = runStored(t, f, &s, 1, nil).Close()
		if got := string(entryOf(t, &s).Definition); got != "version: 1" {
			t.Errorf("got %q, want what the first run gave", got)
		}
	})
}

// Sweep leaves alone what the store knows, settled operations included.
func TestASweepSparesWhatTheStoreKnows(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var s store.Memory
		run := &provider.RunOptions{Owner: "shop"}
		op := runStored(t, f, &s, 2, &provider.StoreOptions{Run: run})
		if _, err := op.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		lost, err := f.client().RunInstances(t.Context(), spec(1), run)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		found, err := f.client().Sweep(t.Context(), provider.SweepOptions{
			Owner: "shop", Live: store.Live(&s, store.Query{Owner: "shop"}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 || found[0].ID != lost.InstanceIDs()[0] {
			t.Errorf("got %v, want the one instance that the store does not know", found)
		}
	})
}

// Each call that may change something asks for permission once more when its turn has come, and a
// create also after its save.
func TestCallsAskForPermission(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := run(t, f.client(), 1).InstanceIDs()
		before := len(f.tokensSent())
		for permitted := range 2 {
			asked := 0
			ctx := permit.With(t.Context(), func() error {
				if asked++; asked > permitted {
					return provider.ErrSuperseded
				}
				return nil
			})
			if _, err := f.client().RunInstances(ctx, spec(1), nil); !errors.Is(err, provider.ErrSuperseded) {
				t.Errorf("create, permitted %d times: got %v, want ErrSuperseded", permitted, err)
			}
		}
		if more := len(f.tokensSent()) - before; more != 0 {
			t.Errorf("got %d creates, want none", more)
		}
		ctx := permit.With(t.Context(), func() error { return provider.ErrSuperseded })
		if _, err := f.client().TerminateInstances(ctx, "", ids, nil); !errors.Is(err, provider.ErrSuperseded) {
			t.Errorf("release: got %v, want ErrSuperseded", err)
		}
		if n := len(f.made(provider.APITerminateInstances)); n != 0 {
			t.Errorf("got %d releases, want none", n)
		}
		if _, err := f.client().WaitInstances(ctx, "", ids, provider.StateRunning, nil); err != nil {
			t.Errorf("a wait changes nothing: got %v, want nil", err)
		}
	})
}
