package cloudsim

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

func (q *qingCloud) view(m *core.Instance, now time.Time, verbose bool) qingInstanceView {
	d := q.details[m.ID]
	status, transition, since := qingStatus(m, now)
	group, groups := qingSecurityGroups(m.Groups)
	v := qingInstanceView{
		ID: m.ID, Name: m.Name, Description: d.description, HostName: cmp.Or(m.HostName, m.ID),
		Type: m.InstanceType, Class: d.class, VCPUs: m.CPUs, VCPUsMax: m.CPUs,
		MemoryMiB: m.MemoryMiB, MemoryMax: m.MemoryMiB, Topology: m.Params["cpu_topology"],
		Status: status, Transition: transition,
		CreateTime: m.Created.UTC().Format(qingTime),
		StatusTime: since.UTC().Format(qingTime),
		ZoneID:     qingZoneOf(m.Zone),
		Owner:      qingOwnerOf(m), RootUserID: qingOwner, Controller: qingController, ConsoleID: qingConsole,
		Project: []string{}, Tags: []string{}, DNSAliases: []string{},
		GraphicsProtocol: "vnc", GraphicsPasswd: "vnc-" + m.ID,
		Image: qingImage(m.ImageID), Extra: qingExtra(m, d),
		VxNets:        qingVxNets(d.nics, m.Groups, qingUp(m, now, qingIPDelay)),
		SecurityGroup: group, SecurityGroups: groups,
		VolumeIDs: append([]string{}, d.volumes...), Volumes: []qingVolumeView{},
	}
	v.Platform = v.Image.Platform
	v.EIP, v.EIPs = qingEIP(m, d)
	if verbose {
		keyPairs := append([]string{}, m.KeyPairs...)
		v.KeyPairIDs = &keyPairs
		for _, id := range d.volumes {
			v.Volumes = append(v.Volumes, qingVolumeView{id, "in-use"})
		}
	}
	return v
}

// qingEIP returns the elastic address in one of the shapes that the documents
// and clients know: an object; no eip but an empty list of eips; and, so that a
// client can be tried with it, an empty list for eip. The last is for machines
// in self-managed networks only, because strict decoders break on it.
func qingEIP(m *core.Instance, d *qingDetails) (eip, eips any) {
	switch {
	case len(m.PublicIPs) > 0:
		return qingEIPView{ID: "eip-" + m.ID[2:], Address: m.PublicIPs[0], Bandwidth: "50"}, nil
	case d.addressless:
		return []string{}, nil
	default:
		return nil, []string{}
	}
}

// qingImage makes an image up from its ID. The name of a system image begins
// with its family, as in centos63x64.
func qingImage(id string) qingImageView {
	v := qingImageView{
		ID: id, Name: id, SizeGiB: qingLeastDisk(id), Platform: "linux", ProcessorType: "64bit",
		Provider: "system", UIType: "tui", AgentType: "pitrix", DefaultUser: "root", ResetPasswd: 1,
	}
	if strings.HasPrefix(id, "img-") {
		v.Provider = "self"
	} else if digit := strings.IndexAny(id, "0123456789"); digit > 0 {
		v.OSFamily = id[:digit]
	}
	if qingWindows(id) {
		v.Platform, v.OSFamily, v.UIType, v.DefaultUser = "windows", "windows", "gui", "administrator"
	}
	return v
}

// qingExtra repeats what the create asked for.
func qingExtra(m *core.Instance, d *qingDetails) qingExtraView {
	number := func(name string) int {
		n, _ := strconv.Atoi(m.Params[name]) // the create checked it; absent is 0
		return n
	}
	v := qingExtraView{
		CPUModel: m.Params["cpu_model"], GPU: number("gpu"), GPUClass: number("gpu_class"),
		Hypervisor: cmp.Or(m.Params["hypervisor"], "kvm"), OSDiskSize: d.osDisk, USB: 1,
	}
	if d.mqueue {
		v.NICMqueue = 1
	}
	if e := m.Params["os_disk_encryption"]; e == "1" || e == "true" {
		v.OSDiskCipher = 1
	}
	return v
}

// qingVxNets shows addresses only once the machine has them, and the security
// group where it works.
func qingVxNets(nics []qingNIC, groups []string, addressed bool) []qingVxNetView {
	out := []qingVxNetView{}
	for i, n := range nics {
		v := qingVxNetView{ID: n.vxnet, Name: n.vxnet, NICID: n.mac, SecurityGroups: []qingSecurityGroupView{}}
		if (qingNetwork{id: n.vxnet}).managed() {
			v.Type = 1
		}
		if addressed {
			v.PrivateIP = n.ip
		}
		if i == 0 {
			v.Role = 1
		}
		if n.vxnet == qingBaseNet {
			v.SecurityGroup, v.SecurityGroups = qingSecurityGroups(groups)
		}
		out = append(out, v)
	}
	return out
}

// qingSecurityGroups returns the security group, or null, and the list of it.
func qingSecurityGroups(groups []string) (*qingSecurityGroupView, []qingSecurityGroupView) {
	if len(groups) == 0 {
		return nil, []qingSecurityGroupView{}
	}
	v := qingSecurityGroupView{ID: groups[0], Name: groups[0]}
	if v.ID == "sg-default" {
		v.IsDefault = 1
	}
	return &v, []qingSecurityGroupView{v}
}
