package ecs_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestDeleteInstances(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids := c.Run("Amount", "3")
	del := func(more ...string) simtest.AlibabaAnswer {
		return c.Call("DeleteInstances", append(
			[]string{"RegionId", "cn-hangzhou", "InstanceId.1", ids[0], "InstanceId.2", ids[1]}, more...)...)
	}
	c.WantCode(del(), 403, "IncorrectInstanceStatus")
	c.WantCode(del("Force", "true", "DryRun", "true"), 400, "DRYRUN.SUCCESS")
	c.WantCode(c.Call("DeleteInstance", "InstanceId", ids[0], "Force", "true", "DryRun", "true"), 400,
		"DryRunOperation")
	c.WantCode(del("Force", "true", "InstanceId.3", "i-unknown"), 404, "InvalidInstanceId.NotFound")
	c.WantCode(del("Force", "true", "RegionId", "cn-beijing"), 404, "InvalidInstanceId.NotFound")
	if got := c.Describe().At("TotalCount"); got != 3.0 {
		t.Fatalf("refused deletes left %v instances, want 3", got)
	}
	c.WantOK(del("Force", "true", "ClientToken", "d-1"))
	if got := c.Describe().Names("InstanceId"); len(got) != 1 || got[0] != ids[2] {
		t.Errorf("got %v left, want %s alone", got, ids[2])
	}
	c.WantOK(del("Force", "true", "ClientToken", "d-1"))
	c.WantCode(del("Force", "true"), 404, "InvalidInstanceId.NotFound")
	c.WantCode(c.Call("DeleteInstances", "RegionId", "cn-hangzhou"), 400, "MissingParameter.InstanceId")
	c.WantCode(c.Call("DeleteInstance"), 400, "MissingParameter.InstanceId")
}

func TestDeleteStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		id := c.Run()[0]
		time.Sleep(2 * time.Second)
		c.WantOK(c.Call("StopInstance", "InstanceId", id))
		time.Sleep(time.Second)
		c.WantOK(c.Call("DeleteInstance", "InstanceId", id))
	})
}

func TestDeletePrepaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		run := func() string { return c.Run("InstanceChargeType", "PrePaid", "Period", "1")[0] }
		id := run()
		c.WantCode(c.Call("DeleteInstance", "InstanceId", id, "Force", "true"), 403, "ChargeTypeViolation")
		c.WantOK(c.Call("DeleteInstance", "InstanceId", id, "Force", "true", "TerminateSubscription", "true"))
		id = run()
		time.Sleep(31 * 24 * time.Hour)
		c.WantOK(c.Call("DeleteInstance", "InstanceId", id, "Force", "true"))
	})
}

func TestDeletionProtection(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	id := c.Run("DeletionProtection", "true")[0]
	c.WantCode(c.Call("DeleteInstance", "InstanceId", id, "Force", "true"), 403, "InvalidOperation.DeletionProtection")
}
