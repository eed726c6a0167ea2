package ens

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

func prepaidMonth() provider.Billing {
	return provider.Billing{Mode: provider.Prepaid, Period: 1, PeriodUnit: provider.Month}
}

// running returns the IDs of instances that run.
func running(t *testing.T, c *provider.Client, spec provider.RunInstancesSpec) []string {
	t.Helper()
	spec.ImageID, spec.InstanceType, spec.Login.Password = "m-1", "ens.sn1.small", "Planted-Password-1"
	op, err := c.RunInstances(t.Context(), spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Wait(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return op.InstanceIDs()
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
		c := simulated(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{Count: 3, Tags: map[string]string{"old": "1"}})
		m := maintain.Of(c)
		if err := m.Tag(t.Context(), "", ids[:2], map[string]string{"team": "web", "old": "2"}); err != nil {
			t.Fatal(err)
		}
		if err := m.Untag(t.Context(), "", ids[1:2], "old", "absent"); err != nil {
			t.Fatal(err)
		}
		if err := m.Modify(t.Context(), "", ids[:1], maintain.Change{Name: "front", DeletionProtection: new(true)}); err != nil {
			t.Fatal(err)
		}
		for i, want := range []map[string]string{{"team": "web", "old": "2"}, {"team": "web"}, {"old": "1"}} {
			if got := instance(t, c, ids[i]).Tags; !maps.Equal(got, want) {
				t.Errorf("the tags of instance %d are %v, want %v", i, got, want)
			}
		}
		first := instance(t, c, ids[0])
		if first.Name != "front" {
			t.Errorf("the name is %q, want front", first.Name)
		}
		if p := first.DeletionProtection; p == nil || !*p {
			t.Error("the instance is not protected")
		}
		if _, err := c.TerminateInstances(t.Context(), "", ids[:1], nil); err == nil {
			t.Error("a protected instance was released")
		}
		if n := sim.Calls(cloudsim.ENS, "TagResources"); n != 1 {
			t.Errorf("%d calls set tags, want 1", n)
		}
	})
}

func TestSecurityGroupsAreReplacedOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simulated(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{Count: 2, Network: provider.Network{SecurityGroupIDs: []string{"sg-1"}}})
		m := maintain.Of(c)
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.ENS, API: "JoinSecurityGroup", Kind: cloudsim.ResetAfter, Times: 1})
		if err := m.Modify(t.Context(), "", ids[:1], maintain.Change{SecurityGroupIDs: []string{"sg-2", "sg-3"}}); err != nil {
			t.Fatal(err)
		}
		if got := instance(t, c, ids[0]).SecurityGroupIDs; !slices.Equal(got, []string{"sg-2", "sg-3"}) {
			t.Errorf("the groups are %q, want sg-2 and sg-3", got)
		}
		if got := instance(t, c, ids[1]).SecurityGroupIDs; !slices.Equal(got, []string{"sg-1"}) {
			t.Errorf("the groups of the other instance are %q, want sg-1", got)
		}
		if n := sim.Calls(cloudsim.ENS, "JoinSecurityGroup"); n != 3 {
			t.Errorf("%d calls joined, want 3: the answer of one was lost", n)
		}
		err := m.Modify(t.Context(), "", append(ids, "i-unknown"), maintain.Change{SecurityGroupIDs: []string{"sg-3"}})
		if !errors.Is(err, provider.ErrNotFound) {
			t.Errorf("an unknown instance: got %v, want ErrNotFound", err)
		}
		for _, id := range ids {
			if got := instance(t, c, id).SecurityGroupIDs; !slices.Equal(got, []string{"sg-3"}) {
				t.Errorf("the groups of %s are %q, want sg-3", id, got)
			}
		}
	})
}

func TestAPasswordIsTakenOfAStoppedInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simulated(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{})
		m := maintain.Of(c)
		err := m.Modify(t.Context(), "", ids, maintain.Change{Password: newPassword})
		if !errors.Is(err, provider.ErrState) {
			t.Errorf("an instance that runs: got %v, want ErrState", err)
		}
		wantSafe(t, err)
		if n := sim.Calls(cloudsim.ENS, "ModifyInstanceAttribute"); n != 1 {
			t.Errorf("%d calls were made, want 1: the refusal does not pass", n)
		}
		if err := c.StopInstances(t.Context(), "", ids, &provider.StopOptions{Wait: true}); err != nil {
			t.Fatal(err)
		}
		if err := m.Modify(t.Context(), "", ids, maintain.Change{Password: newPassword}); err != nil {
			t.Errorf("a stopped instance: %v", err)
		}
	})
}

// There is no token: the time at which the instance ends tells what has happened.
func TestARenewalWithALostAnswerIsPaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simulated(t, sim)
		id := running(t, c, provider.RunInstancesSpec{Billing: prepaidMonth()})[0]
		before := instance(t, c, id).ExpiresAt
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.ENS, API: "RenewInstance", Kind: cloudsim.ResetAfter, Times: 1})
		at, err := maintain.Of(c).Renew(t.Context(), "", id, 1, provider.Year)
		if err != nil {
			t.Fatal(err)
		}
		if want := before.AddDate(1, 0, 0); !at.Equal(want) {
			t.Errorf("it ends at %v, want %v", at, want)
		}
		if n := sim.Calls(cloudsim.ENS, "RenewInstance"); n != 1 {
			t.Errorf("%d calls were made, want 1", n)
		}
		onDemand := running(t, c, provider.RunInstancesSpec{})[0]
		if _, err := maintain.Of(c).Renew(t.Context(), "", onDemand, 1, provider.Month); !errors.Is(err, provider.ErrState) {
			t.Errorf("an instance on demand: got %v, want ErrState", err)
		}
	})
}

// watched collects what a watch of an hour yields, while something happens.
func watched(t *testing.T, c *provider.Client, happens func()) (got []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		happens()
	}()
	for n, err := range notice.Watch(ctx, c, nil) {
		if err != nil {
			t.Error(err)
			continue
		}
		got = append(got, fmt.Sprint(n.Kind, " ", n.Stage, " ", n.Over, " ", n.RawKind))
	}
	<-done
	return got
}

func announce(t *testing.T, sim *cloudsim.Sim, n cloudsim.Notice) string {
	t.Helper()
	id, err := sim.Announce(cloudsim.ENS, n)
	if err != nil {
		t.Error(err)
	}
	return id
}

func TestMaintenanceIsToldUntilARebootAvoidsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simulated(t, sim)
		ids := running(t, c, provider.RunInstancesSpec{})
		got := watched(t, c, func() {
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.Maintenance, InstanceID: ids[0], Lead: 24 * time.Hour})
			time.Sleep(20 * time.Minute)
			if err := c.RebootInstances(t.Context(), "", ids, nil); err != nil {
				t.Error(err)
			}
		})
		want := []string{
			"maintenance scheduled false Instance:SystemMaintenance.Reboot", "maintenance avoided false Instance:SystemMaintenance.Reboot",
		}
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
	})
}

func TestFailuresAndTheEndOfThePaidTimeAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := simulated(t, sim)
		paid, ids := running(t, c, provider.RunInstancesSpec{Billing: prepaidMonth()})[0], running(t, c, provider.RunInstancesSpec{Count: 2})
		got := watched(t, c, func() {
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.Expired, InstanceID: paid})
			announce(t, sim, cloudsim.Notice{Kind: cloudsim.Failure, InstanceID: ids[0], Takes: 2 * time.Minute})
			time.Sleep(20 * time.Minute)
			if s := instance(t, c, paid).State; s != provider.StateSuspended {
				t.Errorf("the state after the paid time is %s, want suspended", s)
			}
			if _, err := maintain.Of(c).Renew(t.Context(), "", paid, 1, provider.Month); err != nil {
				t.Error(err)
			}
		})
		// The failure may be seen while it happens, or when it has happened.
		got = slices.DeleteFunc(got, func(s string) bool { return s == "failure running false Instance:SystemFailure.Reboot" })
		slices.Sort(got)
		want := []string{"expired  false Expired", "expired  true Expired", "failure done false Instance:SystemFailure.Reboot"}
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
		if s := instance(t, c, paid).State; s != provider.StateRunning {
			t.Errorf("the state after the renewal is %s, want running", s)
		}
		for _, kind := range []cloudsim.NoticeKind{cloudsim.Overdue, cloudsim.Locked, cloudsim.InRecycleBin} {
			if _, err := sim.Announce(cloudsim.ENS, cloudsim.Notice{Kind: kind, InstanceID: ids[1]}); err == nil {
				t.Errorf("%s is announced, and ENS documents nothing of it", kind)
			}
		}
	})
}
