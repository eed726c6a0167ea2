package qingcloud

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// answer is what every answer has: the SDK looks for these two fields.
type answer struct {
	RetCode *int    `json:"ret_code"`
	Message *string `json:"message"`
}

// succeeded tells whether an answer is read and says so.
func (a *answer) succeeded() bool { return a.RetCode != nil && *a.RetCode == 0 }

// lenient decodes what it can: one odd field must not lose the IDs beside it.
// For a field of the wrong type encoding/json skips that field, finishes, and
// then reports it. Only ret_code must be what it should: skipped, it would read
// as success.
func lenient(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	if odd := (*json.UnmarshalTypeError)(nil); errors.As(err, &odd) {
		var strict struct {
			RetCode *int `json:"ret_code"`
		}
		return json.Unmarshal(b, &strict)
	}
	return err
}

type runOutput struct {
	answer
	Instances []string `json:"instances"`
	JobID     string   `json:"job_id"`
}

func (o *runOutput) decode(b []byte) error {
	type plain runOutput
	return lenient(b, (*plain)(o))
}

// UnmarshalJSON decodes what it can.
func (o *runOutput) UnmarshalJSON(b []byte) error { return o.decode(b) }

type describeOutput struct {
	answer
	InstanceSet []Instance `json:"instance_set"`
	TotalCount  *Number    `json:"total_count"`
}

func (o *describeOutput) decode(b []byte) error {
	type plain describeOutput
	return lenient(b, (*plain)(o))
}

// UnmarshalJSON decodes what it can.
func (o *describeOutput) UnmarshalJSON(b []byte) error { return o.decode(b) }

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

// instanceOf says a server in neutral words. The answer tells neither the host
// name nor how the server is paid for.
func instanceOf(raw *Instance, region string) provider.Instance {
	i := provider.Instance{
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
		CreatedAt:    moment(raw.CreateTime),
	}
	if len(raw.VxNets) > 0 {
		i.SubnetID = raw.VxNets[0].ID
	}
	if raw.SecurityGroup.ID != "" {
		i.SecurityGroupIDs = []string{raw.SecurityGroup.ID}
	}
	for _, v := range raw.VxNets {
		i.PrivateIPs = appendAddr(i.PrivateIPs, v.PrivateIP)
	}
	for _, e := range append([]EIP{raw.EIP}, raw.EIPs...) {
		i.PublicIPs = appendAddr(i.PublicIPs, e.Address)
	}
	return i.WithSys(raw)
}

func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// appendAddr adds an address once; what is none is left to Instance.Sys.
func appendAddr(list []netip.Addr, s string) []netip.Addr {
	a, err := netip.ParseAddr(s)
	for _, b := range list {
		if a == b {
			return list
		}
	}
	if err != nil {
		return list
	}
	return append(list, a)
}
