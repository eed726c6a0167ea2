package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestRunInstancesGivesTheIDs(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op, err := f.client().RunInstances(t.Context(), spec(3), nil)
		if err != nil || !slices.Equal(op.InstanceIDs(), f.alive()) || len(f.alive()) != 3 {
			t.Errorf("IDs %v, instances %v, %v", op.InstanceIDs(), f.alive(), err)
		}
		calls := f.made(provider.APIRunInstances)
		if len(calls) != 1 || calls[0].spec.Region != "region-1" || calls[0].spec.Count != 3 || calls[0].spec.MinCount != 3 {
			t.Errorf("%d creates, the first %+v; want one, complete", len(calls), calls[0].spec)
		}
		if op.Region() != "region-1" || op.ID() == "" {
			t.Errorf("operation %q in %q", op.ID(), op.Region())
		}
	})
}

// Whatever Count, MinCount and the cloud's limit are, the creates add up.
func TestSplitAddsUp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	for range rounds {
		f := newFake()
		f.limits.InstancesPerCreate = 1 + r.IntN(120)
		s := spec(r.IntN(700))
		s.MinCount = r.IntN(max(s.Count, 1) + 1)
		checkSplit(t, f, s)
	}
}

func checkSplit(t *testing.T, f *fake, s provider.RunInstancesSpec) {
	t.Helper()
	reqs, err := f.client().Preview(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	count, least := 0, 0
	for _, r := range reqs {
		var c, m int
		_, _ = fmt.Sscan(r.Params["Count"]+" "+r.Params["MinCount"], &c, &m)
		if c < 1 || c > f.limits.InstancesPerCreate || m < 1 || m > c {
			t.Errorf("Count %d, MinCount %d, limit %d: a create of %d to %d", s.Count, s.MinCount, f.limits.InstancesPerCreate, m, c)
		}
		count, least = count+c, least+m
	}
	want := s.MinCount
	if want == 0 {
		want = max(s.Count, 1)
	}
	fewest := (max(s.Count, 1) + f.limits.InstancesPerCreate - 1) / f.limits.InstancesPerCreate
	if count != max(s.Count, 1) || len(reqs) != fewest {
		t.Errorf("Count %d, limit %d: %d creates of %d instances", s.Count, f.limits.InstancesPerCreate, len(reqs), count)
	}
	// One instance is the least a create can ask for.
	switch {
	case least < want:
		t.Errorf("Count %d, MinCount %d, limit %d: least: got %v, want at least %v", s.Count, s.MinCount, f.limits.InstancesPerCreate, least, want)
	case least > want+len(reqs)-1:
		t.Errorf("Count %d, MinCount %d, limit %d: least: got %v, want at most %v", s.Count, s.MinCount, f.limits.InstancesPerCreate, least, want+len(reqs)-1)
	case want >= count && least != want:
		t.Errorf("Count %d, MinCount %d, limit %d: least: got %v, want %v", s.Count, s.MinCount, f.limits.InstancesPerCreate, least, want)
	}
}

func TestPrivateAddressesAreDealtOut(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		s := spec(5)
		s.Network.PrivateIPs = addrs("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5")
		if _, err := f.client().RunInstances(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		var dealt []string
		for _, c := range f.made(provider.APIRunInstances) {
			if len(c.spec.Network.PrivateIPs) != c.spec.Count {
				t.Errorf("%d addresses for %d instances", len(c.spec.Network.PrivateIPs), c.spec.Count)
			}
			for _, a := range c.spec.Network.PrivateIPs {
				dealt = append(dealt, a.String())
			}
		}
		slices.Sort(dealt)
		if want := []string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"}; !slices.Equal(dealt, want) {
			t.Errorf("dealt %v, want each once", dealt)
		}
	})
}

func TestTheCallersSpecIsNotTouched(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 1
		build := func() provider.RunInstancesSpec {
			s := *full()
			s.Count, s.MinCount, s.ClientToken = 2, 1, ""
			s.Hardware, s.Login = provider.Hardware{}, provider.Login{Password: planted}
			s.Network = provider.Network{PrivateIPs: addrs("10.0.0.1", "10.0.0.2"), SecurityGroupIDs: []string{"b", "a"}, PublicIP: &provider.PublicIP{}}
			s.SystemDisk, s.DataDisks = provider.Disk{}, []provider.Disk{{Type: "b"}, {Type: "a"}}
			s.Billing, s.Placement, s.LaunchTemplate, s.UniqueSuffix = provider.Billing{}, provider.Placement{}, nil, false
			return s
		}
		s := build()
		if _, err := f.client().RunInstances(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s, build()) {
			t.Error("the spec has changed")
		}
	})
}

func TestTokensFollowFromOperationAndPart(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 10
		send := func(id string) []string {
			f.calls = nil
			if _, err := f.client().RunInstances(t.Context(), spec(30), &provider.RunOptions{OperationID: id}); err != nil {
				t.Fatal(err)
			}
			return slices.Sorted(slices.Values(f.tokensSent()))
		}
		first, again, other := send("job-1"), send("job-1"), send("job-2")
		if !slices.Equal(first, again) {
			t.Errorf("the same operation sent %v, then %v", first, again)
		}
		if len(f.alive()) != 60 {
			t.Errorf("%d instances; the repetition must not have made any", len(f.alive()))
		}
		all := append(slices.Clone(first), other...)
		slices.Sort(all)
		if len(slices.Compact(all)) != 6 {
			t.Errorf("tokens are not distinct: %v", all)
		}
		for _, token := range all {
			bad := strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
			switch {
			case token == "":
				t.Errorf("token: got %q, want anything but %q", token, "")
			case len(token) > 64:
				t.Errorf("length of token: got %v, want at most 64", len(token))
			case bad >= 0:
				t.Errorf("bad: got %v, want less than 0", bad)
			}
		}
	})
}

func TestACallersOwnTokenIsUsed(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.run = func(n int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			if n == 1 {
				return nil, lost()
			}
			return f.create(s), nil
		}
		s := spec(1)
		s.ClientToken = "mine"
		if _, err := f.client().RunInstances(t.Context(), s, nil); err != nil || !slices.Equal(f.tokensSent(), []string{"mine", "mine"}) {
			t.Errorf("tokens %v, %v", f.tokensSent(), err)
		}
	})
}

func TestACloudWithoutTokensGetsNone(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.ClientToken = false
		run(t, f.client(), 1)
		if got := f.tokensSent(); !slices.Equal(got, []string{""}) {
			t.Errorf("tokens %q", got)
		}
	})
}

// bad are specs and options that must be refused before any call.
func TestABadSpecSendsNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.fields = slices.DeleteFunc(everything(), func(x provider.Field) bool { return x.Path == "Zone" })
		f.limits.InstancesPerCreate = 10
		type s = provider.RunInstancesSpec
		for what, tc := range map[string]struct {
			change func(*s)
			id     string
			paths  []string
		}{
			"rule and table together":    {func(s *s) { s.Count, s.Zone = -1, "z" }, "", []string{"Count", "Zone"}},
			"a token for two creates":    {func(s *s) { s.Count, s.ClientToken = 11, "mine" }, "", []string{"ClientToken"}},
			"numbers over two creates":   {func(s *s) { s.Count, s.Name, s.UniqueSuffix = 11, "n", true }, "", []string{"UniqueSuffix"}},
			"an operation ID too long":   {func(*s) {}, strings.Repeat("x", 65), []string{"RunOptions.OperationID"}},
			"an operation ID with space": {func(*s) {}, "a b", []string{"RunOptions.OperationID"}},
			"an operation ID and a rule": {func(s *s) { s.Count = -1 }, "é", []string{"RunOptions.OperationID", "Count"}},
		} {
			sp := spec(1)
			tc.change(&sp)
			op, err := f.client().RunInstances(t.Context(), sp, &provider.RunOptions{OperationID: tc.id})
			switch got := paths(t, err); {
			case op != nil:
				t.Errorf("%s: op: got %v, want nil", what, op)
			case !slices.Equal(got, tc.paths):
				t.Errorf("%s: result: got %v, want %v", what, got, tc.paths)
			case !errors.Is(err, provider.ErrInvalid):
				t.Errorf("%s: got error %v, want %v", what, err, provider.ErrInvalid)
			}
		}
		if _, err := provider.NewClient(f, nil).RunInstances(t.Context(), spec(1), nil); !slices.Equal(paths(t, err), []string{"Region"}) {
			t.Errorf("without a region: %v", err)
		}
		if n := len(f.made(provider.APIRunInstances)); n != 0 {
			t.Errorf("%d creates were sent", n)
		}
	})
}

// One problem is told once: a token that the cloud does not have need not fit
// into one call as well.
func TestAnUnsupportedTokenIsOneProblem(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.fields = slices.DeleteFunc(everything(), func(x provider.Field) bool { return x.Path == "ClientToken" })
		f.limits.InstancesPerCreate = 10
		s := spec(11)
		s.ClientToken = "mine"
		switch _, err := f.client().RunInstances(t.Context(), s, nil); {
		case !slices.Equal(paths(t, err), []string{"ClientToken"}):
			t.Errorf("paths of the error: got %v, want %v", paths(t, err), []string{"ClientToken"})
		case !errors.Is(err, errors.ErrUnsupported):
			t.Errorf("got error %v, want %v", err, errors.ErrUnsupported)
		}
	})
}

func TestTheDriversOwnLimitsAreChecked(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.valid = func(s *provider.RunInstancesSpec) error {
			c := provider.Checker{Driver: "fake"}
			c.Require(s.Name != "bad", "Name", s.Name, "must be good")
			return c.Err()
		}
		s := spec(1)
		s.Name = "bad"
		op, err := f.client().RunInstances(t.Context(), s, nil)
		switch {
		case op != nil:
			t.Errorf("op: got %v, want nil", op)
		case !slices.Equal(paths(t, err), []string{"Name"}):
			t.Errorf("paths of the error: got %v, want %v", paths(t, err), []string{"Name"})
		case len(f.calls) != 0:
			t.Errorf("calls: got %v, want 0", len(f.calls))
		}
		if _, err := f.client().Preview(s, nil); !slices.Equal(paths(t, err), []string{"Name"}) {
			t.Errorf("a preview must refuse the same: %v", err)
		}
		f.valid = func(*provider.RunInstancesSpec) error { return errors.New("odd") }
		switch op, err := f.client().RunInstances(t.Context(), spec(1), nil); {
		case op != nil:
			t.Errorf("op: got %v, want nil", op)
		case err == nil:
			t.Error("got no error, want one")
		case !strings.Contains(err.Error(), "odd"):
			t.Errorf("got %q, want %q in it", err.Error(), "odd")
		}
	})
}

// Every problem is reported at once: the driver is asked also when the
// rules of all clouds are broken, and believed about other fields only.
func TestAllProblemsComeTogether(t *testing.T) {
	f := newFake()
	f.fields = slices.DeleteFunc(everything(), func(x provider.Field) bool { return x.Path == "Zone" })
	bad := spec(1)
	bad.Count, bad.Zone, bad.Name = -1, "z", "bad"
	bad.DataDisks = []provider.Disk{{SizeGiB: -1}, {SizeGiB: 7}}
	f.valid = func(s *provider.RunInstancesSpec) error {
		c := provider.Checker{Driver: "fake"}
		for _, path := range []string{"Count", "Zone", "DataDisks[0]", "DataDisks[0].SizeGiB.Unit", "DataDisks[1].SizeGiB", "Name", "Zones"} {
			c.Fail(path, nil, "says the driver")
		}
		return c.Err()
	}
	refused := func(want ...string) {
		t.Helper()
		op, err := f.client().RunInstances(t.Context(), bad, nil)
		switch got := paths(t, err); {
		case op != nil:
			t.Errorf("op: got %v, want nil", op)
		case !slices.Equal(got, want):
			t.Errorf("result: got %v, want %v", got, want)
		case len(f.calls) != 0:
			t.Errorf("calls: got %v, want 0", len(f.calls))
		}
	}
	refused("Count", "DataDisks[0].SizeGiB", "Zone", "DataDisks[1].SizeGiB", "Name", "Zones")
	f.valid = func(*provider.RunInstancesSpec) error { return errors.New("odd") }
	refused("Count", "DataDisks[0].SizeGiB", "Zone")
}

// A driver's rules may be long: each spec that follows from the options is looked at once.
func TestEachSpecIsValidatedOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*provider.RunInstancesSpec)
		want   []string
	}{
		"valid":   {func(*provider.RunInstancesSpec) {}, []string{"type-1", "type-1 with an owner", "type-2", "type-3"}},
		"invalid": {func(s *provider.RunInstancesSpec) { s.MinCount = -1 }, []string{"type-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			f := newFake()
			f.valid = func(s *provider.RunInstancesSpec) error {
				text := s.InstanceType
				if s.Tags[provider.OwnerTag] != "" {
					text += " with an owner"
				}
				got = append(got, text)
				return nil
			}
			s := spec(1)
			s.InstanceType = "type-1"
			tc.change(&s)
			o := &provider.RunOptions{Owner: "me", Alternatives: []provider.Alternative{{InstanceType: "type-2"}, {InstanceType: "type-3"}}}
			_ = f.client().Validate(s, o)
			if !slices.Equal(got, tc.want) {
				t.Errorf("the driver was asked about %q, want %q", got, tc.want)
			}
		})
	}
}

// Drivers look into the options of vendors: they are not asked about options that are nil.
func TestDriversAreNotAskedAboutNilOptions(t *testing.T) {
	f := newFake()
	f.valid = func(*provider.RunInstancesSpec) error { panic("it looked into nil options") }
	for _, option := range []provider.VendorOption{nil, (*option)(nil)} {
		s := spec(1)
		s.Vendor = []provider.VendorOption{option}
		if got, want := paths(t, f.client().Validate(s, nil)), []string{"Vendor[0]"}; !slices.Equal(got, want) {
			t.Errorf("%q are refused, want %q", got, want)
		}
	}
}

func TestADryRunMakesNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return &provider.RunResult{RequestID: "r"}, nil
		}
		s := spec(3)
		s.DryRun = true
		op, err := f.client().RunInstances(t.Context(), s, nil)
		switch {
		case err != nil:
			t.Fatalf("got error %v, want none", err)
		case op == nil:
			t.Fatalf("no operation: error %v", err)
		case len(op.InstanceIDs()) != 0:
			t.Fatalf("number of IDs: got %v, want 0", len(op.InstanceIDs()))
		}
		if list, err := op.Wait(t.Context(), nil); err != nil || len(list) != 0 {
			t.Errorf("waiting for nothing: %v, %v", list, err)
		}
		f.run = func(int, *provider.RunInstancesSpec) (*provider.RunResult, error) {
			return nil, refusal(provider.ErrQuota, "Quota")
		}
		switch op, err := f.client().RunInstances(t.Context(), s, nil); {
		case op == nil:
			t.Errorf("no operation: error %v", err)
		case !errors.Is(err, provider.ErrQuota):
			t.Errorf("got error %v, want %v", err, provider.ErrQuota)
		}
	})
}

func TestPreviewShowsEveryRequest(t *testing.T) {
	f := newFake()
	f.limits.InstancesPerCreate = 2
	s := spec(5)
	s.Login.Password = planted
	reqs, err := f.client().Preview(s, nil)
	switch {
	case err != nil:
		t.Fatalf("got error %v, want none", err)
	case len(reqs) != 3:
		t.Fatalf("length of reqs: got %v, want 3", len(reqs))
	case reqs[2].Params["Count"] != "1":
		t.Fatalf("reqs[2].Params['Count']: got %q, want %q", reqs[2].Params["Count"], "1")
	}
	for _, r := range reqs {
		switch {
		case shows(fmt.Sprint(r)):
			t.Error("the preview shows a secret")
		case r.Params["ClientToken"] == "":
			t.Errorf("r.Params['ClientToken']: got %q, want anything but %q", r.Params["ClientToken"], "")
		}
	}
	if len(f.calls) != 0 {
		t.Errorf("%d calls were made", len(f.calls))
	}
}

// A preview shows the caller's own token, and a stand-in for one that would be drawn.
// Where the cloud takes none there is none.
func TestPreviewShowsTheToken(t *testing.T) {
	for _, tc := range []struct {
		what  string
		takes bool // the cloud takes tokens
		own   string
		want  string
	}{
		{"the caller's own", true, "mine", "mine"},
		{"drawn", true, "", "drawn-for-each-operation"},
		{"none", false, "", ""},
	} {
		f := newFake()
		f.limits.ClientToken = tc.takes
		s := spec(1)
		s.ClientToken = tc.own
		reqs, err := f.client().Preview(s, nil)
		if err != nil {
			t.Fatalf("%s: %v", tc.what, err)
		}
		if got := reqs[0].Params["ClientToken"]; got != tc.want {
			t.Errorf("%s: the token is %q, want %q", tc.what, got, tc.want)
		}
	}
}

// unpreviewed is a driver that fails to show a request.
type unpreviewed struct{ *fake }

var errUnpreviewed = errors.New("no region of that name")

func (unpreviewed) PreviewRun(*provider.RunInstancesSpec) (provider.Request, error) {
	return provider.Request{}, errUnpreviewed
}

func TestPreviewReturnsTheDriversError(t *testing.T) {
	c := provider.NewClient(unpreviewed{newFake()}, &provider.Options{Region: "r"})
	if reqs, err := c.Preview(spec(1), nil); !errors.Is(err, errUnpreviewed) {
		t.Errorf("got %v, %v; want the driver's error", reqs, err)
	}
}

// bare is a driver without abilities beyond the interface.
type bare struct{ provider.Driver }

func TestPreviewNeedsTheAbility(t *testing.T) {
	c := provider.NewClient(bare{newFake()}, &provider.Options{Region: "r"})
	if _, err := c.Preview(spec(1), nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

func TestAClientTellsWhatItIs(t *testing.T) {
	f := newFake()
	f.limits = provider.Limits{Rates: map[provider.API]provider.Rate{provider.AnyAPI: {Calls: 1, Per: time.Second}}}
	c := f.client()
	l := c.Limits()
	switch {
	case c.Name() != "fake":
		t.Errorf("c.Name(): got %q, want %q", c.Name(), "fake")
	case c.Support().Driver() != "fake":
		t.Errorf("c.Support().Driver(): got %q, want %q", c.Support().Driver(), "fake")
	case l.InstancesPerCreate != 1:
		t.Errorf("l.InstancesPerCreate: got %v, want 1", l.InstancesPerCreate)
	case l.IDsPerDescribe != 1:
		t.Errorf("l.IDsPerDescribe: got %v, want 1", l.IDsPerDescribe)
	case l.IDsPerTerminate != 1:
		t.Errorf("l.IDsPerTerminate: got %v, want 1", l.IDsPerTerminate)
	case l.FirstLook != 10*time.Second:
		t.Errorf("l.FirstLook: got %v, want %v", l.FirstLook, 10*time.Second)
	}
	delete(l.Rates, provider.AnyAPI)
	if len(c.Limits().Rates) != 1 {
		t.Error("a caller's change reached the client")
	}
}

func TestCreatesRunSideBySide(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate, f.delay = 1, time.Second
		start := time.Now()
		op := run(t, f.client(), 16)
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("16 creates of a second took %v, want two rounds of eight", took)
		}
		if len(op.InstanceIDs()) != 16 {
			t.Errorf("%d IDs", len(op.InstanceIDs()))
		}
		token, err := op.MarshalText()
		switch {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case !json.Valid(token):
			t.Errorf("the token %q is no JSON", token)
		}
	})
}

func TestAnEndedContextSendsNothing(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		op, err := f.client().RunInstances(ctx, spec(1), nil)
		switch {
		case op == nil:
			t.Errorf("no operation: error %v", err)
		case !errors.Is(err, context.Canceled):
			t.Errorf("got error %v, want %v", err, context.Canceled)
		case errors.Is(err, provider.ErrOutcomeUnknown):
			t.Errorf("got error %v, which must not match %v", err, provider.ErrOutcomeUnknown)
		}
		for _, err := range f.client().DescribeInstances(ctx, provider.Query{}) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("describe: %v", err)
			}
		}
		if _, err := f.client().TerminateInstances(ctx, "", []string{"i-1"}, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("terminate: %v", err)
		}
		if len(f.calls) != 0 {
			t.Errorf("%d calls were made", len(f.calls))
		}
	})
}

func TestAnswersKeepWhatTheCloudCallsARequest(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.InstancesPerCreate = 2
		f.run = func(_ int, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			ids := []string{"i-1", "i-2"}
			if s.Count == 1 {
				ids = []string{"i-3"}
			}
			return &provider.RunResult{InstanceIDs: ids, RequestID: "req-" + ids[0], OrderID: "order-" + ids[0], JobID: "job-" + ids[0]}, nil
		}
		op, err := f.client().RunInstances(t.Context(), provider.RunInstancesSpec{Region: "r", Count: 3}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := op.Answers()
		if len(got) != 2 || got[0].RequestID != "req-i-1" || got[1].OrderID != "order-i-3" || got[1].JobID != "job-i-3" || len(got[0].InstanceIDs) != 2 {
			t.Errorf("got %+v, want the two answers in order", got)
		}
		got[0].InstanceIDs[0] = "changed"
		if op.Answers()[0].InstanceIDs[0] != "i-1" {
			t.Error("a caller can change what the operation remembers")
		}
	})
}
