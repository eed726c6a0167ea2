package account

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// service is what the calls of a test are sent to. It refuses whole groups because of
// single IDs.
type service struct {
	refuses map[string]error                // a call that names the ID
	until   map[string]time.Duration        // from the start: when it refuses the ID no more
	answer  func(n int, ids []string) error // to call n, from 1, instead
	takes   time.Duration                   // one call
	start   time.Time                       // of the test

	mu       sync.Mutex
	calls    []string // the IDs of each
	at       []time.Duration
	underWay int
	most     int // calls under way
}

// withService runs a test in fake time.
func withService(t *testing.T, test func(t *testing.T, s *service, b *Batches)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &service{refuses: map[string]error{}, until: map[string]time.Duration{}, start: time.Now()}
		test(t, s, &Batches{Judge: judgeFault, RetryFor: 2 * time.Minute})
	})
}

func (s *service) call(ctx context.Context, ids []string) error {
	n := s.begin(ids)
	defer s.end()
	Sleep(ctx, s.takes)
	if s.answer != nil {
		return s.answer(n, ids)
	}
	for _, id := range ids {
		until, ends := s.until[id]
		over := ends && time.Since(s.start) >= until
		if err := s.refuses[id]; err != nil && !over {
			return err
		}
	}
	return ctx.Err()
}

func (s *service) begin(ids []string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, strings.Join(ids, " "))
	s.at = append(s.at, time.Since(s.start))
	s.underWay++
	s.most = max(s.most, s.underWay)
	return len(s.calls)
}

func (s *service) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underWay--
}

// group is a group of IDs that the service is called about.
func (s *service) group(ids ...string) Group { return Group{IDs: ids, Call: s.call} }

// sortedCalls returns the calls in an order that does not depend on which went first.
func (s *service) sortedCalls() string {
	calls := slices.Clone(s.calls)
	slices.Sort(calls)
	return strings.Join(calls, ", ")
}

// failedOf returns the IDs whose calls have failed.
func (b *Batches) failedOf() string { return strings.Join(slices.Sorted(maps.Keys(b.failed)), " ") }

func TestOneBadIDIsFoundByHalves(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.refuses["c"] = some
		b.Run(t.Context(), []Group{s.group("a", "b", "c", "d")})
		if got, want := s.sortedCalls(), "a b, a b c d, c, c d, d"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
		if got, want := b.failedOf(), "c"; got != want {
			t.Errorf("failed: %s, want %s", got, want)
		}
		if got := b.Failed("c").Err; got != some {
			t.Errorf("c failed with %v, want %v", got, some)
		}
	})
}

// Groups that are refused together are asked about as the user of the package sorts
// them.
func TestAGroupIsTakenApartAsItsUserSays(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.refuses["c"] = some
		b.Divide = func(ids []string) [][]string {
			if len(ids) == 4 {
				return [][]string{{"a", "b", "d"}, {"c"}}
			}
			return [][]string{ids}
		}
		b.Run(t.Context(), []Group{s.group("a", "b", "c", "d")})
		if got, want := s.sortedCalls(), "a b c d, a b d, c"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
	})
}

// What is settled is not asked for again, and halves of what was settled as a whole are
// not settled again.
func TestAGroupIsSettledOnce(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.refuses["a"], s.refuses["d"] = some, some
		var mu sync.Mutex
		var settled []string
		b.Settle = func(_ context.Context, ids []string, err error) Refusal {
			mu.Lock()
			defer mu.Unlock()
			settled = append(settled, strings.Join(ids, " "))
			return Refusal{Left: slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "a" }), Err: err}
		}
		b.Run(t.Context(), []Group{s.group("a", "b", "c", "d", "e")})
		slices.Sort(settled)
		if got, want := strings.Join(settled, ", "), "a b c d e, b c d e, d"; got != want {
			t.Errorf("settled %s, want %s", got, want)
		}
		if got, want := s.sortedCalls(), "a b c d e, b c, b c d e, d, d e, e"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
		if got, want := b.failedOf(), "d"; got != want {
			t.Errorf("failed: %s, want %s", got, want)
		}
	})
}

// An answer that refuses some IDs by name has carried out the others.
func TestIDsRefusedByNameAreAskedForAlone(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		refused := map[string]error{"b": passes, "d": lasting}
		s.answer = func(n int, ids []string) error {
			if n == 1 {
				return byName(refused)
			}
			return nil
		}
		b.Run(t.Context(), []Group{s.group("a", "b", "c", "d")})
		if got, want := s.sortedCalls(), "a b c d, b"; got != want {
			t.Errorf("calls %s, want %s: what is refused for good was asked already", got, want)
		}
		if got, want := b.failedOf(), "d"; got != want {
			t.Errorf("failed: %s, want %s", got, want)
		}
	})
}

// The reason by name of the only ID of a call is the error of the call.
func TestASingleIDRefusedByNameIsRepeated(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.answer = func(n int, ids []string) error {
			if n < 3 {
				return byName(map[string]error{"a": passes})
			}
			return nil
		}
		b.Run(t.Context(), []Group{s.group("a")})
		if got, want := s.sortedCalls(), "a, a, a"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
		if got := b.failedOf(); got != "" {
			t.Errorf("failed: %s, want none", got)
		}
	})
}

// IDs that are refused by name for their state are settled by one look, and what is left
// of them one by one.
func TestIDsRefusedForTheirStateAreSettledTogether(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.answer = func(int, []string) error {
			return byName(map[string]error{"a": byState, "b": byState, "c": byState, "d": lasting})
		}
		var mu sync.Mutex
		var settled []string
		b.Settle = func(_ context.Context, ids []string, err error) Refusal {
			mu.Lock()
			defer mu.Unlock()
			settled = append(settled, strings.Join(ids, " "))
			left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "a" || id == "b" })
			return Refusal{Left: left, Err: err}
		}
		b.Run(t.Context(), []Group{s.group("a", "b", "c", "d")})
		slices.Sort(settled)
		if got, want := strings.Join(settled, ", "), "a b c, c, d"; got != want {
			t.Errorf("settled %s, want %s", got, want)
		}
		if got, want := len(s.calls), 1; got != want {
			t.Errorf("%d calls, want %d", got, want)
		}
		if got, want := b.failedOf(), "c d"; got != want {
			t.Errorf("failed: %s, want %s", got, want)
		}
	})
}

// A refusal of an ID that the call did not name is not lost.
func TestRefusalsOfOtherIDsAreKept(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.answer = func(int, []string) error { return byName(map[string]error{"A": some, "z": lasting, "y": nil}) }
		b.Run(t.Context(), []Group{s.group("a", "b")})
		got := b.RefusalsOfOtherIDs()
		want := []OtherRefusal{{[]string{"a", "b"}, "A", some}, {[]string{"a", "b"}, "z", lasting}}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := b.failedOf(); got != "" {
			t.Errorf("failed: %s, want none", got)
		}
	})
}

// What has to be waited for holds up no other.
func TestAnIDThatHasToBeWaitedForHoldsUpNoOther(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.refuses["a"], s.until["a"] = someSoon, 50*time.Second
		b.Run(t.Context(), []Group{s.group("a", "b", "c", "d"), s.group("e")})
		for n, ids := range s.calls {
			if late := s.at[n] > 0; late && ids != "a" {
				t.Errorf("a call about %s after %v", ids, s.at[n])
			}
		}
		if got := b.failedOf(); got != "" {
			t.Errorf("failed: %s, want none", got)
		}
	})
}

// A transient refusal is waited for as a group, until its own time is over, and then
// given up or taken apart as its user wants.
func TestATransientRefusalIsWaitedForTogether(t *testing.T) {
	for _, divides := range []bool{false, true} {
		withService(t, func(t *testing.T, s *service, b *Batches) {
			s.refuses["a"] = some
			b.DividesTransient = divides
			until := s.start.Add(30 * time.Second)
			b.Settle = func(_ context.Context, ids []string, err error) Refusal {
				return Refusal{Left: ids, Err: err, Transient: len(ids) > 1, Until: until}
			}
			b.Run(t.Context(), []Group{s.group("a", "b")})
			want := map[bool]string{false: "a b", true: "a"}[divides]
			if got := b.failedOf(); got != want {
				t.Errorf("divides %v: failed %s, want %s", divides, got, want)
			}
			last := slices.Index(s.at, 30*time.Second)
			if last < 1 {
				t.Fatalf("divides %v: calls at %v, want one at 30 s", divides, s.at)
			}
			for n, ids := range s.calls[:last+1] {
				if ids != "a b" {
					t.Errorf("divides %v: call %d is about %s, want a b", divides, n, ids)
				}
			}
		})
	}
}

// A call that may have been carried out is not made again.
func TestACallThatMayBeDoneIsNotRepeated(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.refuses["a"] = open
		b.Run(t.Context(), []Group{s.group("a", "b"), s.group("c")})
		if got, want := s.sortedCalls(), "a b, c"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
		if got, want := b.failedOf(), "a b"; got != want {
			t.Errorf("failed: %s, want %s", got, want)
		}
		if !b.Failed("b").MayBeDone {
			t.Error("b is not told as possibly done")
		}
	})
}

func TestCallsSideBySideAreBounded(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.takes = time.Second
		var list []Group
		for n := range 3 * CallsAtOnce {
			list = append(list, s.group(fmt.Sprint(n)))
		}
		b.Run(t.Context(), list)
		if s.most != CallsAtOnce {
			t.Errorf("%d calls under way, want %d", s.most, CallsAtOnce)
		}
		if took, want := time.Since(s.start), 3*time.Second; took != want {
			t.Errorf("it took %v, want %v", took, want)
		}
	})
}

// Waiting for a place among the calls under way costs no patience.
func TestWaitingForAPlaceCostsNoPatience(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.takes, b.RetryFor = time.Minute, 90*time.Second
		failed := map[string]bool{}
		s.answer = func(n int, ids []string) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if first := !failed[ids[0]]; first {
				failed[ids[0]] = true
				return passes
			}
			return nil
		}
		var list []Group
		for n := range 4 * CallsAtOnce {
			list = append(list, s.group(fmt.Sprint(n)))
		}
		b.Run(t.Context(), list)
		if got := b.failedOf(); got != "" {
			t.Errorf("failed: %s, want none", got)
		}
	})
}

// Everything ends with ctx, and each ID has its reason.
func TestBatchesEndWithTheContext(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.refuses["a"], s.refuses["c"] = passes, some
		b.Settle = standing
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		b.Run(ctx, []Group{s.group("a"), s.group("b"), s.group("c", "d")})
		if took, want := time.Since(s.start), 10*time.Second; took != want {
			t.Errorf("it took %v, want %v", took, want)
		}
		if got, want := b.failedOf(), "a c"; got != want {
			t.Errorf("failed: %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(b.Failed("a").Err), "context deadline exceeded; before that: fault"; got != want {
			t.Errorf("a failed with %q, want %q", got, want)
		}
	})
}

// Without patience every call goes out once, and groups are taken apart all the same.
func TestWithoutPatienceEveryCallGoesOutOnce(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		b.RetryFor = -1
		s.refuses["a"], s.refuses["c"] = passes, someSoon
		b.Run(t.Context(), []Group{s.group("a", "b"), s.group("c", "d")})
		if got, want := s.sortedCalls(), "a b, c, c d, d"; got != want {
			t.Errorf("calls %s, want %s", got, want)
		}
		if got, want := b.failedOf(), "a b c"; got != want {
			t.Errorf("failed: %s, want %s", got, want)
		}
	})
}

// Run again goes on where the last run ended.
func TestFailuresOfAllRunsAreKept(t *testing.T) {
	withService(t, func(t *testing.T, s *service, b *Batches) {
		s.refuses["a"], s.refuses["b"] = lasting, lasting
		b.Run(t.Context(), []Group{s.group("a")})
		b.Run(t.Context(), []Group{s.group("b"), s.group("c")})
		b.Run(t.Context(), nil)
		b.Fail([]string{"d"}, Failure{Err: passes})
		if got, want := b.failedOf(), "a b d"; got != want {
			t.Errorf("failed: %s, want %s", got, want)
		}
	})
}
