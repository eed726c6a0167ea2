package qingcloud

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestStatusOfEveryPhase(t *testing.T) {
	tests := []struct {
		phases             []core.Phase
		status, transition string
	}{
		{[]core.Phase{core.Pending}, "pending", "creating"},
		{[]core.Phase{core.Pending, core.Running}, "running", ""},
		{[]core.Phase{core.Pending, core.Running, core.Stopping}, "running", "stopping"},
		{[]core.Phase{core.Pending, core.Running, core.Stopping, core.Stopped}, "stopped", ""},
		{[]core.Phase{core.Pending, core.Running, core.Stopped, core.Starting}, "stopped", "starting"},
		{[]core.Phase{core.Pending, core.Running, core.Stopped, core.Starting, core.Running}, "running", ""},
		{[]core.Phase{core.Pending, core.Running, core.Starting}, "running", "restarting"},
		{[]core.Phase{core.Pending, core.Running, core.Pending}, "running", "resetting"},
		{[]core.Phase{core.Pending, core.Running, core.Stopped, core.Pending}, "stopped", "resetting"},
		{[]core.Phase{core.Pending, core.Running, core.Stopped, core.Terminating}, "stopped", "terminating"},
		{[]core.Phase{core.Pending, core.Running, core.Terminating, core.Recycled}, "terminated", ""},
		{[]core.Phase{core.Pending, core.Failed}, "terminated", ""},
		{[]core.Phase{core.Pending, core.Running, core.Terminating, core.Gone}, "ceased", ""},
	}
	for _, tt := range tests {
		now := time.Now()
		m := &core.Instance{}
		for _, p := range tt.phases {
			now = now.Add(time.Second)
			m.Steps = append(m.Steps, core.At(now, p))
		}
		m.Steps = append(m.Steps, core.At(now.Add(1), core.Gone)) // not yet
		status, transition, since := statusOf(m, now)
		if status != tt.status || transition != tt.transition || !since.Equal(now) {
			t.Errorf("%v is %q/%q since %v, want %q/%q since %v", tt.phases, status, transition, since, tt.status,
				tt.transition, now)
		}
	}
}

func TestEIPShapes(t *testing.T) {
	service := core.NewService(core.Config{
		AccessKeyID: core.DefaultAccessKeyID, AccessKeySecret: core.DefaultAccessKeySecret,
		Boot: func(*rand.Rand) time.Duration { return time.Second },
	}, core.QingCloud, New)
	c := simtest.NewQingCloud(t, simtest.Over(service))
	plain, self := c.Show(c.Run("vxnets.1=vxnet-a")[0]), c.Show(c.Run("vxnets.1=vxnet-self1")[0])
	if plain.EIP != nil {
		t.Errorf("eip of an instance without one is %s, want absent", plain.EIP)
	}
	if string(self.EIP) != "[]" {
		t.Errorf("eip of an instance in a self-managed network is %s, want []", self.EIP)
	}
	service.Lookup(plain.ID).PublicIPs = []string{"203.0.113.7"}
	var eip struct {
		Address   string `json:"eip_addr"`
		Bandwidth string `json:"bandwidth"`
	}
	if err := json.Unmarshal(c.Show(plain.ID).EIP, &eip); err != nil || eip.Address != "203.0.113.7" ||
		eip.Bandwidth == "" {
		t.Errorf("eip is %s (%v), want an object with a string bandwidth", c.Show(plain.ID).EIP, err)
	}
}
