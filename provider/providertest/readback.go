package providertest

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

func readBackRules(h Harness) []rule {
	if len(h.ReadBack) == 0 {
		return nil
	}
	return []rule{
		{
			"what a spec asks for can be read back",
			"A caller compares what exists with what was ordered, without the vendor's own console.", readsBack,
		},
		{
			"every mapped field is read back, or said not to be shown",
			"A field that nobody compares may be lost in the answer.", readBackIsComplete,
		},
	}
}

// ofTheRequest are leaves that are about the request, or that an instance has no field for on
// any cloud. Nothing of them can be read back.
var ofTheRequest = map[string]string{
	"MinCount":                         "about the request",
	"UniqueSuffix":                     "it is part of the names",
	"Login.Password":                   "a secret",
	"Login.KeepImageLogin":             "about the image",
	"UserData":                         "may hold secrets",
	"DryRun":                           "about the request",
	"ClientToken":                      "about the request",
	"Billing.PeriodUnit":               "it is part of the expiry",
	"Billing.AutoRenewPeriod":          "Instance has no field for it",
	"Billing.Spot.MaxPrice":            "Instance has the strategy",
	"Billing.Spot.DurationHours":       "Instance has no field for it",
	"Billing.Spot.Interruption":        "Instance has no field for it",
	"CPUOptions.Cores":                 "Instance has no field for it",
	"CPUOptions.ThreadsPerCore":        "Instance has no field for it",
	"CPUOptions.Sockets":               "Instance has no field for it",
	"CPUOptions.NUMANodes":             "Instance has no field for it",
	"CPUOptions.Model":                 "Instance has no field for it",
	"SecurityAgent":                    "inside the instance",
	"MonitorAgent":                     "inside the instance",
	"Network.PublicIP.BandwidthMbps":   "Instance has no field for it",
	"Network.PublicIP.InboundMbps":     "Instance has no field for it",
	"Network.PublicIP.ChargeType":      "Instance has no field for it",
	"Network.Interfaces[].Name":        "Instance has no field for it",
	"Network.Interfaces[].Description": "Instance has no field for it",
	"Placement.DedicatedHostGroupID":   "Instance has the host",
	"Placement.Tenancy":                "Instance has the billing mode and the host",
	"Placement.Affinity":               "Instance has no field for it",
	"Placement.HPCClusterID":           "Instance has no field for it",
	"LaunchTemplate":                   "about the request",
	"LaunchTemplate.ID":                "about the request",
	"LaunchTemplate.Name":              "about the request",
	"LaunchTemplate.Version":           "about the request",
}

// ofDisks are leaves of a disk that an instance's disks have no field for.
var ofDisks = []string{
	"Description", "PerformanceLevel", "IOPS", "SnapshotID", "Encrypted", "KMSKeyID", "AutoSnapshotPolicyID",
}

// notReadBack returns why a leaf is not compared; "" for one that is.
func (w *world) notReadBack(path string) string {
	_, field, _ := strings.Cut(path, ".")
	ofDisk := strings.HasPrefix(path, "SystemDisk.") || strings.HasPrefix(path, "DataDisks[].")
	if ofDisk && slices.Contains(ofDisks, field) {
		return "InstanceDisk has no field for it"
	}
	if why := ofTheRequest[path]; why != "" {
		return why
	}
	return w.NotShown[path]
}

// spec is short for the many functions below.
type spec = provider.RunInstancesSpec

// seenIn are the leaves that an instance shows. Each function returns what the instance has, and
// what the spec asks for.
var seenIn = map[string]func(s *spec, i *provider.Instance) (got, want any){
	"Zone": func(s *spec, i *provider.Instance) (got, want any) {
		return i.Zone, s.Zone
	},
	"Region": func(s *spec, i *provider.Instance) (got, want any) {
		return i.Region, s.Region
	},
	"ImageID": func(s *spec, i *provider.Instance) (got, want any) {
		return i.ImageID, s.ImageID
	},
	"InstanceType": func(s *spec, i *provider.Instance) (got, want any) {
		return i.InstanceType, s.InstanceType
	},
	"Hardware.CPUs": func(s *spec, i *provider.Instance) (got, want any) {
		return i.CPUs, s.Hardware.CPUs
	},
	"Hardware.MemoryMiB": func(s *spec, i *provider.Instance) (got, want any) {
		return i.MemoryMiB, s.Hardware.MemoryMiB
	},
	"Hardware.GPUs": func(s *spec, i *provider.Instance) (got, want any) {
		return i.GPUs, s.Hardware.GPUs
	},
	"Hardware.GPUType": func(s *spec, i *provider.Instance) (got, want any) {
		return i.GPUType, s.Hardware.GPUType
	},
	"Name": func(s *spec, i *provider.Instance) (got, want any) {
		return i.Name, s.Name
	},
	"HostName": func(s *spec, i *provider.Instance) (got, want any) {
		return i.HostName, s.HostName
	},
	"Description": func(s *spec, i *provider.Instance) (got, want any) {
		return i.Description, s.Description
	},
	"Login.KeyPairs": func(s *spec, i *provider.Instance) (got, want any) {
		return i.KeyPairs, s.Login.KeyPairs
	},
	"Network.VPCID": func(s *spec, i *provider.Instance) (got, want any) {
		return i.VPCID, s.Network.VPCID
	},
	"Network.SubnetID": func(s *spec, i *provider.Instance) (got, want any) {
		return i.SubnetID, s.Network.SubnetID
	},
	"Network.SecurityGroupIDs": func(s *spec, i *provider.Instance) (got, want any) {
		return i.SecurityGroupIDs, s.Network.SecurityGroupIDs
	},
	"Network.PrivateIPs": func(s *spec, i *provider.Instance) (got, want any) {
		return firstOf(i.PrivateIPs), firstOf(s.Network.PrivateIPs)
	},
	"Network.IPv6Count": func(s *spec, i *provider.Instance) (got, want any) {
		return len(i.IPv6Addresses), s.Network.IPv6Count
	},
	"Network.IPv6Addresses": func(s *spec, i *provider.Instance) (got, want any) {
		return i.IPv6Addresses, s.Network.IPv6Addresses
	},
	"Network.IPFamily": func(s *spec, i *provider.Instance) (got, want any) {
		return familyOf(i), s.Network.IPFamily
	},
	"Network.PublicIP": func(_ *spec, i *provider.Instance) (got, want any) {
		return len(i.PublicIPs) > 0, true
	},
	"Network.Interfaces[]": func(s *spec, i *provider.Instance) (got, want any) {
		return len(secondary(i)), len(s.Network.Interfaces)
	},
	"Network.Interfaces[].SubnetID": func(s *spec, i *provider.Instance) (got, want any) {
		return secondary(i)[0].SubnetID, s.Network.Interfaces[0].SubnetID
	},
	"Network.Interfaces[].SecurityGroupIDs": func(s *spec, i *provider.Instance) (got, want any) {
		return secondary(i)[0].SecurityGroupIDs, s.Network.Interfaces[0].SecurityGroupIDs
	},
	"Network.Interfaces[].PrivateIP": func(s *spec, i *provider.Instance) (got, want any) {
		return firstOf(secondary(i)[0].PrivateIPs), s.Network.Interfaces[0].PrivateIP
	},
	"SystemDisk.Type": func(s *spec, i *provider.Instance) (got, want any) {
		return systemDisk(i).Type, s.SystemDisk.Type
	},
	"SystemDisk.SizeGiB": func(s *spec, i *provider.Instance) (got, want any) {
		return systemDisk(i).SizeGiB, s.SystemDisk.SizeGiB
	},
	"SystemDisk.Name": func(s *spec, i *provider.Instance) (got, want any) {
		return systemDisk(i).Name, s.SystemDisk.Name
	},
	"SystemDisk.Device": func(s *spec, i *provider.Instance) (got, want any) {
		return systemDisk(i).Device, s.SystemDisk.Device
	},
	"SystemDisk.VolumeID": func(s *spec, i *provider.Instance) (got, want any) {
		return systemDisk(i).ID, s.SystemDisk.VolumeID
	},
	"SystemDisk.DeleteWithInstance": func(s *spec, i *provider.Instance) (got, want any) {
		return said(systemDisk(i).DeleteWithInstance), said(s.SystemDisk.DeleteWithInstance)
	},
	"DataDisks[]": func(s *spec, i *provider.Instance) (got, want any) {
		return len(dataDisks(i)), len(s.DataDisks)
	},
	"DataDisks[].Type": func(s *spec, i *provider.Instance) (got, want any) {
		return dataDisks(i)[0].Type, s.DataDisks[0].Type
	},
	"DataDisks[].SizeGiB": func(s *spec, i *provider.Instance) (got, want any) {
		return dataDisks(i)[0].SizeGiB, s.DataDisks[0].SizeGiB
	},
	"DataDisks[].Name": func(s *spec, i *provider.Instance) (got, want any) {
		return dataDisks(i)[0].Name, s.DataDisks[0].Name
	},
	"DataDisks[].Device": func(s *spec, i *provider.Instance) (got, want any) {
		return dataDisks(i)[0].Device, s.DataDisks[0].Device
	},
	"DataDisks[].VolumeID": func(s *spec, i *provider.Instance) (got, want any) {
		return dataDisks(i)[0].ID, s.DataDisks[0].VolumeID
	},
	"DataDisks[].DeleteWithInstance": func(s *spec, i *provider.Instance) (got, want any) {
		return said(dataDisks(i)[0].DeleteWithInstance), said(s.DataDisks[0].DeleteWithInstance)
	},
	"Billing.Mode": func(s *spec, i *provider.Instance) (got, want any) {
		return i.Billing, s.Billing.Mode
	},
	"Billing.Period": func(_ *spec, i *provider.Instance) (got, want any) {
		return i.ExpiresAt.After(i.CreatedAt.Add(time.Hour)), true
	},
	"Billing.AutoRenew": func(s *spec, i *provider.Instance) (got, want any) {
		return said(i.AutoRenew), said(s.Billing.AutoRenew)
	},
	"Billing.Spot.Strategy": func(s *spec, i *provider.Instance) (got, want any) {
		return i.SpotStrategy, s.Billing.Spot.Strategy
	},
	"Placement.GroupID": func(s *spec, i *provider.Instance) (got, want any) {
		return i.PlacementGroupID, s.Placement.GroupID
	},
	"Placement.DedicatedHostIDs": func(s *spec, i *provider.Instance) (got, want any) {
		return i.DedicatedHostID, s.Placement.DedicatedHostIDs[0]
	},
	"Tags": func(s *spec, i *provider.Instance) (got, want any) {
		return i.Tags, s.Tags
	},
	"RoleName": func(s *spec, i *provider.Instance) (got, want any) {
		return i.RoleName, s.RoleName
	},
	"ProjectID": func(s *spec, i *provider.Instance) (got, want any) {
		return i.ProjectID, s.ProjectID
	},
	"DeletionProtection": func(s *spec, i *provider.Instance) (got, want any) {
		return said(i.DeletionProtection), said(&s.DeletionProtection)
	},
	"AutoReleaseTime": func(s *spec, i *provider.Instance) (got, want any) {
		return i.ExpiresAt.UTC().Truncate(time.Minute), s.AutoReleaseTime.UTC().Truncate(time.Minute)
	},
}

// said returns a choice as text.
func said(choice *bool) string {
	if choice == nil {
		return "not said"
	}
	return fmt.Sprint(*choice)
}

func firstOf(list []netip.Addr) netip.Addr {
	if len(list) == 0 {
		return netip.Addr{}
	}
	return list[0]
}

func familyOf(i *provider.Instance) provider.IPFamily {
	v4, v6 := len(i.PrivateIPs)+len(i.PublicIPs) > 0, len(i.IPv6Addresses) > 0
	switch {
	case v4 && v6:
		return provider.DualStack
	case v6:
		return provider.IPv6
	}
	return provider.IPv4
}

// secondary returns the interfaces that are not the primary one.
func secondary(i *provider.Instance) []provider.InstanceInterface {
	var list []provider.InstanceInterface
	for _, n := range i.Interfaces {
		if !n.Primary {
			list = append(list, n)
		}
	}
	return list
}

func systemDisk(i *provider.Instance) provider.InstanceDisk {
	for _, d := range i.Disks {
		if d.System {
			return d
		}
	}
	return provider.InstanceDisk{}
}

func dataDisks(i *provider.Instance) []provider.InstanceDisk {
	var list []provider.InstanceDisk
	for _, d := range i.Disks {
		if !d.System {
			list = append(list, d)
		}
	}
	return list
}

func readsBack(t *testing.T, w *world) {
	for _, name := range slices.Sorted(maps.Keys(w.ReadBack)) {
		spec := clone(w.ReadBack[name])
		w.ensureGroup(&spec)
		op, err := w.client.RunInstances(w.ctx, spec, nil)
		if err != nil {
			t.Errorf("spec %q: %v", name, err)
			continue
		}
		list, err := op.Wait(w.ctx, nil)
		if err != nil || len(list) != max(spec.Count, 1) {
			t.Errorf("spec %q: %d instances, error %v; want %d and none", name, len(list), err, max(spec.Count, 1))
			continue
		}
		i := w.describe(provider.Query{IDs: []string{list[0].ID}})[0]
		w.compareReadBack(name, &spec, &i)
	}
}

// ensureGroup makes the placement group of a spec, which says only that there is one.
func (w *world) ensureGroup(spec *provider.RunInstancesSpec) {
	w.t.Helper()
	if spec.Placement.GroupID != "" && w.Placement != nil {
		spec.Placement.GroupID = w.newGroup("readback")
	}
}

// compareReadBack compares each leaf that is set with what the instance shows.
func (w *world) compareReadBack(name string, spec *provider.RunInstancesSpec, i *provider.Instance) {
	w.t.Helper()
	if len(i.Disks) > 0 && !i.Disks[0].System {
		w.t.Errorf("spec %q: the first disk is not the system disk", name)
	}
	for _, path := range provider.Leaves() {
		see := seenIn[path]
		if see == nil || !isSet(spec, path) || w.notReadBack(path) != "" {
			continue
		}
		var got, want any
		if problem := panicOf(func() { got, want = see(spec, i) }); problem != nil {
			w.t.Errorf("spec %q: %s is not shown", name, path)
			continue
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			w.t.Errorf("spec %q: %s is read back as %v, want %v", name, path, got, want)
		}
	}
}

func readBackIsComplete(t *testing.T, w *world) {
	specs := slices.Collect(maps.Values(w.ReadBack))
	for _, path := range provider.Leaves() {
		mapped := w.client.Support().Field(path).Param != ""
		set := slices.ContainsFunc(specs, func(s *provider.RunInstancesSpec) bool { return isSet(s, path) })
		switch {
		case !mapped, path == "Count":
		case w.notReadBack(path) != "":
		case seenIn[path] == nil:
			t.Errorf("%s: no rule compares it", path)
		case !set:
			t.Errorf("%s is mapped, and no spec of ReadBack sets it; or say in NotShown why it is not shown", path)
		}
	}
	for path := range w.NotShown {
		if !slices.Contains(provider.Leaves(), path) {
			t.Errorf("NotShown has %q, which is no leaf of the spec", path)
		}
	}
}
