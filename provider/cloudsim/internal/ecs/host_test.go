package ecs_test

import (
	"testing"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
)

func TestAHostNameMayHoldTheIDOfItsInstance(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ids := c.Run("Amount", "2", "HostName", "k8s-${instance_id}")
	for i, id := range ids {
		if got := c.Describe().At("Instances", "Instance", i, "HostName"); got != "k8s-"+id {
			t.Errorf("the host name is %v, want k8s-%s", got, id)
		}
	}
}
