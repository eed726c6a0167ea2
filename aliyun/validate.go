package aliyun

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/internal/alicloud"
	"github.com/yunfan-cloud/yunfan/provider"
)

// ValidateRun implements [provider.RunValidator]. It checks what ECS documents and what its request
// cannot carry. It has no list of types, images, zones or kinds of disks, because the cloud adds to
// them over time.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := &provider.Checker{Driver: Name}
	checkBasics(c, spec)
	checkForeign(c, "Region", spec.Region, likeRegion, d.ownCloud)
	checkForeign(c, "Zone", spec.Zone, likeZone, d.ownCloud)
	checkZone(c, d.regionOf(spec.Region), spec.Zone)
	checkRelease(c, spec.AutoReleaseTime)
	checkSpec(c, spec)
	checkRaw(c, spec, d.mapped)
	checkPerInstance(c, spec)
	return c.Err()
}

// checkSpec checks what creates and launch templates have in common.
func checkSpec(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkNames(c, spec)
	checkLogin(c, spec)
	checkNetwork(c, spec)
	checkPublicIP(c, spec)
	checkInterfaces(c, spec)
	checkDisks(c, spec)
	checkBilling(c, spec)
	checkPlacement(c, spec)
	checkExtras(c, spec)
	checkOptions(c, spec)
}

// checkBasics checks what a create must have.
func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkRegion(c, "Region", spec.Region)
	family, raw := optionsOf(spec).ImageFamily, optionsOf(spec).Params
	byRaw := raw["ImageId"] != "" || raw["ImageFamily"] != ""
	image := spec.ImageID != "" || spec.LaunchTemplate != nil || family != "" || byRaw
	c.Require(image, "ImageID", nil, "required unless a launch template or an image family gives it")
	c.Require(family == "" || spec.ImageID == "", "Vendor.ImageFamily", family,
		"excludes ImageID: it stands for the newest image of the family")
	kind := spec.InstanceType != "" || spec.LaunchTemplate != nil || raw["InstanceType"] != ""
	c.Require(kind, "InstanceType", nil, "required unless a launch template gives it")
	for i := range spec.DataDisks {
		d := &spec.DataDisks[i]
		byRaw := raw["DataDisk."+strconv.Itoa(i+1)+".Size"] != ""
		if given := d.SizeGiB > 0 || d.SnapshotID != "" || spec.LaunchTemplate != nil || byRaw; !given {
			c.Item("DataDisks", i).Fail("SizeGiB", nil, "required unless a SnapshotID or a launch template gives it")
		}
	}
}

func checkNames(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkText(c, "Name", plainName(spec.Name), maxName)
	checkNumbers(c, "Name", spec.Name, spec.Count)
	checkText(c, "Description", spec.Description, maxDescription)
	checkHostName(c, spec)
	numbered := numbering.MatchString(spec.Name) || numbering.MatchString(spec.HostName)
	c.Require(!spec.UniqueSuffix || !numbered, "UniqueSuffix", nil,
		"excludes a numbering [begin,bits] in a name, which numbers the instances by itself")
	alicloud.CheckSuffix(c, spec)
}

func checkLogin(c *provider.Checker, spec *provider.RunInstancesSpec) {
	l, windows := &spec.Login, alicloud.IsWindows(spec.ImageID)
	if p := l.Password.Reveal(); p != "" {
		checkPassword(c, "Login.Password", p)
		c.Require(p[0] != '/' || !windows, "Login.Password", nil, "must not begin with / on Windows")
	}
	if len(l.KeyPairs) > 1 {
		c.Fail("Login.KeyPairs", l.KeyPairs, "ECS takes one key pair")
	}
	c.Require(len(l.KeyPairs) == 0 || !windows, "Login.KeyPairs", nil, "ECS ignores key pairs on Windows")
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b := &spec.Billing
	c.Require(b.PeriodUnit == "" || periodUnit(b.PeriodUnit) != "", "Billing.PeriodUnit", b.PeriodUnit,
		"ECS has week and month")
	periods := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24, 36, 48, 60}
	renewals := []int{1, 2, 3, 6, 12, 24, 36, 48, 60}
	if b.PeriodUnit == provider.Week {
		periods, renewals = []int{1, 2, 3, 4}, []int{1, 2, 3}
	}
	checkPeriod(c, "Billing.Period", b.Period, periods)
	checkPeriod(c, "Billing.AutoRenewPeriod", b.AutoRenewPeriod, renewals)
	_, decimals, _ := strings.Cut(b.Spot.MaxPrice, ".")
	c.Require(len(decimals) <= 3, "Billing.Spot.MaxPrice", b.Spot.MaxPrice, "must have at most 3 decimals")
	if h := b.Spot.DurationHours; h != nil {
		c.Require(*h <= 1, "Billing.Spot.DurationHours", *h, "must be 0 or 1")
	}
	plain := b.Mode != provider.Prepaid && b.Mode != provider.Spot
	c.Require(plain || !spec.DeletionProtection, "DeletionProtection", nil,
		"ECS has it for instances on demand only, neither prepaid nor spot")
}

func checkPeriod(c *provider.Checker, path string, n int, known []int) {
	if n != 0 && !slices.Contains(known, n) {
		c.Fail(path, n, fmt.Sprintf("must be one of %v", slices.Clone(known)))
	}
}

func checkPlacement(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b, l, o := &spec.Billing, &spec.Placement, optionsOf(spec)
	if len(l.DedicatedHostIDs) > 1 {
		c.Fail("Placement.DedicatedHostIDs", l.DedicatedHostIDs, "ECS takes one dedicated host")
	}
	shared := l.Tenancy == provider.SharedTenancy
	hostMode := b.Mode == provider.DedicatedHost
	c.Require(!shared || !hostMode, "Placement.Tenancy", l.Tenancy, "contradicts Billing.Mode dedicated-host")
	named := len(l.DedicatedHostIDs) > 0 || l.DedicatedHostGroupID != ""
	c.Require(!shared || !named, "Placement.Tenancy", l.Tenancy, "contradicts the dedicated hosts")
	onHost := named || l.Tenancy == provider.HostTenancy || hostMode
	c.Require(b.Mode != provider.Spot || !onHost, "Billing.Mode", b.Mode, "ECS ignores spot settings on dedicated hosts")
	c.Require(l.GroupID == "" || !onHost, "Placement.GroupID", l.GroupID,
		"ECS has no deployment sets on dedicated hosts")
	c.Require(l.Affinity != provider.HostAffinity || onHost, "Placement.Affinity", l.Affinity, "needs a dedicated host")
	if n := o.DeploymentSetGroupNo; n < 0 || n > maxSetGroups {
		c.Fail("Vendor.DeploymentSetGroupNo", n, fmt.Sprintf("must be 1 to %d", maxSetGroups))
	}
	grouped := l.GroupID != "" || spec.LaunchTemplate != nil
	c.Require(o.DeploymentSetGroupNo == 0 || grouped, "Vendor.DeploymentSetGroupNo", o.DeploymentSetGroupNo,
		"needs Placement.GroupID")
	c.Require(o.StorageSetPartitionNumber >= 0, "Vendor.StorageSetPartitionNumber", o.StorageSetPartitionNumber,
		"must be at least 1")
}

func checkExtras(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkTags(c, spec.Tags)
	if len(spec.UserData) > maxUserData {
		c.Fail("UserData", nil, fmt.Sprintf("must be at most %d bytes", maxUserData))
	}
}

// checkRelease checks that AutoReleaseTime is three years ahead at most. One day is added for clocks
// that are wrong. It does not check that the time is half an hour ahead: a resumed operation must be
// able to ask again for what it asked for long ago.
func checkRelease(c *provider.Checker, at time.Time) {
	c.Require(at.Before(time.Now().AddDate(3, 0, 1)), "AutoReleaseTime", at, "must be three years ahead at most")
}

// checkOptions checks the options that have no field of the spec beside them, and the security groups
// of both forms.
func checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec) {
	adapter.CheckKind[RunOptions](c, spec.Vendor)
	o := optionsOf(spec)
	c.OneOf("Vendor.IoOptimized", o.IoOptimized, "none", "optimized")
	checkNewer(c, spec)
	groups, interfaces := o.InterfaceSecurityGroupIDs, spec.Network.Interfaces
	checkGroupForms(c, c.In("Vendor.SecurityGroupID"), "", o.SecurityGroupID, spec.Network.SecurityGroupIDs, o.Params)
	for i := range max(len(interfaces), len(groups)) {
		var single string
		var list []string
		if i < len(groups) {
			single = groups[i]
		}
		if i < len(interfaces) {
			list = interfaces[i].SecurityGroupIDs
		}
		prefix := "NetworkInterface." + strconv.Itoa(i+1) + "."
		checkGroupForms(c, c.Item("Vendor.InterfaceSecurityGroupIDs", i), prefix, single, list, o.Params)
	}
}

// checkGroupForms refuses security groups in both forms: ECS takes a single group or a list. At is the
// field of the single one, and prefix that of its parameter.
func checkGroupForms(c, at *provider.Checker, prefix, single string, list []string, raw map[string]string) {
	name := prefix + "SecurityGroupId"
	if single == "" && raw[name] == "" {
		return
	}
	hasList := len(list) > 0 || hasPrefix(raw, prefix+"SecurityGroupIds.")
	at.Require(single == "" || !hasList, "", single, "excludes SecurityGroupIDs: ECS takes one form or the other")
	c.Entry("Vendor.Params", name).Require(raw[name] == "" || !hasList, "", nil,
		"excludes SecurityGroupIds: ECS takes one form or the other")
}
