package qingcloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/maintain"
	"github.com/yunfan-cloud/yunfan/provider/notice"
)

// running returns the IDs of instances that run.
func running(t *testing.T, c *provider.Client, count int) []string {
	t.Helper()
	spec := *minimalSpec()
	spec.Count = count
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
		c, sim := simulated(t, nil)
		ids := running(t, c, 3)
		err := maintain.Of(c).Modify(t.Context(), "", ids[:2], maintain.Change{
			Name: "front", Description: new("of the web"), SecurityGroupIDs: []string{"sg-7"},
		})
		if err != nil {
			t.Fatal(err)
		}
		for n, id := range ids {
			i := instance(t, c, id)
			changed := n < 2
			if got := i.Name == "front"; got != changed {
				t.Errorf("instance %d is called %q", n, i.Name)
			}
			if got := i.Description == "of the web"; got != changed {
				t.Errorf("instance %d is described as %q", n, i.Description)
			}
			if got := slices.Equal(i.SecurityGroupIDs, []string{"sg-7"}); got != changed {
				t.Errorf("instance %d has the groups %q", n, i.SecurityGroupIDs)
			}
		}
		if n := sim.Calls(cloudsim.QingCloud, "ApplySecurityGroup"); n != 1 {
			t.Errorf("%d calls changed the groups, want 1", n)
		}
		if err := maintain.Of(c).Modify(t.Context(), "", ids[:1], maintain.Change{Description: new("")}); err != nil {
			t.Fatal(err)
		}
		if got := instance(t, c, ids[0]); got.Description != "" || got.Name != "front" {
			t.Errorf("it is %q and described as %q, want front without a description", got.Name, got.Description)
		}
	})
}

func TestAnInstanceIsResizedInTheCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, sim := simulated(t, nil)
		id := running(t, c, 1)[0]
		m := maintain.Of(c)
		if err := m.Resize(t.Context(), "", id, "e1.xlarge.r2", nil); !errors.Is(err, provider.ErrState) {
			t.Errorf("an instance that runs: got %v, want ErrState", err)
		}
		if err := m.Resize(t.Context(), "", id, "e1.xlarge.r2", &maintain.ResizeOptions{Restart: true}); err != nil {
			t.Fatal(err)
		}
		i := instance(t, c, id)
		if i.InstanceType != "e1.xlarge.r2" {
			t.Errorf("the type is %s, want e1.xlarge.r2", i.InstanceType)
		}
		if i.CPUs != 8 {
			t.Errorf("it has %d CPUs, want 8", i.CPUs)
		}
		if i.State != provider.StateRunning {
			t.Errorf("it is %s, want running as before", i.State)
		}
		sim.Inject(cloudsim.Fault{Cloud: cloudsim.QingCloud, API: "ResizeInstances", Kind: cloudsim.ResetAfter, Times: 1})
		if err := m.Resize(t.Context(), "", id, "e1.large.r2", &maintain.ResizeOptions{Restart: true}); err != nil {
			t.Errorf("a lost answer: %v", err)
		}
		if got := instance(t, c, id); got.InstanceType != "e1.large.r2" || got.State != provider.StateRunning {
			t.Errorf("it is %s and %s, want e1.large.r2 and running", got.InstanceType, got.State)
		}
	})
}

// The call is accepted, and its job fails: nothing tells it but the type.
func TestAResizeWhoseJobFailsIsNoSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := saying(200, `{"ret_code":0,"job_id":"j-1","total_count":1,"instance_set":[`+
			`{"instance_id":"i-1","instance_type":"e1.large.r2","status":"stopped","transition_status":""}]}`)
		c, err := New(testConfig(m))
		if err != nil {
			t.Fatal(err)
		}
		err = maintain.Of(c).Resize(t.Context(), "", "i-1", "e1.xlarge.r2", nil)
		if !errors.Is(err, provider.ErrOutcomeUnknown) {
			t.Errorf("got %v, want ErrOutcomeUnknown", err)
		}
	})
}

func TestArrearsAndFailedCreatesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, sim := simulated(t, nil)
		debtor, failed := running(t, c, 1)[0], running(t, c, 1)[0]
		announce := func(n cloudsim.Notice) string {
			id, err := sim.Announce(cloudsim.QingCloud, n)
			if err != nil {
				t.Error(err)
			}
			return id
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			bill := announce(cloudsim.Notice{Kind: cloudsim.Overdue, InstanceID: debtor, Lead: 10 * time.Minute})
			announce(cloudsim.Notice{Kind: cloudsim.LateFailure, InstanceID: failed, Type: "5200"})
			time.Sleep(30 * time.Minute)
			if i := instance(t, c, debtor); i.State != provider.StateSuspended || i.Lock != provider.LockArrears {
				t.Errorf("in arrears it is %s for %s, want suspended for arrears", i.State, i.Lock)
			}
			if err := sim.Withdraw(cloudsim.QingCloud, bill); err != nil {
				t.Error(err)
			}
		}()
		var got []string
		for n, err := range notice.Watch(ctx, c, nil) {
			if err != nil {
				t.Error(err)
				continue
			}
			got = append(got, fmt.Sprint(n.Kind, " ", n.Stage, " ", n.Over, " ", n.InstanceID == debtor, " ", n.RawKind, n.Reason))
		}
		<-done
		want := []string{
			"late-failure done false false RunInstances5200", "overdue  false true suspended", "overdue  true true suspended",
		}
		if !slices.Equal(got, want) {
			t.Errorf("the watch yielded %q, want %q", got, want)
		}
		if s := instance(t, c, debtor).State; s != provider.StateRunning {
			t.Errorf("after the bill is paid it is %s, want running", s)
		}
		for _, kind := range []cloudsim.NoticeKind{cloudsim.Maintenance, cloudsim.Failure, cloudsim.Locked, cloudsim.InRecycleBin} {
			if _, err := sim.Announce(cloudsim.QingCloud, cloudsim.Notice{Kind: kind, InstanceID: debtor}); err == nil {
				t.Errorf("%s is announced, and QingCloud shows nothing of it", kind)
			}
		}
	})
}
