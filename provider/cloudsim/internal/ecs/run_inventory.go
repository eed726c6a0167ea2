package ecs

import (
	"cmp"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// checkInventory refuses what the inventory of the options lacks, with the codes that the reference
// has for creates. Without such an inventory every ID of the right form exists.
func (e *api) checkInventory(k *core.Call, plan *runPlan) {
	p := plan.p
	if !e.Service.Strict() || p.Refusal != nil {
		return
	}
	t := e.typeOf(p.Text("InstanceType"))
	if t == nil {
		p.Bad("InstanceType", "a type that DescribeInstanceTypes lists")
		return
	}
	e.checkSold(plan, t)
	e.checkListedImage(p, t)
	if key := p.Text("KeyPairName"); key != "" && e.keyPairOf(key) == nil {
		p.Bad("KeyPairName", "the name of a key pair")
	}
	e.checkListedNetwork(k, plan)
	e.checkQuota(k, plan, t)
}

// checkSold refuses a type that its zone does not sell.
func (e *api) checkSold(plan *runPlan, t *core.InstanceType) {
	zone := found(e.Service.Inventory().Zones, func(z *core.Zone) bool { return z.ID == plan.zone })
	closed := zone != nil && zone.Closed
	switch {
	case t.Retired:
		plan.p.Refuse(alibaba.Refuse(403, "InstanceType.Offline", "The instance type is no longer sold."))
	case closed:
		plan.p.Refuse(alibaba.Refuse(403, "Zone.NotOnSale", "The specified zone takes no new instances."))
	case plan.zone == "" || e.Service.Offer(plan.zone, t.ID, plan.charge) == nil:
		plan.p.Refuse(alibaba.Refuse(403, "InvalidInstanceType.ZoneNotSupported",
			"The specified zone does not support this instancetype."))
	}
}

// checkListedImage refuses an image that does not exist, is not ready, or does not fit. A deprecated
// image can be used (reference of ModifyImageAttribute).
func (e *api) checkListedImage(p *alibaba.Params, t *core.InstanceType) {
	i := e.imageOf(e.imageFor(p))
	if i == nil {
		p.Bad("ImageId", "an image that DescribeImages lists")
		return
	}
	switch size := alibaba.Int(p.Values, "SystemDisk.Size"); {
	case i.State == "creating":
		p.Refuse(alibaba.Refuse(403, "OperationDenied.ImageNotValid", "The image cannot be used in its state."))
	case i.Arch != t.Arch:
		p.Refuse(alibaba.Refuse(403, "ImageNotSupportInstanceType",
			"The specified image does not support the specified InstanceType."))
	case size > 0 && size < i.SizeGiB:
		p.Refuse(alibaba.Refuse(404, "InvalidSystemDiskSize.LessThanImageSize",
			"The specified parameter SystemDisk.Size is less than the image size."))
	}
}

// checkListedNetwork refuses vSwitches and groups that do not exist, or do not belong together.
func (e *api) checkListedNetwork(k *core.Call, plan *runPlan) {
	p := plan.p
	s := e.subnetOf(e.vSwitchFor(p, plan.zone))
	switch {
	case s == nil && !p.Has("VSwitchId"):
		p.Refuse(alibaba.Refuse(400, "InvalidVSwitchId.Necessary", "The VSwitchId is necessary"))
		return
	case s == nil || e.regionOfZone(s.Zone) != k.Region:
		p.Bad("VSwitchId", "a vSwitch of the region")
		return
	case s.Zone != plan.zone:
		p.Refuse(alibaba.Refuse(400, "InvalidParameter.Mismatch", "Specified virtual switch is not in the specified zone."))
	case plan.amount > e.freeAddresses(k, s):
		p.Refuse(alibaba.Refuse(403, "InvalidVSwitchId.IpNotEnough", "The specified vSwitch has too few free addresses."))
	case !holds(s, p.Text("PrivateIpAddress")):
		p.Refuse(alibaba.Refuse(403, "InvalidVSwitchId.IpInvalid", "The specified address is not one of the vSwitch."))
	}
	e.checkListedGroups(k, p, plan.groups, s.NetworkID)
	for _, n := range p.Indexes("NetworkInterface", interfacesOfCreate) {
		at := "NetworkInterface." + strconv.Itoa(n) + "."
		other := cmp.Or(e.subnetOf(p.Text(at+"VSwitchId")), s)
		if p.Has(at+"VSwitchId") && e.subnetOf(p.Text(at+"VSwitchId")) == nil {
			p.Refuse(invalid("VSwitchId"))
		}
		e.checkListedGroups(k, p, checkGroups(p, at), other.NetworkID)
	}
}

// checkListedGroups refuses groups that the region lacks, and groups of another network.
func (e *api) checkListedGroups(k *core.Call, p *alibaba.Params, groups []string, network string) {
	for _, id := range groups {
		switch g := e.groupOf(k.Region, id); {
		case g == nil:
			p.Bad("SecurityGroupId", "a security group of the region")
		case g.NetworkID != network:
			p.Refuse(alibaba.Refuse(400, "InvalidParameter.Mismatch",
				"Specified security group and virtual switch are not in the same VPC."))
		}
	}
}

// checkQuota refuses a create that would exceed the account's quota of processors.
func (e *api) checkQuota(k *core.Call, plan *runPlan, t *core.InstanceType) {
	q := found(e.Service.Inventory().Quotas, func(q *core.AccountQuota) bool { return q.Name == quotaOf(plan.charge) })
	if q != nil && e.used(k, q)+plan.amount*t.CPUs > q.Total {
		plan.p.Refuse(fault(core.Quota))
	}
}

// holds reports whether an address belongs to a vSwitch. No address does, and so does any one in a
// vSwitch without a range.
func holds(s *core.Subnet, address string) bool {
	network, err := netip.ParsePrefix(s.CIDR)
	ip, wrong := netip.ParseAddr(address)
	if err != nil || wrong != nil {
		return true
	}
	return network.Contains(ip)
}

// imageFor returns the image of a create: the one that is named, or the newest of the family. A
// family that the inventory lacks stands for its image.
func (e *api) imageFor(p *alibaba.Params) string {
	family := p.Text("ImageFamily")
	if i := e.newestOf(family); family != "" && i != nil {
		return i.ID
	}
	return cmp.Or(p.Text("ImageId"), family)
}

// vSwitchFor returns the vSwitch of a create: the one that is named, or the default one of the zone
// if creates are bound to the inventory.
func (e *api) vSwitchFor(p *alibaba.Params, zone string) string {
	if p.Has("VSwitchId") {
		return p.Text("VSwitchId")
	}
	s := found(e.Service.Inventory().Subnets, func(s *core.Subnet) bool { return s.Default && s.Zone == zone })
	if s != nil && e.Service.Strict() {
		return s.ID
	}
	return "vsw-default"
}

// vpcFor returns the network of a vSwitch.
func (e *api) vpcFor(vswitch string) string {
	if s := e.subnetOf(vswitch); s != nil {
		return s.NetworkID
	}
	return vpcOf(vswitch)
}

// shape returns the processors and memory of an instance type: those of the inventory, or those
// that its name says.
func (e *api) shape(kind string) (cpus, memoryMiB int) {
	if t := e.typeOf(kind); t != nil {
		return t.CPUs, t.MemoryMiB
	}
	return shapeOf(kind)
}

// family returns the family of an instance type in the same way.
func (e *api) family(kind string) string {
	if t := e.typeOf(kind); t != nil && t.Family != "" {
		return t.Family
	}
	return familyOf(kind)
}
