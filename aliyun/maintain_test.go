package aliyun

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
)

const accepted = `{"RequestId":"req-9","OrderId":123456}`

// newPassword is of the form that the cloud takes.
const newPassword = "Planted-Passw0rd"

func TestChangesSendWhatIsAskedFor(t *testing.T) {
	at := time.Date(2027, 1, 2, 3, 4, 5, 0, time.FixedZone("", 8*3600))
	modify := func(ch maintain.Change) func(context.Context, *driver) error {
		return func(ctx context.Context, d *driver) error { return d.ModifyInstances(ctx, "", []string{"i-1"}, &ch) }
	}
	for what, tc := range map[string]struct {
		call   func(context.Context, *driver) error
		action string
		typed  any
		params map[string]string
	}{
		"tags": {
			func(ctx context.Context, d *driver) error {
				return d.TagInstances(ctx, "", []string{"i-1", "i-2"}, map[string]string{"b": "2", "a": ""})
			},
			"TagResources",
			ecs.TagResourcesRequest{},
			map[string]string{
				"ResourceType": "instance", "ResourceId.1": "i-1", "ResourceId.2": "i-2", "Tag.1.Key": "a",
				"Tag.2.Key": "b", "Tag.2.Value": "2",
			},
		},
		"untag": {
			func(ctx context.Context, d *driver) error {
				return d.UntagInstances(ctx, "cn-test-2", []string{"i-1"}, []string{"a"})
			},
			"UntagResources",
			ecs.UntagResourcesRequest{},
			map[string]string{"ResourceType": "instance", "ResourceId.1": "i-1", "TagKey.1": "a", "RegionId": "cn-test-2"},
		},
		"name": {
			modify(maintain.Change{Name: "web"}), "ModifyInstanceAttribute",
			ecs.ModifyInstanceAttributeRequest{},
			map[string]string{"InstanceId": "i-1", "InstanceName": "web"},
		},
		"description": {
			modify(maintain.Change{Description: new("of the web")}), "ModifyInstanceAttribute",
			ecs.ModifyInstanceAttributeRequest{},
			map[string]string{"InstanceId": "i-1", "Description": "of the web"},
		},
		"protection": {
			modify(maintain.Change{DeletionProtection: new(false)}), "ModifyInstanceAttribute",
			ecs.ModifyInstanceAttributeRequest{},
			map[string]string{"InstanceId": "i-1", "DeletionProtection": "false"},
		},
		"groups": {
			modify(maintain.Change{SecurityGroupIDs: []string{"sg-1", "sg-2"}}), "ModifyInstanceAttribute",
			ecs.ModifyInstanceAttributeRequest{},
			map[string]string{"InstanceId": "i-1", "SecurityGroupIds.1": "sg-1", "SecurityGroupIds.2": "sg-2"},
		},
		"password": {
			modify(maintain.Change{Password: newPassword}), "ModifyInstanceAttribute",
			ecs.ModifyInstanceAttributeRequest{},
			map[string]string{"InstanceId": "i-1", "Password": newPassword},
		},
		"release": {
			modify(maintain.Change{ReleaseAt: &at}), "ModifyInstanceAutoReleaseTime",
			ecs.ModifyInstanceAutoReleaseTimeRequest{},
			map[string]string{"InstanceId": "i-1", "AutoReleaseTime": "2027-01-01T19:04:05Z"},
		},
		"no release": {
			modify(maintain.Change{ReleaseAt: &time.Time{}}), "ModifyInstanceAutoReleaseTime",
			ecs.ModifyInstanceAutoReleaseTimeRequest{},
			map[string]string{"InstanceId": "i-1"},
		},
		"resize": {
			func(ctx context.Context, d *driver) error {
				_, _, err := d.ResizeInstance(ctx, &maintain.ResizeRequest{ID: "i-1", InstanceType: "ecs.g7.xlarge"}, "token-1")
				return err
			},
			"ModifyInstanceSpec",
			ecs.ModifyInstanceSpecRequest{},
			map[string]string{"InstanceId": "i-1", "InstanceType": "ecs.g7.xlarge", "ClientToken": "token-1"},
		},
		"resize of a prepaid one": {
			func(ctx context.Context, d *driver) error {
				r := &maintain.ResizeRequest{ID: "i-1", InstanceType: "ecs.g7.xlarge", Billing: provider.Prepaid}
				_, _, err := d.ResizeInstance(ctx, r, "token-1")
				return err
			},
			"ModifyPrepayInstanceSpec",
			ecs.ModifyPrepayInstanceSpecRequest{},
			map[string]string{"InstanceId": "i-1", "InstanceType": "ecs.g7.xlarge", "ClientToken": "token-1"},
		},
	} {
		var got wire
		if err := tc.call(t.Context(), testDriver(t, capture(&got, accepted))); err != nil {
			t.Errorf("%s: got error %v, want none", what, err)
		}
		want := map[string]string{"RegionId": "cn-test-1"}
		maps.Copy(want, tc.params)
		if got.Action != tc.action {
			t.Errorf("%s: the action is %s, want %s", what, got.Action, tc.action)
		}
		if !maps.Equal(got.Params, want) {
			t.Errorf("%s: the parameters are %v, want %v", what, got.Params, want)
		}
		checkTyped(t, tc.typed, got.Params)
	}
}

func TestRenewalsAreInTheUnitsOfTheVendor(t *testing.T) {
	for _, tc := range []struct {
		period   int
		unit     provider.PeriodUnit
		n, words string
	}{
		{3, provider.Week, "3", "Week"},
		{1, provider.Month, "1", "Month"},
		{2, provider.Year, "24", "Month"},
	} {
		var got wire
		order, requestID, err := testDriver(t, capture(&got, accepted)).RenewInstance(t.Context(),
			&maintain.RenewRequest{ID: "i-1", Period: tc.period, Unit: tc.unit}, "token-1")
		if err != nil {
			t.Errorf("%d %s: %v", tc.period, tc.unit, err)
		}
		if order != "123456" {
			t.Errorf("%d %s: the order is %q, want 123456", tc.period, tc.unit, order)
		}
		if requestID != "req-9" {
			t.Errorf("%d %s: the request ID is %q, want req-9", tc.period, tc.unit, requestID)
		}
		want := map[string]string{
			"RegionId": "cn-test-1", "InstanceId": "i-1", "Period": tc.n, "PeriodUnit": tc.words, "ClientToken": "token-1",
		}
		if !maps.Equal(got.Params, want) {
			t.Errorf("%d %s: the parameters are %v, want %v", tc.period, tc.unit, got.Params, want)
		}
		checkTyped(t, ecs.RenewInstanceRequest{}, got.Params)
	}
}

// unreachable fails the test when a call is made.
func unreachable(t *testing.T) roundTrip {
	return func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, errors.New("no network")
	}
}

func TestAChangeThatTheCloudDoesNotTakeIsRefusedHere(t *testing.T) {
	d := testDriver(t, unreachable(t))
	soon, far := time.Now().Add(10*time.Minute), time.Now().AddDate(4, 0, 0)
	for path, ch := range map[string]maintain.Change{
		"Change.Name":        {Name: "x"},
		"Change.Description": {Description: new("x")},
		"Change.ReleaseAt":   {ReleaseAt: &soon},
		"Change.Password":    {Password: "planted"},
	} {
		_, err := d.InstancesPerModify(&ch)
		var e *provider.FieldError
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v, want a %T", path, err, e)
		} else if e.Path != path {
			t.Errorf("the path is %s, want %s", e.Path, path)
		}
		checkNoSecrets(t, err)
	}
	if _, err := d.InstancesPerModify(&maintain.Change{ReleaseAt: &far}); err == nil {
		t.Error("a release in four years: got no error, want one")
	}
	if _, err := d.InstancesPerModify(&maintain.Change{Description: new("")}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a description that is to be removed: got %v, want ErrUnsupported", err)
	}
	if n, err := d.InstancesPerModify(&maintain.Change{ReleaseAt: &time.Time{}}); n != 1 || err != nil {
		t.Errorf("a release that is to be cancelled: got %d and %v, want 1 and no error", n, err)
	}
	tags := d.TagInstances(t.Context(), "", []string{"i-1"}, map[string]string{"aliyun.x": "1"})
	if !errors.Is(tags, provider.ErrInvalid) {
		t.Errorf("a key of the vendor's: got %v, want ErrInvalid", tags)
	}
	_, _, renewal := d.RenewInstance(t.Context(), &maintain.RenewRequest{ID: "i-1", Period: 10, Unit: provider.Month}, "")
	if !errors.Is(renewal, provider.ErrInvalid) {
		t.Errorf("ten months: got %v, want ErrInvalid", renewal)
	}
	_, _, renewal = d.RenewInstance(t.Context(), &maintain.RenewRequest{ID: "i-1", Period: 1, Unit: provider.Day}, "")
	if !errors.Is(renewal, provider.ErrInvalid) {
		t.Errorf("a day: got %v, want ErrInvalid", renewal)
	}
}

func TestNoErrorOfAChangeShowsThePassword(t *testing.T) {
	body := `{"RequestId":"r","Code":"InvalidPassword.Malformed","Message":"the password ` + newPassword + ` is not valid"}`
	err := testDriver(t, answering(400, body)).ModifyInstances(t.Context(), "", []string{"i-1"},
		&maintain.Change{Password: newPassword})
	if !errors.Is(err, provider.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
	checkNoSecrets(t, err)
}

func TestAnAnswerWithoutSenseIsNoChange(t *testing.T) {
	for _, body := range []string{`{}`, `null`, ``, `<html>`, `{"OrderId":"1"}`} {
		d := testDriver(t, answering(200, body))
		tag := d.TagInstances(t.Context(), "", []string{"i-1"}, map[string]string{"k": "v"})
		_, _, renew := d.RenewInstance(t.Context(), &maintain.RenewRequest{ID: "i-1", Period: 1, Unit: provider.Month}, "")
		for what, err := range map[string]error{"tag": tag, "renewal": renew} {
			if outcome(err) != provider.OutcomeUnknown {
				t.Errorf("%s, %q: got %v, want an unknown outcome", what, body, err)
			}
		}
	}
}

// instance returns an instance as the cloud shows it.
func instance(t *testing.T, c *provider.Client, id string) provider.Instance {
	t.Helper()
	for i, err := range c.DescribeInstances(t.Context(), provider.Query{IDs: []string{id}}) {
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	t.Fatalf("there is no %s", id)
	return provider.Instance{}
}

func TestInstancesAreChangedInTheCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{Count: 3, Tags: map[string]string{"old": "1"}})
		m := maintain.Of(c)
		if err := m.Tag(t.Context(), "", ids[:2], map[string]string{"team": "web", "old": "2"}); err != nil {
			t.Fatal(err)
		}
		if err := m.Untag(t.Context(), "", ids[1:2], "old", "absent"); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(2 * time.Hour)
		err := m.Modify(t.Context(), "", ids[:1], maintain.Change{
			Name: "front", Description: new("of the web"), DeletionProtection: new(true), ReleaseAt: &at,
			SecurityGroupIDs: []string{"sg-7", "sg-8"}, Password: newPassword,
		})
		if err != nil {
			t.Fatal(err)
		}
		first, second, third := instance(t, c, ids[0]), instance(t, c, ids[1]), instance(t, c, ids[2])
		if want := map[string]string{"team": "web", "old": "2"}; !maps.Equal(first.Tags, want) {
			t.Errorf("the tags are %v, want %v", first.Tags, want)
		}
		if want := map[string]string{"team": "web"}; !maps.Equal(second.Tags, want) {
			t.Errorf("the tags of the second are %v, want %v", second.Tags, want)
		}
		if want := map[string]string{"old": "1"}; !maps.Equal(third.Tags, want) {
			t.Errorf("the tags of one that nobody changed are %v, want %v", third.Tags, want)
		}
		if first.Name != "front" {
			t.Errorf("the name is %q, want front", first.Name)
		}
		if first.Description != "of the web" {
			t.Errorf("the description is %q, want of the web", first.Description)
		}
		if p := first.DeletionProtection; p == nil || !*p {
			t.Error("the instance is not protected")
		}
		if got := strings.Join(first.SecurityGroupIDs, " "); got != "sg-7 sg-8" {
			t.Errorf("the groups are %s, want sg-7 sg-8", got)
		}
		if n := sim.Calls(cloudsim.ECS, "TagResources"); n != 1 {
			t.Errorf("%d calls set tags, want 1", n)
		}
		time.Sleep(3 * time.Hour)
		if left := len(sim.Instances(cloudsim.ECS)); left != 2 {
			t.Errorf("%d instances are left, want 2: one had a time of release", left)
		}
	})
}

func TestAReleaseCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{AutoReleaseTime: time.Now().Add(time.Hour)})
		if err := maintain.Of(c).Modify(t.Context(), "", ids, maintain.Change{ReleaseAt: &time.Time{}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if left := len(sim.Instances(cloudsim.ECS)); left != 1 {
			t.Errorf("%d instances are left, want 1", left)
		}
	})
}

func TestAnInstanceIsResizedInTheCloud(t *testing.T) {
	for name, billing := range map[string]provider.Billing{
		"on demand": {}, "prepaid": {Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month},
	} {
		synctest.Test(t, func(t *testing.T) {
			sim := cloudsim.New(nil)
			c := simClient(t, sim)
			id := running(t, c, provider.RunInstancesSpec{Billing: billing})[0]
			// The answer of the first call is lost: the token settles it.
			for _, action := range []string{"ModifyInstanceSpec", "ModifyPrepayInstanceSpec"} {
				sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: action, Kind: cloudsim.ResetAfter, Times: 1})
			}
			err := maintain.Of(c).Resize(t.Context(), "", id, "ecs.g6.2xlarge", &maintain.ResizeOptions{Restart: true})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			i := instance(t, c, id)
			if i.InstanceType != "ecs.g6.2xlarge" {
				t.Errorf("%s: the type is %s, want ecs.g6.2xlarge", name, i.InstanceType)
			}
			if i.CPUs != 8 {
				t.Errorf("%s: it has %d CPUs, want 8", name, i.CPUs)
			}
			if i.State != provider.StateRunning {
				t.Errorf("%s: it is %s, want running as before", name, i.State)
			}
		})
	}
}

func TestARenewalWithALostAnswerIsPaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		id := running(t, c, provider.RunInstancesSpec{
			Billing: provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month},
		})[0]
		before := instance(t, c, id).ExpiresAt
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.ECS, API: "RenewInstance", Kind: cloudsim.ResetAfter, Times: 2})
		at, err := maintain.Of(c).Renew(t.Context(), "", id, 1, provider.Year)
		if err != nil {
			t.Fatal(err)
		}
		if want := before.AddDate(1, 0, 0); !at.Equal(want) {
			t.Errorf("it ends at %v, want %v", at, want)
		}
		if n := sim.Calls(cloudsim.ECS, "RenewInstance"); n != 3 {
			t.Errorf("%d calls were made, want 3", n)
		}
	})
}

func TestWhatTheCloudRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simClient(t, sim)
		m := maintain.Of(c)
		spot := running(t, c, provider.RunInstancesSpec{Billing: provider.Billing{Mode: provider.Spot}})
		err := m.Modify(t.Context(), "", spot, maintain.Change{DeletionProtection: new(true)})
		if !errors.Is(err, provider.ErrInvalid) {
			t.Errorf("a spot instance is protected: got %v, want ErrInvalid", err)
		}
		err = m.Tag(t.Context(), "", append(spot, "i-unknown"), map[string]string{"k": "v"})
		var b *provider.BatchError
		if !errors.As(err, &b) {
			t.Fatalf("an unknown instance: got %v, want a %T", err, b)
		}
		if !errors.Is(b.Failed["i-unknown"], provider.ErrNotFound) {
			t.Errorf("an unknown instance: got %v, want ErrNotFound", b.Failed["i-unknown"])
		}
		if got := instance(t, c, spot[0]).Tags["k"]; got != "v" {
			t.Errorf("the tag of the other one is %q, want v", got)
		}
		if err := sim.Lock(cloudsim.ECS, spot[0], "security"); err != nil {
			t.Fatal(err)
		}
		if err := m.Modify(t.Context(), "", spot, maintain.Change{Name: "web"}); !errors.Is(err, provider.ErrPermission) {
			t.Errorf("a locked instance is renamed: got %v, want ErrPermission", err)
		}
	})
}
