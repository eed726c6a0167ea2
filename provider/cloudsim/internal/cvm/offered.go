package cvm

import (
	"cmp"
	"slices"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// checkOffered refuses what an inventory that binds creates does not have. Which code the cloud gives for
// a type that a zone does not sell is [unverified]; the documents list this one.
func (c *api) checkOffered(k *core.Call, r *runRequest) *refusal {
	if !c.service.Strict() {
		return nil
	}
	return cmp.Or(
		c.checkOfferedType(k, r),
		c.checkOfferedImage(r),
		c.checkOfferedLogin(r),
		c.checkOfferedNetwork(k, r),
		c.checkQuota(k, r),
		c.checkStock(k, r),
	)
}

// bound reports whether a way to pay is for types of the inventory. On dedicated hosts and clusters
// instances have the sizes that they are given.
func bound(charge string) bool { return charge != onHost && charge != onCluster }

// chosen returns a create with its type: the one it names, or, if an inventory binds creates, one in stock.
func (c *api) chosen(k *core.Call, r *runRequest) *runRequest {
	if r.InstanceType != nil || !c.service.Strict() {
		return r
	}
	zone, charge := *r.Placement.Zone, chargeOf(r.chargeType())
	for _, row := range c.rows(k.Region) {
		sold := row.offer.Zone == zone && row.offer.Charge == charge
		if sold && c.service.Room(zone, row.kind.ID, charge, r.count(), k.Now) == r.count() {
			with := *r
			with.InstanceType = &row.kind.ID
			return &with
		}
	}
	return r
}

// kind returns the type of a create.
func (r *runRequest) kind() string { return valueOr(r.InstanceType, defaultType) }

func (c *api) checkOfferedType(k *core.Call, r *runRequest) *refusal {
	zone, kind, charge := c.zone(k.Region, *r.Placement.Zone), r.kind(), r.chargeType()
	switch {
	case zone.Closed:
		return refuse("ResourceInsufficient.AvailabilityZoneSoldOut", "The zone is sold out.")
	case !bound(charge):
		return nil
	case c.kind(kind) == nil:
		return invalidAs("InvalidParameterValue.InstanceTypeNotFound", "InstanceType")
	case c.service.Offer(zone.ID, kind, chargeOf(charge)) != nil:
		return nil
	case charge == spot:
		return refuse("UnsupportedOperation.NoInstanceTypeSupportSpot", "The instance type is not sold as a spot instance.")
	}
	return refuse("ResourceUnavailable.InstanceType", "The instance type is not available in the zone.")
}

// checkOfferedImage requires an image that is ready and fits the type.
func (c *api) checkOfferedImage(r *runRequest) *refusal {
	i := c.image(*r.ImageId)
	switch {
	case i == nil:
		return invalidAs("InvalidImageId.NotFound", "ImageId")
	case i.State == "creating":
		return invalidAs("InvalidParameterValue.InvalidImageState", "ImageId")
	case bound(r.chargeType()) && !c.starts(i, r.kind()):
		return invalidAs("InvalidParameterValue.InvalidImageForGivenInstanceType", "ImageId")
	}
	return nil
}

// image returns an image of the inventory, or nil.
func (c *api) image(id string) *core.Image {
	images := c.service.Inventory().Images
	if i := slices.IndexFunc(images, func(i core.Image) bool { return i.ID == id }); i >= 0 {
		return &images[i]
	}
	return nil
}

// checkOfferedLogin requires key pairs of the account.
func (c *api) checkOfferedLogin(r *runRequest) *refusal {
	if r.LoginSettings == nil {
		return nil
	}
	for _, id := range r.LoginSettings.KeyIds {
		if !slices.ContainsFunc(c.service.Inventory().KeyPairs, func(p core.KeyPair) bool { return p.ID == id }) {
			return invalidAs("InvalidParameterValue.KeyPairNotFound", "LoginSettings.KeyIds")
		}
	}
	return nil
}

// checkOfferedGroups requires groups of the account, if an inventory binds the account.
func (c *api) checkOfferedGroups(k *core.Call, ids []string) *refusal {
	if !c.service.Strict() {
		return nil
	}
	for _, id := range ids {
		if !slices.ContainsFunc(c.service.Inventory().Groups, func(g core.SecurityGroup) bool {
			return g.ID == id && (g.Region == "" || g.Region == k.Region)
		}) {
			return invalidAs("InvalidSecurityGroupId.NotFound", "SecurityGroupIds")
		}
	}
	return nil
}

// checkOfferedNetwork requires groups and a subnet of the account, in the zone, with enough addresses.
func (c *api) checkOfferedNetwork(k *core.Call, r *runRequest) *refusal {
	if refused := c.checkOfferedGroups(k, c.groupsOf(r)); refused != nil {
		return refused
	}
	vpc, id := c.networkOf(k, r)
	if vpc == defaultVPC && id == defaultSubnet && c.subnet(id) == nil {
		return nil // the account has no default network, which the cloud would then make
	}
	const path = "VirtualPrivateCloud.SubnetId"
	s := c.subnet(id)
	known := slices.ContainsFunc(c.service.Inventory().Networks, func(n core.Network) bool { return n.ID == vpc && n.Region == k.Region })
	switch {
	case !known:
		return invalidAs("InvalidParameterValue.VpcIdNotExist", "VirtualPrivateCloud.VpcId")
	case s == nil:
		return invalidAs("InvalidParameterValue.SubnetNotExist", path)
	case s.NetworkID != vpc:
		return invalidAs("InvalidParameterValue.VpcIdSubnetIdNotMatch", path)
	case s.Zone != *r.Placement.Zone:
		return invalidAs("InvalidParameterValue.SubnetIdZoneIdNotMatch", path)
	case c.freeAddresses(k, s) < r.count()*(1+r.moreAddresses()):
		return refuse("FailedOperation.NoAvailableIpAddressCountInSubnet", "The subnet has too few addresses.")
	}
	return nil
}

// groupsOf returns the security groups that a create names.
func (c *api) groupsOf(r *runRequest) []string {
	all := slices.Clone(r.SecurityGroupIds)
	for _, n := range r.NetworkInterfaces {
		all = append(all, n.SecurityGroupIds...)
	}
	return all
}

// subnet returns a subnet of the inventory, or nil.
func (c *api) subnet(id string) *core.Subnet {
	subnets := c.service.Inventory().Subnets
	if i := slices.IndexFunc(subnets, func(s core.Subnet) bool { return s.ID == id }); i >= 0 {
		return &subnets[i]
	}
	return nil
}

// networkOf returns the VPC and the subnet of a create. Those that it leaves out are the default ones: of
// the inventory, if that binds creates and has them in the zone.
func (c *api) networkOf(k *core.Call, r *runRequest) (vpc, subnet string) {
	vpc, subnet = r.network()
	if vpc != defaultVPC || subnet != defaultSubnet || !c.service.Strict() {
		return vpc, subnet
	}
	for _, s := range c.service.Inventory().Subnets {
		if s.Default && s.Zone == *r.Placement.Zone && c.zone(k.Region, s.Zone) != nil {
			return s.NetworkID, s.ID
		}
	}
	return vpc, subnet
}

// checkQuota refuses more than the quota of the zone leaves.
func (c *api) checkQuota(k *core.Call, r *runRequest) *refusal {
	for _, q := range c.service.Inventory().Quotas {
		charge, counted := quotaCharges()[q.Name]
		if !counted || q.Zone != *r.Placement.Zone || charge != chargeOf(r.chargeType()) {
			continue
		}
		wanted, code := r.count(), "LimitExceeded.InstanceQuota"
		switch charge {
		case core.Prepaid:
			code = "LimitExceeded.PrepayQuota"
		case core.Spot:
			code = "LimitExceeded.UserSpotQuota"
			if t := c.kind(r.kind()); t != nil {
				wanted *= t.CPUs
			}
		default: // the usual code
		}
		if c.usedQuota(k, q)+wanted > q.Total {
			return refuse(code, "The quota of the zone is exhausted.")
		}
	}
	return nil
}

// checkStock refuses a create that a zone has no room for. With a MinCount it may make fewer instances.
func (c *api) checkStock(k *core.Call, r *runRequest) *refusal {
	least, room := int(valueOr(r.MinCount, int64(r.count()))), c.room(k, r)
	switch {
	case room >= least:
		return nil
	case room > 0 && r.MinCount != nil:
		return refuse("ResourceInsufficient.InsufficientOfferingMinimum", "The zone has fewer instances than MinCount.")
	}
	return refuse("ResourceInsufficient.SpecifiedInstanceType", "The specified instance type is sold out.")
}

// room returns how many instances of a create a zone has room for.
func (c *api) room(k *core.Call, r *runRequest) int {
	if !bound(r.chargeType()) {
		return r.count()
	}
	return c.service.Room(*r.Placement.Zone, r.kind(), chargeOf(r.chargeType()), r.count(), k.Now)
}

// fillKind gives an instance what its type and its image have, if an inventory binds creates.
func (c *api) fillKind(r *runRequest, m *core.Instance) {
	c.setKind(m, r.kind())
}

// setKind sets the type of an instance, and its size.
func (c *api) setKind(m *core.Instance, kind string) {
	m.InstanceType = kind
	if cores, gib := typeSize(m.InstanceType); cores > 0 {
		m.CPUs, m.MemoryMiB = cores, gib<<10
	}
	if t := c.kind(m.InstanceType); t != nil && c.service.Strict() {
		m.CPUs, m.MemoryMiB = t.CPUs, t.MemoryMiB
	}
}

// gpu returns the GPU of an instance, or nil.
func (c *api) gpu(m *core.Instance) *gpuInfo {
	if !c.service.Strict() {
		return gpuOf(m.InstanceType)
	}
	t := c.kind(m.InstanceType)
	if t == nil || t.GPUs == 0 {
		return nil
	}
	return &gpuInfo{GPUCount: t.GPUs, GPUId: []string{"gpu-" + m.ID[len("ins-"):]}, GPUType: t.GPUModel}
}

// osName returns the operating system of an instance.
func (c *api) osName(m *core.Instance) string {
	if c.service.Strict() {
		if i := c.image(m.ImageID); i != nil {
			return i.OSName
		}
	}
	return "TencentOS Server 4 for x86_64"
}
