package qingcloud

import (
	"math"
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider"
)

// steady are the documented states of a server that nothing is being done to.
func steady(status string) provider.State {
	switch status {
	case "pending":
		return provider.StatePending
	case "running":
		return provider.StateRunning
	case "stopped":
		return provider.StateStopped
	case "suspended":
		return provider.StateSuspended
	case "terminated":
		return provider.StateRecycled
	case "ceased":
		return provider.StateTerminated
	}
	return provider.StateUnknown
}

// busy are the documented transitions. The service has others that it does not
// document; any of them means that the server is not there yet.
func busy(transition string) provider.State {
	switch transition {
	case "creating":
		return provider.StatePending
	case "starting", "restarting", "resuming", "recovering", "resetting":
		return provider.StateStarting
	case "stopping", "suspending":
		return provider.StateStopping
	case "terminating":
		return provider.StateTerminating
	}
	return provider.StateUnknown
}

// stateOf joins the two words. A server runs for us only when it has its
// addresses too, which come later than the status. What is ceased stays so,
// whatever transition is still shown.
func stateOf(status, transition string, addressed bool) provider.State {
	s := steady(status)
	switch {
	case s == provider.StateTerminated:
		return s
	case transition != "":
		return busy(transition)
	case s == provider.StateRunning && !addressed:
		return provider.StateStarting
	}
	return s
}

// Instance is a server as DescribeInstances answers it, and what Instance.Sys
// of the neutral package returns. Fields the answer lacks, or holds in a form
// that is not documented, are zero. The graphics password is left out.
type Instance struct {
	ID            string   `json:"instance_id"`
	Name          string   `json:"instance_name"`
	Description   string   `json:"description"`
	Status        string   `json:"status"`
	Transition    string   `json:"transition_status"`
	InstanceType  string   `json:"instance_type"`
	InstanceClass Number   `json:"instance_class"`
	CPUs          Number   `json:"vcpus_current"`
	MemoryMiB     Number   `json:"memory_current"`
	ZoneID        string   `json:"zone_id"`
	CreateTime    string   `json:"create_time"`
	StatusTime    string   `json:"status_time"`
	Image         Image    `json:"image"`
	VxNets        []VxNet  `json:"vxnets"`
	EIP           EIP      `json:"eip"`
	EIPs          []EIP    `json:"eips"`
	SecurityGroup Firewall `json:"security_group"`
	KeyPairIDs    []string `json:"keypair_ids"`
	VolumeIDs     []string `json:"volume_ids"`
}

// Image is the image of a server.
type Image struct {
	ID       string `json:"image_id"`
	Name     string `json:"image_name"`
	Platform string `json:"platform"`
}

// VxNet is a network that a server is in.
type VxNet struct {
	ID        string  `json:"vxnet_id"`
	Name      string  `json:"vxnet_name"`
	Type      *Number `json:"vxnet_type"` // 0: addresses are not assigned by the service
	NICID     string  `json:"nic_id"`
	PrivateIP string  `json:"private_ip"`
}

// EIP is a public address of a server.
type EIP struct {
	ID            string `json:"eip_id"`
	Address       string `json:"eip_addr"`
	BandwidthMbps Number `json:"bandwidth"`
}

// Firewall is the security group of a server.
type Firewall struct {
	ID string `json:"security_group_id"`
}

// Number is a whole number, which the service writes as a number or as a text.
type Number int

// UnmarshalJSON accepts both forms and leaves anything else zero.
func (n *Number) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err == nil && math.Abs(f) < math.MaxInt32 {
		*n = Number(f)
	}
	return nil
}

// addressed tells whether every network that assigns addresses has done so.
func (i *Instance) addressed() bool {
	for _, v := range i.VxNets {
		assigns := v.Type == nil || *v.Type != 0
		if assigns && v.PrivateIP == "" {
			return false
		}
	}
	return true
}

// rawState is the status, and the transition with it while there is one.
func (i *Instance) rawState() string {
	if i.Transition == "" {
		return i.Status
	}
	return i.Status + "/" + i.Transition
}
