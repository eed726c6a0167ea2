package provider_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// attempts answers the attempts of a call one after the other, the last answer for ever.
type attempts struct {
	errs   []error
	tokens []string
	at     []time.Time
}

func (a *attempts) next(token string) error {
	a.tokens, a.at = append(a.tokens, token), append(a.at, time.Now())
	return a.errs[min(len(a.at), len(a.errs))-1]
}

// besideCall returns a call of a package beside provider, to a client in region-1.
func besideCall(api provider.API, f *fake, change ...func(*provider.Options)) provider.Call {
	c := f.client(change...)
	return provider.Call{Client: c, Region: c.Region(), API: api}
}

// What is repeated, and what its end is, depends on what the call does.
func TestCallsOfPackagesBesideAreRepeatedWhileThatIsSafe(t *testing.T) {
	gone := refusal(provider.ErrNotFound, "NotFound")
	read := func(ctx context.Context, c provider.Call, a *attempts) error {
		return c.Read(ctx, func(context.Context) (string, error) { return "req", a.next("") })
	}
	changes := func(ctx context.Context, c provider.Call, a *attempts) error {
		return c.Change(ctx, func(context.Context) error { return a.next("") })
	}
	deletes := func(ctx context.Context, c provider.Call, a *attempts) error {
		return c.Delete(ctx, func(context.Context) error { return a.next("") })
	}
	creates := func(ctx context.Context, c provider.Call, a *attempts) error {
		_, err := c.Create(ctx, "", func(_ context.Context, token string) (string, string, error) {
			return "thing-1", "req", a.next(token)
		})
		return err
	}
	for name, tc := range map[string]struct {
		send  func(context.Context, provider.Call, *attempts) error
		errs  []error
		want  error
		calls int
	}{
		"a read, lost":                     {read, []error{lost(), nil}, nil, 2},
		"a read, refused":                  {read, []error{gone, nil}, provider.ErrNotFound, 1},
		"a change, lost":                   {changes, []error{lost(), nil}, nil, 2},
		"a change, lost and then gone":     {changes, []error{lost(), gone}, provider.ErrNotFound, 2},
		"a delete, lost and then gone":     {deletes, []error{lost(), gone}, nil, 2},
		"a delete, throttled, then gone":   {deletes, []error{throttled(), gone}, provider.ErrNotFound, 2},
		"a create, throttled":              {creates, []error{throttled(), nil}, nil, 2},
		"a create, lost, without a token":  {creates, []error{lost(), nil}, provider.ErrOutcomeUnknown, 1},
		"a create, refused":                {creates, []error{refusal(provider.ErrQuota, "Full"), nil}, provider.ErrQuota, 1},
		"a change, throttled again and on": {changes, []error{throttled(), throttled(), throttled(), nil}, nil, 4},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				a := &attempts{errs: tc.errs}
				if err := tc.send(t.Context(), besideCall("DoThing", f), a); !errors.Is(err, tc.want) {
					t.Errorf("the error is %v, want %v", err, tc.want)
				}
				if len(a.at) != tc.calls {
					t.Errorf("%d attempts, want %d", len(a.at), tc.calls)
				}
			})
		})
	}
}

func TestACreateOfAPackageBesideKeepsItsToken(t *testing.T) {
	for name, own := range map[string]string{"drawn": "", "the user's": "mine-1"} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				f.limits.Idempotent = []provider.API{"CreateThing"}
				a := &attempts{errs: []error{lost(), lost(), nil}}
				id, err := besideCall("CreateThing", f).Create(t.Context(), own,
					func(_ context.Context, token string) (string, string, error) { return "thing-1", "req", a.next(token) })
				if err != nil {
					t.Fatal(err)
				}
				if id != "thing-1" {
					t.Errorf("the ID is %q, want thing-1", id)
				}
				if len(a.tokens) != 3 {
					t.Errorf("%d attempts, want 3", len(a.tokens))
				}
				first := a.tokens[0]
				if own != "" && first != own {
					t.Errorf("the token is %q, want %q", first, own)
				}
				switch same := slices.Compact(a.tokens); {
				case len(same) != 1:
					t.Errorf("length of same: got %v, want 1", len(same))
				case first == "":
					t.Errorf("first: got %q, want anything but %q", first, "")
				}
			})
		})
	}
}

func TestACreateThatNamesNothingLeavesItOpen(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		_, err := besideCall("CreateThing", f).Create(t.Context(), "",
			func(context.Context, string) (string, string, error) { return "", "req-7", nil })
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v, want ErrOutcomeUnknown", err)
		}
		var e *provider.APIError
		if !errors.As(err, &e) {
			t.Fatalf("got %v, want an APIError", err)
		}
		if e.Op != "CreateThing" || e.RequestID != "req-7" {
			t.Errorf("the error is of %s, request %s; want CreateThing and req-7", e.Op, e.RequestID)
		}
	})
}

// The rates of the user hold for every name of a call.
func TestCallsOfPackagesBesideWaitForTheBudget(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := besideCall("ReadThing", f, func(o *provider.Options) {
			o.Rates = map[provider.API]provider.Rate{"ReadThing": {Calls: 1, Per: time.Minute}}
		})
		a := &attempts{errs: []error{nil}}
		for range 3 {
			if err := c.Read(t.Context(), func(context.Context) (string, error) { return "req", a.next("") }); err != nil {
				t.Fatal(err)
			}
		}
		if took := a.at[2].Sub(a.at[0]); took < 2*time.Minute {
			t.Errorf("three calls took %v, want at least 2m at one a minute", took)
		}
	})
}

func TestEveryAttemptOfAPackageBesideIsARecord(t *testing.T) {
	var log strings.Builder
	synctest.Test(t, func(t *testing.T) {
		c := besideCall("ReadThing", newFake(), func(o *provider.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		})
		a := &attempts{errs: []error{throttled(), nil}}
		if err := c.Read(t.Context(), func(context.Context) (string, error) { return "req-9", a.next("") }); err != nil {
			t.Fatal(err)
		}
	})
	records := strings.Split(strings.TrimSpace(log.String()), "\n")
	records = slices.DeleteFunc(records, func(r string) bool { return !strings.Contains(r, `msg="cloud call"`) })
	if len(records) != 2 {
		t.Fatalf("%d records, want 2: %q", len(records), records)
	}
	for _, word := range []string{"call=ReadThing", "region=region-1", "request=req-9", "outcome=ok"} {
		if !strings.Contains(records[1], word) {
			t.Errorf("the record is %q, want %s in it", records[1], word)
		}
	}
}

func TestPagesAreReadAsTheLoopGoesOn(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var tokens []string
		a := &attempts{errs: []error{nil, lost(), nil}}
		list := provider.ReadPages(t.Context(), besideCall("ListThings", f),
			func(_ context.Context, token string) (*provider.Page[int], error) {
				tokens = append(tokens, token)
				next := map[string]string{"": "2", "2": "3"}[token]
				return &provider.Page[int]{Items: []int{len(tokens)}, NextPage: next}, a.next("")
			})
		n := 0
		for _, err := range list {
			if n++; err != nil {
				t.Fatal(err)
			}
		}
		if want := []string{"", "2", "2", "3"}; !slices.Equal(tokens, want) {
			t.Errorf("the pages %q were read, want %q", tokens, want)
		}
		if n != 3 {
			t.Errorf("%d items, want 3", n)
		}
	})
}

// One instance that cannot be changed stops no other, and one that has changed is no failure.
func TestInstancesAreChangedInFewCalls(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		var mu sync.Mutex // of what follows: calls go out side by side
		changed := map[string]bool{"i-2": true}
		calls := 0
		b := provider.Batch{
			What: "paint", Size: 3,
			Attempt: func(_ context.Context, ids []string) error {
				mu.Lock()
				defer mu.Unlock()
				calls++
				if slices.ContainsFunc(ids, func(id string) bool { return changed[id] || id == "i-4" }) {
					return refusal(provider.ErrState, "Painted")
				}
				for _, id := range ids {
					changed[id] = true
				}
				return nil
			},
			Changed: func(context.Context) ([]string, error) {
				mu.Lock()
				defer mu.Unlock()
				return slices.Collect(maps.Keys(changed)), nil
			},
		}
		err := besideCall("PaintThing", f).EachInstance(t.Context(), []string{"i-1", "i-2", "i-3", "i-4", "i-5"}, b)
		var e *provider.BatchError
		if !errors.As(err, &e) {
			t.Fatalf("got %v, want a BatchError", err)
		}
		if failed := slices.Collect(maps.Keys(e.Failed)); !slices.Equal(failed, []string{"i-4"}) {
			t.Errorf("failed: %v, want i-4", failed)
		}
		if got := slices.Sorted(maps.Keys(changed)); !slices.Equal(got, []string{"i-1", "i-2", "i-3", "i-5"}) {
			t.Errorf("changed: %v, want all but i-4", got)
		}
		if calls > 6 {
			t.Errorf("%d calls, want at most 6", calls)
		}
	})
}

func TestTheLeavesThatASpecSets(t *testing.T) {
	s := provider.RunInstancesSpec{
		Zone: "z", DataDisks: []provider.Disk{{}, {SizeGiB: 20}}, Tags: map[string]string{}, Network: provider.Network{PublicIP: &provider.PublicIP{}},
	}
	var got []string
	for leaf, field := range s.SetLeaves() {
		got = append(got, leaf+" "+field)
	}
	want := []string{"Zone Zone", "Network.PublicIP Network.PublicIP", "DataDisks[] DataDisks", "DataDisks[].SizeGiB DataDisks[1].SizeGiB"}
	if !slices.Equal(got, want) {
		t.Errorf("set: %q, want %q", got, want)
	}
}

// Drivers read options only when nothing is wrong with them.
func TestOptionsThatADriverCanRead(t *testing.T) {
	for name, tc := range map[string]struct {
		list []provider.VendorOption
		want bool
	}{
		"none":          {nil, true},
		"two clouds":    {[]provider.VendorOption{option{"a"}, option{"b"}}, true},
		"one twice":     {[]provider.VendorOption{option{"a"}, option{"a"}}, false},
		"nil":           {[]provider.VendorOption{nil}, false},
		"a placeholder": {[]provider.VendorOption{shapes{Key: "[redacted]"}}, false},
	} {
		var k provider.Checker
		k.Fail("Name", nil, "a problem of another field")
		if got := k.In("Spec").VendorOptions("Vendor", tc.list); got != tc.want {
			t.Errorf("%s: %v, want %v; %v", name, got, tc.want, k.Err())
		}
	}
}
