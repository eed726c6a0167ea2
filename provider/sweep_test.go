package provider_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func sweepOf(owner string, live ...string) provider.SweepOptions {
	return provider.SweepOptions{Owner: owner, Live: func(context.Context) ([]string, error) { return live, nil }}
}

func owned(t *testing.T, c *provider.Client, owner string, n int) *provider.Operation {
	t.Helper()
	s := spec(n)
	s.Name = "web"
	op, err := c.RunInstances(t.Context(), s, &provider.RunOptions{Owner: owner, KeepMarker: true})
	if err != nil {
		t.Fatal(err)
	}
	return op
}

func idsOf(list []provider.Instance) (ids []string) {
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	slices.Sort(ids)
	return ids
}

// Sweep finds exactly the instances of the owner that no live operation knows and
// that are not young any more, whether tags or names mark them.
func TestSweep(t *testing.T) {
	for _, tags := range []bool{true, false} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			f.limits.ClientToken, f.limits.NameMarker = tags, !tags
			m := &marking{fake: f}
			if !tags {
				f.fields = slices.DeleteFunc(everything(), func(f provider.Field) bool { return f.Path == "Tags" })
				f.fields = append(f.fields, provider.Refused("Tags", "not at create"))
			}
			c := m.client()
			leaked, live := owned(t, c, "billing", 2), owned(t, c, "billing", 3)
			owned(t, c, "search", 2)
			run(t, c, 2)
			time.Sleep(16 * time.Minute)
			owned(t, c, "billing", 1) // young
			list, err := c.Sweep(t.Context(), sweepOf("billing", live.ID()))
			if err != nil || !slices.Equal(idsOf(list), leaked.InstanceIDs()) || len(f.alive()) != 10 {
				t.Errorf("tags %v: found %v, %v, %d instances left; want %v and all 10 left", tags, idsOf(list), err, len(f.alive()), leaked.InstanceIDs())
			}
			o := sweepOf("billing", live.ID())
			o.Terminate = true
			list, err = c.Sweep(t.Context(), o)
			if err != nil || !slices.Equal(idsOf(list), leaked.InstanceIDs()) || len(f.alive()) != 8 {
				t.Errorf("tags %v: released %v, %v, %d instances left", tags, idsOf(list), err, len(f.alive()))
			}
			switch list, err = c.Sweep(t.Context(), o); {
			case err != nil:
				t.Errorf("tags %v: got error %v, want none", tags, err)
			case len(list) != 0:
				t.Errorf("tags %v: number of instances: got %v, want 0", tags, len(list))
			}
		})
	}
}

// The list of live operations is asked for after the cloud was listed: one that
// begins meanwhile is known.
func TestSweepListsTheCloudFirst(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		c := f.client()
		owned(t, c, "billing", 1)
		time.Sleep(time.Hour)
		f.calls = nil
		o := sweepOf("billing")
		o.Live = func(context.Context) ([]string, error) {
			if len(f.made(provider.APIDescribeInstances)) == 0 {
				t.Error("the live operations were asked for before the cloud was listed")
			}
			return nil, nil
		}
		switch list, err := c.Sweep(t.Context(), o); {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case len(list) != 1:
			t.Errorf("number of instances: got %v, want 1", len(list))
		}
	})
}

// Whatever is not certain releases nothing.
func TestSweepReleasesNothingInDoubt(t *testing.T) {
	broken := errors.New("no list")
	for what, change := range map[string]func(*fake, *provider.SweepOptions){
		"the cloud cannot be listed": func(f *fake, _ *provider.SweepOptions) {
			f.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, broken }
		},
		"the list breaks off": func(f *fake, _ *provider.SweepOptions) {
			f.describe = func(n int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
				if n > 1 {
					return nil, broken
				}
				page := f.look(r)
				page.NextPage = "1"
				return page, nil
			}
		},
		"the live operations are not known": func(_ *fake, o *provider.SweepOptions) {
			o.Live = func(context.Context) ([]string, error) { return nil, broken }
		},
	} {
		inFakeTime(t, func(t *testing.T, f *fake) {
			c := f.client(func(o *provider.Options) { o.RetryFor = -1 })
			owned(t, c, "billing", 3)
			time.Sleep(time.Hour)
			o := sweepOf("billing")
			o.Terminate = true
			change(f, &o)
			switch list, err := c.Sweep(t.Context(), o); {
			case !errors.Is(err, broken):
				t.Errorf("%s: got error %v, want %v", what, err, broken)
			case len(list) != 0:
				t.Errorf("%s: number of instances: got %v, want 0", what, len(list))
			case len(f.alive()) != 3:
				t.Errorf("%s: instances that exist: got %v, want 3", what, len(f.alive()))
			}
		})
	}
}

func TestSweepOptions(t *testing.T) {
	inFakeTime(t, func(t *testing.T, f *fake) {
		_, err := f.client().Sweep(t.Context(), provider.SweepOptions{MinAge: time.Second})
		switch {
		case !slices.Equal(paths(t, err), []string{"SweepOptions.Owner", "SweepOptions.MinAge"}):
			t.Errorf("paths of the error: got %v, want %v", paths(t, err), []string{"SweepOptions.Owner", "SweepOptions.MinAge"})
		case len(f.calls) != 0:
			t.Errorf("calls: got %v, want 0", len(f.calls))
		}
	})
}

// A copy of an instance whose name had a marker is somebody's own.
func TestSweepSparesNamesThatGoOn(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.fields = slices.DeleteFunc(everything(), func(f provider.Field) bool { return f.Path == "Tags" })
		m.fields = append(m.fields, provider.Refused("Tags", "not at create"))
		c := m.client()
		ids := owned(t, c, "billing", 2).InstanceIDs()
		m.mu.Lock()
		m.instances[0].Name += " v2"
		m.instances[1].Name += "001" // the cloud's own number
		m.mu.Unlock()
		time.Sleep(16 * time.Minute)
		if list, err := c.Sweep(t.Context(), sweepOf("billing")); err != nil || !slices.Equal(idsOf(list), ids[1:]) {
			t.Errorf("found %v, %v; want %v", idsOf(list), err, ids[1:])
		}
	})
}
