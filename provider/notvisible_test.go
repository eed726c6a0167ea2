package provider_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// visibleFrom makes instances unknown to describe calls until they have that age.
func (f *fake) visibleFrom(age time.Duration) {
	f.state = life(moment{0, "", ""}, moment{age, provider.StateRunning, "UP"})
}

// missing fails the test for each text that an error does not say.
func missing(t *testing.T, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q: %v", text, err)
		}
	}
}

func TestInstancesInvisibleForNinetySecondsAreWaitedFor(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.visibleFrom(90 * time.Second)
		list, err := run(t, f.client(), 3).Wait(t.Context(), nil)
		if err != nil || len(list) != 3 {
			t.Errorf("%d instances run, %v", len(list), err)
		}
	})
}

// Whatever the policy, silence is no failure: nothing is released, nothing bought again.
func TestInstancesInvisibleForTenMinutesAreNotDead(t *testing.T) {
	for name, policy := range map[string]func(*provider.RunOptions){
		"keep":         func(*provider.RunOptions) {},
		"terminate":    func(o *provider.RunOptions) { o.OnFailure = provider.TerminateOnFailure },
		"alternatives": func(o *provider.RunOptions) { o.Alternatives = []provider.Alternative{{Zone: "b"}} },
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.visibleFrom(10 * time.Minute)
				o := &provider.RunOptions{}
				policy(o)
				op, err := f.client().RunInstances(t.Context(), spec(2), o)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				_, err = op.Wait(t.Context(), nil)
				e := waitError(t, err)
				if len(e.NotVisible) != 2 || len(e.Failed) != 0 || len(e.Pending) != 0 {
					t.Errorf("want both not visible, got %v", err)
				}
				if took := time.Since(start); took < 2*time.Minute || took > 2*time.Minute+10*time.Second {
					t.Errorf("the wait took %v, want 2m", took)
				}
				if errors.Is(err, provider.ErrLaunchFailed) || !errors.Is(err, provider.ErrNotFound) {
					t.Errorf("want ErrNotFound and no failure, got %v", err)
				}
				missing(t, err, "2 not visible after 2m", "late", "another region", "not be visible to these credentials")
				for err != nil {
					_, err = op.Wait(t.Context(), nil)
				}
				if took := time.Since(start); took < 10*time.Minute || took > 11*time.Minute {
					t.Errorf("they run after %v, want soon after 10m", took)
				}
				if ids := op.InstanceIDs(); len(ids) != 2 || len(f.alive()) != 2 {
					t.Errorf("%v are in the operation and %v alive, want the same two", ids, f.alive())
				}
				if n := len(f.made(provider.APIRunInstances)); n != 1 {
					t.Errorf("%d creates, want 1", n)
				}
				if n := len(f.made(provider.APITerminateInstances)); n != 0 {
					t.Errorf("%d releases, want none", n)
				}
			})
		})
	}
}

func TestThePatienceIsAnOption(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.visibleFrom(time.Hour)
		start := time.Now()
		_, err := run(t, f.client(func(o *provider.Options) { o.VisibleWithin = 5 * time.Minute }), 1).Wait(t.Context(), nil)
		if took := time.Since(start); took < 5*time.Minute || took > 5*time.Minute+10*time.Second {
			t.Errorf("the wait took %v, want 5m", took)
		}
		missing(t, err, "not visible after 5m")
	})
}

// One that others run beside is told by itself.
func TestOneInvisibleInstanceAmongOthers(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(id string, _ time.Duration) (provider.State, string) {
			if id == "i-002" {
				return "", ""
			}
			return provider.StateRunning, "UP"
		}
		op := run(t, f.client(), 3)
		list, err := op.Wait(t.Context(), nil)
		e := waitError(t, err)
		if len(list) != 2 || len(e.NotVisible) != 1 || e.NotVisible[0].ID != "i-002" {
			t.Errorf("%d run, %v", len(list), err)
		}
		if e.NothingVisible || strings.Contains(err.Error(), "may not see what they created") {
			t.Errorf("others were visible, got %v", err)
		}
		var last error
		for event, err := range op.Watch(t.Context()) {
			if err != nil && event.Instance.ID != "" {
				t.Errorf("%s is told as %v", event.Instance.ID, err)
			}
			last = err
		}
		if w := waitError(t, last); len(w.NotVisible) != 1 {
			t.Errorf("a watch ends with %v, want that one is not visible", last)
		}
	})
}

// prober is a driver whose cloud can say whether instances may be described.
type prober struct {
	*fake
	says  error
	asked int
}

func (p *prober) ProbeDescribe(_ context.Context, region string) error {
	if p.asked++; region != "region-1" {
		return errors.New("another region")
	}
	return p.says
}

func TestCredentialsThatSeeNothing(t *testing.T) {
	denied := refusal(provider.ErrPermission, "Forbidden.RAM")
	for name, tc := range map[string]struct {
		says   error
		texts  []string
		denied bool
	}{
		"may not describe": {denied, []string{"may not describe instances", "Forbidden.RAM"}, true},
		"may describe":     {nil, []string{"although the cloud says that they may describe"}, false},
		"cannot say":       {lost(), nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.visibleFrom(time.Hour)
				p := &prober{fake: f, says: tc.says}
				_, err := run(t, provider.NewClient(p, &provider.Options{Region: "region-1"}), 2).Wait(t.Context(), nil)
				e := waitError(t, err)
				switch {
				case !e.NothingVisible:
					t.Error("e.NothingVisible is false, want true")
				case len(e.NotVisible) != 2:
					t.Errorf("not visible: got %v, want 2", len(e.NotVisible))
				}
				missing(t, err, append(tc.texts, "these credentials may not see what they created")...)
				switch {
				case errors.Is(err, provider.ErrPermission) != tc.denied:
					t.Errorf("error matches ErrPermission: got %v, want %v", errors.Is(err, provider.ErrPermission), tc.denied)
				case (e.Access != nil) != tc.denied:
					t.Errorf("e.Access != nil: got %v, want %v", (e.Access != nil), tc.denied)
				}
				if p.asked != 1 {
					t.Errorf("the cloud was asked %d times, want once", p.asked)
				}
			})
		})
	}
}

func TestACloudThatCannotTellIsNotAsked(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.visibleFrom(time.Hour)
		_, err := run(t, f.client(), 2).Wait(t.Context(), nil)
		switch e := waitError(t, err); {
		case !e.NothingVisible:
			t.Error("e.NothingVisible is false, want true")
		case e.Access != nil:
			t.Errorf("e.Access: got %v, want nil", e.Access)
		}
		missing(t, err, "these credentials may not see what they created")
		if strings.Contains(err.Error(), "the cloud says") {
			t.Errorf("nobody asked it: %v", err)
		}
	})
}

// An answer that contradicts itself proves nothing about what it lacks.
func TestShortAnswersEndNoWait(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			if len(page.Instances) > 1 {
				page.Instances, page.Short = page.Instances[:1], true
			}
			return page, nil
		}
		op := run(t, f.client(), 4)
		if list, err := op.Wait(t.Context(), nil); err != nil || len(list) != 4 {
			t.Errorf("%d instances run, %v", len(list), err)
		}
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return &provider.DescribePage{Short: true}, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := op.Wait(ctx, nil)
		if e := waitError(t, err); len(e.Pending) != 4 || len(e.Failed)+len(e.NotVisible) != 0 || e.Describe == nil {
			t.Errorf("want four pending, and why, got %v", err)
		}
	})
}

// Reads flap: a healthy instance is left out of an answer now and then.
func TestAnInstanceThatAnswersLeaveOutIsNotLost(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.boot = time.Hour
		n := 0
		f.state = func(id string, age time.Duration) (provider.State, string) {
			if n++; n%3 != 0 { // two answers of three
				return "", ""
			}
			if age < 30*time.Minute {
				return provider.StatePending, "BUILD"
			}
			return provider.StateRunning, "UP"
		}
		if list, err := run(t, f.client(), 1).Wait(t.Context(), nil); err != nil || len(list) != 1 {
			t.Errorf("%d instances run, %v", len(list), err)
		}
	})
}

func TestWaitingForTheEndOfInstancesNeverSeen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		start := time.Now()
		list, err := f.client().WaitInstances(t.Context(), "", []string{"i-1", "i-2"}, provider.StateTerminated, nil)
		e := waitError(t, err)
		if len(list) != 0 || len(e.NotVisible) != 2 || !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("%d ended, %v; want ErrNotFound for both", len(list), err)
		}
		if took := time.Since(start); took < 20*time.Second || took > 30*time.Second {
			t.Errorf("it took %v, want three answers over 20s", took)
		}
	})
}

// A cloud may let an instance vanish that it cannot start. Where something is to be done
// about it, it is looked at before the first look at what may run.
func TestAnInstanceThatVanishesBeforeItCouldRun(t *testing.T) {
	for name, tc := range map[string]struct {
		options provider.RunOptions
		creates int
	}{
		"is replaced where there is an alternative": {provider.RunOptions{Alternatives: []provider.Alternative{{Zone: "b"}}}, 2},
		"is not visible where nobody asked":         {provider.RunOptions{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.state = func(id string, age time.Duration) (provider.State, string) {
					if id == "i-001" && age > 4*time.Second { // before the early look
						return "", ""
					}
					return life(moment{0, provider.StatePending, "P"}, moment{15 * time.Second, provider.StateRunning, "R"})(id, age)
				}
				s := spec(2)
				s.Zone = "a"
				op, err := f.client().RunInstances(t.Context(), s, &tc.options)
				if err != nil {
					t.Fatal(err)
				}
				list, err := op.Wait(t.Context(), nil)
				if got := len(f.made(provider.APIRunInstances)); got != tc.creates {
					t.Errorf("%d creates, want %d", got, tc.creates)
				}
				if replaced := tc.creates == 2; replaced && err != nil {
					t.Errorf("got error %v, want none", err)
				}
				if replaced := tc.creates == 2; replaced && len(list) != 2 {
					t.Errorf("%d instances run, want 2", len(list))
				}
				if tc.creates == 1 && len(waitError(t, err).NotVisible) != 1 {
					t.Errorf("want one not visible, got %v", err)
				}
			})
		})
	}
}

// The look before that is no reason to wait longer.
func TestALookThatGetsNoAnswerHoldsUpNoWait(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n == 1 {
				time.Sleep(25 * time.Second) // it hangs
				return nil, lost()
			}
			return f.look(r), nil
		}
		op, err := f.client().RunInstances(t.Context(), spec(1), &provider.RunOptions{OnFailure: provider.TerminateOnFailure})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if list, err := op.Wait(t.Context(), nil); err != nil || len(list) != 1 || time.Since(start) > 20*time.Second {
			t.Errorf("%d instances run after %v, %v", len(list), time.Since(start), err)
		}
		time.Sleep(time.Minute) // until the call is over
	})
}

// Their release was accepted, and they are not shown.
func TestReleasedInstancesThatWereNeverSeenAreGone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.visibleFrom(time.Hour)
		c := f.client()
		ids := run(t, c, 3).InstanceIDs()
		if _, err := c.TerminateInstances(t.Context(), "", ids, &provider.TerminateOptions{Wait: true}); err != nil {
			t.Error(err)
		}
		if len(f.alive()) != 0 {
			t.Errorf("%v are alive", f.alive())
		}
	})
}

func TestAWaitSaysWhyDescribesFailed(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, throttled() }
		op := run(t, f.client(), 2)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := op.Wait(ctx, nil)
		e := waitError(t, err)
		if !errors.Is(e.Describe, provider.ErrThrottled) || !errors.Is(err, provider.ErrThrottled) {
			t.Errorf("want ErrThrottled, got %v", err)
		}
		if e.Err != context.DeadlineExceeded {
			t.Errorf("the wait was ended by %v, want its deadline only", e.Err)
		}
		missing(t, err, "describes fail: Call: throttled: Throttling", "2 still pending")
		if n := strings.Count(err.Error(), "Throttling"); n != 1 {
			t.Errorf("it is said %d times: %v", n, err)
		}
		if n := strings.Count(err.Error(), "fake: "); n != 1 {
			t.Errorf("the driver is named %d times: %v", n, err)
		}
		var last error
		for _, err := range op.Watch(ctx) {
			last = err
		}
		if !errors.Is(last, context.DeadlineExceeded) {
			t.Errorf("a watch ends with %v", last)
		}
	})
}

func TestWhatIsPendingIsSaidInOneLine(t *testing.T) {
	e := &provider.WaitError{Driver: "d", Target: provider.StateRunning, Err: context.DeadlineExceeded}
	for i := range 97 {
		p := provider.PendingInstance{ID: fmt.Sprintf("i-%02d", i), State: provider.StatePending, RawState: "Pending", Visible: true}
		if i >= 95 {
			p.State, p.RawState = provider.StateStarting, "Starting"
		}
		e.Pending = append(e.Pending, p)
	}
	missing(t, e, "97 still pending: 95 Pending, 2 Starting: i-00 (Pending), i-01 (Pending), ", "i-09 (Pending) and 87 more")
	e.Pending = e.Pending[:95]
	missing(t, e, "95 still pending: 95 Pending: i-00, i-01, ", "i-09 and 85 more")
	e.Pending = []provider.PendingInstance{
		{ID: "i-1", State: provider.StateStarting, RawState: "running", Visible: true, NoAddress: true},
		{ID: "i-2", State: provider.StateUnknown, Visible: true},
		{ID: "i-3"},
	}
	missing(t, e, "3 still pending: i-1 (running, no address), i-2 (unknown), i-3 (never seen)")
	if n := strings.Count(e.Error(), "\n"); n != 0 {
		t.Errorf("%d line breaks", n)
	}
}

func TestWhatFailedAlikeIsSaidTogether(t *testing.T) {
	e := &provider.WaitError{Driver: "d", Target: provider.StateRunning}
	for i := range 100 {
		reason := "no stock"
		if i%10 == 9 {
			reason = "the disk broke"
		}
		id := fmt.Sprintf("i-%02d", i)
		e.Failed = append(e.Failed, &provider.LaunchError{Driver: "d", InstanceID: id, RawState: "F", Reason: reason})
	}
	missing(t, e, "100 failed: [90 launch failed: F: no stock: i-00, i-01,", " and 80 more] [10 launch failed: F: the disk broke: i-09,")
	if n := len(e.Error()); n > 500 {
		t.Errorf("it takes %d characters: %v", n, e)
	}
	for i, f := range e.Failed {
		f.Reason = fmt.Sprint("reason ", i)
	}
	missing(t, e, "and others for 90 more reasons")
}

func TestWhatIsNotVisibleIsSaidOnce(t *testing.T) {
	e := &provider.WaitError{Driver: "d", Target: provider.StateRunning, Patience: 121 * time.Second}
	for i := range 30 {
		e.NotVisible = append(e.NotVisible, provider.PendingInstance{ID: fmt.Sprintf("i-%02d", i)})
	}
	missing(t, e, "30 not visible after 2m1s: i-00, ", "i-09 and 20 more: they are neither failed nor gone")
	if n := strings.Count(e.Error(), "another region"); n != 1 {
		t.Errorf("the reasons are given %d times", n)
	}
	if !errors.Is(e, provider.ErrNotFound) {
		t.Error("want ErrNotFound")
	}
}

// QingCloud shows instances as running before they have their addresses.
func TestAPendingInstanceWithoutAnAddress(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = life(moment{0, provider.StateStarting, "running"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := run(t, f.client(), 1).Wait(ctx, nil)
		missing(t, err, "i-001 (running, no address)")
		want := []provider.PendingInstance{
			{ID: "i-001", State: provider.StateStarting, RawState: "running", Visible: true, NoAddress: true},
		}
		if e := waitError(t, err); !slices.Equal(e.Pending, want) {
			t.Errorf("pending %+v, want %+v", e.Pending, want)
		}
	})
}
