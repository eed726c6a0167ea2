package provider_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

type answer = func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error)

func fails(err error) answer {
	return func(*fake, *provider.RunInstancesSpec) (*provider.RunResult, error) { return nil, err }
}

// works creates; but lets the caller know only some of it.
func works(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
	return f.create(s), nil
}

func but(err error) answer {
	return func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		f.create(s)
		return nil, err
	}
}

// gives answers with IDs, and maybe an error beside them.
func gives(err error, ids ...string) answer {
	return func(*fake, *provider.RunInstancesSpec) (*provider.RunResult, error) {
		return &provider.RunResult{InstanceIDs: ids}, err
	}
}

// answers makes a script; the last answer goes on for ever.
func (f *fake) answers(list ...answer) {
	f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		return list[min(n, len(list))-1](f, s)
	}
}

// status is the status of each part in an operation's token.
func status(t *testing.T, op *provider.Operation) string {
	t.Helper()
	token, err := op.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range strings.Split(string(token), `"status":"`)[1:] {
		out = append(out, s[:strings.IndexByte(s, '"')])
	}
	return strings.Join(out, " ")
}

// inProgress is a refusal because an earlier create with the token is running.
func inProgress() error {
	e := refusal(provider.ErrState, "InProgress")
	e.Temporary = true
	return e
}

func unavailable() error { return refusal(provider.ErrUnavailable, "Unavailable") }

// outcome is one way a create of two instances may go.
type outcome struct {
	what    string
	noToken bool
	answers []answer
	calls   int // 0 = many
	created int
	is, not []error // what the error matches; none = no error
	status  string
}

func outcomes() []outcome {
	quota := refusal(provider.ErrQuota, "Quota")
	none, open := []error{}, []error{provider.ErrOutcomeUnknown}
	later := refusal(provider.ErrNoStock, "NoStockNow")
	later.Temporary = true
	return []outcome{
		{"accepted", false, []answer{works}, 1, 2, none, nil, "accepted"},
		{"throttled, then accepted", false, []answer{fails(throttled()), fails(throttled()), works}, 3, 2, none, nil, "accepted"},
		{"throttled, then accepted, no token", true, []answer{fails(throttled()), works}, 2, 2, none, nil, "accepted"},
		{"throttled for ever", false, []answer{fails(throttled())}, 0, 0, []error{provider.ErrThrottled}, open, "planned"},
		{"an answer lost, nothing done", false, []answer{fails(lost()), works}, 2, 2, none, nil, "accepted"},
		{"an answer lost, instances made", false, []answer{but(lost()), works}, 2, 2, none, nil, "accepted"},
		{"every answer lost", false, []answer{but(lost())}, 0, 0, open, nil, "sent"},
		{"an answer lost, no token", true, []answer{but(lost()), works}, 1, 0, open, nil, "sent"},
		{"rejected", false, []answer{fails(quota)}, 1, 0, []error{provider.ErrQuota}, open, "rejected"},
		{"rejected, no token", true, []answer{fails(quota)}, 1, 0, []error{provider.ErrQuota}, open, "rejected"},
		{"unavailable, nothing done", true, []answer{fails(unavailable()), works}, 2, 2, none, nil, "accepted"},
		{"unavailable for ever", false, []answer{fails(unavailable())}, 0, 0, []error{provider.ErrUnavailable}, open, "planned"},
		{"in progress, then accepted", false, []answer{fails(inProgress()), works}, 2, 2, none, nil, "accepted"},
		{"in progress for ever", false, []answer{fails(inProgress())}, 0, 0, open, nil, "sent"},
		{"in progress for ever, no token", true, []answer{fails(inProgress())}, 0, 0, []error{provider.ErrState}, open, "planned"},
		{"an error of no known kind", true, []answer{fails(errors.New("odd"))}, 1, 0, open, nil, "sent"},
		{"an APIError without an outcome", true, []answer{fails(&provider.APIError{Driver: "fake"})}, 1, 0, open, nil, "sent"},
		{"an APIError without an outcome, then accepted", false, []answer{but(&provider.APIError{}), works}, 2, 2, none, nil, "accepted"},
		{"refused by the driver", true, []answer{fails(&provider.FieldError{Path: "Name"})}, 1, 0, []error{provider.ErrInvalid}, open, "planned"},

		// What an earlier call left open stays open.
		{"lost, then throttled for ever", false, []answer{but(lost()), fails(throttled())}, 0, 0, []error{provider.ErrOutcomeUnknown, provider.ErrThrottled}, nil, "sent"},
		{"lost, then rejected", false, []answer{but(lost()), fails(quota)}, 2, 0, []error{provider.ErrOutcomeUnknown, provider.ErrQuota}, nil, "sent"},
		{"throttled, then lost", true, []answer{fails(throttled()), but(lost())}, 2, 0, open, nil, "sent"},
		{"lost, then out of stock", false, []answer{but(lost()), fails(refusal(provider.ErrNoStock, "NoStock"))}, 2, 0, open, nil, "sent"},

		// IDs count, whatever stands beside them.
		{"all IDs beside a rejection", true, []answer{gives(quota, "i-a", "i-b")}, 1, 2, []error{provider.ErrQuota}, open, "accepted"},
		{"one ID beside a throttle", true, []answer{gives(throttled(), "i-a")}, 1, 1, []error{provider.ErrThrottled}, open, "accepted"},
		{"one ID beside a throttle, with a token", false, []answer{gives(throttled(), "i-a")}, 1, 1, []error{provider.ErrThrottled}, open, "accepted"},
		{"all IDs beside a throttle", false, []answer{gives(throttled(), "i-a", "i-b")}, 1, 2, []error{provider.ErrThrottled}, open, "accepted"},
		{"one ID beside a lost answer", true, []answer{gives(lost(), "i-a")}, 1, 1, open, nil, "sent"},
		{"one ID beside a lost answer, then both", false, []answer{gives(lost(), "i-a"), gives(nil, "i-b", "i-a")}, 2, 2, none, nil, "accepted"},
		{"an ID twice", false, []answer{gives(nil, "i-a", "i-b", "i-a", "")}, 1, 2, none, nil, "accepted"},
		{"more IDs than asked", false, []answer{gives(nil, "i-a", "i-b", "i-c")}, 2, 3, open, nil, "sent"},
		{"more IDs than asked, then as many", false, []answer{gives(nil, "i-a", "i-b", "i-c"), gives(nil, "i-a", "i-b")}, 2, 3, nil, open, "accepted"},
		{"fewer IDs than asked, twice", false, []answer{gives(nil, "i-a")}, 2, 1, open, nil, "sent"},
		{"fewer IDs than asked, then all", false, []answer{gives(nil, "i-a"), gives(nil, "i-a", "i-b")}, 2, 2, none, nil, "accepted"},
		{"fewer IDs than asked, then no answer", false, []answer{gives(nil, "i-a"), fails(lost())}, 0, 1, []error{provider.ErrOutcomeUnknown}, nil, "sent"},
		{"fewer IDs than asked, then out of stock for now, then all", false, []answer{gives(nil, "i-a"), fails(later), gives(nil, "i-a", "i-b")}, 3, 2, none, nil, "accepted"},
		{"no ID and no error", true, []answer{gives(nil)}, 1, 0, open, nil, "sent"},
		{"no answer and no error, then both", false, []answer{fails(nil), works}, 2, 2, none, nil, "accepted"},
	}
}

// Never twice, never lost: every way a create may go.
func TestOutcomes(t *testing.T) {
	for _, o := range outcomes() {
		t.Run(o.what, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.limits.ClientToken = !o.noToken
				f.answers(o.answers...)
				op, err := f.client().RunInstances(t.Context(), spec(2), nil)
				o.check(t, f, op, err)
			})
		})
	}
}

func (o *outcome) check(t *testing.T, f *fake, op *provider.Operation, err error) {
	tokens := f.tokensSent()
	switch {
	case o.calls == 0 && len(tokens) < 3:
		t.Errorf("%d calls, want at least 3", len(tokens))
	case o.calls != 0 && len(tokens) != o.calls:
		t.Errorf("%d calls, want %d", len(tokens), o.calls)
	}
	if got := slices.Compact(tokens); len(got) != 1 {
		t.Errorf("the calls have the tokens %q, want one token", got)
	}
	if none := tokens[0] == ""; none != o.noToken {
		t.Errorf("token %q: no token: got %v, want %v", tokens[0], none, o.noToken)
	}
	switch {
	case op == nil:
		t.Fatalf("no operation: error %v", err)
	case len(op.InstanceIDs()) != o.created:
		t.Fatalf("number of IDs: got %v, want %v", len(op.InstanceIDs()), o.created)
	case status(t, op) != o.status:
		t.Fatalf("status: got %v, want %v", status(t, op), o.status)
	}
	var e *provider.RunError
	switch wantNil := o.is != nil && len(o.is) == 0; {
	case wantNil != (err == nil):
		t.Fatalf("got error %v, want none: %v", err, wantNil)
	case err != nil && !errors.As(err, &e):
		t.Fatalf("got error %v, want a %T", err, e)
	}
	for _, want := range o.is {
		if !errors.Is(err, want) {
			t.Errorf("want %v, got %v", want, err)
		}
	}
	for _, not := range o.not {
		if errors.Is(err, not) {
			t.Errorf("it must not be %v: %v", not, err)
		}
	}
	switch {
	case e == nil:
	case e.Asked != 2:
		t.Errorf("asked: got %d, want 2", e.Asked)
	case e.Created+len(e.Doubtful) != o.created:
		t.Errorf("created or doubtful: got %d, want %d", e.Created+len(e.Doubtful), o.created)
	case e.Driver != "fake":
		t.Errorf("driver: got %q, want fake", e.Driver)
	}
}

func TestRepetitionsEndWithRetryFor(t *testing.T) {
	for retry, most := range map[time.Duration]int{-1: 1, time.Second: 2, 0: 20} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.answers(fails(throttled()))
			start := time.Now()
			_, err := f.client(func(o *provider.Options) { o.RetryFor = retry }).RunInstances(t.Context(), spec(1), nil)
			limit := max(retry, 0)
			if retry == 0 {
				limit = 2 * time.Minute
			}
			if took := time.Since(start); took > limit || len(f.calls) > most || !errors.Is(err, provider.ErrThrottled) {
				t.Errorf("RetryFor %v: %d creates in %v, %v", retry, len(f.calls), took, err)
			}
			if len(f.calls) < 2 && retry >= 0 {
				t.Errorf("RetryFor %v: no repetition", retry)
			}
		})
	}
}

func TestPausesGrow(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(throttled()))
		_, _ = f.client(func(o *provider.Options) { o.RetryFor = 10 * time.Minute }).RunInstances(t.Context(), spec(1), nil)
		calls := f.made(provider.APIRunInstances)
		for i, c := range calls[1:] {
			gap, want := c.at.Sub(calls[i].at), min(500*time.Millisecond<<min(i, 10), 15*time.Second)
			if gap < want*8/10 || gap > want*12/10 {
				t.Errorf("pause %d is %v, want about %v", i+1, gap, want)
			}
		}
	})
}

// many is a create of several parts, each of which answers as told. Whatever is
// asked for after that is out of stock.
func many(t *testing.T, minCount int, parts ...answer) (*fake, *provider.Operation, error) {
	f := newFake()
	f.limits.InstancesPerCreate = 10
	byToken := map[string]answer{}
	f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		f.mu.Lock()
		a := byToken[s.ClientToken]
		if a == nil {
			a = append(parts, fails(refusal(provider.ErrNoStock, "NoStock")))[min(len(byToken), len(parts))]
			byToken[s.ClientToken] = a
		}
		f.mu.Unlock()
		return a(f, s)
	}
	s := spec(10 * len(parts))
	s.MinCount = minCount
	op, err := f.client().RunInstances(t.Context(), s, nil)
	return f, op, err
}

func TestPartialSuccess(t *testing.T) {
	stock, quota := fails(refusal(provider.ErrNoStock, "NoStock")), fails(refusal(provider.ErrQuota, "Quota"))
	few := gives(nil, "i-w", "i-x", "i-y", "i-z")
	for _, tc := range []struct {
		what     string
		minCount int
		parts    []answer
		created  int
		is       error // nil = no error
		open     bool
	}{
		{"all", 0, []answer{works, works, works}, 30, nil, false},
		{"one part out of stock", 0, []answer{works, stock, works}, 20, provider.ErrNoStock, false},
		{"out of stock, and enough", 20, []answer{works, stock, works}, 20, nil, false},
		{"out of stock, and one too few", 21, []answer{works, stock, works}, 20, provider.ErrNoStock, false},
		{"a small minimum", 1, []answer{stock, stock, works}, 10, nil, false},
		{"fewer without an error, and enough", 12, []answer{few, works, stock}, 14, nil, false},
		{"quota is not stock", 1, []answer{works, quota, works}, 20, provider.ErrQuota, false},
		{"an open end is not stock", 1, []answer{works, fails(lost()), works}, 20, provider.ErrUnavailable, true},
		{"nothing at all", 1, []answer{stock, stock, stock}, 0, provider.ErrNoStock, false},
	} {
		t.Run(tc.what, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, _ *fake) {
				_, op, err := many(t, tc.minCount, tc.parts...)
				switch {
				case len(op.InstanceIDs()) != tc.created:
					t.Errorf("number of IDs: got %v, want %v", len(op.InstanceIDs()), tc.created)
				case !errors.Is(err, tc.is):
					t.Errorf("got error %v, want %v", err, tc.is)
				case errors.Is(err, provider.ErrOutcomeUnknown) != tc.open:
					t.Errorf("error matches ErrOutcomeUnknown: got %v, want %v", errors.Is(err, provider.ErrOutcomeUnknown), tc.open)
				}
				var e *provider.RunError
				if tc.is == nil {
					return
				}
				switch {
				case !errors.As(err, &e):
					t.Errorf("got error %v, want a %T", err, e)
				case e.Asked != 30:
					t.Errorf("asked: got %d, want 30", e.Asked)
				case e.Created != tc.created:
					t.Errorf("created: got %d, want %d", e.Created, tc.created)
				}
			})
		})
	}
}

// What is left open is told even when there are enough instances.
func TestEnoughInstancesHideNothingOpen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		calls := 0
		lostThenNoStock := func(*fake, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if calls++; calls == 1 {
				return nil, lost()
			}
			return nil, refusal(provider.ErrNoStock, "NoStock")
		}
		_, op, err := many(t, 1, works, lostThenNoStock)
		if len(op.InstanceIDs()) != 10 || !errors.Is(err, provider.ErrOutcomeUnknown) || !strings.Contains(err.Error(), "more may exist") {
			t.Errorf("%d IDs, %v", len(op.InstanceIDs()), err)
		}
	})
}

func TestAShortAnswerSaysHowShort(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(gives(nil, "i-a", "i-b"))
		_, err := f.client().RunInstances(t.Context(), spec(3), &provider.RunOptions{OperationID: "short"})
		const want = "fake: 2 of 3 instances exist for certain, more may exist: 3 instances asked for, and the answer names 2; operation short: resume it; do not create again"
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

// The same instance named by two creates is one instance.
func TestAnInstanceCountsOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, _ *fake) {
		_, op, err := many(t, 0, gives(nil, "i-a", "i-b"), gives(nil, "i-b", "i-c"))
		if ids := slices.Sorted(slices.Values(op.InstanceIDs())); !slices.Equal(ids, []string{"i-a", "i-b", "i-c"}) || err == nil {
			t.Errorf("IDs %v, %v", ids, err)
		}
	})
}

// When ctx ends, what was sent is open and what was not is not.
func TestContextEndsDuringACreate(t *testing.T) {
	for _, tc := range []struct {
		what    string
		prepare func(f *fake)
		calls   int
		open    bool
		status  string
	}{
		{"during the call", func(f *fake) { f.delay = time.Hour }, 1, true, "sent"},
		{"during the pause after a throttle", func(f *fake) { f.answers(fails(throttled())) }, 4, false, "planned"},
		{"during the pause after a lost answer", func(f *fake) { f.answers(but(lost())) }, 4, true, "sent"},
		{"while waiting for the budget", func(f *fake) {
			f.answers(fails(throttled()))
			f.limits.Rates = map[provider.API]provider.Rate{provider.APIRunInstances: {Calls: 1, Per: time.Minute}}
		}, 1, false, "planned"},
		{"while waiting for the budget after a lost answer", func(f *fake) {
			f.answers(but(lost()))
			f.limits.Rates = map[provider.API]provider.Rate{provider.AnyAPI: {Calls: 1, Per: time.Minute}}
		}, 1, true, "sent"},
	} {
		for _, deadline := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, deadline %v", tc.what, deadline), func(t *testing.T) {
				inFakeTime(t, func(t *testing.T, f *fake) {
					tc.prepare(f)
					ctx, cancel := context.WithCancel(t.Context())
					want := context.Canceled
					if deadline {
						ctx, cancel = context.WithTimeout(t.Context(), 3*time.Second)
						want = context.DeadlineExceeded
						if strings.Contains(tc.what, "budget") { // ctx is alive when it is clear that the budget is too slow
							want = provider.ErrThrottled
						}
					} else {
						time.AfterFunc(3*time.Second, cancel)
					}
					defer cancel()
					start := time.Now()
					op, err := f.client().RunInstances(ctx, spec(1), nil)
					if took := time.Since(start); took > 3*time.Second+100*time.Millisecond {
						t.Errorf("it took %v", took)
					}
					switch {
					case op == nil:
						t.Errorf("no operation: error %v", err)
					case !errors.Is(err, want):
						t.Errorf("got error %v, want %v", err, want)
					case errors.Is(err, provider.ErrOutcomeUnknown) != tc.open:
						t.Errorf("error matches ErrOutcomeUnknown: got %v, want %v", errors.Is(err, provider.ErrOutcomeUnknown), tc.open)
					case status(t, op) != tc.status:
						t.Errorf("status: got %v, want %v", status(t, op), tc.status)
					}
					if len(f.calls) > tc.calls || len(f.calls) == 0 {
						t.Errorf("%d calls, want at most %d", len(f.calls), tc.calls)
					}
				})
			})
		}
	}
}

// stocked is a cloud with so many instances in stock, which refuses a create when
// it has fewer than its minimum.
func stocked(f *fake, stock int) {
	var mu sync.Mutex
	f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		mu.Lock()
		defer mu.Unlock()
		if f.remembers(s) {
			return f.create(s), nil
		}
		if n := max(s.MinCount, 1); stock < n {
			return nil, refusal(provider.ErrNoStock, "NoStock")
		}
		less := *s
		less.Count = min(s.Count, stock)
		stock -= less.Count
		return f.create(&less), nil
	}
}

// MinCount is of the whole: what is enough is not kept out because the share of
// one create is not there.
func TestMinCountIsOfTheWhole(t *testing.T) {
	for stock := range 31 {
		for _, minCount := range []int{0, 1, 5, 12, 17, 29, 30} {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.limits.InstancesPerCreate, f.limits.PartialCreates = 10, stock%2 == 0
				stocked(f, stock)
				s := spec(30)
				s.MinCount = minCount
				op, err := f.client().RunInstances(t.Context(), s, nil)
				want := minCount
				if want == 0 {
					want = 30
				}
				switch enough := stock >= want; {
				case (err == nil) != enough:
					t.Errorf("%d in stock for at least %d of 30: has no error: got %v, want %v", stock, want, (err == nil), enough)
				case err != nil && !errors.Is(err, provider.ErrNoStock):
					t.Errorf("%d in stock for at least %d of 30: got error %v, want %v", stock, want, err, provider.ErrNoStock)
				}
				if len(op.InstanceIDs()) != len(f.alive()) {
					t.Errorf("%d IDs of %d instances", len(op.InstanceIDs()), len(f.alive()))
				}
				if err == nil && minCount > 0 && len(op.InstanceIDs()) < minCount {
					t.Errorf("%d are fewer than %d", len(op.InstanceIDs()), minCount)
				}
				sent := map[string]provider.RunInstancesSpec{}
				for _, c := range f.made(provider.APIRunInstances) {
					if before, ok := sent[c.token]; ok && before.MinCount != c.spec.MinCount {
						t.Errorf("the same token with a minimum of %d and of %d", before.MinCount, c.spec.MinCount)
					}
					sent[c.token] = c.spec
				}
			})
		}
	}
}
