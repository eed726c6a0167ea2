package provider_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// tagged creates n instances with a tag.
func tagged(t *testing.T, c *provider.Client, n int, value string) []string {
	t.Helper()
	s := spec(n)
	s.Tags = map[string]string{"team": value}
	op, err := c.RunInstances(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return op.InstanceIDs()
}

// capped has the cloud cut lists by tags short in silence.
func (f *fake) capped(most int) {
	f.limits.TagFilterCap = most
	f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
		page := f.look(r)
		if len(r.Tags) == 0 {
			return page, nil
		}
		first := 0
		_, _ = fmt.Sscan(r.PageToken, &first)
		if first+len(page.Instances) >= most {
			page.Instances, page.NextPage = page.Instances[:max(most-first, 0)], ""
		}
		return page, nil
	}
}

// A list by tags that reaches the cloud's cap is completed from the whole region,
// and yields every instance once.
func TestAListByTagsIsNotCutShort(t *testing.T) {
	for _, n := range []int{4, 5, 12} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			c := f.client()
			want := tagged(t, c, n, "a")
			tagged(t, c, 3, "b")
			f.capped(5)
			c = f.client()
			f.calls = nil
			got := list(t, c, provider.Query{Tags: map[string]string{"team": "a"}})
			if !slices.Equal(slices.Sorted(slices.Values(got)), want) {
				t.Errorf("%d instances, want %d: %v", len(got), n, got)
			}
			if calls := len(f.calls); n < 5 && calls != 1 {
				t.Errorf("%d calls for %d instances, fewer than the cap of 5; want one", calls, n)
			}
		})
	}
}

// A name may be filtered after the cloud has cut: nobody can count then.
func TestAListByTagsAndNameIsNotCutShort(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		tagged(t, c, 7, "a")
		s := spec(1)
		s.Name, s.Tags = "web", map[string]string{"team": "a"}
		op, err := c.RunInstances(t.Context(), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		f.limits.TagFilterCap = 5
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if len(r.Tags) > 0 {
				return &provider.DescribePage{}, nil // the five that the cap leaves have other names
			}
			return f.look(r), nil
		}
		got := list(t, f.client(), provider.Query{Name: "web", Tags: map[string]string{"team": "a"}})
		if !slices.Equal(got, op.InstanceIDs()) {
			t.Errorf("got %v, want %v", got, op.InstanceIDs())
		}
	})
}

func TestSweepSeesPastTheCap(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		lost := owned(t, f.client(), "billing", 12).InstanceIDs()
		time.Sleep(time.Hour)
		f.capped(5)
		found, err := f.client().Sweep(t.Context(), sweepOf("billing"))
		switch {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case !slices.Equal(idsOf(found), lost):
			t.Errorf("idsOf(found): got %v, want %v", idsOf(found), lost)
		}
	})
}

// A list that leaves out what the cloud counts is read again, and then an error.
func TestAShortListIsAnError(t *testing.T) {
	for _, lasts := range []bool{false, true} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			owned(t, f.client(), "billing", 3)
			time.Sleep(time.Hour)
			f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
				page := f.look(r)
				if lasts || n < 3 {
					page.Instances, page.Short = page.Instances[:1], true
				}
				return page, nil
			}
			o := sweepOf("billing")
			o.Terminate = true
			found, err := f.client().Sweep(t.Context(), o)
			want, left, kind := 3, 0, error(nil) // all go once the answer is whole
			if lasts {
				want, left, kind = 0, 3, provider.ErrUnavailable
			}
			if !errors.Is(err, kind) {
				t.Errorf("got error %v, want %v", err, kind)
			}
			if got := len(found); got != want {
				t.Errorf("found %d instances (%v), want %d", got, idsOf(found), want)
			}
			if got := len(f.alive()); got != left {
				t.Errorf("%d instances exist, want %d", got, left)
			}
		})
	}
}

// By IDs too: an answer that contradicts itself hides no instance.
func TestAShortAnswerByIDsIsAnError(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := run(t, f.client(), 3).InstanceIDs()
		whole := false
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			if page.Short = true; !whole {
				page.Instances = page.Instances[:2]
			}
			return page, nil
		}
		var last error
		for _, err := range f.client().DescribeInstances(t.Context(), provider.Query{IDs: ids}) {
			last = err
		}
		if !errors.Is(last, provider.ErrUnavailable) {
			t.Errorf("want ErrUnavailable, got %v", last)
		}
		whole = true // nothing that was asked for is missing
		if got := list(t, f.client(), provider.Query{IDs: ids}); len(got) != 3 {
			t.Errorf("%d instances of 3", len(got))
		}
	})
}

// Pages that are counted by offset show an instance twice when another appears
// before it.
func TestAnInstanceIsListedOnce(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		ids := run(t, f.client(), 150).InstanceIDs()
		f.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			if r.PageToken == "" {
				return f.look(r), nil
			}
			again := *r
			again.PageToken = "90"
			return f.look(&again), nil
		}
		got := slices.Sorted(slices.Values(list(t, f.client(), provider.Query{})))
		if slices.Sort(ids); !slices.Equal(got, ids) {
			t.Errorf("%d rows for %d instances", len(got), len(ids))
		}
	})
}

// A list whose pages go in a circle, or show nothing new for ever, is an error and no list.
func TestListsThatNeverEnd(t *testing.T) {
	for what, next := range map[string]func(n int) string{
		"a circle":    func(n int) string { return []string{"a", "b"}[n%2] },
		"nothing new": func(n int) string { return strconv.Itoa(n) },
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.describe = func(n int, _ *provider.DescribeRequest) (*provider.DescribePage, error) {
				return &provider.DescribePage{Instances: []provider.Instance{{ID: "i-1", State: provider.StateRunning}}, NextPage: next(n)}, nil
			}
			var last error
			for _, err := range f.client().DescribeInstances(t.Context(), provider.Query{}) {
				last = err
			}
			if !errors.Is(last, provider.ErrUnavailable) {
				t.Errorf("%s: got %v, want an error", what, last)
			}
			if n := len(f.calls); n > 100 {
				t.Errorf("%s: %d calls, want few", what, n)
			}
		})
	}
}

// A page that shows an instance in two states is no answer about it.
func TestAnInstanceInTwoStates(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		op := run(t, f.client(), 1)
		f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
			page := f.look(r)
			if n < 3 {
				dead := page.Instances[0]
				dead.State = provider.StateTerminated
				page.Instances, page.Short = append(page.Instances, dead), true
			}
			return page, nil
		}
		if list, err := op.Wait(t.Context(), nil); err != nil || len(list) != 1 {
			t.Errorf("%v, %v; want it to run", list, err)
		}
	})
}
