package cloudsim

import (
	"strings"
	"time"
)

// qingInstanceView is a machine on the wire.
type qingInstanceView struct {
	ID            string                 `json:"instance_id"`
	Name          string                 `json:"instance_name"`
	Description   *string                `json:"description"` // null until it is set, as in the samples
	Type          string                 `json:"instance_type"`
	Class         int                    `json:"instance_class"`
	VCPUs         int                    `json:"vcpus_current"`
	MemoryMiB     int                    `json:"memory_current"`
	Status        string                 `json:"status"`
	Transition    string                 `json:"transition_status"`
	CreateTime    string                 `json:"create_time"`
	StatusTime    string                 `json:"status_time"`
	ZoneID        string                 `json:"zone_id"`
	Owner         string                 `json:"owner"`
	Image         qingImageView          `json:"image"`
	VxNets        []qingVxNetView        `json:"vxnets"`
	EIP           any                    `json:"eip,omitempty"`  // see eip
	EIPs          any                    `json:"eips,omitempty"` // likewise
	KeyPairIDs    []string               `json:"keypair_ids"`
	SecurityGroup *qingSecurityGroupView `json:"security_group"`
	VolumeIDs     []string               `json:"volume_ids"`
	Volumes       []qingVolumeView       `json:"volumes,omitempty"` // verbose only
}

type qingImageView struct {
	ID            string `json:"image_id"`
	Name          string `json:"image_name"`
	Platform      string `json:"platform"`
	ProcessorType string `json:"processor_type"`
	Provider      string `json:"provider"`
}

type qingVxNetView struct {
	ID        string `json:"vxnet_id"`
	Name      string `json:"vxnet_name"`
	Type      int    `json:"vxnet_type"` // 0 self-managed, 1 managed
	NICID     string `json:"nic_id"`
	PrivateIP string `json:"private_ip"`
}

type qingSecurityGroupView struct {
	ID        string `json:"security_group_id"`
	IsDefault int    `json:"is_default"`
}

type qingVolumeView struct {
	ID string `json:"volume_id"`
}

// qingEIPView is an elastic address. Its bandwidth is a string in the documented
// sample, a number by the documented type.
type qingEIPView struct {
	ID        string `json:"eip_id"`
	Name      string `json:"eip_name"`
	Address   string `json:"eip_addr"`
	Bandwidth string `json:"bandwidth"`
}

func (q *qingCloud) view(m *machine, now time.Time, verbose bool) qingInstanceView {
	d := q.details[m.ID]
	status, transition, since := qingStatus(m, now)
	v := qingInstanceView{
		ID: m.ID, Name: m.Name, Description: d.description,
		Type: m.InstanceType, Class: d.class, VCPUs: m.CPUs, MemoryMiB: m.MemoryMiB,
		Status: status, Transition: transition,
		CreateTime:    m.Created.UTC().Format(qingTime),
		StatusTime:    since.UTC().Format(qingTime),
		ZoneID:        qingZoneOf(m.Zone),
		Owner:         qingOwner,
		Image:         qingImage(m.ImageID),
		VxNets:        qingVxNets(d.nics, qingUp(m, now, qingIPDelay)),
		KeyPairIDs:    append([]string{}, m.KeyPairs...),
		SecurityGroup: qingSecurityGroup(m.Groups),
		VolumeIDs:     append([]string{}, d.volumes...),
	}
	v.EIP, v.EIPs = qingEIP(m, d)
	for i := 0; verbose && i < len(d.volumes); i++ {
		v.Volumes = append(v.Volumes, qingVolumeView{d.volumes[i]})
	}
	return v
}

// qingEIP returns the elastic address in one of the shapes that the documents
// and clients know: an object; no eip but an empty list of eips; and, so that a
// client can be tried with it, an empty list for eip. The last is for machines
// in self-managed networks only, because strict decoders break on it.
func qingEIP(m *machine, d *qingDetails) (eip, eips any) {
	switch {
	case len(m.PublicIPs) > 0:
		return qingEIPView{ID: "eip-" + m.ID[2:], Address: m.PublicIPs[0], Bandwidth: "50"}, nil
	case d.addressless:
		return []string{}, nil
	default:
		return nil, []string{}
	}
}

func qingImage(id string) qingImageView {
	platform := "linux"
	if qingWindows(id) {
		platform = "windows"
	}
	provider := "system"
	if strings.HasPrefix(id, "img-") {
		provider = "self"
	}
	return qingImageView{ID: id, Name: id, Platform: platform, ProcessorType: "64bit", Provider: provider}
}

// qingVxNets shows addresses only once the machine has them.
func qingVxNets(nics []qingNIC, addressed bool) []qingVxNetView {
	out := []qingVxNetView{}
	for _, n := range nics {
		v := qingVxNetView{ID: n.vxnet, Name: n.vxnet, NICID: n.mac}
		if (qingNetwork{id: n.vxnet}).managed() {
			v.Type = 1
		}
		if addressed {
			v.PrivateIP = n.ip
		}
		out = append(out, v)
	}
	return out
}

func qingSecurityGroup(groups []string) *qingSecurityGroupView {
	if len(groups) == 0 {
		return nil
	}
	v := &qingSecurityGroupView{ID: groups[0]}
	if v.ID == "sg-default" {
		v.IsDefault = 1
	}
	return v
}
