package qingcloud

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// groupsOver returns the placement groups of a client whose calls m answers.
func groupsOver(t *testing.T, m http.RoundTripper) *placement.Groups {
	t.Helper()
	c, err := New(testConfig(m))
	if err != nil {
		t.Fatal(err)
	}
	g, err := placement.Of(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// wantSent checks the requests that were made, one a line.
func wantSent(t *testing.T, m *memory, want ...string) {
	t.Helper()
	var got []string
	for _, r := range m.sent {
		q := r.URL.Query()
		got = append(got, ownParams(q))
		if r.Method != http.MethodGet {
			t.Errorf("%s: the method is %s, want GET", q.Get("action"), r.Method)
		}
		if got, want := q.Get("signature"), signatureOf(r.Method, r.URL.Path, q, testSecret); got != want {
			t.Errorf("%s: the signature is %s, want %s", q.Get("action"), got, want)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("sent\n%q\nwant\n%q", got, want)
	}
}

func TestGroupsAreCreated(t *testing.T) {
	for _, c := range []struct {
		spec placement.Spec
		want string
	}{
		{placement.Spec{}, "action=CreateInstanceGroups&relation=repel&zone=pek3a"},
		{placement.Spec{Region: "gd2", Strategy: placement.Spread, Level: placement.Host, PerUnit: 1}, "action=CreateInstanceGroups&relation=repel&zone=gd2"},
		{
			placement.Spec{Strategy: placement.Cluster, Name: "near", Description: "by 1"},
			"action=CreateInstanceGroups&description=by+1&instance_group_name=near&relation=attract&zone=pek3a",
		},
	} {
		m := saying(200, `{"action":"CreateInstanceGroupsResponse","instance_groups":["ig-c7v8lro1"],"ret_code":0}`)
		id, err := groupsOver(t, m).Create(t.Context(), c.spec)
		if err != nil {
			t.Errorf("%+v: got error %v, want none", c.spec, err)
		} else if id != "ig-c7v8lro1" {
			t.Errorf(`%+v: id is %q, want "ig-c7v8lro1"`, c.spec, id)
		}
		wantSent(t, m, c.want)
	}
}

func TestWhatNoGroupHasIsNamed(t *testing.T) {
	m := saying(200, `{"ret_code":0,"instance_groups":["ig-1"]}`)
	g := groupsOver(t, m)
	for _, c := range []struct {
		path        string
		unsupported bool
		spec        placement.Spec
	}{
		{"Region", false, placement.Spec{Region: "PEK3A"}},
		{"Name", false, placement.Spec{Name: "near "}},
		{"Description", false, placement.Spec{Description: " near"}},
		{"Strategy", true, placement.Spec{Strategy: placement.Partition}},
		{"Partitions", true, placement.Spec{Strategy: placement.Partition, Partitions: 2}},
		{"Level", true, placement.Spec{Level: placement.Rack}},
		{"Level", true, placement.Spec{Level: placement.Switch}},
		{"PerUnit", true, placement.Spec{PerUnit: 2}},
		{"Tags", true, placement.Spec{Tags: map[string]string{"k": "v"}}},
		{"Vendor[1]", true, placement.Spec{Vendor: []provider.VendorOption{elsewhere{}, RunOptions{}}}},
	} {
		_, err := g.Create(t.Context(), c.spec)
		if !slices.Contains(refusedPaths(t, err), c.path) {
			t.Errorf("%+v: refusedPaths(t, err) is %v, want it to contain %v",
				c.spec, refusedPaths(t, err), c.path)
		}
		if got := errors.Is(err, errors.ErrUnsupported); got != c.unsupported {
			t.Errorf("%+v: errors.Is(err, errors.ErrUnsupported) is %v, want %v", c.spec, got, c.unsupported)
		}
	}
	for path, o := range map[string]placement.MoveOptions{"Force": {Force: true}, "Partition": {Partition: 1}} {
		err := g.MoveIn(t.Context(), "", "ig-1", []string{"i-1"}, &o)
		var f *provider.FieldError
		if !errors.As(err, &f) {
			t.Errorf("%s: got error %v, want a %T", path, err, f)
		} else if f.Path != path {
			t.Errorf("%s: Path is %v, want %v", path, f.Path, path)
		} else if !f.Unsupported {
			t.Errorf("%s: Unsupported is false, want true", path)
		}
	}
	if err := g.Modify(t.Context(), "", "ig-1", placement.Change{Name: " a"}); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("a name with a blank: %v", err)
	}
	wantSent(t, m)
}

// The page of the vendor's documentation, and the forms in which members may come.
func TestGroupsAreRead(t *testing.T) {
	m := saying(200, `{"action":"DescribeInstanceGroupsResponse","total_count":3,"ret_code":0,"instance_group_set":[
		{"instance_group_name":"attract","description":"","tags":[],"controller":"self","create_time":"2017-10-27T03:46:06Z","relation":"attract","instance_group_id":"ig-8qstg3wi"},
		{"instance_group_name":"web","description":"d","relation":"repel","instance_group_id":"ig-2","instances":["i-1","i-2"]},
		{"instance_group_name":"web","relation":"orbit","instance_group_id":"ig-3","instances":[{"instance_id":"i-3"},{},7]}]}`)
	want := []placement.Group{
		{ID: "ig-8qstg3wi", Name: "attract", Strategy: placement.Cluster, RawStrategy: "attract", CreatedAt: time.Date(2017, 10, 27, 3, 46, 6, 0, time.UTC)},
		{ID: "ig-2", Name: "web", Description: "d", Strategy: placement.Spread, RawStrategy: "repel", Level: placement.Host, InstanceIDs: []string{"i-1", "i-2"}},
		{ID: "ig-3", Name: "web", RawStrategy: "orbit", InstanceIDs: []string{"i-3"}},
	}
	n := 0
	for g, err := range groupsOver(t, m).List(t.Context(), placement.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		w := want[n]
		n++
		if g.ID != w.ID {
			t.Errorf("ID is %v, want %v", g.ID, w.ID)
		}
		if g.Name != w.Name {
			t.Errorf("Name is %v, want %v", g.Name, w.Name)
		}
		if g.Description != w.Description {
			t.Errorf("Description is %v, want %v", g.Description, w.Description)
		}
		if g.Strategy != w.Strategy {
			t.Errorf("Strategy is %v, want %v", g.Strategy, w.Strategy)
		}
		if g.RawStrategy != w.RawStrategy {
			t.Errorf("RawStrategy is %v, want %v", g.RawStrategy, w.RawStrategy)
		}
		if g.Level != w.Level {
			t.Errorf("Level is %v, want %v", g.Level, w.Level)
		}
		if !g.CreatedAt.Equal(w.CreatedAt) {
			t.Errorf("CreatedAt is %v, want %v", g.CreatedAt, w.CreatedAt)
		}
		if !slices.Equal(g.InstanceIDs, w.InstanceIDs) {
			t.Errorf("InstanceIDs is %v, want %v", g.InstanceIDs, w.InstanceIDs)
		}
	}
	if n != 3 {
		t.Errorf("%d groups, want 3", n)
	}
	wantSent(t, m, "action=DescribeInstanceGroups&limit=100&verbose=1&zone=pek3a")
}

// An unknown ID is an error or absent, and hides no other group. Names compare
// in part there, and whole here.
func TestGroupsAreFound(t *testing.T) {
	m := &memory{answer: func(r *http.Request) (*http.Response, error) {
		q := r.URL.Query()
		if q.Get("instance_groups.1") == "ig-gone" {
			return response(200, `{"ret_code":2100,"message":"ResourceNotFound"}`), nil
		}
		return response(200, `{"ret_code":0,"total_count":2,"instance_group_set":[{"instance_group_id":"ig-1","instance_group_name":"web"},{"instance_group_id":"ig-2","instance_group_name":"web-2"}]}`), nil
	}}
	find := func(q placement.Query) (ids []string) {
		for g, err := range groupsOver(t, m).List(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, g.ID)
		}
		return ids
	}
	if got := find(placement.Query{IDs: []string{"ig-gone", "ig-1"}}); !slices.Equal(got, []string{"ig-1"}) {
		t.Errorf("by ID: %q", got)
	}
	if got := find(placement.Query{Region: "gd2", Name: "web"}); !slices.Equal(got, []string{"ig-1"}) {
		t.Errorf("by name: %q", got)
	}
	wantSent(
		t, m,
		"action=DescribeInstanceGroups&instance_groups.1=ig-gone&limit=100&verbose=1&zone=pek3a",
		"action=DescribeInstanceGroups&instance_groups.1=ig-1&limit=100&verbose=1&zone=pek3a",
		"action=DescribeInstanceGroups&instance_group_name=web&limit=100&verbose=1&zone=gd2",
	)
}

func TestGroupsComeInPages(t *testing.T) {
	m := &memory{answer: func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Get("offset") == "" {
			return response(200, `{"ret_code":0,"total_count":2,"instance_group_set":[{"instance_group_id":"ig-1"}]}`), nil
		}
		return response(200, `{"ret_code":0,"total_count":2,"instance_group_set":[{"instance_group_id":"ig-2"}]}`), nil
	}}
	var ids []string
	for g, err := range groupsOver(t, m).List(t.Context(), placement.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, g.ID)
	}
	if !slices.Equal(ids, []string{"ig-1", "ig-2"}) {
		t.Errorf("got %q", ids)
	}
	wantSent(t, m, "action=DescribeInstanceGroups&limit=100&verbose=1&zone=pek3a", "action=DescribeInstanceGroups&limit=100&offset=1&verbose=1&zone=pek3a")
}

func TestGroupsAreChanged(t *testing.T) {
	m := saying(200, `{"ret_code":0,"job_id":"j-1"}`)
	g := groupsOver(t, m)
	if err := errors.Join(
		g.Modify(t.Context(), "", "ig-1", placement.Change{Name: "far"}),
		g.Modify(t.Context(), "gd2", "ig-1", placement.Change{Description: "away"}),
		g.MoveIn(t.Context(), "", "ig-1", []string{"i-1", "i-2"}, nil),
		g.Delete(t.Context(), "", "ig-1"),
	); err != nil {
		t.Fatal(err)
	}
	wantSent(
		t, m,
		"action=ModifyInstanceGroupAttributes&instance_group=ig-1&instance_group_name=far&zone=pek3a",
		"action=ModifyInstanceGroupAttributes&description=away&instance_group=ig-1&zone=gd2",
		"action=JoinInstanceGroup&instance_group=ig-1&instances.1=i-1&instances.2=i-2&zone=pek3a",
		"action=DeleteInstanceGroups&instance_groups.1=ig-1&zone=pek3a",
	)
}

func TestRefusalsOfGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var code string
		m := &memory{answer: func(*http.Request) (*http.Response, error) {
			return response(200, `{"message":"why","ret_code":`+code+`}`), nil
		}}
		cfg := testConfig(m)
		cfg.Options = &provider.Options{RetryFor: -1}
		c, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		g, err := placement.Of(c)
		if err != nil {
			t.Fatal(err)
		}
		calls := map[string]func() error{
			"create": func() error { _, err := g.Create(t.Context(), placement.Spec{}); return err },
			"modify": func() error { return g.Modify(t.Context(), "", "ig-1", placement.Change{Name: "a"}) },
			"join":   func() error { return g.MoveIn(t.Context(), "", "ig-1", []string{"i-1"}, nil) },
			"delete": func() error { return g.Delete(t.Context(), "", "ig-1") },
			"list": func() error {
				for _, err := range g.List(t.Context(), placement.Query{}) {
					return err
				}
				return nil
			},
		}
		for _, tc := range []struct {
			call, code string
			want       error
		}{
			{"create", "2500", provider.ErrQuota},
			{"create", "1400", provider.ErrPermission},
			{"create", "5000", provider.ErrOutcomeUnknown},
			{"modify", "2100", provider.ErrNotFound},
			{"modify", "1400", provider.ErrPermission},
			{"modify", "2500", provider.ErrThrottled},
			{"join", "2100", provider.ErrNotFound},
			{"join", "1400", provider.ErrState},
			{"join", "2500", provider.ErrQuota},
			{"delete", "1400", provider.ErrState},
			{"delete", "5400", provider.ErrState},
			{"delete", "2100", provider.ErrNotFound},
			{"list", "1400", provider.ErrPermission},
			{"list", "2500", provider.ErrThrottled},
		} {
			code = tc.code
			if err := calls[tc.call](); !errors.Is(err, tc.want) {
				t.Errorf("%s, %s: %v, want %v", tc.call, tc.code, err, tc.want)
			}
		}
	})
}

// An answer that tells nothing is no success of a create or of a list.
func TestSenselessAnswersAboutGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, body := range []string{``, `null`, `{}`, `[]`, `<html>`, `{"ret_code":0}`, `{"ret_code":0,"instance_groups":[],"instance_group_set":7}`, `{"ret_code":0,"instance_groups":[""],"instance_group_set":[{}]}`} {
			cfg := testConfig(saying(200, body))
			d := mustDriver(t, cfg)
			_, _, err := d.CreatePlacementGroup(t.Context(), &placement.Spec{}, "")
			_, listErr := d.DescribePlacementGroups(t.Context(), &placement.Query{}, "")
			for _, err := range []error{err, listErr} {
				var e *provider.APIError
				if !errors.As(err, &e) {
					t.Errorf("%s: got error %v, want a %T", body, err, e)
				} else if e.Outcome != provider.OutcomeUnknown {
					t.Errorf("%s: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
				}
			}
		}
	})
}

// A lost create is told, and neither the client nor the network repeats it.
func TestALostGroupIsNotMadeTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := failing(errors.New("connection reset"))
		_, err := groupsOver(t, m).Create(t.Context(), placement.Spec{})
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got error %v, want %v", err, provider.ErrOutcomeUnknown)
		}
		if len(m.sent) != 1 {
			t.Errorf("len(m.sent) is %d, want 1", len(m.sent))
		}
		if body := m.sent[0].Body; body == nil {
			t.Error("body is nil, want a value")
		} else if m.sent[0].GetBody != nil {
			t.Error("m.sent[0].GetBody is there, want nil")
		}
	})
}

// The life of a group at the simulated service, with instances made in it and
// others that join.
func TestTheLifeOfAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		cfg := Config{Region: "pek3a", Transport: sim.Transport(), Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")}
		c, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		g, err := placement.Of(c)
		if err != nil {
			t.Fatal(err)
		}
		id, err := g.Create(t.Context(), placement.Spec{Name: "apart", Description: "d", Strategy: placement.Spread})
		if err != nil {
			t.Fatal(err)
		}
		make2 := func(group string) []string {
			spec := *minimalSpec()
			spec.Count, spec.Placement.GroupID = 2, group
			op, err := c.RunInstances(t.Context(), spec, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := op.Wait(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			return op.InstanceIDs()
		}
		ids := append(make2(id), make2("")...)
		if err := errors.Join(
			g.MoveIn(t.Context(), "", id, ids[2:], nil),
			g.Modify(t.Context(), "", id, placement.Change{Name: "renamed"}),
		); err != nil {
			t.Fatal(err)
		}
		var found []placement.Group
		for group, err := range g.List(t.Context(), placement.Query{Name: "renamed", IDs: []string{id, "ig-12345678"}}) {
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, group)
		}
		wantFound(t, found, ids)
		if err := g.Delete(t.Context(), "", id); !errors.Is(err, provider.ErrState) {
			t.Errorf("a group with instances: %v, want ErrState", err)
		}
		if _, err := c.TerminateInstances(t.Context(), "", ids, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := g.Delete(t.Context(), "", id); err != nil {
			t.Errorf("an empty group: %v", err)
		}
		if err := g.Delete(t.Context(), "", id); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("a group that is gone: %v, want ErrNotFound", err)
		}
	})
}

// wantFound checks that one group is found, with its instances.
func wantFound(t *testing.T, found []placement.Group, ids []string) {
	t.Helper()
	if len(found) != 1 {
		t.Fatalf("%d groups are found, want 1", len(found))
	}
	if found[0].Description != "d" {
		t.Errorf(`found[0].Description is %q, want "d"`, found[0].Description)
	} else if found[0].Strategy != placement.Spread {
		t.Errorf("found[0].Strategy is %v, want %v", found[0].Strategy, placement.Spread)
	} else if !slices.Equal(found[0].InstanceIDs, ids) {
		t.Errorf("found[0].InstanceIDs is %v, want %v", found[0].InstanceIDs, ids)
	}
}

func TestServersAreCreatedInAGroup(t *testing.T) {
	spec := minimalSpec()
	spec.Placement.GroupID = "ig-1"
	if got := wireOf(t, spec).Params["instance_group"]; got != "ig-1" {
		t.Errorf("instance_group is %q", got)
	}
}
