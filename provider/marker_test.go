package provider_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// marking is a cloud without client tokens, whose instances are found by a marker
// in their name.
type marking struct {
	*fake
	renames int
	refuse  error // every rename

	hidden  time.Duration // how long new instances are not listed
	unknown time.Duration // how long they cannot be renamed
}

func (m *marking) RenameInstance(ctx context.Context, region, id, name string) error {
	if _, err := m.enter(ctx, call{api: provider.APIRenameInstance, ids: []string{id}}); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.renames++
	if m.refuse != nil {
		return m.refuse
	}
	for i := range m.instances {
		if m.instances[i].ID == id && time.Since(m.instances[i].CreatedAt) >= m.unknown {
			m.instances[i].Name = name
			return nil
		}
	}
	return refusal(provider.ErrNotFound, "NotFound")
}

// DescribeInstances hides instances for a while after their creation.
func (m *marking) DescribeInstances(ctx context.Context, r *provider.DescribeRequest) (*provider.DescribePage, error) {
	page, err := m.fake.DescribeInstances(ctx, r)
	if err == nil {
		page.Instances = slices.DeleteFunc(page.Instances, func(i provider.Instance) bool { return time.Since(i.CreatedAt) < m.hidden })
	}
	return page, err
}

func (m *marking) client(change ...func(*provider.Options)) *provider.Client {
	o := &provider.Options{Region: "region-1"}
	for _, c := range change {
		c(o)
	}
	return provider.NewClient(m, o)
}

func (m *marking) names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, s := range m.instances {
		out = append(out, s.Name)
	}
	return out
}

func inMarkedTime(t *testing.T, test func(t *testing.T, m *marking)) {
	t.Helper()
	inFakeTime(t, func(t *testing.T, f *fake) {
		f.limits.ClientToken, f.limits.NameMarker = false, true
		test(t, &marking{fake: f})
	})
}

func named(n int, name string) provider.RunInstancesSpec {
	s := spec(n)
	s.Name = name
	return s
}

// some makes only n of the instances, and loses the answer.
func some(n int) answer {
	return func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		few := *s
		few.Count = n
		f.create(&few)
		return nil, lost()
	}
}

// A lost answer on a cloud without tokens: what was made is found by its marker,
// and only the rest is made.
func TestLostAnswersAreReconciled(t *testing.T) {
	for _, tc := range []struct {
		what    string
		answers []answer
		hidden  time.Duration
		creates int
		is      error
	}{
		{"made", []answer{but(lost())}, 0, 1, nil},
		{"made, and invisible for a minute", []answer{but(lost())}, time.Minute, 1, nil},
		{"not made", []answer{fails(lost()), works}, 0, 2, nil},
		{"made in part", []answer{some(2), works}, 0, 2, nil},
		{"made in part, twice", []answer{some(2), some(1), works}, 30 * time.Second, 3, nil},
		{"one ID told", []answer{tells(1, lost())}, 0, 1, nil},
		{"one ID told without an error", []answer{tells(1, nil)}, 0, 1, nil},
		{"throttled, then lost", []answer{fails(throttled()), but(lost())}, 0, 2, nil},
		{"not made, then out of stock", []answer{fails(lost()), fails(refusal(provider.ErrNoStock, "NoStock"))}, 0, 2, provider.ErrNoStock},
		{"never made", []answer{fails(lost())}, 0, 2, provider.ErrUnavailable},
	} {
		t.Run(tc.what, func(t *testing.T) {
			inMarkedTime(t, func(t *testing.T, m *marking) {
				m.hidden = tc.hidden
				m.answers(tc.answers...)
				op, err := m.client().RunInstances(t.Context(), named(5, "web"), nil)
				if !errors.Is(err, tc.is) || errors.Is(err, provider.ErrOutcomeUnknown) {
					t.Fatalf("got %v, want %v", err, tc.is)
				}
				switch ids := slices.Sorted(slices.Values(op.InstanceIDs())); {
				case !slices.Equal(ids, slices.Sorted(slices.Values(m.alive()))):
					t.Errorf("IDs: got %v, want %v", ids, slices.Sorted(slices.Values(m.alive())))
				case tc.is == nil && len(ids) != 5:
					t.Errorf("number of IDs: got %v, want 5", len(ids))
				}
				if n := len(m.made(provider.APIRunInstances)); n != tc.creates {
					t.Errorf("%d creates, want %d", n, tc.creates)
				}
				for _, name := range m.names() {
					if name != "web" {
						t.Errorf("an instance is left with the name %q", name)
					}
				}
			})
		})
	}
}

// tells makes all instances and tells the first n IDs.
func tells(n int, err error) answer {
	return func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		return &provider.RunResult{InstanceIDs: f.create(s).InstanceIDs[:n]}, err
	}
}

// A list that cannot be read is not an empty list.
func TestAFailedSearchLeavesTheOutcomeOpen(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(but(lost()), works)
		m.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) { return nil, lost() }
		c := m.client(func(o *provider.Options) { o.RetryFor = time.Second })
		s := named(2, "web")
		op, err := c.RunInstances(t.Context(), s, nil)
		switch {
		case !errors.Is(err, provider.ErrOutcomeUnknown):
			t.Fatalf("got error %v, want %v", err, provider.ErrOutcomeUnknown)
		case status(t, op) != "sent":
			t.Fatalf("status: got %q, want %q", status(t, op), "sent")
		case len(m.made(provider.APIRunInstances)) != 1:
			t.Fatalf("creates: got %v, want 1", len(m.made(provider.APIRunInstances)))
		}
		m.describe = nil
		again, err := m.client().Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil || !slices.Equal(again.InstanceIDs(), m.alive()) || len(m.alive()) != 2 {
			t.Errorf("resumed: %v, IDs %v, instances %v", err, again.InstanceIDs(), m.alive())
		}
	})
}

// A marker is part of the create, ends the name, and is different for each.
func TestMarkersTellCreatesApart(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.limits.InstancesPerCreate, m.limits.NameLength = 2, 40
		s := named(6, strings.Repeat("很", 30))
		if _, err := m.client().RunInstances(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, c := range m.made(provider.APIRunInstances) {
			switch n := len([]rune(c.spec.Name)); {
			case seen[c.spec.Name]:
				t.Errorf("the name %q is sent twice", c.spec.Name)
			case n > 40:
				t.Errorf("n: got %v, want at most 40", n)
			case !strings.Contains(c.spec.Name, "很-yf"):
				t.Errorf("got %q, want %q in it", c.spec.Name, "很-yf")
			}
			seen[c.spec.Name] = true
		}
		for _, name := range m.names() {
			if name != s.Name {
				t.Errorf("the whole name is given back at last; got %q", name)
			}
		}
	})
}

// What marks the instances of an operation is the same in every version: a program
// that is upgraded while a create is open must find what the old one made.
func TestTokensAndMarkersAreTheSameInEveryVersion(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		opts, s := &provider.RunOptions{OperationID: "deploy-7", Owner: "team-a", KeepMarker: true}, named(1, "web")
		op, err := m.client().RunInstances(t.Context(), s, opts)
		if err != nil {
			t.Fatal(err)
		}
		token := edit(t, tokenOf(t, op), func(top map[string]any, part func(int) map[string]any) {
			top["yunfan"], part(0)["status"] = 1, "planned"
			delete(top, "run")
			delete(part(0), "ids")
		})
		m.calls = nil
		if _, err := m.client().Resume(t.Context(), token, &provider.ResumeOptions{Spec: &s, Run: opts}); err != nil {
			t.Fatal(err)
		}
		if got, want := m.made(provider.APIRunInstances)[0].spec.Name, "web-yfjaynrozhzpqzjcjvog5h"; got != want {
			t.Errorf("the name is %q, want %q", got, want)
		}
		m.limits.ClientToken, m.limits.NameMarker = true, false
		if _, err := m.client().RunInstances(t.Context(), named(1, "web"), opts); err != nil {
			t.Fatal(err)
		}
		if got, want := m.made(provider.APIRunInstances)[1].spec.ClientToken, "jcjvog5hf4it37n3oobiu6ikwv24velexvwvud7oacugppzpiu5a"; got != want {
			t.Errorf("the token is %q, want %q", got, want)
		}
	})
}

// Names of other people's instances may look much like a marker, and a search may
// find them: they are neither adopted nor renamed.
func TestStrangersAreNotAdopted(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			for _, name := range []string{s.Name + "x", s.Name + "-copy", s.Name + "-1", s.Name + " 1", s.Name + "1", s.Name + "001", "x" + s.Name, s.Name[:len(s.Name)-1], strings.ToUpper(s.Name), "web"} {
				other := *s
				other.Count, other.Name = 1, name
				f.create(&other)
			}
			f.create(s)
			return nil, lost()
		})
		op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
		if all := m.alive(); err != nil || !slices.Equal(op.InstanceIDs(), all[len(all)-2:]) || m.renames != 2 {
			t.Errorf("%v: the operation has %v of %v, and %d instances were renamed", err, op.InstanceIDs(), all, m.renames)
		}
	})
}

// A cloud that was asked for numbers has put them behind the marker.
func TestNumberedInstancesAreAdopted(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			for _, number := range []string{"001", "002", "1", "00003", "-04"} {
				other := *s
				other.Count, other.Name = 1, s.Name+number
				f.create(&other)
			}
			return nil, lost()
		})
		s := named(2, "web")
		s.HostName, s.UniqueSuffix = "web", true
		op, err := m.client().RunInstances(t.Context(), s, nil)
		if err != nil || !slices.Equal(op.InstanceIDs(), m.alive()[:2]) {
			t.Errorf("%v: the operation has %v of %v", err, op.InstanceIDs(), m.alive())
		}
	})
}

// Some clouds write a name another way than it was sent. Its marker is found.
func TestNamesThatComeBackInAnotherForm(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
			other := *s
			other.Name = strings.ReplaceAll(s.Name, "ü&", "u\u0308&amp;")
			f.create(&other)
			return nil, lost()
		})
		op, err := m.client().RunInstances(t.Context(), named(2, "Prüf ü&"), nil)
		if err != nil || len(op.InstanceIDs()) != 2 || len(m.alive()) != 2 || !slices.Equal(m.names(), []string{"Prüf ü&", "Prüf ü&"}) {
			t.Errorf("%v: the operation has %v, the cloud %v, named %q", err, op.InstanceIDs(), m.alive(), m.names())
		}
	})
}

// A create of several that runs out of stock may have made some of them: they are
// looked for, briefly, and what is missing is asked of the alternative.
func TestOutOfStockMayHaveMadeSome(t *testing.T) {
	soldOut := func(f *fake, s *provider.RunInstancesSpec) (*provider.RunResult, error) {
		few := *s
		few.Count = 2
		f.create(&few)
		e := refusal(provider.ErrNoStock, "NoStock")
		e.Outcome = provider.OutcomeUnknown
		return nil, e
	}
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(soldOut, works)
		start := time.Now()
		o := &provider.RunOptions{Alternatives: []provider.Alternative{{InstanceType: "type-2"}}}
		op, err := m.client().RunInstances(t.Context(), named(5, "web"), o)
		creates := m.made(provider.APIRunInstances)
		switch {
		case err != nil:
			t.Errorf("got error %v, want none", err)
		case len(op.InstanceIDs()) != 5:
			t.Errorf("number of IDs: got %v, want 5", len(op.InstanceIDs()))
		case len(m.alive()) != 5:
			t.Errorf("instances that exist: got %v, want 5", len(m.alive()))
		case len(creates) != 2:
			t.Errorf("length of creates: got %v, want 2", len(creates))
		case creates[1].spec.Count != 3:
			t.Errorf("creates[1].spec.Count: got %v, want 3", creates[1].spec.Count)
		case creates[1].spec.InstanceType != "type-2":
			t.Errorf("creates[1].spec.InstanceType: got %q, want %q", creates[1].spec.InstanceType, "type-2")
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("the alternative waited for %v", took)
		}
	})
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(soldOut)
		op, err := m.client().RunInstances(t.Context(), named(5, "web"), nil)
		if !errors.Is(err, provider.ErrNoStock) || errors.Is(err, provider.ErrOutcomeUnknown) || !slices.Equal(op.InstanceIDs(), m.alive()) {
			t.Errorf("%v: the operation has %v, the cloud %v", err, op.InstanceIDs(), m.alive())
		}
		if n := len(m.made(provider.APIRunInstances)); n != 1 || !slices.Equal(m.names(), []string{"web", "web"}) {
			t.Errorf("%d creates, names %v", n, m.names())
		}
	})
}

// The instances of a lost create are looked for on every page, and among all others.
func TestLostInstancesAreLookedForOnEveryPage(t *testing.T) {
	for _, others := range []int{0, 7} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			m.limits.IDsPerDescribe = 2
			strangers := named(others, "other")
			strangers.Region = "region-1"
			m.create(&strangers)
			m.answers(but(lost()), works)
			op, err := m.client().RunInstances(t.Context(), named(5, "web"), nil)
			switch {
			case err != nil:
				t.Errorf("beside %d others: got error %v, want none", others, err)
			case len(op.InstanceIDs()) != 5:
				t.Errorf("beside %d others: number of IDs: got %v, want 5", others, len(op.InstanceIDs()))
			case len(m.alive()) != others+5:
				t.Errorf("beside %d others: instances that exist: got %v, want %v", others, len(m.alive()), others+5)
			case len(m.made(provider.APIRunInstances)) != 1:
				t.Errorf("beside %d others: creates: got %v, want 1", others, len(m.made(provider.APIRunInstances)))
			}
		})
	}
}

// No vendor documents how its search by name matches: what it does not find is found
// by looking at every instance. Instances that are being released are nobody's.
func TestLostInstancesAreFoundWithoutASearchByName(t *testing.T) {
	for _, dying := range []bool{false, true} {
		inMarkedTime(t, func(t *testing.T, m *marking) {
			m.answers(but(lost()), works)
			m.describe = func(_ int, r *provider.DescribeRequest) (*provider.DescribePage, error) {
				if r.Name != "" {
					return &provider.DescribePage{}, nil
				}
				return m.look(r), nil
			}
			m.state = func(id string, _ time.Duration) (provider.State, string) {
				if dying && id <= "i-002" {
					return provider.StateTerminating, "Releasing"
				}
				return provider.StateRunning, "Running"
			}
			op, err := m.client().RunInstances(t.Context(), named(2, "web"), nil)
			want, creates := []string{"i-001", "i-002"}, 1
			if dying {
				want, creates = []string{"i-003", "i-004"}, 2
			}
			if err != nil || !slices.Equal(op.InstanceIDs(), want) || len(m.made(provider.APIRunInstances)) != creates {
				t.Errorf("dying %v: %v after %d creates, %v", dying, op.InstanceIDs(), len(m.made(provider.APIRunInstances)), err)
			}
		})
	}
}

// When ctx ends during the search, what is known comes back at once.
func TestContextEndsASearch(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(tells(1, lost()))
		m.hidden = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		start := time.Now()
		op, err := m.client().RunInstances(ctx, named(3, "web"), nil)
		if took := time.Since(start); took > 20*time.Second+100*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		if len(op.InstanceIDs()) != 1 || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("%v, %v", op.InstanceIDs(), err)
		}
	})
}

// An empty list of a region that has instances is no proof that a lost create made
// nothing: the credentials do not see it, and a second create would be paid as well.
func TestBlindCredentialsBuyNothingTwice(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		c := m.client()
		m.answers(works, but(lost()), works)
		run(t, c, 1)
		list(t, c, provider.Query{})
		m.describe = func(int, *provider.DescribeRequest) (*provider.DescribePage, error) {
			return &provider.DescribePage{}, nil
		}
		s := named(2, "web")
		op, err := c.RunInstances(t.Context(), s, nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) || !strings.Contains(err.Error(), "may not see what they created") {
			t.Errorf("got %v, want an unknown outcome that suspects the credentials", err)
		}
		if m.created != 3 {
			t.Errorf("%d instances were made, want the one before and two", m.created)
		}
		m.describe = nil
		again, err := c.Resume(t.Context(), tokenOf(t, op), &provider.ResumeOptions{Spec: &s})
		if err != nil || len(again.InstanceIDs()) != 2 || m.created != 3 {
			t.Errorf("resumed, %d were made, in hand are %v: %v", m.created, again.InstanceIDs(), err)
		}
	})
}

// A search looks soon at first.
func TestASearchLooksSoon(t *testing.T) {
	inMarkedTime(t, func(t *testing.T, m *marking) {
		m.answers(but(lost()))
		began := time.Now()
		if _, err := m.client().RunInstances(t.Context(), named(2, "web"), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("it took %v to find what is visible, want 2 s", took)
		}
	})
}
