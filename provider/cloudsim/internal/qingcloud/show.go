package qingcloud

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

func (q *api) view(m *core.Instance, now time.Time, verbose bool) instanceView {
	d := q.details[m.ID]
	status, transition, since := statusOf(m, now)
	group, groups := q.securityGroups(m.Groups)
	v := instanceView{
		ID: m.ID, Name: m.Name, Description: d.description, HostName: cmp.Or(m.HostName, m.ID),
		Type: m.InstanceType, Class: d.class, VCPUs: m.CPUs, VCPUsMax: m.CPUs,
		MemoryMiB: m.MemoryMiB, MemoryMax: m.MemoryMiB, Topology: m.Params["cpu_topology"],
		Status: status, Transition: transition,
		CreateTime: m.Created.UTC().Format(timeFormat),
		StatusTime: since.UTC().Format(timeFormat),
		ZoneID:     zoneOf(m.Zone),
		Owner:      ownerOf(m), RootUserID: owner, Controller: controller, ConsoleID: console,
		Project: []string{}, Tags: []string{}, DNSAliases: []string{},
		GraphicsProtocol: "vnc", GraphicsPasswd: "vnc-" + m.ID,
		Image: q.imageOf(m.ImageID), Extra: extra(m, d),
		VxNets:        q.vxNets(d.nics, m.Groups, now, up(m, now, ipDelay)),
		SecurityGroup: group, SecurityGroups: groups,
		VolumeIDs: append([]string{}, d.volumes...), Volumes: []volumeView{},
	}
	v.Platform = v.Image.Platform
	v.EIP, v.EIPs = eipOf(m, d)
	if verbose {
		keyPairs := append([]string{}, m.KeyPairs...)
		v.KeyPairIDs = &keyPairs
		for _, id := range d.volumes {
			v.Volumes = append(v.Volumes, volumeView{id, "in-use"})
		}
	}
	return v
}

// eipOf returns the elastic address in one of the forms that documents and clients
// know: an object, or no eip with an empty list of eips. For tests of clients there is
// a third form, an empty list for eip. Only instances in self-managed networks have it,
// because strict decoders fail on it.
func eipOf(m *core.Instance, d *details) (eip, eips any) {
	switch {
	case len(m.PublicIPs) > 0:
		return eipView{ID: "eip-" + m.ID[2:], Address: m.PublicIPs[0], Bandwidth: "50"}, nil
	case d.addressless:
		return []string{}, nil
	default:
		return nil, []string{}
	}
}

// imageOf returns an image of the inventory of the options, or else derives it from its ID. The
// name of a system image begins with its family, as in centos63x64.
func (q *api) imageOf(id string) imageView {
	v := guessImage(id)
	if i := q.image(id); i != nil && q.service.Strict() {
		row := viewOfImage(i)
		v.Name, v.SizeGiB, v.Platform, v.OSFamily = row.Name, row.SizeGiB, row.Platform, row.OSFamily
		v.Provider, v.ProcessorType = row.Provider, row.ProcessorType
	}
	return v
}

func guessImage(id string) imageView {
	v := imageView{
		ID: id, Name: id, SizeGiB: leastDisk(id), Platform: "linux", ProcessorType: "64bit",
		Provider: "system", UIType: "tui", AgentType: "pitrix", DefaultUser: "root", ResetPasswd: 1,
	}
	if strings.HasPrefix(id, "img-") {
		v.Provider = "self"
	} else if digit := strings.IndexAny(id, "0123456789"); digit > 0 {
		v.OSFamily = id[:digit]
	}
	if isWindows(id) {
		v.Platform, v.OSFamily, v.UIType, v.DefaultUser = "windows", "windows", "gui", "administrator"
	}
	return v
}

// extra repeats values of the create.
func extra(m *core.Instance, d *details) extraView {
	number := func(name string) int {
		n, _ := strconv.Atoi(m.Params[name]) // the create checked it; absent is 0
		return n
	}
	v := extraView{
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

// vxNets shows addresses only after the instance has them, and the security group only
// where it has an effect.
func (q *api) vxNets(nics []netInterface, groups []string, now time.Time, addressed bool) []vxNetView {
	out := []vxNetView{}
	for i, n := range nics {
		if now.Before(n.from) {
			continue // it is still joining
		}
		v := vxNetView{ID: n.vxnet, Name: n.vxnet, NICID: n.mac, SecurityGroups: []securityGroupView{}}
		if (network{id: n.vxnet}).managed() {
			v.Type = 1
		}
		if addressed {
			v.PrivateIP = n.ip
		}
		if i == 0 {
			v.Role = 1
		}
		if n.vxnet == baseNet {
			v.SecurityGroup, v.SecurityGroups = q.securityGroups(groups)
		}
		out = append(out, v)
	}
	return out
}

// securityGroups returns the security group, or null, and the list of it.
func (q *api) securityGroups(groups []string) (*securityGroupView, []securityGroupView) {
	if len(groups) == 0 {
		return nil, []securityGroupView{}
	}
	v := securityGroupView{ID: groups[0], Name: groups[0]}
	if v.ID == "sg-default" {
		v.IsDefault = 1
	}
	for _, g := range q.service.Inventory().Groups {
		if q.service.Strict() && g.ID == v.ID {
			v.Name = g.Name
			v.IsDefault = 0
			if g.Default {
				v.IsDefault = 1
			}
		}
	}
	return &v, []securityGroupView{v}
}
