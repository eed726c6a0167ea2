package cloudsim

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestQingCloudStatusOfEveryPhase(t *testing.T) {
	tests := []struct {
		phases             []Phase
		status, transition string
	}{
		{[]Phase{Pending}, "pending", "creating"},
		{[]Phase{Pending, Running}, "running", ""},
		{[]Phase{Pending, Running, Stopping}, "running", "stopping"},
		{[]Phase{Pending, Running, Stopping, Stopped}, "stopped", ""},
		{[]Phase{Pending, Running, Stopped, Starting}, "stopped", "starting"},
		{[]Phase{Pending, Running, Stopped, Starting, Running}, "running", ""},
		{[]Phase{Pending, Running, Starting}, "running", "restarting"},
		{[]Phase{Pending, Running, Pending}, "running", "resetting"},
		{[]Phase{Pending, Running, Stopped, Pending}, "stopped", "resetting"},
		{[]Phase{Pending, Running, Stopped, Terminating}, "stopped", "terminating"},
		{[]Phase{Pending, Running, Terminating, Recycled}, "terminated", ""},
		{[]Phase{Pending, Failed}, "terminated", ""},
		{[]Phase{Pending, Running, Terminating, Gone}, "ceased", ""},
	}
	for _, tt := range tests {
		now := time.Now()
		m := &core.Instance{}
		for _, p := range tt.phases {
			now = now.Add(time.Second)
			m.Steps = append(m.Steps, core.At(now, p))
		}
		m.Steps = append(m.Steps, core.At(now.Add(1), Gone)) // not yet
		status, transition, since := qingStatus(m, now)
		if status != tt.status || transition != tt.transition || !since.Equal(now) {
			t.Errorf("%v is %q/%q since %v, want %q/%q since %v", tt.phases, status, transition, since, tt.status, tt.transition, now)
		}
	}
}

func TestQingCloudEIPShapes(t *testing.T) {
	service := core.NewService(core.Config{
		AccessKeyID: core.DefaultAccessKeyID, AccessKeySecret: core.DefaultAccessKeySecret, Boot: func(*rand.Rand) time.Duration { return time.Second },
	}, core.QingCloud, newQingCloud)
	c := simtest.NewQingCloud(t, simtest.Over(service))
	plain, self := c.Show(c.Run("vxnets.1=vxnet-a")[0]), c.Show(c.Run("vxnets.1=vxnet-self1")[0])
	if plain.EIP != nil {
		t.Errorf("eip of a machine without one is %s, want absent", plain.EIP)
	}
	if string(self.EIP) != "[]" {
		t.Errorf("eip of a machine in a self-managed network is %s, want []", self.EIP)
	}
	service.Lookup(plain.ID).PublicIPs = []string{"203.0.113.7"}
	var eip struct {
		Address   string `json:"eip_addr"`
		Bandwidth string `json:"bandwidth"`
	}
	if err := json.Unmarshal(c.Show(plain.ID).EIP, &eip); err != nil || eip.Address != "203.0.113.7" || eip.Bandwidth == "" {
		t.Errorf("eip is %s (%v), want an object with a string bandwidth", c.Show(plain.ID).EIP, err)
	}
}
