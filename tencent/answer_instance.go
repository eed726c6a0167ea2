package tencent

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	cvm "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/cvm/v20170312"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// instanceOf translates a described instance. CVM does not answer the region, which is that of
// the call.
func instanceOf(raw *instanceRow, region string) provider.Instance {
	inst := provider.Instance{
		ID:                 value(raw.InstanceId),
		Name:               value(raw.InstanceName),
		HostName:           value(raw.HostName),
		Region:             region,
		ImageID:            value(raw.ImageId),
		InstanceType:       value(raw.InstanceType),
		Platform:           platformOf(value(raw.OsName)),
		CPUs:               int(value(raw.CPU)),
		MemoryMiB:          int(value(raw.Memory)) * 1024, // GiB
		SecurityGroupIDs:   values(raw.SecurityGroupIds),
		PlacementGroupID:   groupOfInstance(&raw.Instance),
		Disks:              disksOf(&raw.Instance),
		RoleName:           value(raw.CamRoleName),
		Billing:            billingOf(value(raw.InstanceChargeType)),
		AutoRenew:          autoRenewOf(value(raw.RenewFlag)),
		DeletionProtection: raw.DisableApiTermination,
		CreatedAt:          timeOf(value(raw.CreatedTime)),
		ExpiresAt:          timeOf(value(raw.ExpiredTime)),
		Tags:               tagsOf(raw.Tags),
	}
	addState(&inst, &raw.Instance)
	addPlace(&inst, &raw.Instance)
	addAddresses(&inst, &raw.Instance)
	if g := raw.GPUInfo; g != nil {
		inst.GPUs, inst.GPUType = int(math.Ceil(value(g.GPUCount))), value(g.GPUType) // a slice of a GPU is less than one
	}
	if l := raw.LoginSettings; l != nil {
		inst.KeyPairs = values(l.KeyIds)
	}
	return inst.WithSys(&raw.Instance)
}

// addState sets the state, the lock and the reason for them.
func addState(inst *provider.Instance, raw *cvm.Instance) {
	restrict, source := value(raw.RestrictState), value(raw.IsolatedSource)
	inst.RawState = value(raw.InstanceState)
	inst.Lock = lockOf(restrict, source, inst.Billing)
	inst.State = stateOf(inst.RawState, source, inst.Lock)
	stopped := inst.State == provider.StateStopped && value(raw.LatestOperationState) == "FAILED"
	switch {
	case inst.State == provider.StateFailed, stopped:
		inst.Reason = failureOf(raw)
	case inst.Lock != "":
		inst.Reason = lockReason(restrict, source)
	}
}

// failureOf returns what the cloud says about the latest operation, which failed. The one that
// makes an instance needs no name.
func failureOf(raw *cvm.Instance) string {
	op, msg := value(raw.LatestOperation), value(raw.LatestOperationErrorMsg)
	created := op == "" || op == actionRun
	switch {
	case created && msg != "":
		return msg
	case msg != "":
		return op + ": " + msg
	case op != "":
		return op + " failed"
	}
	return ""
}

func addPlace(inst *provider.Instance, raw *cvm.Instance) {
	if p := raw.Placement; p != nil {
		inst.Zone, inst.DedicatedHostID = value(p.Zone), value(p.HostId)
		if hosts := values(p.HostIds); inst.DedicatedHostID == "" && len(hosts) > 0 {
			inst.DedicatedHostID = hosts[0]
		}
		if p.ProjectId != nil {
			inst.ProjectID = strconv.FormatInt(*p.ProjectId, 10)
		}
	}
	if v := raw.VirtualPrivateCloud; v != nil {
		inst.VPCID, inst.SubnetID = value(v.VpcId), value(v.SubnetId)
	}
}

// addAddresses sorts the addresses by their kind: an IPv6 address counts as one in whatever list it
// is.
func addAddresses(inst *provider.Instance, raw *cvm.Instance) {
	inst.PrivateIPs = addrsOf(raw.PrivateIpAddresses)
	inst.PublicIPs = addrsOf(raw.PublicIpAddresses)
	inst.IPv6Addresses = addrsOf(raw.IPv6Addresses, raw.PublicIPv6Addresses)
	for _, list := range []*[]netip.Addr{&inst.PrivateIPs, &inst.PublicIPs} {
		*list = slices.DeleteFunc(*list, func(a netip.Addr) bool {
			if a.Is6() {
				inst.IPv6Addresses = append(inst.IPv6Addresses, a)
			}
			return a.Is6()
		})
	}
	if len(inst.IPv6Addresses) > 1 {
		inst.IPv6Addresses = sorted.Distinct(inst.IPv6Addresses)
	}
}

// disksOf returns the disks, the system disk first.
func disksOf(raw *cvm.Instance) []provider.InstanceDisk {
	var out []provider.InstanceDisk
	if d := raw.SystemDisk; d != nil {
		out = append(out, provider.InstanceDisk{
			ID: value(d.DiskId), System: true, Type: value(d.DiskType), SizeGiB: int(value(d.DiskSize)), Name: value(d.DiskName),
		})
	}
	for _, d := range raw.DataDisks {
		if d != nil {
			out = append(out, provider.InstanceDisk{
				ID: value(d.DiskId), Type: value(d.DiskType), SizeGiB: int(value(d.DiskSize)), Name: value(d.DiskName),
				DeleteWithInstance: d.DeleteWithInstance,
			})
		}
	}
	return out
}

// groupOfInstance returns the placement group. An older member has it too.
func groupOfInstance(raw *cvm.Instance) string {
	if groups := values(raw.DisasterRecoverGroupIds); len(groups) > 0 {
		return groups[0]
	}
	return value(raw.DisasterRecoverGroupId) //nolint:staticcheck // answers of older access points have nothing else
}

// platformOf reads the family out of the name of an operating system.
func platformOf(osName string) provider.Platform {
	name := strings.ToLower(osName)
	switch {
	case strings.Contains(name, "windows"):
		return provider.Windows
	case name == "", strings.Contains(name, "bsd"), strings.Contains(name, "unknown"):
		return ""
	}
	return provider.Linux
}

// autoRenewOf reads RenewFlag, which instances that are paid for by the hour have not.
func autoRenewOf(flag string) *bool {
	for _, auto := range []bool{true, false} {
		if flag == *renewFlag(&auto, false) {
			return new(auto)
		}
	}
	if flag == *renewFlag(nil, true) {
		return new(false)
	}
	return nil
}

// billingOf returns "" for a charge type that Billing.Mode has no word for.
func billingOf(chargeType string) provider.BillingMode {
	for mode, word := range chargeTypes {
		if word == chargeType {
			return mode
		}
	}
	return ""
}

// timeForms are the forms of times in CVM's documents and in its answers. Those without a zone are
// UTC, as the members are documented to be.
var timeForms = []string{
	time.RFC3339, "2006-01-02T15:04Z", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z",
}

// timeOf reads a time. A text in another form is the zero time.
func timeOf(s string) time.Time {
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// addrsOf reads addresses. A text that is no address is left out.
func addrsOf(lists ...[]*string) []netip.Addr {
	var out []netip.Addr
	for _, l := range lists {
		for _, s := range l {
			if a, err := netip.ParseAddr(value(s)); err == nil {
				out = append(out, a)
			}
		}
	}
	return out
}

// tagsOf reads tags. One without a key is left out.
func tagsOf(raw []*cvm.Tag) map[string]string {
	if len(raw) == 0 {
		return nil
	}
	tags := make(map[string]string, len(raw))
	for _, t := range raw {
		if t != nil && value(t.Key) != "" {
			tags[*t.Key] = value(t.Value)
		}
	}
	return tags
}

// oddTexts returns the members of a row that are texts, as documented, but cannot be read: they
// are left out of the instance.
func oddTexts(raw *instanceRow) (fields []string) {
	note := func(odd bool, name string) {
		if odd {
			fields = append(fields, "InstanceSet[]."+name)
		}
	}
	note(oddTime(raw.CreatedTime), "CreatedTime")
	note(oddTime(raw.ExpiredTime), "ExpiredTime")
	note(oddAddr(raw.PrivateIpAddresses), "PrivateIpAddresses[]")
	note(oddAddr(raw.PublicIpAddresses), "PublicIpAddresses[]")
	note(oddAddr(raw.IPv6Addresses), "IPv6Addresses[]")
	note(oddAddr(raw.PublicIPv6Addresses), "PublicIPv6Addresses[]")
	note(slices.ContainsFunc(raw.Tags, func(t *cvm.Tag) bool { return t != nil && value(t.Key) == "" }), "Tags[]")
	return fields
}

// oddTime reports whether a text is there and is no time.
func oddTime(text *string) bool { return value(text) != "" && timeOf(*text).IsZero() }

// oddAddr reports whether a text of a list is there and is no address.
func oddAddr(list []*string) bool {
	return slices.ContainsFunc(list, func(text *string) bool {
		_, err := netip.ParseAddr(value(text))
		return value(text) != "" && err != nil
	})
}
