package tencent

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/placement"
)

// readBack says for each leaf of the spec where a described instance shows it, or why none does.
// "Instance.X" is a field that the next test compares.
var readBack = map[string]string{
	"Region":                                "Instance.Region",
	"Zone":                                  "Instance.Zone",
	"Count":                                 "each instance is a row of its own",
	"MinCount":                              "it is about the create",
	"ImageID":                               "Instance.ImageID",
	"InstanceType":                          "Instance.InstanceType",
	"CPUOptions.Cores":                      "only in Sys: Instance has the cores in all, CPUs",
	"CPUOptions.ThreadsPerCore":             "only in Sys: Instance has the cores in all, CPUs",
	"Name":                                  "Instance.Name",
	"HostName":                              "Instance.HostName",
	"UniqueSuffix":                          "it is a part of Name and HostName",
	"Login.Password":                        "CVM shows no password",
	"Login.KeyPairs":                        "Instance.KeyPairs",
	"Login.KeepImageLogin":                  "CVM shows the key pairs of LoginSettings only",
	"Network.VPCID":                         "Instance.VPCID",
	"Network.SubnetID":                      "Instance.SubnetID",
	"Network.SecurityGroupIDs":              "Instance.SecurityGroupIDs",
	"Network.PrivateIPs":                    "Instance.PrivateIPs",
	"Network.IPv6Count":                     "Instance.IPv6Addresses",
	"Network.PublicIP":                      "Instance.PublicIPs",
	"Network.PublicIP.BandwidthMbps":        "only in Sys: Instance has no bandwidth",
	"Network.PublicIP.ChargeType":           "only in Sys: Instance has no bandwidth",
	"Network.Interfaces[]":                  "DescribeInstances shows the primary interface only",
	"Network.Interfaces[].SubnetID":         "DescribeInstances shows the primary interface only",
	"Network.Interfaces[].SecurityGroupIDs": "DescribeInstances shows the primary interface only",
	"SystemDisk.Type":                       "Instance.Disks",
	"SystemDisk.SizeGiB":                    "Instance.Disks",
	"SystemDisk.Name":                       "Instance.Disks",
	"SystemDisk.Encrypted":                  "only in Sys: InstanceDisk has no encryption",
	"SystemDisk.KMSKeyID":                   "only in Sys: InstanceDisk has no encryption",
	"DataDisks[]":                           "Instance.Disks",
	"DataDisks[].Type":                      "Instance.Disks",
	"DataDisks[].SizeGiB":                   "Instance.Disks",
	"DataDisks[].Name":                      "Instance.Disks",
	"DataDisks[].SnapshotID":                "only in Sys: InstanceDisk has no origin",
	"DataDisks[].Encrypted":                 "only in Sys: InstanceDisk has no encryption",
	"DataDisks[].KMSKeyID":                  "only in Sys: InstanceDisk has no encryption",
	"DataDisks[].DeleteWithInstance":        "Instance.Disks",
	"Billing.Mode":                          "Instance.Billing",
	"Billing.Period":                        "Instance.ExpiresAt",
	"Billing.PeriodUnit":                    "Instance.ExpiresAt",
	"Billing.AutoRenew":                     "Instance.AutoRenew",
	"Billing.Spot.Strategy":                 "CVM shows no market options of an instance",
	"Billing.Spot.MaxPrice":                 "CVM shows no market options of an instance",
	"Placement.GroupID":                     "Instance.PlacementGroupID",
	"Placement.DedicatedHostIDs":            "Instance.DedicatedHostID",
	"Placement.HPCClusterID":                "only in Sys: Instance has no HPC cluster",
	"Tags":                                  "Instance.Tags",
	"UserData":                              "CVM shows it in another call only",
	"RoleName":                              "Instance.RoleName",
	"ProjectID":                             "Instance.ProjectID",
	"LaunchTemplate":                        "CVM does not show the template of an instance",
	"LaunchTemplate.ID":                     "CVM does not show the template of an instance",
	"LaunchTemplate.Version":                "CVM does not show the template of an instance",
	"SecurityAgent":                         "CVM does not show the agents of an instance",
	"MonitorAgent":                          "CVM does not show the agents of an instance",
	"DeletionProtection":                    "Instance.DeletionProtection",
	"AutoReleaseTime":                       "CVM shows timers in another call only",
	"DryRun":                                "it makes no instance",
	"ClientToken":                           "CVM does not show the token of an instance",
}

func TestEveryLeafSaysWhereItIsReadBack(t *testing.T) {
	leaves := map[string]bool{}
	for _, f := range supportTable().Fields() {
		if f.Param == "" {
			continue
		}
		leaves[f.Path] = true
		if readBack[f.Path] == "" {
			t.Errorf("%s: nothing says where it is read back", f.Path)
		}
	}
	for path, where := range readBack {
		if !leaves[path] {
			t.Errorf("%s is not a leaf that CVM takes", path)
		}
		name, ok := strings.CutPrefix(where, "Instance.")
		if _, known := reflect.TypeFor[provider.Instance]().FieldByName(name); ok && !known {
			t.Errorf("%s: Instance has no field %s", path, name)
		}
	}
}

// What the table promises is what the client shows of instances of the simulator.
func TestWhatASpecSetsIsReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := New(Config{
			Region: "ap-guangzhou", Transport: cloudsim.New(nil).Transport(),
			Credentials: provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, ""),
		})
		if err != nil {
			t.Fatal(err)
		}
		groups, err := placement.Of(client)
		if err != nil {
			t.Fatal(err)
		}
		group, err := groups.Create(t.Context(), placement.Spec{Name: "group"})
		if err != nil {
			t.Fatal(err)
		}
		spec := readBackSpec(group)
		got := described(t, client, spec)
		want := provider.Instance{
			ID: got.ID, Name: spec.Name, HostName: spec.HostName, State: provider.StateRunning, RawState: "RUNNING",
			Region: "ap-guangzhou", Zone: spec.Zone, DedicatedHostID: "host-readback", PlacementGroupID: group,
			ImageID: spec.ImageID, InstanceType: spec.InstanceType, Platform: provider.Linux, CPUs: 8, MemoryMiB: 32 << 10,
			GPUs: 1, GPUType: "GPU of GN7",
			VPCID: spec.Network.VPCID, SubnetID: spec.Network.SubnetID, SecurityGroupIDs: spec.Network.SecurityGroupIDs,
			PrivateIPs: spec.Network.PrivateIPs, PublicIPs: got.PublicIPs, IPv6Addresses: got.IPv6Addresses, Disks: got.Disks,
			KeyPairs: spec.Login.KeyPairs, ProjectID: "7", RoleName: spec.RoleName,
			Billing: provider.Prepaid, AutoRenew: new(true), DeletionProtection: new(true),
			CreatedAt: got.CreatedAt, ExpiresAt: got.CreatedAt.AddDate(0, 2, 0), Tags: spec.Tags,
		}
		if have := got.WithSys(nil); !reflect.DeepEqual(have, want) {
			t.Errorf("got  %+v\nwant %+v", have, want)
		}
		if n := len(got.PublicIPs); n != 1 {
			t.Errorf("public addresses: got %d, want 1", n)
		}
		if n := len(got.IPv6Addresses); n != 3 {
			t.Errorf("IPv6 addresses: got %d, want 2 private and 1 public", n)
		}
		wantDisks := []provider.InstanceDisk{
			{System: true, Type: "CLOUD_SSD", SizeGiB: 60, Name: "system"},
			{Type: "CLOUD_HSSD", SizeGiB: 100, Name: "data-1", DeleteWithInstance: new(false)},
			{Type: "CLOUD_SSD", SizeGiB: 110, Name: "data-2", DeleteWithInstance: new(true)},
		}
		for i := range got.Disks {
			if got.Disks[i].ID == "" {
				t.Errorf("disk %d has no ID", i)
			}
			got.Disks[i].ID = ""
		}
		if !reflect.DeepEqual(got.Disks, wantDisks) {
			t.Errorf("disks: got %+v, want %+v", got.Disks, wantDisks)
		}
	})
}

// readBackSpec sets everything that a described instance shows.
func readBackSpec(group string) provider.RunInstancesSpec {
	return provider.RunInstancesSpec{
		Zone: "ap-guangzhou-3", ImageID: "img-487zeit5", InstanceType: "GN7.2XLARGE32", Name: "name", HostName: "host",
		Login: provider.Login{KeyPairs: []string{"skey-readback"}},
		Network: provider.Network{
			VPCID: "vpc-readback", SubnetID: "subnet-readback", SecurityGroupIDs: []string{"sg-readback", "sg-readback2"},
			PrivateIPs: []netip.Addr{netip.MustParseAddr("10.9.0.1")}, IPv6Count: 2,
			PublicIP: &provider.PublicIP{BandwidthMbps: 5},
		},
		SystemDisk: provider.Disk{Type: "CLOUD_SSD", SizeGiB: 60, Name: "system"},
		DataDisks: []provider.Disk{
			{Type: "CLOUD_HSSD", SizeGiB: 100, Name: "data-1", DeleteWithInstance: new(false)},
			{Type: "CLOUD_SSD", SizeGiB: 110, Name: "data-2"},
		},
		Billing:   provider.Billing{Mode: provider.Prepaid, Period: 2, AutoRenew: new(true)},
		Placement: provider.Placement{GroupID: group, DedicatedHostIDs: []string{"host-readback"}},
		Tags:      map[string]string{"key": "value"}, RoleName: "role", ProjectID: "7", DeletionProtection: true,
		Vendor: []provider.VendorOption{RunOptions{IPv6AddressType: "EIPv6"}},
	}
}

// described creates an instance, and returns it as it is shown when it runs.
func described(t *testing.T, client *provider.Client, spec provider.RunInstancesSpec) provider.Instance {
	t.Helper()
	op, err := client.RunInstances(t.Context(), spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Wait(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for i, err := range client.DescribeInstances(t.Context(), provider.Query{IDs: op.InstanceIDs()}) {
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	t.Fatal("the instance is not shown")
	return provider.Instance{}
}
