package provider_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// shelf is how many instances of each type, in each zone, a cloud has in stock.
// What is not on it has no end.
type shelf map[string]int

// stocked makes creates take from the shelf: all that is asked for, or as many
// as there are when MinCount allows it.
func (f *fake) stocked(s shelf, scope provider.StockScope) {
	var mu sync.Mutex // creates come side by side
	f.run = func(_ int, r *provider.RunInstancesSpec) (*provider.RunResult, error) {
		mu.Lock()
		defer mu.Unlock()
		if f.remembers(r) {
			return f.create(r), nil
		}
		at := r.InstanceType + "@" + r.Zone
		left, finite := s[at]
		few := *r
		switch {
		case !finite || left >= r.Count:
		case left >= max(r.MinCount, 1) && r.MinCount > 0:
			few.Count = left
		default:
			e := refusal(provider.ErrNoStock, "NoStock")
			e.Stock = scope
			return nil, e
		}
		s[at] -= few.Count
		if !finite {
			delete(s, at)
		}
		return f.create(&few), nil
	}
}

// asked is what each create asked for: count, type and zone.
func (f *fake) asked() (out []string) {
	for _, c := range f.made(provider.APIRunInstances) {
		out = append(out, fmt.Sprintf("%dx%s@%s", c.spec.Count, c.spec.InstanceType, c.spec.Zone))
	}
	return out
}

// tried is the report of an error.
func tried(err error) (out []string) {
	var e *provider.RunError
	if errors.As(err, &e) {
		for _, t := range e.Tried {
			out = append(out, t.InstanceType+"@"+t.Zone)
		}
	}
	return out
}

// inZone is a spec for n instances in zone a, and options with alternatives of the
// same type in other zones.
func inZone(n int, zones ...string) (provider.RunInstancesSpec, *provider.RunOptions) {
	s := spec(n)
	s.Zone = "a"
	o := &provider.RunOptions{}
	for _, z := range zones {
		o.Alternatives = append(o.Alternatives, provider.Alternative{Zone: z})
	}
	return s, o
}

// What is out of stock comes from the next alternative: only the instances that
// are missing, in the order of preference.
func TestAlternatives(t *testing.T) {
	for _, tc := range []struct {
		what    string
		partial bool
		shelf   shelf
		asked   []string
		created int
		tried   []string
	}{
		{"in stock", true, shelf{}, []string{"5xt1.small@a"}, 5, nil},
		{"out of stock", true, shelf{"t1.small@a": 0}, []string{"5xt1.small@a", "5xt1.small@b"}, 5, nil},
		{"the third", true, shelf{"t1.small@a": 0, "t1.small@b": 0}, []string{"5xt1.small@a", "5xt1.small@b", "5xt1.small@c"}, 5, nil},
		{"some of each", true, shelf{"t1.small@a": 2, "t1.small@b": 1}, []string{"5xt1.small@a", "5xt1.small@a", "3xt1.small@b", "3xt1.small@b", "2xt1.small@c"}, 5, nil},
		{"some, all or nothing", false, shelf{"t1.small@a": 2, "t1.small@b": 1}, []string{"5xt1.small@a", "5xt1.small@b", "5xt1.small@c"}, 5, nil},
		{
			"nowhere", true,
			shelf{"t1.small@a": 1, "t1.small@b": 1, "t1.small@c": 1},
			[]string{"5xt1.small@a", "5xt1.small@a", "4xt1.small@b", "4xt1.small@b", "3xt1.small@c", "3xt1.small@c"}, // each short answer is asked for again
			3,
			[]string{"t1.small@a", "t1.small@b", "t1.small@c"},
		},
		{
			"nothing anywhere", false,
			shelf{"t1.small@a": 0, "t1.small@b": 0, "t1.small@c": 0},
			[]string{"5xt1.small@a", "5xt1.small@b", "5xt1.small@c"},
			0,
			[]string{"t1.small@a", "t1.small@b", "t1.small@c"},
		},
	} {
		t.Run(tc.what, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.limits.PartialCreates = tc.partial
				f.stocked(tc.shelf, "")
				s, o := inZone(5, "b", "c")
				op, err := f.client().RunInstances(t.Context(), s, o)
				if !slices.Equal(f.asked(), tc.asked) {
					t.Errorf("asked for %v, want %v", f.asked(), tc.asked)
				}
				if len(op.InstanceIDs()) != tc.created || len(f.alive()) != tc.created {
					t.Errorf("%d IDs, %d instances, want %d", len(op.InstanceIDs()), len(f.alive()), tc.created)
				}
				switch missing := tc.created < 5; {
				case (err != nil) != missing:
					t.Errorf("has an error: got %v, want %v", (err != nil), missing)
				case missing && !errors.Is(err, provider.ErrNoStock):
					t.Errorf("got error %v, want %v", err, provider.ErrNoStock)
				case !slices.Equal(tried(err), tc.tried):
					t.Errorf("alternatives tried: got %v, want %v", tried(err), tc.tried)
				}
				for _, at := range tc.tried {
					if zone := strings.TrimPrefix(at, "t1.small@"); !strings.Contains(err.Error(), "[t1.small "+zone+"]") {
						t.Errorf("the error does not name %s: %v", at, err)
					}
				}
				sent, asked := slices.Compact(f.tokensSent()), slices.Compact(f.asked())
				if distinct := slices.Compact(slices.Sorted(slices.Values(sent))); len(distinct) != len(asked) {
					t.Errorf("%d client tokens for %d creates of different instances: %v", len(distinct), len(asked), sent)
				}
			})
		})
	}
}

// A create of many calls moves only the calls on that found nothing.
func TestAlternativesOfALargeCreate(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 10
		f.stocked(shelf{"t1.small@a": 20, "t1.small@b": 10}, "")
		s, o := inZone(50, "b", "c")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil || len(op.InstanceIDs()) != 50 || len(f.alive()) != 50 {
			t.Fatalf("%d IDs, %d instances, %v", len(op.InstanceIDs()), len(f.alive()), err)
		}
		zones := map[string]int{}
		for _, c := range f.made(provider.APIRunInstances) {
			zones[c.spec.Zone]++
		}
		if zones["a"] != 5 || zones["b"] != 3 || zones["c"] != 2 {
			t.Errorf("creates by zone: %v, want 5, 3 and 2", zones)
		}
		if again, err := f.client().Resume(t.Context(), tokenOf(t, op), nil); err != nil || !slices.Equal(again.InstanceIDs(), op.InstanceIDs()) {
			t.Errorf("resumed: %v, %v", again, err)
		}
	})
}

// More of the same would not help against anything but a lack of stock.
func TestOnlyALackOfStockMovesOn(t *testing.T) {
	for _, kind := range []error{provider.ErrQuota, provider.ErrBalance, provider.ErrAuth, provider.ErrPermission, provider.ErrInvalid, provider.ErrNotFound} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.answers(fails(refusal(kind, "Refused")), works)
			s, o := inZone(2, "b")
			if _, err := f.client().RunInstances(t.Context(), s, o); !errors.Is(err, kind) || len(f.asked()) != 1 {
				t.Errorf("%v: got %v after %v, want the refusal after one create", kind, err, f.asked())
			}
		})
	}
}

// What was out of stock a moment ago is not asked for again, and neither is what
// the cloud's code proved beyond it.
func TestStockIsRemembered(t *testing.T) {
	for _, tc := range []struct {
		scope provider.StockScope
		other func(*provider.RunInstancesSpec) // than t1.small in zone a
		skips bool
	}{
		{"", func(*provider.RunInstancesSpec) {}, true},
		{"", func(s *provider.RunInstancesSpec) { s.SystemDisk.Type = "ssd" }, false},
		{"", func(s *provider.RunInstancesSpec) { s.InstanceType = "t2" }, false},
		{provider.StockOfType, func(s *provider.RunInstancesSpec) { s.SystemDisk.Type = "ssd" }, true},
		{provider.StockOfType, func(s *provider.RunInstancesSpec) { s.InstanceType = "t2" }, false},
		{provider.StockOfType, func(s *provider.RunInstancesSpec) { s.Zone = "c" }, false},
		{provider.StockOfType, func(s *provider.RunInstancesSpec) { s.Billing.Mode = provider.Spot }, false},
		{provider.StockOfType, func(s *provider.RunInstancesSpec) { s.Billing.Mode = provider.OnDemand }, true},
		{provider.StockOfType, func(s *provider.RunInstancesSpec) { s.Placement.GroupID = "other" }, false},
		{provider.StockOfType, func(s *provider.RunInstancesSpec) { s.Hardware.GPUs = 1 }, false},
		{"", func(s *provider.RunInstancesSpec) { s.Placement.DedicatedHostIDs = []string{"h"} }, false},
		{provider.StockOfZone, func(s *provider.RunInstancesSpec) { s.InstanceType = "t2" }, true},
		{provider.StockOfZone, func(s *provider.RunInstancesSpec) { s.Zone = "c" }, false},
		{provider.StockOfDisk, func(s *provider.RunInstancesSpec) { s.InstanceType = "t2" }, true},
		{provider.StockOfDisk, func(s *provider.RunInstancesSpec) { s.SystemDisk.Type = "ssd" }, false},
		{provider.StockOfSubnet, func(s *provider.RunInstancesSpec) { s.InstanceType = "t2" }, true},
		{provider.StockOfSubnet, func(s *provider.RunInstancesSpec) { s.Network.SubnetID = "other" }, false},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.stocked(shelf{"t1.small@a": 0}, tc.scope)
			c := f.client()
			s, o := inZone(1, "b")
			if _, err := c.RunInstances(t.Context(), s, o); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
			before := len(f.asked())
			tc.other(&s)
			if _, err := c.RunInstances(t.Context(), s, o); err != nil {
				t.Fatal(err)
			}
			if first := f.asked()[before]; strings.HasSuffix(first, "@b") != tc.skips {
				t.Errorf("scope %q: the second operation began with %s; skips: want %v", tc.scope, first, tc.skips)
			}
		})
	}
}

func TestStockIsForgottenAfterThreeMinutes(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stocked(shelf{"t1.small@a": 0}, provider.StockOfType)
		c := f.client()
		s, o := inZone(1, "b")
		for range 3 { // at 0:00, 3:01, 6:02
			if _, err := c.RunInstances(t.Context(), s, o); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3*time.Minute + time.Second)
		}
		if n := len(f.asked()); n != 6 {
			t.Errorf("%d creates, want two for each operation: %v", n, f.asked())
		}
		// An operation without alternatives asks whatever is remembered.
		_, _ = c.RunInstances(t.Context(), s, o)
		if _, err := c.RunInstances(t.Context(), s, nil); !errors.Is(err, provider.ErrNoStock) || f.asked()[len(f.asked())-1] != "1xt1.small@a" {
			t.Errorf("without alternatives: %v after %v", err, f.asked())
		}
	})
}

// An operation that skips what was out of stock a moment ago learns nothing new: the
// memory ends three minutes after the cloud's own word.
func TestSkippingDoesNotProlongTheMemory(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s, o := inZone(1, "b")
		f.stocked(shelf{"t1.small@a": 0}, provider.StockOfType)
		c := f.client()
		for range 5 { // one operation a minute, each of which would rather have zone a
			if _, err := c.RunInstances(t.Context(), s, o); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		inA := 0
		for _, asked := range f.asked() {
			if asked == "1xt1.small@a" {
				inA++
			}
		}
		if inA != 2 {
			t.Errorf("asked zone a %d times in five minutes, want 2: %q", inA, f.asked())
		}
	})
}

// All that could be tried was out of stock a moment ago: one error says so, and
// nothing is sent.
func TestNothingLeftToTry(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.stocked(shelf{"t1.small@a": 0, "t1.small@b": 0}, provider.StockOfType)
		c := f.client()
		s, o := inZone(1, "b")
		_, _ = c.RunInstances(t.Context(), s, o)
		before := len(f.asked())
		op, err := c.RunInstances(t.Context(), s, o)
		switch {
		case !errors.Is(err, provider.ErrNoStock):
			t.Errorf("got error %v, want %v", err, provider.ErrNoStock)
		case op == nil:
			t.Errorf("no operation: error %v", err)
		case len(f.asked()) != before:
			t.Errorf("creates: got %v, want %v", len(f.asked()), before)
		case !slices.Equal(tried(err), []string{"t1.small@a", "t1.small@b"}):
			t.Errorf("alternatives tried: got %v, want %v", tried(err), []string{"t1.small@a", "t1.small@b"})
		}
		if !strings.Contains(err.Error(), "a moment ago") {
			t.Errorf("the error does not say that nothing was asked: %v", err)
		}
	})
}

// An instance that was accepted and then fails to launch counts as no stock: it is
// released, and another comes from the next alternative.
func TestInstancesThatFailToLaunchAreReplaced(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case age < 10*time.Second:
				return provider.StatePending, "Pending"
			case id == "i-002" || id == "i-003":
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			return provider.StateRunning, "Running"
		}
		s, o := inZone(4, "b")
		s.Name, s.UniqueSuffix = "web", false
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		list, err := op.Wait(t.Context(), nil)
		if err != nil || len(list) != 4 {
			t.Fatalf("%d instances run, %v", len(list), err)
		}
		if want := []string{"i-001", "i-004", "i-005", "i-006"}; !slices.Equal(op.InstanceIDs(), want) || !slices.Equal(f.alive(), want) {
			t.Errorf("the operation has %v, the cloud %v, want %v", op.InstanceIDs(), f.alive(), want)
		}
		if want := []string{"4xt1.small@a", "2xt1.small@b"}; !slices.Equal(f.asked(), want) {
			t.Errorf("asked for %v, want %v", f.asked(), want)
		}
	})
}

// Where not all that failed can be replaced, the wait goes on for what could, and
// then says what is missing.
func TestInstancesThatFailToLaunchAreReplacedInPart(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case age < 10*time.Second:
				return provider.StatePending, "Pending"
			case id == "i-001" || id == "i-002":
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			return provider.StateRunning, "Running"
		}
		s, o := inZone(3, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		stock := fails(refusal(provider.ErrNoStock, "NoStock"))
		f.answers(works, works, works, works, stock) // zone b has one
		list, err := op.Wait(t.Context(), nil)
		if len(list) != 2 || !errors.Is(err, provider.ErrNoStock) || !errors.Is(err, provider.ErrLaunchFailed) {
			t.Errorf("%d instances run, want 2: %v", len(list), err)
		}
		if !slices.Equal(op.InstanceIDs(), f.alive()) {
			t.Errorf("the operation has %v, the cloud %v", op.InstanceIDs(), f.alive())
		}
	})
}

// What could not be replaced is told also when more instances fail later, for which
// there is nothing left to try.
func TestTwoWavesOfInstancesThatFailToLaunch(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case id == "i-001" || id == "i-002", id == "i-004" && age > time.Minute:
				return provider.StateFailed, "LAUNCH_FAILED"
			case id == "i-004":
				return provider.StatePending, "Pending"
			}
			return provider.StateRunning, "Running"
		}
		s, o := inZone(3, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		f.answers(works, works, works, works, fails(refusal(provider.ErrNoStock, "NoStock"))) // zone b has one, i-004
		var errs [2]error
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = op.Wait(t.Context(), nil) })
		}
		wg.Wait()
		for _, err := range errs {
			var w *provider.WaitError
			var r *provider.RunError
			switch {
			case !errors.As(err, &w):
				t.Errorf("got error %v, want a %T", err, w)
			case !errors.As(err, &r):
				t.Errorf("got error %v, want a %T", err, r)
			case r.Created != 2:
				t.Errorf("r.Created: got %v, want 2", r.Created)
			case !strings.Contains(err.Error(), "i-004"):
				t.Errorf("got %q, want %q in it", err.Error(), "i-004")
			}
		}
	})
}

// That a replacement may exist which nobody knows of is told, whatever becomes of the
// others.
func TestALostReplacementIsToldWhenAnotherFails(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		f.state = func(_ string, age time.Duration) (provider.State, string) {
			if age < 10*time.Second {
				return provider.StatePending, "Pending"
			}
			return provider.StateFailed, "LAUNCH_FAILED"
		}
		s, o := inZone(2, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex // of token: creates go out side by side
		token := ""
		isLost := func(of string) bool {
			mu.Lock()
			defer mu.Unlock()
			if token == "" {
				token = of
			}
			return token == of
		}
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if isLost(s.ClientToken) {
				return nil, lost()
			}
			return f.create(s), nil
		}
		_, err = op.Wait(t.Context(), nil)
		if !errors.Is(err, provider.ErrLaunchFailed) || !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v", err)
		}
	})
}

// A create that brought some instances of many, one of which failed, is read again from
// its token, also when there is no alternative in stock for it.
func TestInstancesOfAShortCreateThatFailToLaunch(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		stock := refusal(provider.ErrNoStock, "NoStock")
		stock.Stock = provider.StockOfType
		f.answers(tellsMade(2, stock), fails(stock))
		f.state = func(id string, age time.Duration) (provider.State, string) {
			switch {
			case age < 10*time.Second:
				return provider.StatePending, "Pending"
			case id == "i-001":
				return provider.StateFailed, "LAUNCH_FAILED"
			}
			return provider.StateRunning, "Running"
		}
		s, o := inZone(5, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if !errors.Is(err, provider.ErrNoStock) || len(op.InstanceIDs()) != 2 {
			t.Fatalf("%v, %v", op.InstanceIDs(), err)
		}
		if list, err := op.Wait(t.Context(), nil); !errors.Is(err, provider.ErrLaunchFailed) || len(list) != 1 {
			t.Errorf("%d instances run, %v", len(list), err)
		}
		again, err := f.client().Resume(t.Context(), tokenOf(t, op), nil)
		switch {
		case again == nil:
			t.Errorf("no operation: error %v", err)
		case !slices.Equal(again.InstanceIDs(), f.alive()):
			t.Errorf("IDs of the resumed operation: got %v, want %v", again.InstanceIDs(), f.alive())
		}
	})
}

// tellsMade makes n instances, and tells them beside an error.
func tellsMade(n int, err error) answer {
	return func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		some := *s
		some.Count = n
		return f.create(&some), err
	}
}

// When the alternatives are used up, the wait says which instances failed, and the
// failed ones stay in the caller's hands.
func TestInstancesThatFailToLaunchEverywhere(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.state = func(id string, age time.Duration) (provider.State, string) {
			return provider.StateFailed, "LAUNCH_FAILED"
		}
		s, o := inZone(2, "b")
		op, err := f.client().RunInstances(t.Context(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		list, err := op.Wait(t.Context(), nil)
		if !errors.Is(err, provider.ErrLaunchFailed) || len(list) != 0 {
			t.Errorf("%d instances run, %v", len(list), err)
		}
		if !slices.Equal(op.InstanceIDs(), f.alive()) || len(f.alive()) != 2 {
			t.Errorf("the operation has %v, the cloud %v", op.InstanceIDs(), f.alive())
		}
	})
}

// Bad alternatives are refused before anything is sent.
func TestBadAlternatives(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.valid = func(s *provider.RunInstancesSpec) error {
			var k provider.Checker
			k.Require(s.Zone != "nowhere", "Zone", s.Zone, "no such zone")
			return k.Err()
		}
		s, _ := inZone(1)
		for _, tc := range []struct {
			list []provider.Alternative
			spec func(*provider.RunInstancesSpec)
			at   []string
		}{
			{[]provider.Alternative{{}}, nil, []string{"RunOptions.Alternatives[0]"}},
			{[]provider.Alternative{{Zone: "b"}, {Zone: "b"}}, nil, []string{"RunOptions.Alternatives[1]"}},
			{[]provider.Alternative{{Zone: "b"}, {Zone: "nowhere"}}, nil, []string{"RunOptions.Alternatives[1].Zone"}},
			{[]provider.Alternative{{Zone: "b"}}, func(s *provider.RunInstancesSpec) { s.ClientToken = "mine" }, []string{"ClientToken"}},
			{[]provider.Alternative{{Zone: "b"}}, func(s *provider.RunInstancesSpec) { s.DryRun = true }, []string{"DryRun"}},
		} {
			bad := s
			if tc.spec != nil {
				tc.spec(&bad)
			}
			_, err := f.client().RunInstances(t.Context(), bad, &provider.RunOptions{Alternatives: tc.list})
			switch {
			case !slices.Equal(paths(t, err), tc.at):
				t.Errorf("%+v: paths of the error: got %v, want %v", tc.list, paths(t, err), tc.at)
			case len(f.calls) != 0:
				t.Errorf("%+v: calls: got %v, want 0", tc.list, len(f.calls))
			}
		}
	})
}

// An alternative changes the disk, the type, the zone and the subnet, and nothing else.
func TestAnAlternativeChangesTheSpec(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(refusal(provider.ErrNoStock, "NoStock")), works)
		s := spec(1)
		s.Zone, s.SystemDisk.Type, s.Network.SubnetID = "a", "ssd", "net-a"
		o := &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "t2.small", Zone: "b", SubnetID: "net-b", DiskType: "hdd"}}}
		if _, err := f.client().RunInstances(t.Context(), s, o); err != nil {
			t.Fatal(err)
		}
		got := f.made(provider.APIRunInstances)[1].spec
		if words := []string{got.InstanceType, got.Zone, got.Network.SubnetID, got.SystemDisk.Type}; !slices.Equal(words, []string{"t2.small", "b", "net-b", "hdd"}) {
			t.Errorf("asked for %v", words)
		}
		if got.ImageID != s.ImageID {
			t.Errorf("the image is %s, want %s", got.ImageID, s.ImageID)
		}
	})
}

// Without alternatives none was tried, also after a resume.
func TestNothingWasTriedWithoutAlternatives(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.answers(fails(refusal(provider.ErrNoStock, "NoStock")))
		s := spec(1)
		op, _ := f.client().RunInstances(t.Context(), s, nil)
		_, err := f.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if got := tried(err); got != nil || !errors.Is(err, provider.ErrNoStock) {
			t.Errorf("tried %v, %v; want nothing and no stock", got, err)
		}
	})
}
