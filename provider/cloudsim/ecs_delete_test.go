package cloudsim

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestDeleteInstances(t *testing.T) {
	c := newECSTestClient(t, New(nil))
	ids := c.run("Amount", "3")
	del := func(more ...string) aliReply {
		return c.call("DeleteInstances", append([]string{"RegionId", "cn-hangzhou", "InstanceId.1", ids[0], "InstanceId.2", ids[1]}, more...)...)
	}
	c.wantCode(del(), 403, "IncorrectInstanceStatus")
	c.wantCode(del("Force", "true", "DryRun", "true"), 400, "DRYRUN.SUCCESS")
	c.wantCode(c.call("DeleteInstance", "InstanceId", ids[0], "Force", "true", "DryRun", "true"), 400, "DryRunOperation")
	c.wantCode(del("Force", "true", "InstanceId.3", "i-unknown"), 404, "InvalidInstanceId.NotFound")
	c.wantCode(del("Force", "true", "RegionId", "cn-beijing"), 404, "InvalidInstanceId.NotFound")
	if got := c.describe().at("TotalCount"); got != 3.0 {
		t.Fatalf("refused deletes left %v machines, want 3", got)
	}
	c.wantOK(del("Force", "true", "ClientToken", "d-1"))
	if got := c.describe().names("InstanceId"); len(got) != 1 || got[0] != ids[2] {
		t.Errorf("left are %v, want %s alone", got, ids[2])
	}
	c.wantOK(del("Force", "true", "ClientToken", "d-1"))
	c.wantCode(del("Force", "true"), 404, "InvalidInstanceId.NotFound")
	c.wantCode(c.call("DeleteInstances", "RegionId", "cn-hangzhou"), 400, "MissingParameter.InstanceId")
	c.wantCode(c.call("DeleteInstance"), 400, "MissingParameter.InstanceId")
}

func TestDeleteStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newECSTestClient(t, New(nil))
		id := c.run()[0]
		time.Sleep(2 * time.Second)
		c.wantOK(c.call("StopInstance", "InstanceId", id))
		time.Sleep(time.Second)
		c.wantOK(c.call("DeleteInstance", "InstanceId", id))
	})
}

func TestDeletePrepaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newECSTestClient(t, New(nil))
		run := func() string { return c.run("InstanceChargeType", "PrePaid", "Period", "1")[0] }
		id := run()
		c.wantCode(c.call("DeleteInstance", "InstanceId", id, "Force", "true"), 403, "ChargeTypeViolation")
		c.wantOK(c.call("DeleteInstance", "InstanceId", id, "Force", "true", "TerminateSubscription", "true"))
		id = run()
		time.Sleep(31 * 24 * time.Hour)
		c.wantOK(c.call("DeleteInstance", "InstanceId", id, "Force", "true"))
	})
}

func TestDeletionProtection(t *testing.T) {
	c := newECSTestClient(t, New(nil))
	id := c.run("DeletionProtection", "true")[0]
	c.wantCode(c.call("DeleteInstance", "InstanceId", id, "Force", "true"), 403, "InvalidOperation.DeletionProtection")
}
