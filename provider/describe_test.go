package provider_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// list reads everything a query finds.
func list(t *testing.T, c *provider.Client, q provider.Query) (ids []string) {
	t.Helper()
	for i, err := range c.DescribeInstances(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, i.ID)
	}
	return ids
}

func TestDescribeReadsAllPages(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		run(t, f.client(), 205)
		if got := list(t, f.client(), provider.Query{}); !slices.Equal(got, f.alive()) {
			t.Errorf("%d instances, want 205", len(got))
		}
		if n := len(f.made(provider.APIDescribeInstances)); n != 3 {
			t.Errorf("%d calls for 205 instances, want 3", n)
		}
	})
}

func TestDescribeByIDInChunks(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := run(t, f.client(), 120).InstanceIDs()
		asked := append(slices.Clone(ids), "i-gone")
		if got := list(t, f.client(), provider.Query{IDs: asked}); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(ids))) {
			t.Errorf("got %d of 120", len(got))
		}
		for _, c := range f.made(provider.APIDescribeInstances) {
			if len(c.ids) > 100 {
				t.Errorf("a call for %d IDs", len(c.ids))
			}
		}
	})
}

// A cloud may refuse a whole call because of one instance that it does not know. The
// others are found all the same, and released.
func TestOneUnknownInstanceHidesNoOther(t *testing.T) {
	withBin(t, func(t *testing.T, f *fake) {
		ids := oldPrepaid(t, f, 60)
		asked := slices.Insert(slices.Clone(ids), 30, "i-gone")
		asked = append(asked, "i-lost")
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			if len(page.Instances) < len(r.IDs) && len(r.IDs) > 1 {
				return nil, refusal(provider.ErrNotFound, "NotFound")
			}
			return page, nil
		}
		if got := list(t, f.client(), provider.Query{IDs: asked}); !slices.Equal(got, ids) {
			t.Errorf("%d of 60 instances are found", len(got))
		}
		if n := len(f.made(provider.APIDescribeInstances)); n > 30 {
			t.Errorf("%d calls", n)
		}
		terminatesBut(t, f.client(), []string{"i-gone", "i-lost"}, asked...)
		if left := f.alive(); len(left) > 0 {
			t.Errorf("still there: %v", left)
		}
	})
}

func TestDescribeByName(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		s := spec(1)
		s.Name = "web"
		if _, err := f.client().RunInstances(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		run(t, f.client(), 2)
		if got := list(t, f.client(), provider.Query{Name: "web"}); !slices.Equal(got, []string{"i-001"}) {
			t.Errorf("got %v", got)
		}
	})
}

// A filter that would be ignored is refused.
func TestDescribeRefusesWhatItCannotMean(t *testing.T) {
	f := newFake()
	for want, q := range map[string]provider.Query{
		"Query.Name":   {IDs: []string{"i-1"}, Name: "web"},
		"Query.Tags":   {IDs: []string{"i-1"}, Tags: map[string]string{"a": "b"}},
		"Query.IDs[1]": {IDs: []string{"i-1", ""}},
	} {
		n := 0
		for _, err := range f.client().DescribeInstances(t.Context(), q) {
			if n++; !slices.Equal(paths(t, err), []string{want}) {
				t.Errorf("%s: got %v", want, err)
			}
		}
		if n != 1 || len(f.calls) != 0 {
			t.Errorf("%s: %d pairs, %d calls; want one error and no call", want, n, len(f.calls))
		}
	}
}

func TestDescribeStopsWithTheLoop(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := run(t, f.client(), 205).InstanceIDs()
		for _, q := range []provider.Query{{}, {IDs: ids}} {
			n := describes(f, func() {
				seq := f.client().DescribeInstances(t.Context(), q)
				for range seq {
					break
				}
				for range seq { // and it may begin again
					break
				}
			})
			if n != 2 {
				t.Errorf("%d calls for two loops of one step", n)
			}
		}
	})
}

func TestDescribeRepeatsWhatMayPass(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		run(t, f.client(), 150)
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			switch n {
			case 1, 4:
				return nil, throttled()
			case 2, 5:
				return nil, lost()
			}
			return f.look(r), nil
		}
		if got := list(t, f.client(), provider.Query{}); len(got) != 150 {
			t.Errorf("%d instances, want 150, each once", len(got))
		}
	})
}

func TestDescribeEndsWithTheFirstError(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		run(t, f.client(), 150)
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if n > 1 {
				return nil, refusal(provider.ErrPermission, "No")
			}
			return f.look(r), nil
		}
		seen, failures := 0, 0
		for i, err := range f.client().DescribeInstances(t.Context(), provider.Query{}) {
			if err == nil {
				seen++
				continue
			}
			if failures++; !errors.Is(err, provider.ErrPermission) || i.ID != "" {
				t.Errorf("got %+v, %v", i, err)
			}
		}
		if seen != 100 || failures != 1 {
			t.Errorf("%d instances, %d errors; want the first page and one error", seen, failures)
		}
	})
}

func TestDescribeEndsWithItsContext(t *testing.T) {
	for what, prepare := range map[string]func(*fake){
		"hangs": func(f *fake) { f.delay = time.Hour },
		"throttled": func(f *fake) {
			f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, throttled() }
		},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			prepare(f)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			start := time.Now()
			for _, err := range f.client().DescribeInstances(ctx, provider.Query{}) {
				if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 2100*time.Millisecond {
					t.Errorf("%s: after %v: %v", what, took, err)
				}
			}
		})
	}
}

func TestSysCarriesTheVendorsRecord(t *testing.T) {
	type record struct{ n int }
	i := provider.Instance{ID: "i-1"}
	with := i.WithSys(&record{7})
	switch r, ok := with.Sys().(*record); {
	case !ok:
		t.Errorf("Sys: got a %T, want a *record", with.Sys())
	case r.n != 7:
		t.Errorf("r.n: got %v, want 7", r.n)
	case i.Sys() != nil:
		t.Errorf("i.Sys(): got %v, want nil", i.Sys())
	}
}

func TestARequestMatchesByEquality(t *testing.T) {
	web := provider.Instance{Name: "web", Tags: map[string]string{"a": "1", "b": ""}}
	for what, c := range map[string]struct {
		req  provider.DescribeRequest
		want bool
	}{
		"everything":       {provider.DescribeRequest{}, true},
		"the name":         {provider.DescribeRequest{Name: "web"}, true},
		"a part of it":     {provider.DescribeRequest{Name: "we"}, false},
		"more than it":     {provider.DescribeRequest{Name: "web1"}, false},
		"tags":             {provider.DescribeRequest{Tags: map[string]string{"a": "1", "b": ""}}, true},
		"another value":    {provider.DescribeRequest{Tags: map[string]string{"a": "2"}}, false},
		"an absent tag":    {provider.DescribeRequest{Tags: map[string]string{"c": ""}}, false},
		"IDs, no matter":   {provider.DescribeRequest{IDs: []string{"i-1"}, Name: "other"}, true},
		"name and bad tag": {provider.DescribeRequest{Name: "web", Tags: map[string]string{"a": "2"}}, false},
	} {
		if got := c.req.Matches(&web); got != c.want {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

// misled is a cloud whose describes are nonsense.
type misled struct {
	*fake
	page provider.DescribePage
}

func (m misled) DescribeInstances(context.Context, *provider.DescribeRequest) (*provider.DescribePage, error) {
	p := m.page
	return &p, nil
}

// A nonsensical page is an error, and no loop without end.
func TestDescribeRefusesNonsense(t *testing.T) {
	for name, page := range map[string]provider.DescribePage{
		"an instance without an ID":  {Instances: []provider.Instance{{Name: "web"}}, RequestID: "r-1"},
		"a page that follows itself": {NextPage: "2", RequestID: "r-1"},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, func(t *testing.T, f *fake) {
				c := provider.NewClient(misled{f, page}, &provider.Options{Region: "r", RetryFor: -1})
				var last error
				for i, err := range c.DescribeInstances(t.Context(), provider.Query{}) {
					if last = err; err == nil {
						t.Errorf("got %+v", i)
					}
				}
				var e *provider.APIError
				switch {
				case !errors.As(last, &e):
					t.Errorf("got error %v, want a %T", last, e)
				case e.RequestID != "r-1":
					t.Errorf("e.RequestID: got %q, want %q", e.RequestID, "r-1")
				}
			})
		})
	}
}
