package provider_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// waitError is the WaitError within err.
func waitError(t *testing.T, err error) *provider.WaitError {
	t.Helper()
	var e *provider.WaitError
	if !errors.As(err, &e) {
		t.Fatalf("want a WaitError, got %v", err)
	}
	return e
}

// states makes a script of an instance's life: the state of the last line whose
// age is reached.
type moment struct {
	age   time.Duration
	state provider.State
	raw   string
}

func life(moments ...moment) func(string, time.Duration) (provider.State, string) {
	return func(_ string, age time.Duration) (state provider.State, raw string) {
		for _, m := range moments {
			if age >= m.age {
				state, raw = m.state, m.raw
			}
		}
		return state, raw
	}
}

func TestWaitReturnsInstancesInOrder(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 150)
		list, err := op.Wait(t.Context(), nil)
		var ids []string
		for _, i := range list {
			ids = append(ids, i.ID)
			if i.State != provider.StateRunning {
				t.Errorf("%s is %s", i.ID, i.State)
			}
		}
		switch {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case !slices.Equal(ids, op.InstanceIDs()):
			t.Errorf("IDs: got %v, want %v", ids, op.InstanceIDs())
		}
		if again, err := op.Wait(t.Context(), nil); err != nil || len(again) != 150 {
			t.Errorf("a second wait: %d instances, %v", len(again), err)
		}
	})
}

// What an instance that should come up may go through, and what ends its wait.
func TestLivesOfAnInstance(t *testing.T) {
	pending := moment{0, provider.StatePending, "BUILD"}
	for _, tc := range []struct {
		what    string
		life    []moment
		by      time.Duration // when the wait is over at the latest
		failure string        // in the error; "" = it runs
	}{
		{"comes up", []moment{pending, {20 * time.Second, provider.StateRunning, "UP"}}, 25 * time.Second, ""},
		{"unknown state on its way", []moment{{0, provider.StateUnknown, "DREAMING"}, {60 * time.Second, provider.StateRunning, "UP"}}, 70 * time.Second, ""},
		{"stopped for a moment", []moment{{0, provider.StateStopped, "OFF"}, {50 * time.Second, provider.StateRunning, "UP"}}, 60 * time.Second, ""},
		{"stopped twice for less than a minute", []moment{{0, provider.StateStopped, "OFF"}, {45 * time.Second, provider.StateStarting, "GO"}, {60 * time.Second, provider.StateStopped, "OFF"}, {100 * time.Second, provider.StateRunning, "UP"}}, 120 * time.Second, ""},
		{"invisible at first", []moment{{40 * time.Second, provider.StateRunning, "UP"}}, 50 * time.Second, ""},
		{"fails", []moment{pending, {20 * time.Second, provider.StateFailed, "LAUNCH_FAILED"}}, 25 * time.Second, "LAUNCH_FAILED"},
		{"is stopped", []moment{pending, {20 * time.Second, provider.StateStopping, "STOPPING"}}, 25 * time.Second, "being stopped"},
		{"stays stopped", []moment{{0, provider.StateStopped, "OFF"}}, 90 * time.Second, "stays stopped"},
		{"is suspended", []moment{pending, {20 * time.Second, provider.StateSuspended, "ARREARS"}}, 25 * time.Second, "ARREARS"},
		{"is released", []moment{pending, {20 * time.Second, provider.StateTerminating, "BYE"}}, 25 * time.Second, "BYE"},
		{"is recycled", []moment{pending, {20 * time.Second, provider.StateRecycled, "BIN"}}, 25 * time.Second, "BIN"},
		{"vanishes", []moment{pending, {20 * time.Second, "", ""}}, 50 * time.Second, "BUILD: it disappeared"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.state = life(tc.life...)
				op := run(t, f.client(), 1)
				start := time.Now()
				list, err := op.Wait(t.Context(), nil)
				if took := time.Since(start); took > tc.by {
					t.Errorf("the wait took %v, want at most %v", took, tc.by)
				}
				if tc.failure == "" {
					switch {
					case err != nil:
						t.Errorf("got error %v, want none", err)
					case len(list) != 1:
						t.Errorf("number of instances: got %v, want 1", len(list))
					}
					return
				}
				e := waitError(t, err)
				if len(list) != 0 || len(e.Failed) != 1 || len(e.Pending) != 0 || e.Err != nil || e.Failed[0].InstanceID != op.InstanceIDs()[0] {
					t.Errorf("%d run, %+v", len(list), e)
				}
				if !errors.Is(err, provider.ErrLaunchFailed) || !strings.Contains(err.Error(), tc.failure) {
					t.Errorf("want ErrLaunchFailed that says %q, got %v", tc.failure, err)
				}
			})
		})
	}
}

func TestTheCloudsReasonIsTold(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			for i := range page.Instances {
				if s := &page.Instances[i]; s.ID == "i-002" {
					s.State, s.RawState, s.Reason = provider.StateFailed, "FAILED", "the disk broke"
				}
			}
			return page, nil
		}
		list, err := run(t, f.client(), 3).Wait(t.Context(), nil)
		if e := waitError(t, err); len(list) != 2 || len(e.Failed) != 1 || e.Failed[0].Reason != "the disk broke" || e.Failed[0].RawState != "FAILED" {
			t.Errorf("%d run, %v", len(list), err)
		}
	})
}

func TestAWaitThatEndsEarlyNamesWhatIsPending(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch id {
			case "i-001":
				return provider.StateRunning, "UP"
			case "i-002":
				return provider.StateUnknown, "DREAMING"
			default:
				return "", ""
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		list, err := run(t, f.client(), 3).Wait(ctx, nil)
		e := waitError(t, err)
		want := []provider.PendingInstance{
			{ID: "i-002", State: provider.StateUnknown, RawState: "DREAMING", Visible: true, NoAddress: true}, {ID: "i-003"},
		}
		if len(list) != 1 || !slices.Equal(e.Pending, want) || len(e.Failed) != 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d run; pending %v, want %v; %v", len(list), e.Pending, want, err)
		}
		for _, text := range []string{"i-002 (DREAMING)", "i-003 (never seen)"} {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("the error does not say %q: %v", text, err)
			}
		}
	})
}

// Instances accepted by a later create are as new as they are: an earlier create
// of the same operation does not make them older.
func TestALateCreateMayBeInvisibleAsLong(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		f.limits.Rates = map[provider.API]provider.Rate{provider.APIRunInstances: {Calls: 1, Per: 100 * time.Second}}
		f.state = life(moment{45 * time.Second, provider.StateRunning, "UP"})
		if list, err := run(t, f.client(), 2).Wait(t.Context(), nil); err != nil || len(list) != 2 {
			t.Errorf("%d instances run, %v", len(list), err)
		}
	})
}

func TestWaitInstances(t *testing.T) {
	for _, tc := range []struct {
		what   string
		target provider.State
		life   []moment
		state  provider.State // in which it is returned; "" = a failure
	}{
		{"gone", provider.StateTerminated, []moment{{0, provider.StateRunning, "UP"}, {20 * time.Second, provider.StateTerminating, "BYE"}, {30 * time.Second, "", ""}}, provider.StateTerminated},
		{"said to be gone", provider.StateTerminated, []moment{{0, provider.StateRunning, "UP"}, {20 * time.Second, provider.StateTerminated, "GONE"}}, provider.StateTerminated},
		{"in the recycle bin", provider.StateTerminated, []moment{{0, provider.StateRunning, "UP"}, {20 * time.Second, provider.StateRecycled, "BIN"}}, provider.StateRecycled},
		{"stopped", provider.StateStopped, []moment{{0, provider.StateRunning, "UP"}, {20 * time.Second, provider.StateStopping, ""}, {30 * time.Second, provider.StateStopped, ""}}, provider.StateStopped},
		{"gone instead of stopped", provider.StateStopped, []moment{{0, provider.StateRunning, "UP"}, {20 * time.Second, "", ""}}, ""},
		{"failed instead of stopped", provider.StateStopped, []moment{{0, provider.StateFailed, "F"}}, ""},
	} {
		t.Run(tc.what, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.state = life(tc.life...)
				ids := run(t, f.client(), 2).InstanceIDs()
				list, err := f.client().WaitInstances(t.Context(), "", append(ids, ids...), tc.target, nil)
				if tc.state == "" {
					switch e := waitError(t, err); {
					case len(e.Failed) != 2:
						t.Errorf("failed: got %v, want 2", len(e.Failed))
					case len(list) != 0:
						t.Errorf("number of instances: got %v, want 0", len(list))
					}
					return
				}
				if err != nil || len(list) != 2 || list[0].State != tc.state || list[0].ID != ids[0] {
					t.Errorf("got %+v, %v", list, err)
				}
			})
		})
	}
}

func TestWaitInstancesRefusesAnEmptyID(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		switch _, err := f.client().WaitInstances(t.Context(), "", []string{"i-1", ""}, provider.StateRunning, nil); {
		case !slices.Equal(paths(t, err), []string{"IDs[1]"}):
			t.Errorf("paths of the error: got %v, want %v", paths(t, err), []string{"IDs[1]"})
		case len(f.calls) != 0:
			t.Errorf("calls: got %v, want 0", len(f.calls))
		}
	})
}

// What is no state would be waited for until the instances are gone.
func TestWaitInstancesRefusesATargetThatIsNoState(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := run(t, f.client(), 1).InstanceIDs()
		for target, value := range map[provider.State]string{"": "", "flying": "flying", provider.StateUnknown: "unknown"} {
			n := describes(f, func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				_, err := f.client().WaitInstances(ctx, "", ids, target, nil)
				var all provider.FieldErrors
				switch {
				case !errors.As(err, &all):
					t.Errorf("target %q: got error %v, want a %T", target, err, all)
				case len(all) != 1:
					t.Errorf("target %q: number of problems: got %v, want 1", target, len(all))
				case all[0].Path != "target":
					t.Errorf("target %q: all[0].Path: got %q, want %q", target, all[0].Path, "target")
				case all[0].Value != value:
					t.Errorf("target %q: all[0].Value: got %v, want %v", target, all[0].Value, value)
				}
			})
			if n != 0 {
				t.Errorf("target %q: %d describe calls", target, n)
			}
		}
	})
}

// Several wait for the same instances by the same calls. What one of them does with
// what it got is no business of the others.
func TestWhatAWaitReturnsIsTheCallersOwn(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(2)
		s.Tags = map[string]string{"team": "web"}
		op, err := f.client().RunInstances(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				list, err := op.Wait(t.Context(), &provider.WaitOptions{Progress: func(e provider.Event) { delete(e.Instance.Tags, "team") }})
				if err != nil || len(list) != 2 {
					t.Errorf("%d instances, %v", len(list), err)
				}
				for _, i := range list {
					if i.Tags["team"] != "web" || i.Tags["mine"] != "" {
						t.Errorf("%s has the tags %v", i.ID, i.Tags)
					}
					i.Tags["mine"] = "yes"
				}
			})
		}
		wg.Wait()
	})
}

// A program may keep a Poller or a Budget by value in a struct of its own.
func TestZeroPollerAndBudgetAreReady(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.rates(provider.APIDescribeInstances, provider.Rate{Calls: 10, Per: time.Second})
		var poller provider.Poller
		var budget provider.Budget
		c := f.client(func(o *provider.Options) { o.Poller, o.Budget = &poller, &budget })
		if list, err := run(t, c, 3).Wait(t.Context(), nil); err != nil || len(list) != 3 {
			t.Errorf("%d instances, %v", len(list), err)
		}
		read(t, c, 3)
	})
}

func TestBadDescribesFailNoWait(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		bad := []error{throttled(), lost(), errors.New("odd"), throttled()}
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n <= len(bad) {
				return nil, bad[n-1]
			}
			return f.look(r), nil
		}
		if list, err := run(t, f.client(), 3).Wait(t.Context(), nil); err != nil || len(list) != 3 {
			t.Errorf("%d instances run, %v", len(list), err)
		}
	})
}

func TestLostRightsEndAWait(t *testing.T) {
	for _, kind := range []error{provider.ErrAuth, provider.ErrPermission} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, refusal(kind, "No") }
			op := run(t, f.client(), 2)
			start := time.Now()
			_, err := op.Wait(t.Context(), nil)
			if e := waitError(t, err); !errors.Is(err, kind) || len(e.Pending) != 2 || time.Since(start) > time.Minute {
				t.Errorf("after %v: want %v and both instances pending, got %v", time.Since(start), kind, err)
			}
			var last error
			for _, err := range op.Watch(t.Context()) {
				last = err
			}
			if !errors.Is(last, kind) {
				t.Errorf("a watch ends with %v", last)
			}
		})
	}
}

// A wait that looks at all instances first is refused by that look: it does not ask three times
// more.
func TestLostRightsEndAWaitThatLooksFirst(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op, err := f.client().RunInstances(t.Context(), spec(2), &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
		if err != nil {
			t.Fatal(err)
		}
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return nil, refusal(provider.ErrPermission, "No")
		}
		n := describes(f, func() { _, err = op.Wait(t.Context(), nil) })
		if !errors.Is(err, provider.ErrPermission) {
			t.Errorf("got %v, want the refusal", err)
		}
		if n != 3 {
			t.Errorf("%d describes, want three", n)
		}
	})
}

func TestOneRefusedIDFailsAlone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 5)
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if slices.Contains(r.IDs, "i-003") {
				return nil, refusal(provider.ErrInvalid, "InvalidID.Malformed")
			}
			return f.look(r), nil
		}
		list, err := op.Wait(t.Context(), nil)
		if e := waitError(t, err); len(list) != 4 || len(e.Failed) != 1 || e.Failed[0].InstanceID != "i-003" || !strings.Contains(err.Error(), "InvalidID.Malformed") {
			t.Errorf("%d run, %v", len(list), err)
		}
	})
}

// A proxy that finds a request too large says nothing about the instance it names.
func TestARequestTurnedAwayFailsNoInstance(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 1)
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n < 4 {
				e := refusal(provider.ErrInvalid, "HTTP 414")
				e.Outcome = provider.OutcomeUnsent
				return nil, e
			}
			return f.look(r), nil
		}
		list, err := op.Wait(t.Context(), nil)
		if err != nil {
			t.Fatalf("waiting: %v", err)
		}
		if len(list) != 1 {
			t.Errorf("%d instances run, want 1", len(list))
		}
	})
}

// Some clouds answer an unknown ID with an error instead of leaving it out.
func TestOneUnknownIDHidesNoOther(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 5)
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if slices.Contains(r.IDs, "i-003") {
				return nil, refusal(provider.ErrNotFound, "InvalidInstanceId.NotFound")
			}
			return f.look(r), nil
		}
		list, err := op.Wait(t.Context(), nil)
		if e := waitError(t, err); len(list) != 4 || len(e.Failed) != 0 || len(e.NotVisible) != 1 || e.NotVisible[0].ID != "i-003" {
			t.Errorf("%d run, %v", len(list), err)
		}
		if !strings.Contains(err.Error(), "InvalidInstanceId.NotFound") {
			t.Errorf("want the cloud's own words, got %v", err)
		}
	})
}

func TestProgressTellsEveryChangeOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = life(moment{0, provider.StatePending, "P"}, moment{30 * time.Second, provider.StateStarting, "S"}, moment{60 * time.Second, provider.StateRunning, "R"})
		seen := map[string][]provider.State{}
		op := run(t, f.client(), 3)
		_, err := op.Wait(t.Context(), &provider.WaitOptions{Progress: func(e provider.Event) {
			seen[e.Instance.ID] = append(seen[e.Instance.ID], e.Instance.State) // no lock: one call at a time
			if e.Time.IsZero() || e.Err != nil {
				t.Errorf("event %+v", e)
			}
		}})
		if err != nil || len(seen) != 3 {
			t.Errorf("%d instances were told about, %v", len(seen), err)
		}
		for id, states := range seen {
			if want := []provider.State{provider.StatePending, provider.StateStarting, provider.StateRunning}; !slices.Equal(states, want) {
				t.Errorf("%s: %v, want %v", id, states, want)
			}
		}
	})
}

// describes counts the describe calls a function causes.
func describes(f *fake, do func()) int {
	before := len(f.made(provider.APIDescribeInstances))
	do()
	return len(f.made(provider.APIDescribeInstances)) - before
}

func TestWaitsShareCalls(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		shared := &provider.Poller{}
		var clients []*provider.Client
		for range 2 {
			clients = append(clients, f.client(func(o *provider.Options) { o.Poller = shared }))
		}
		wait := func(n int) int {
			return describes(f, func() {
				var wg sync.WaitGroup
				for i := range n {
					wg.Go(func() {
						if _, err := run(t, clients[i%2], 5).Wait(t.Context(), nil); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
			})
		}
		if one, twenty := wait(1), wait(20); twenty > one+2 {
			t.Errorf("one wait took %d describe calls, twenty over two clients %d", one, twenty)
		}
	})
}

func TestClientsWithoutASharedPollerAskAlone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := run(t, f.client(), 1).InstanceIDs()
		time.Sleep(time.Minute)
		n := describes(f, func() {
			for range 2 {
				if _, err := f.client().WaitInstances(t.Context(), "", ids, provider.StateRunning, nil); err != nil {
					t.Error(err)
				}
			}
		})
		if n != 2 {
			t.Errorf("%d describe calls, want one each", n)
		}
	})
}

func TestOneImpatientWaitLeavesOthersAlone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.delay = time.Second
		op := run(t, f.client(), 2)
		var wg sync.WaitGroup
		wg.Go(func() {
			switch list, err := op.Wait(t.Context(), nil); {
			case err != nil:
				t.Errorf("got error %v, want none", err)
			case len(list) != 2:
				t.Errorf("number of instances: got %v, want 2", len(list))
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10500*time.Millisecond) // in the middle of a call
		defer cancel()
		start := time.Now()
		if _, err := op.Wait(ctx, nil); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10600*time.Millisecond {
			t.Errorf("the impatient wait, after %v: %v", time.Since(start), err)
		}
		wg.Wait()
	})
}

// That new instances do not stop by themselves says nothing about how they boot.
func TestWaitsForOtherStatesTeachNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.boot = 15 * time.Second
		c := f.client()
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			_, _ = c.WaitInstances(ctx, "", run(t, c, 100).InstanceIDs(), provider.StateStopped, nil)
			cancel()
		}
		start := time.Now()
		if _, err := c.WaitInstances(t.Context(), "", run(t, c, 100).InstanceIDs(), provider.StateRunning, nil); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > 18*time.Second {
			t.Errorf("instances that run after 15 s were noticed after %v", took)
		}
	})
}

// Images boot differently on the same instances: what was learned of a slow one must
// not delay the others.
func TestBootTimesAreLearnedPerImage(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		launch := func(image string, boot time.Duration) time.Duration {
			f.boot = boot
			s, start := spec(100), time.Now()
			s.ImageID = image
			op, err := c.RunInstances(t.Context(), s, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := op.Wait(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			return time.Since(start) - boot
		}
		for range 3 {
			launch("windows", 90*time.Second)
		}
		if late := launch("linux", 9*time.Second); late > 2*time.Second {
			t.Errorf("instances of another image were noticed %v after they ran", late)
		}
	})
}

// New instances among others must not keep those from being looked at.
func TestWaitInstancesLooksAtOldInstancesAtOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		old := run(t, c, 5).InstanceIDs()
		time.Sleep(time.Hour)
		seen := map[string]time.Time{}
		start := time.Now()
		ids := append(old, run(t, c, 1).InstanceIDs()...)
		_, err := c.WaitInstances(t.Context(), "", ids, provider.StateRunning, &provider.WaitOptions{Progress: func(e provider.Event) {
			seen[e.Instance.ID] = e.Time
		}})
		if err != nil {
			t.Error(err)
		}
		for _, id := range old {
			if after := seen[id].Sub(start); after > time.Second {
				t.Errorf("%s, which has run for an hour, was seen after %v", id, after)
			}
		}
	})
}

func TestWaitInstancesKnowsWhatThisClientHasJustCreated(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = life(moment{0, "", ""}, moment{45 * time.Second, provider.StateRunning, "UP"}) // invisible at first
		c := f.client()
		list, err := c.WaitInstances(t.Context(), "", run(t, c, 2).InstanceIDs(), provider.StateRunning, nil)
		if err != nil || len(list) != 2 {
			t.Errorf("two new instances are not visible for 45 s; got %d running, %v", len(list), err)
		}
	})
}
