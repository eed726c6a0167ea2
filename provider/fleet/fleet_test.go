package fleet_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/clouds"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/catalog"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/fleet"
)

// simulated is a fleet over the four simulated clouds, in the order aliyun, ens, tencent,
// qingcloud.
type simulated struct {
	t   *testing.T
	sim *cloudsim.Sim
	f   *fleet.Fleet

	mu    sync.Mutex
	token []byte // as the journal last had it
	steps []fleet.Step
	stop  func() error // the journal's answer; nil saves
}

func newSimulated(t *testing.T, change func(i int, m *fleet.Member)) *simulated {
	t.Helper()
	s := &simulated{t: t, sim: cloudsim.New(nil)}
	s.f = s.fleet(change)
	return s
}

// fleet returns new clients of the same account, as another process has them.
func (s *simulated) fleet(change func(i int, m *fleet.Member)) *fleet.Fleet {
	s.t.Helper()
	var members []fleet.Member
	for i, c := range clouds.All() {
		client, err := c.New(clouds.Config{Transport: s.sim.Transport()})
		if err != nil {
			s.t.Fatal(err)
		}
		m := fleet.Member{Client: client, Spec: c.Spec, Run: &provider.RunOptions{KeepMarker: true, Owner: "shop"}}
		m.Spec.Count, m.Spec.MinCount = 0, 0
		if change != nil {
			change(i, &m)
		}
		members = append(members, m)
	}
	f, err := fleet.New(members...)
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *simulated) options() *fleet.Options {
	return &fleet.Options{
		Journal: provider.JournalFunc(func(_ context.Context, token []byte) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.stop != nil {
				return s.stop()
			}
			s.token = token
			return nil
		}),
		Progress: func(step fleet.Step) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.steps = append(s.steps, step)
		},
	}
}

// counts returns how many instances each cloud has, in the order of the members.
func (s *simulated) counts() (list [4]int) {
	for i, c := range []cloudsim.Cloud{cloudsim.ECS, cloudsim.ENS, cloudsim.CVM, cloudsim.QingCloud} {
		list[i] = len(s.sim.Instances(c))
	}
	return list
}

func equalWeights(_ int, m *fleet.Member) { m.Weight = 1 }

func TestAFleetSharesOutByWeightAndMax(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, func(i int, m *fleet.Member) {
			m.Weight = []int{4, 2, 1, 1}[i]
			m.Max = []int{0, 10, 0, 0}[i]
		})
		run, err := s.f.Run(t.Context(), 100, s.options())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := s.counts(), [4]int{60, 10, 15, 15}; got != want {
			t.Errorf("the clouds have %v instances, want %v", got, want)
		}
		list, err := run.Wait(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 100 {
			t.Errorf("%d instances run, want 100", len(list))
		}
	})
}

func TestAFleetWithoutWeightsFillsTheFirstMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, func(i int, m *fleet.Member) { m.Max = []int{5, 5, 0, 0}[i] })
		if _, err := s.f.Run(t.Context(), 12, s.options()); err != nil {
			t.Fatal(err)
		}
		if got, want := s.counts(), [4]int{5, 5, 2, 0}; got != want {
			t.Errorf("the clouds have %v instances, want %v", got, want)
		}
	})
}

// A member that is sold out, or has no quota, loses its instances to the others; never more than
// asked for exist.
func TestWhatAMemberProvesNotToHaveMovesOn(t *testing.T) {
	for _, kind := range []cloudsim.FaultKind{cloudsim.NoStock, cloudsim.Quota} {
		for i, c := range []cloudsim.Cloud{cloudsim.ECS, cloudsim.ENS, cloudsim.CVM, cloudsim.QingCloud} {
			synctest.Test(t, func(t *testing.T) {
				s := newSimulated(t, equalWeights)
				s.sim.Inject(cloudsim.Fault{Cloud: c, Kind: kind})
				run, err := s.f.Run(t.Context(), 40, s.options())
				if err != nil {
					t.Fatalf("%s on %s: %v", kind, c, err)
				}
				got := s.counts()
				if got[i] != 0 {
					t.Errorf("%s on %s: it has %d instances, want none", kind, c, got[i])
				}
				if n := len(s.sim.Instances()); n != 40 {
					t.Errorf("%s on %s: %d instances exist, want 40: %v", kind, c, n, got)
				}
				if _, err := run.Wait(t.Context(), nil); err != nil {
					t.Errorf("%s on %s: the wait ended with %v", kind, c, err)
				}
			})
		}
	}
}

func TestAnUnknownOutcomeStaysWhereItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, equalWeights)
		// No answer of a create or a list ever arrives from QingCloud.
		s.sim.Inject(cloudsim.Fault{Cloud: cloudsim.QingCloud, API: "RunInstances", Kind: cloudsim.ResetAfter})
		s.sim.Inject(cloudsim.Fault{Cloud: cloudsim.QingCloud, API: "DescribeInstances", Kind: cloudsim.ServerErrorBefore})
		_, err := s.f.Run(t.Context(), 8, s.options())
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("the error is %v, want one that matches ErrOutcomeUnknown", err)
		}
		if got := s.counts(); got[0]+got[1]+got[2] != 6 {
			t.Errorf("the other clouds have %v instances, want 6: nothing is moved on an unknown outcome", got)
		}
		if n := len(s.sim.Instances()); n > 8 {
			t.Errorf("%d instances exist, want at most 8", n)
		}
	})
}

func TestAWrongKeyOfOneMemberKeepsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, equalWeights)
		s.sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, API: "RunInstances", Kind: cloudsim.Refuse, Code: "AuthFailure.UnauthorizedOperation"})
		run, err := s.f.Run(t.Context(), 8, s.options())
		var e *fleet.Error
		if !errors.As(err, &e) {
			t.Fatalf("the error is %v, want a *fleet.Error", err)
		}
		if e.Have != 6 {
			t.Errorf("the error counts %d instances, want 6", e.Have)
		}
		if !strings.Contains(err.Error(), "tencent: ") {
			t.Errorf("the error does not name the member: %v", err)
		}
		if _, err := run.Terminate(t.Context(), &provider.TerminateOptions{Wait: true}); err != nil {
			t.Fatal(err)
		}
		if n := len(s.sim.Instances()); n != 0 {
			t.Errorf("%d instances are left after the release, want none", n)
		}
	})
}

// errCrash is the end of a process: nothing after it is saved.
var errCrash = provider.ErrSuperseded

// The process dies at each save in turn. The next one continues from the last token.
func TestAResumedFleetHasExactlyWhatWasAskedFor(t *testing.T) {
	for die := 1; die < 60; die++ {
		done := false
		synctest.Test(t, func(t *testing.T) {
			s := newSimulated(t, equalWeights)
			s.sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, Kind: cloudsim.NoStock})
			s.sim.Inject(cloudsim.Fault{Cloud: cloudsim.CVM, Kind: cloudsim.Throttle, Times: 2})
			saves := 0
			o := s.options()
			journal := o.Journal
			o.Journal = provider.JournalFunc(func(ctx context.Context, token []byte) error {
				if saves++; saves >= die {
					return errCrash
				}
				return journal.Save(ctx, token)
			})
			_, err := s.f.Run(t.Context(), 20, o)
			if done = saves < die; done && err != nil {
				t.Fatalf("a run without a crash ended with %v", err)
			}
			if s.token == nil {
				return // it died before its first save: nothing was sent
			}
			run, err := s.fleet(equalWeights).Resume(t.Context(), s.token, s.options())
			if errors.Is(err, provider.ErrOutcomeUnknown) { // it died with a create on its way
				time.Sleep(61 * time.Minute) // then the tags of the owner settle it
				run, err = s.fleet(equalWeights).Resume(t.Context(), s.token, s.options())
			}
			if err != nil {
				t.Fatalf("crash at save %d: the resumed run ended with %v", die, err)
			}
			list, err := run.Wait(t.Context(), nil)
			if err != nil {
				t.Fatalf("crash at save %d: the wait ended with %v", die, err)
			}
			if len(list) != 20 {
				t.Errorf("crash at save %d: %d instances run, want 20", die, len(list))
			}
			if n := len(s.sim.Instances()); n != 20 {
				t.Errorf("crash at save %d: %d instances exist, want 20: %v", die, n, s.counts())
			}
		})
		if done || t.Failed() {
			return
		}
	}
	t.Error("a run of 20 instances saves more than 60 times")
}

func TestAReleasedFleetCreatesNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, equalWeights)
		run, err := s.f.Run(t.Context(), 8, s.options())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Terminate(t.Context(), &provider.TerminateOptions{Wait: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.fleet(equalWeights).Resume(t.Context(), s.token, s.options()); err != nil {
			t.Errorf("the released run resumes with %v", err)
		}
		if n := len(s.sim.Instances()); n != 0 {
			t.Errorf("%d instances exist after the release, want none", n)
		}
	})
}

func TestWatchYieldsEveryInstanceAndEndsWhenItsLoopDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, equalWeights)
		run, err := s.f.Run(t.Context(), 8, s.options())
		if err != nil {
			t.Fatal(err)
		}
		running := map[string]bool{}
		for e, err := range run.Watch(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Instance.State == provider.StateRunning {
				running[e.Instance.ID] = true
			}
		}
		if len(running) != 8 {
			t.Errorf("%d instances were seen to run, want 8", len(running))
		}
		for range run.Watch(t.Context()) {
			break // the goroutines end with the loop: see TestMain
		}
	})
}

func TestSpreadAndPriceRules(t *testing.T) {
	price := func(amount, currency string) *catalog.Price {
		return &catalog.Price{Amount: amount, Currency: currency, Unit: catalog.PerHour, Instances: 1}
	}
	priced := func(i int, m *fleet.Member) {
		m.Price = []*catalog.Price{price("0.5", "CNY"), nil, price("0.1", "USD"), price("0.9", "CNY")}[i]
	}
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, priced)
		o := s.options()
		o.MaxShare = 50
		if _, err := s.f.Run(t.Context(), 10, o); err != nil {
			t.Fatal(err)
		}
		if got, want := s.counts(), [4]int{5, 5, 0, 0}; got != want {
			t.Errorf("with at most half on each member the clouds have %v, want %v", got, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newSimulated(t, priced)
		o := s.options()
		o.MaxPrice, o.Currency = "1", "CNY"
		if _, err := s.f.Run(t.Context(), 10, o); err != nil {
			t.Fatal(err)
		}
		if got, want := s.counts(), [4]int{10, 0, 0, 0}; got != want {
			t.Errorf("the clouds have %v instances, want %v", got, want)
		}
		o.MaxShare = 50
		s.sim.Reset(1)
		if _, err := s.f.Run(t.Context(), 10, o); err != nil {
			t.Fatal(err)
		}
		if got, want := s.counts(), [4]int{5, 0, 0, 5}; got != want {
			t.Errorf("the clouds have %v instances, want %v", got, want)
		}
		o.MaxPrice = "0.6"
		_, err := s.f.Run(t.Context(), 10, o)
		for _, want := range []string{"5 more than the members may have", "ens has no known price", "tencent has a price in USD"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error does not say %q: %v", want, err)
			}
		}
	})
}

func TestWrongMembersAreRefusedTogether(t *testing.T) {
	client, err := clouds.All()[0].New(clouds.Config{Transport: cloudsim.New(nil).Transport()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = fleet.New(
		fleet.Member{Client: client, Weight: -1},
		fleet.Member{Client: client, Spec: provider.RunInstancesSpec{Count: 3, DryRun: true}},
		fleet.Member{},
	)
	for _, want := range []string{
		"Members[0].Weight", "Members[1].Name", "Members[1].Spec.Count", "Members[1].Spec.DryRun", "Members[2].Client",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	f, err := fleet.New(fleet.Member{Client: client})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Run(t.Context(), 0, nil); err == nil || !strings.Contains(err.Error(), "Members[0].Spec.") {
		t.Errorf("a spec without an image is not refused before anything is sent: %v", err)
	}
}

func TestATokenOfAnotherFleetIsRefused(t *testing.T) {
	s := newSimulated(t, nil)
	for _, token := range []string{`{`, `{"fleet":2}`, `{"fleet":1,"total":1,"parts":[{"member":"mars","count":1}]}`} {
		if _, err := s.f.Resume(t.Context(), []byte(token), nil); !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("token %s: %v, want an error that matches ErrInvalid", token, err)
		}
	}
}
