package qingcloud

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// Instance is an instance as DescribeInstances answers it. What [provider.Instance.Sys] of
// this driver returns is a *Instance. Fields that the answer lacks, or holds in a form that
// cannot be read, are zero. The graphics password is left out.
type Instance struct {
	ID             string     `json:"instance_id"`
	Name           string     `json:"instance_name"`
	HostName       string     `json:"hostname"`
	Description    string     `json:"description"`
	Status         Word       `json:"status"`
	Transition     Word       `json:"transition_status"`
	InstanceType   string     `json:"instance_type"`
	InstanceClass  Number     `json:"instance_class"`
	CPUs           Number     `json:"vcpus_current"`
	MemoryMiB      Number     `json:"memory_current"`
	Platform       string     `json:"platform"`
	ZoneID         string     `json:"zone_id"`
	CreateTime     string     `json:"create_time"`
	StatusTime     string     `json:"status_time"`
	Image          Image      `json:"image"`
	Extra          Extra      `json:"extra"`
	VxNets         []VxNet    `json:"vxnets"`
	EIP            EIP        `json:"eip"`
	EIPs           []EIP      `json:"eips"`
	SecurityGroup  Firewall   `json:"security_group"`
	SecurityGroups []Firewall `json:"security_groups"`
	KeyPairIDs     []string   `json:"keypair_ids"`
	VolumeIDs      []string   `json:"volume_ids"`
	Volumes        []Volume   `json:"volumes"`
}

// Image is the image of an [Instance].
type Image struct {
	ID       string `json:"image_id"`
	Name     string `json:"image_name"`
	Platform string `json:"platform"`
}

// Extra are the settings of an [Instance] that the service puts beside its own fields.
type Extra struct {
	GPUs             Number `json:"gpu"`
	GPUClass         Number `json:"gpu_class"`
	OSDiskGiB        Number `json:"os_disk_size"`
	OSDiskEncryption Number `json:"os_disk_encryption"` // 1: encrypted
	NICMultiQueue    Number `json:"nic_mqueue"`         // 1: on
	Hypervisor       string `json:"hypervisor"`
	CPUModel         string `json:"cpu_model"`
}

// VxNet is a network that an [Instance] is in.
type VxNet struct {
	ID             string     `json:"vxnet_id"`
	Name           string     `json:"vxnet_name"`
	Type           *Number    `json:"vxnet_type"` // 0: addresses are not assigned by the service
	Role           Number     `json:"role"`       // 1: the primary one
	NICID          string     `json:"nic_id"`     // the MAC address
	PrivateIP      Word       `json:"private_ip"`
	IPv6           Word       `json:"ipv6_address"`
	SecurityGroup  Firewall   `json:"security_group"`
	SecurityGroups []Firewall `json:"security_groups"`
}

// EIP is a public address of an [Instance].
type EIP struct {
	ID            string `json:"eip_id"`
	Address       Word   `json:"eip_addr"`
	BandwidthMbps Number `json:"bandwidth"`
}

// Firewall is the security group of an [Instance].
type Firewall struct {
	ID string `json:"security_group_id"`
}

// Volume is a data disk of an [Instance].
type Volume struct {
	ID      string `json:"volume_id"`
	Name    string `json:"volume_name"`
	Type    Word   `json:"volume_type"`
	SizeGiB Number `json:"size"`
	Device  string `json:"device"`
}

// Number is a whole number, which the service writes as a number or as a text.
type Number int

// UnmarshalJSON accepts both forms. An empty text is 0.
func (n *Number) UnmarshalJSON(b []byte) error {
	text := strings.TrimSpace(strings.Trim(string(b), `"`))
	if text == "" || text == "null" {
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	isWhole := err == nil && f == math.Trunc(f)
	if !isWhole || math.Abs(f) > math.MaxInt32 {
		return errors.New("not a whole number")
	}
	*n = Number(f)
	return nil
}

// pointer returns the number, or nil when there is none.
func (n *Number) pointer() *int { return (*int)(n) }

// Word is a text that says something about an instance, such as its state. Something else in
// its place is kept as JSON: an instance whose state cannot be read must not look as if it
// had none.
type Word string

// UnmarshalJSON accepts everything. A list of one text is that text. null and empty lists and
// objects are "".
func (w *Word) UnmarshalJSON(b []byte) error {
	if strings.HasPrefix(string(b), "[") {
		var list []json.RawMessage
		if json.Unmarshal(b, &list) == nil && len(list) == 1 {
			b = list[0]
		}
	}
	if strings.HasPrefix(string(b), `"`) {
		return json.Unmarshal(b, (*string)(w))
	}
	switch text := string(b); text {
	case "null", "[]", "{}":
		*w = ""
	default:
		*w = Word(text)
	}
	return nil
}

// odd reports whether the word is no text, number or truth value.
func (w Word) odd() bool {
	return strings.HasPrefix(string(w), "{") || strings.HasPrefix(string(w), "[")
}

// addressed reports whether every network that assigns addresses has done so.
func (i *Instance) addressed() bool {
	for j := range i.VxNets {
		v := &i.VxNets[j]
		assigns := v.Type == nil || *v.Type != 0
		if assigns && v.PrivateIP == "" {
			return false
		}
	}
	return true
}

// oddWords returns the names of the words that are none. The others of an instance in a
// list stay as they are.
func (i *Instance) oddWords() (names []string) {
	if i.Status.odd() {
		names = append(names, "status")
	}
	if i.Transition.odd() {
		names = append(names, "transition_status")
	}
	for j := range i.VxNets {
		if i.VxNets[j].PrivateIP.odd() {
			names = append(names, "vxnets[].private_ip")
		}
	}
	return names
}

// rawState returns the status, and the transition with it while there is one.
func (i *Instance) rawState() string {
	if i.Transition == "" {
		return string(i.Status)
	}
	return string(i.Status + "/" + i.Transition)
}

// instanceOf translates a described instance. QingCloud does not answer how it is paid for,
// nor its group and its host. Nor does it answer the region, which is that of the call.
func instanceOf(raw *Instance, region string) provider.Instance {
	inst := provider.Instance{
		ID:           raw.ID,
		Name:         raw.Name,
		HostName:     raw.HostName,
		Description:  raw.Description,
		State:        stateOf(string(raw.Status), string(raw.Transition), raw.addressed()),
		RawState:     raw.rawState(),
		Region:       region,
		Zone:         raw.ZoneID,
		ImageID:      raw.Image.ID,
		InstanceType: raw.InstanceType,
		Platform:     platformOf(cmp.Or(raw.Image.Platform, raw.Platform)),
		CPUs:         int(raw.CPUs),
		MemoryMiB:    int(raw.MemoryMiB),
		GPUs:         int(raw.Extra.GPUs),
		KeyPairs:     slices.Clone(raw.KeyPairIDs),
		CreatedAt:    timeOf(raw.CreateTime),
	}
	if inst.Lock = lockOf(string(raw.Status), string(raw.Transition)); inst.Lock != "" {
		inst.Reason = raw.rawState()
	}
	if raw.Extra.GPUs > 0 {
		inst.GPUType = strconv.Itoa(int(raw.Extra.GPUClass))
	}
	readNetworks(&inst, raw)
	inst.Disks = disksOf(raw)
	return inst.WithSys(raw)
}

// readNetworks reads the networks, the addresses and the security groups.
func readNetworks(inst *provider.Instance, raw *Instance) {
	inst.SecurityGroupIDs = groupsOf(raw.SecurityGroup, raw.SecurityGroups)
	inst.Interfaces = interfacesOf(raw)
	for i := range inst.Interfaces {
		inst.PrivateIPs = append(inst.PrivateIPs, inst.Interfaces[i].PrivateIPs...)
		inst.IPv6Addresses = append(inst.IPv6Addresses, inst.Interfaces[i].IPv6Addresses...)
	}
	if len(inst.Interfaces) > 0 {
		inst.SubnetID = inst.Interfaces[0].SubnetID
	}
	inst.PublicIPs = appendAddr(inst.PublicIPs, raw.EIP.Address)
	for i := range raw.EIPs {
		inst.PublicIPs = appendAddr(inst.PublicIPs, raw.EIPs[i].Address)
	}
}

// interfacesOf returns the interfaces, the primary one first. Where no role says which it is,
// it is the first one.
func interfacesOf(raw *Instance) []provider.InstanceInterface {
	if len(raw.VxNets) == 0 {
		return nil
	}
	primary := max(0, slices.IndexFunc(raw.VxNets, func(v VxNet) bool { return v.Role == 1 }))
	list := make([]provider.InstanceInterface, 0, len(raw.VxNets))
	for i := range raw.VxNets {
		one := interfaceOf(&raw.VxNets[i])
		if one.Primary = i == primary; one.Primary {
			list = slices.Insert(list, 0, one)
			continue
		}
		list = append(list, one)
	}
	return list
}

// interfaceOf translates one network. The ID of an interface is its MAC address.
func interfaceOf(v *VxNet) provider.InstanceInterface {
	return provider.InstanceInterface{
		ID: v.NICID, MAC: v.NICID, SubnetID: v.ID,
		PrivateIPs:       appendAddr(nil, v.PrivateIP),
		IPv6Addresses:    appendAddr(nil, v.IPv6),
		SecurityGroupIDs: groupsOf(v.SecurityGroup, v.SecurityGroups),
	}
}

// groupsOf returns the IDs of the security groups, each once.
func groupsOf(one Firewall, more []Firewall) []string {
	if one.ID == "" && len(more) == 0 {
		return nil
	}
	ids := []string{one.ID}
	for _, g := range more {
		ids = append(ids, g.ID)
	}
	return adapter.Distinct(ids)
}

// disksOf returns the disks. The system disk has no ID of its own.
func disksOf(raw *Instance) (list []provider.InstanceDisk) {
	if raw.Extra.OSDiskGiB > 0 {
		list = append(list, provider.InstanceDisk{System: true, SizeGiB: int(raw.Extra.OSDiskGiB)})
	}
	listed := map[string]bool{}
	for i := range raw.Volumes {
		v := &raw.Volumes[i]
		listed[v.ID] = true
		list = append(list, provider.InstanceDisk{
			ID: v.ID, Name: v.Name, Type: string(v.Type), SizeGiB: int(v.SizeGiB), Device: v.Device,
		})
	}
	for _, id := range raw.VolumeIDs {
		if id != "" && !listed[id] {
			list = append(list, provider.InstanceDisk{ID: id})
		}
	}
	return list
}

// platformOf translates the documented words.
func platformOf(word string) provider.Platform {
	switch strings.ToLower(word) {
	case "linux":
		return provider.Linux
	case "windows":
		return provider.Windows
	}
	return ""
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
func appendAddr(list []netip.Addr, s Word) []netip.Addr {
	a, err := netip.ParseAddr(string(s))
	if err != nil || slices.Contains(list, a) {
		return list
	}
	return append(list, a)
}
