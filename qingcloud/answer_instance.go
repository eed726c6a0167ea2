package qingcloud

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// Instance is an instance as DescribeInstances answers it. What [provider.Instance.Sys] of
// this driver returns is a *Instance. Fields that the answer lacks, or holds in a form that
// is not documented, are zero. The graphics password is left out.
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

// Image is the image of an [Instance].
type Image struct {
	ID       string `json:"image_id"`
	Name     string `json:"image_name"`
	Platform string `json:"platform"`
}

// VxNet is a network that an [Instance] is in.
type VxNet struct {
	ID        string  `json:"vxnet_id"`
	Name      string  `json:"vxnet_name"`
	Type      *Number `json:"vxnet_type"` // 0: addresses are not assigned by the service
	NICID     string  `json:"nic_id"`
	PrivateIP string  `json:"private_ip"`
}

// EIP is a public address of an [Instance].
type EIP struct {
	ID            string `json:"eip_id"`
	Address       string `json:"eip_addr"`
	BandwidthMbps Number `json:"bandwidth"`
}

// Firewall is the security group of an [Instance].
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

// pointer returns the number, or nil when there is none.
func (n *Number) pointer() *int { return (*int)(n) }

// addressed reports whether every network that assigns addresses has done so.
func (i *Instance) addressed() bool {
	for _, v := range i.VxNets {
		assigns := v.Type == nil || *v.Type != 0
		if assigns && v.PrivateIP == "" {
			return false
		}
	}
	return true
}

// rawState returns the status, and the transition with it while there is one.
func (i *Instance) rawState() string {
	if i.Transition == "" {
		return i.Status
	}
	return i.Status + "/" + i.Transition
}

// instanceOf translates a described instance. QingCloud does not answer its host name, nor
// how it is paid for. Nor does it answer the region, which is that of the call.
func instanceOf(raw *Instance, region string) provider.Instance {
	inst := provider.Instance{
		ID:           raw.ID,
		Name:         raw.Name,
		State:        stateOf(raw.Status, raw.Transition, raw.addressed()),
		RawState:     raw.rawState(),
		Region:       region,
		Zone:         raw.ZoneID,
		ImageID:      raw.Image.ID,
		InstanceType: raw.InstanceType,
		CPUs:         int(raw.CPUs),
		MemoryMiB:    int(raw.MemoryMiB),
		CreatedAt:    timeOf(raw.CreateTime),
	}
	if len(raw.VxNets) > 0 {
		inst.SubnetID = raw.VxNets[0].ID
	}
	if raw.SecurityGroup.ID != "" {
		inst.SecurityGroupIDs = []string{raw.SecurityGroup.ID}
	}
	for _, v := range raw.VxNets {
		inst.PrivateIPs = appendAddr(inst.PrivateIPs, v.PrivateIP)
	}
	inst.PublicIPs = appendAddr(inst.PublicIPs, raw.EIP.Address)
	for _, e := range raw.EIPs {
		inst.PublicIPs = appendAddr(inst.PublicIPs, e.Address)
	}
	return inst.WithSys(raw)
}

// timeOf reads a time. A text in another form is the zero time.
func timeOf(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// appendAddr adds an address once. A text that is no address is left out.
func appendAddr(list []netip.Addr, s string) []netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil || slices.Contains(list, a) {
		return list
	}
	return append(list, a)
}
