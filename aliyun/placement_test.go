package aliyun

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

func groups(t *testing.T, c *provider.Client) *placement.Groups {
	t.Helper()
	g, err := placement.Of(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestPlacementGroupsAreDeploymentSets(t *testing.T) {
	for what, tc := range map[string]struct {
		spec placement.Spec
		want map[string]string
	}{
		"nothing said": {placement.Spec{}, map[string]string{"Strategy": "Availability"}},
		"spread": {
			placement.Spec{
				Region: "cn-test-2", Name: "name-1", Description: "description-1", Strategy: placement.Spread, Level: placement.Host,
				Vendor: []provider.VendorOption{PlacementOptions{OnUnableToRedeployFailedInstance: "KeepStopped", Params: map[string]string{"Granularity": "host"}}},
			},
			map[string]string{
				"RegionId": "cn-test-2", "Strategy": "Availability", "DeploymentSetName": "name-1", "Description": "description-1",
				"OnUnableToRedeployFailedInstance": "KeepStopped", "Granularity": "host",
			},
		},
		"partitions":           {placement.Spec{Strategy: placement.Partition, Partitions: 7}, map[string]string{"Strategy": "AvailabilityGroup", "GroupCount": "7"}},
		"as many as the cloud": {placement.Spec{Strategy: placement.Partition}, map[string]string{"Strategy": "AvailabilityGroup"}},
		"cluster":              {placement.Spec{Strategy: placement.Cluster}, map[string]string{"Strategy": "LowLatency"}},
	} {
		var got wire
		c := provider.NewClient(testDriver(t, capture(&got, `{"RequestId":"r","DeploymentSetId":"ds-1"}`)), &provider.Options{Region: "cn-test-1"})
		id, err := groups(t, c).Create(t.Context(), tc.spec)
		if err != nil {
			t.Errorf("%s: got error %v, want none", what, err)
		} else if id != "ds-1" {
			t.Errorf(`%s: id is %q, want "ds-1"`, what, id)
		} else if got.Action != "CreateDeploymentSet" {
			t.Errorf(`%s: Action is %q, want "CreateDeploymentSet"`, what, got.Action)
		}
		checkTyped(t, ecs.CreateDeploymentSetRequest{}, got.Params)
		if got.Params["ClientToken"] == "" {
			t.Errorf("%s: no token was sent: a lost answer would leave a second set", what)
		}
		delete(got.Params, "ClientToken")
		want := map[string]string{"RegionId": "cn-test-1"}
		maps.Copy(want, tc.want)
		if !maps.Equal(got.Params, want) {
			t.Errorf("%s: sent %v, want %v", what, got.Params, want)
		}
	}
}

func TestPlacementGroupRefusals(t *testing.T) {
	type spec = placement.Spec
	g := groups(t, simClient(t, cloudsim.New(nil)))
	for _, tc := range []struct {
		path, text  string
		unsupported bool
		spec        spec
	}{
		{"Name", "2 to 128", false, spec{Name: "x"}},
		{"Name", "begin with a letter", false, spec{Name: "1st"}},
		{"Name", "http://", false, spec{Name: "http://x"}},
		{"Name", "letters, digits and : _ . -", false, spec{Name: "web!"}},
		{"Description", "2 to 256", false, spec{Description: "x"}},
		{"Vendor.OnUnableToRedeployFailedInstance", `must be one of ["CancelMembershipAndStart" "KeepStopped"]`, false, spec{Vendor: []provider.VendorOption{PlacementOptions{OnUnableToRedeployFailedInstance: "GiveUp"}}}},
		{"ClientToken", "at most 64", false, spec{ClientToken: strings.Repeat("x", 65)}},
		{"Partitions", "at most 7", false, spec{Strategy: placement.Partition, Partitions: 8}},
		{"Level", "PlacementOptions.Params", true, spec{Level: placement.Rack}},
		{"PerUnit", "PlacementOptions.Params", true, spec{PerUnit: 1}},
		{"Tags", "no tags", true, spec{Tags: map[string]string{"a": "b"}}},
		{"Vendor[0]", "PlacementOptions", false, spec{Vendor: []provider.VendorOption{RunOptions{}}}},
		{`Vendor.Params["Strategy"]`, "already", false, spec{Vendor: []provider.VendorOption{&PlacementOptions{Params: map[string]string{"Strategy": "planted"}}}}},
		{`Vendor.Params["ClientToken"]`, "already", false, spec{Vendor: []provider.VendorOption{&PlacementOptions{Params: map[string]string{"ClientToken": "planted"}}}}},
	} {
		_, err := g.Create(t.Context(), tc.spec)
		var e *provider.FieldError
		if !errors.As(err, &e) {
			t.Errorf("%v: got error %v, want a %T", tc.path, err, e)
		} else if e.Path != tc.path {
			t.Errorf("%v: Path is %v, want %v", tc.path, e.Path, tc.path)
		} else if e.Unsupported != tc.unsupported {
			t.Errorf("%v: Unsupported is %v, want %v", tc.path, e.Unsupported, tc.unsupported)
		} else if !strings.Contains(err.Error(), tc.text) {
			t.Errorf("%v: the error is %q, want it to contain %q", tc.path, err.Error(), tc.text)
		} else if strings.Contains(err.Error(), "planted") {
			t.Errorf("%v: the error shows a secret", tc.path)
		}
	}
	_, err := g.Create(t.Context(), spec{Name: "x", PerUnit: 2, Level: placement.Switch})
	var all provider.FieldErrors
	if !errors.As(err, &all) {
		t.Errorf("got error %v, want a %T", err, all)
	}
	if len(all) != 3 {
		t.Errorf("len(all) is %d, want 3", len(all))
	}
	if _, err := g.Create(t.Context(), spec{Name: "test default"}); err != nil {
		t.Errorf("the name of the reference's example: %v", err)
	}
}

func TestRefusalsOfChangesOfAPlacementGroup(t *testing.T) {
	g := groups(t, simClient(t, cloudsim.New(nil)))
	for path, to := range map[string]placement.Change{
		"PlacementGroupChange.Name":        {Name: "x"},
		"PlacementGroupChange.Description": {Description: "https://x"},
	} {
		var e *provider.FieldError
		if err := g.Modify(t.Context(), "", "ds-1", to); !errors.As(err, &e) {
			t.Errorf("%v: got error %v, want a %T", path, err, e)
		} else if e.Path != path {
			t.Errorf("%v: Path is %v, want %v", path, e.Path, path)
		}
	}
	var e *provider.FieldError
	if err := g.Modify(t.Context(), "", "ds-1", placement.Change{Name: "a/b"}); !errors.As(err, &e) {
		t.Errorf("got error %v, want a %T", err, e)
	} else if e.Path != "PlacementGroupChange.Name" {
		t.Errorf(`Path is %q, want "PlacementGroupChange.Name"`, e.Path)
	}
	if err := g.MoveIn(t.Context(), "", "ds-1", []string{"i-1"}, &placement.MoveOptions{Partition: 8}); !errors.As(err, &e) {
		t.Errorf("got error %v, want a %T", err, e)
	} else if e.Path != "MoveOptions.Partition" {
		t.Errorf(`Path is %q, want "MoveOptions.Partition"`, e.Path)
	}
}

// TestLifeOfAPlacementGroup goes through all five calls.
func TestLifeOfAPlacementGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		g, ctx := groups(t, c), t.Context()
		id, err := g.Create(ctx, placement.Spec{Name: "group-1", Strategy: placement.Partition, Partitions: 5})
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Modify(ctx, "", id, placement.Change{Description: "description-1"}); err != nil {
			t.Fatal(err)
		}
		op, err := c.RunInstances(ctx, provider.RunInstancesSpec{ImageID: "image-1", InstanceType: "ecs.g6.large", Count: 3, Zone: "cn-hangzhou-g"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Wait(ctx, nil); err != nil {
			t.Fatal(err)
		}
		ids := op.InstanceIDs()
		if err := g.MoveIn(ctx, "", id, ids, &placement.MoveOptions{Force: true, Partition: 2}); err != nil {
			t.Fatal(err)
		}
		if n := sim.Calls(cloudsim.ECS, "ModifyInstanceDeployment"); n != 3 {
			t.Errorf("%d calls, want one for each instance", n)
		}
		found := 0
		for have, err := range g.List(ctx, placement.Query{IDs: []string{id, "ds-unknown"}, Name: "group-1"}) {
			found++
			if err != nil {
				t.Fatal(err)
			}
			wantGroup(t, have, id)
			if !slices.Equal(slices.Sorted(slices.Values(have.InstanceIDs)), slices.Sorted(slices.Values(ids))) {
				t.Errorf("instances %v, want %v", have.InstanceIDs, ids)
			}
		}
		if found != 1 {
			t.Errorf("%d groups found, want 1", found)
		}
		if err := g.Delete(ctx, "", id); !errors.Is(err, provider.ErrState) {
			t.Errorf("deleting a group with instances: got %v, want ErrState", err)
		}
		if err := g.MoveIn(ctx, "", "ds-unknown", ids[:1], nil); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("moving into an unknown group: got %v, want ErrNotFound", err)
		}
		if _, err := c.TerminateInstances(ctx, "", ids, nil); err != nil {
			t.Fatal(err)
		}
		if err := g.Delete(ctx, "", id); err != nil {
			t.Error(err)
		}
		if err := g.Delete(ctx, "", id); !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("deleting twice: got %v, want ErrNotFound", err)
		}
	})
}

// wantGroup checks what the list says of the group of the test.
func wantGroup(t *testing.T, have placement.Group, id string) {
	t.Helper()
	if have.ID != id {
		t.Errorf("ID is %v, want %v", have.ID, id)
	}
	if have.Name != "group-1" {
		t.Errorf(`Name is %q, want "group-1"`, have.Name)
	}
	if have.Description != "description-1" {
		t.Errorf(`Description is %q, want "description-1"`, have.Description)
	}
	if have.Partitions != 5 {
		t.Errorf("Partitions is %d, want 5", have.Partitions)
	}
	if have.Strategy != placement.Partition {
		t.Errorf("Strategy is %v, want %v", have.Strategy, placement.Partition)
	}
	if have.RawStrategy != "AvailabilityGroup" {
		t.Errorf(`RawStrategy is %q, want "AvailabilityGroup"`, have.RawStrategy)
	}
	if have.Level != placement.Host {
		t.Errorf("Level is %v, want %v", have.Level, placement.Host)
	}
	if have.CreatedAt.IsZero() {
		t.Error("CreatedAt is zero, want a value")
	}
}

func TestPlacementGroupCalls(t *testing.T) {
	var got wire
	d := testDriver(t, capture(&got, `{"RequestId":"r"}`))
	for action, tc := range map[string]struct {
		call  func() error
		typed any
		want  map[string]string
	}{
		"ModifyDeploymentSetAttribute": {
			func() error {
				return d.ModifyPlacementGroup(t.Context(), "cn-test-2", "ds-1", placement.Change{Name: "name-1", Description: "description-1"})
			},
			ecs.ModifyDeploymentSetAttributeRequest{},
			map[string]string{"DeploymentSetId": "ds-1", "DeploymentSetName": "name-1", "Description": "description-1"},
		},
		"ModifyInstanceDeployment": {
			func() error {
				return d.MoveIntoPlacementGroup(t.Context(), "cn-test-2", "ds-1", []string{"i-1"}, placement.MoveOptions{Force: true, Partition: 3})
			},
			ecs.ModifyInstanceDeploymentRequest{},
			map[string]string{"DeploymentSetId": "ds-1", "InstanceId": "i-1", "DeploymentSetGroupNo": "3", "Force": "true"},
		},
		"DeleteDeploymentSet": {
			func() error { return d.DeletePlacementGroup(t.Context(), "cn-test-2", "ds-1") },
			ecs.DeleteDeploymentSetRequest{},
			map[string]string{"DeploymentSetId": "ds-1"},
		},
	} {
		if err := tc.call(); err != nil {
			t.Errorf("%s: got error %v, want none", action, err)
		} else if got.Action != action {
			t.Errorf("%s: Action is %v, want %v", action, got.Action, action)
		}
		tc.want["RegionId"] = "cn-test-2"
		if !maps.Equal(got.Params, tc.want) {
			t.Errorf("%s: sent %v, want %v", action, got.Params, tc.want)
		}
		checkTyped(t, tc.typed, got.Params)
	}
	if err := d.MoveIntoPlacementGroup(t.Context(), "", "", []string{"i-1", "i-2"}, placement.MoveOptions{}); !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("two instances at once: got %v, want ErrInvalid", err)
	}
}

// TestTheOlderAnswerIsReadToo: the example of the reference of 2018.
func TestTheOlderAnswerIsReadToo(t *testing.T) {
	var got wire
	const body = `{"PageSize":10,"TotalCount":1,"PageNumber":1,"RequestId":"req-1","DeploymentSets":{"DeploymentSet":[{
		"DeploymentSetDescription":"default","DeploymentSetId":"ds-bp13v7bjnj9gisnlo1ow","DeploymentStrategy":"Availability",
		"DeploymentSetName":"test default","InstanceIds":{"InstanceId":["i-sdfkjsdfk","i-kiiwsch"]}}]}}`
	p, err := testDriver(t, capture(&got, body)).DescribePlacementGroups(t.Context(), &placement.Query{IDs: []string{"ds-bp13v7bjnj9gisnlo1ow", "ds-2"}}, "")
	if err != nil || len(p.Items) != 1 || p.NextPage != "" || p.RequestID != "req-1" {
		t.Fatalf("read %+v, %v", p, err)
	}
	g := p.Items[0]
	if g.Name != "test default" || g.Description != "default" || g.Strategy != placement.Spread || fmt.Sprint(g.InstanceIDs) != "[i-sdfkjsdfk i-kiiwsch]" {
		t.Errorf("read %+v", g)
	}
	if g.Description != "default" {
		t.Errorf(`Description is %q, want "default"`, g.Description)
	}
	if g.Strategy != placement.Spread {
		t.Errorf("Strategy is %v, want %v", g.Strategy, placement.Spread)
	}
	if got := fmt.Sprint(g.InstanceIDs); got != "[i-sdfkjsdfk i-kiiwsch]" {
		t.Errorf(`InstanceIDs is %q, want "[i-sdfkjsdfk i-kiiwsch]"`, got)
	}
	if got.Params["DeploymentSetIds"] != `["ds-bp13v7bjnj9gisnlo1ow","ds-2"]` {
		t.Errorf("DeploymentSetIds is %q, want %q",
			got.Params["DeploymentSetIds"], `["ds-bp13v7bjnj9gisnlo1ow","ds-2"]`)
	}
	if got.Params["PageSize"] != "50" {
		t.Errorf(`PageSize is %q, want "50"`, got.Params["PageSize"])
	}
	checkTyped(t, ecs.DescribeDeploymentSetsRequest{}, got.Params)
	if _, err := testDriver(t, answering(200, `{"RequestId":"r"}`)).DescribePlacementGroups(t.Context(), &placement.Query{}, ""); !errors.Is(err, provider.ErrUnavailable) {
		t.Errorf("an answer without the list: got %v, want ErrUnavailable", err)
	}
}

// TestSetsOfNewerKinds: what the newer documentation has beside hosts is told as
// what it is, whoever made the set.
func TestSetsOfNewerKinds(t *testing.T) {
	for data, want := range map[string]placement.Group{
		`{}`:                               {Level: placement.Host},
		`{"Type":"host","Affinity":1}`:     {Level: placement.Host, PerUnit: 1},
		`{"Type":"sw","Affinity":3}`:       {Level: placement.Switch, PerUnit: 3},
		`{"Type":"rack"}`:                  {Level: placement.Rack},
		`{"Type":"building","Affinity":0}`: {},
	} {
		p, err := testDriver(t, answering(200, `{"TotalCount":1,"DeploymentSets":{"DeploymentSet":[`+data+`]}}`)).DescribePlacementGroups(t.Context(), &placement.Query{}, "")
		if err != nil || len(p.Items) != 1 {
			t.Fatal(p, err)
		}
		if g := p.Items[0]; g.Level != want.Level || g.PerUnit != want.PerUnit {
			t.Errorf("%s is read as %q, %d to one; want %q, %d", data, g.Level, g.PerUnit, want.Level, want.PerUnit)
		}
	}
}

// TestALostSetIsNotMadeTwice: the create has a token.
func TestALostSetIsNotMadeTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "CreateDeploymentSet", Kind: cloudsim.ResetAfter, Times: 1})
		g := groups(t, simClient(t, sim))
		id, err := g.Create(t.Context(), placement.Spec{Name: "group-1"})
		if err != nil {
			t.Fatalf("got error %v, want none", err)
		}
		if got := sim.Calls(cloudsim.ECS, "CreateDeploymentSet"); got != 2 {
			t.Fatalf(`sim.Calls(cloudsim.ECS, "CreateDeploymentSet") is %d, want 2`, got)
		}
		n := 0
		for have, err := range g.List(t.Context(), placement.Query{}) {
			if n++; err != nil {
				t.Errorf("got error %v, want none", err)
			} else if have.ID != id {
				t.Errorf("ID is %v, want %v", have.ID, id)
			}
		}
		if n != 1 {
			t.Errorf("%d sets, want 1", n)
		}
	})
}

// TestSetsArePagedByTheAnswer: the references disagree on the largest page, 100
// or 50. None is asked for that one of them forbids, and smaller pages than were
// asked for are not taken for the last one.
func TestSetsArePagedByTheAnswer(t *testing.T) {
	const total, size = 45, 20
	var got wire
	var ids []string
	for token := ""; ; {
		number := max(len(ids)/size+1, 1)
		var list []map[string]string
		for i := len(ids); i < min(total, number*size); i++ {
			list = append(list, map[string]string{"DeploymentSetId": fmt.Sprint("ds-", i)})
		}
		body, _ := json.Marshal(map[string]any{
			"TotalCount": total, "PageNumber": number, "PageSize": size, "DeploymentSets": map[string]any{"DeploymentSet": list},
		})
		d := testDriver(t, capture(&got, string(body)))
		p, err := d.DescribePlacementGroups(t.Context(), &placement.Query{}, token)
		if err != nil {
			t.Fatal(err)
		}
		if got.Params["PageSize"] != "50" {
			t.Errorf(`PageSize is %q, want "50"`, got.Params["PageSize"])
		}
		if got.Params["PageNumber"] != token {
			t.Errorf("PageNumber is %q, want %q", got.Params["PageNumber"], token)
		}
		for _, g := range p.Items {
			ids = append(ids, g.ID)
		}
		if token = p.NextPage; token == "" {
			break
		}
	}
	if len(ids) != total {
		t.Errorf("len(ids) is %d, want %d", len(ids), total)
	} else if ids[total-1] != "ds-44" {
		t.Errorf(`ids[total-1] is %q, want "ds-44"`, ids[total-1])
	}
}
