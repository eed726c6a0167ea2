package cloudsim_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestALockIsShownAndRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		client, err := aliyun.New(aliyun.Config{
			Region: "cn-hangzhou", Transport: sim.Transport(),
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		op, err := client.RunInstances(t.Context(), provider.RunInstancesSpec{
			ImageID: "image-1", InstanceType: "ecs.g6.large",
			Network: provider.Network{SubnetID: "vsw-1", SecurityGroupIDs: []string{"sg-1"}},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		ids := op.InstanceIDs()
		if err := client.StopInstances(t.Context(), "", ids, &provider.StopOptions{Wait: true}); err != nil {
			t.Fatal(err)
		}
		if err := sim.Lock(cloudsim.ECS, ids[0], "Recycling"); err != nil {
			t.Fatal(err)
		}
		for i, err := range client.DescribeInstances(t.Context(), provider.Query{IDs: ids}) {
			if err != nil {
				t.Fatal(err)
			}
			if i.State != provider.StateSuspended {
				t.Errorf("the state is %s, want suspended", i.State)
			}
			if i.Lock != provider.LockReclaim {
				t.Errorf("the lock is %q, want reclaim", i.Lock)
			}
		}
		if err := client.StartInstances(t.Context(), "", ids, nil); !errors.Is(err, provider.ErrBalance) {
			t.Errorf("a start: got %v, want ErrBalance", err)
		}
		if err := sim.Lock(cloudsim.ECS, ids[0], ""); err != nil {
			t.Fatal(err)
		}
		if err := client.StartInstances(t.Context(), "", ids, nil); err != nil {
			t.Errorf("a start after the lock: got %v, want no error", err)
		}
	})
}

func TestWhatCannotBeLocked(t *testing.T) {
	sim := cloudsim.New(nil)
	if err := sim.Lock(cloudsim.ECS, "i-unknown", "security"); err == nil {
		t.Error("an unknown instance: got no error, want one")
	}
	if err := sim.Lock(cloudsim.CVM, "ins-1", "EXPIRED"); err == nil {
		t.Error("a cloud without simulated locks: got no error, want one")
	}
}
