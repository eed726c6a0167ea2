package aliyun

import (
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider"
)

func TestEveryLeafIsMappedOrRefusedOnce(t *testing.T) {
	var paths []string
	for _, f := range supportTable().Fields() {
		paths = append(paths, f.Path)
		if (f.Param == "") == (f.Reason == "") {
			t.Errorf("%s: want a parameter or a reason, got %+v", f.Path, f)
		}
	}
	if !slices.Equal(paths, provider.Leaves()) {
		t.Errorf("the table is not the leaves of the spec, once and in order:\n got %q\nwant %q", paths, provider.Leaves())
	}
}

func TestMappedParametersAreTheVendors(t *testing.T) {
	typed := typedParams(ecs.RunInstancesRequest{})
	for _, f := range supportTable().Fields() {
		known := f.Param == "" || f.Param == "RegionId"
		for name := range typed {
			known = known || name == f.Param || strings.HasPrefix(name, f.Param+".")
		}
		if !known {
			t.Errorf("%s is said to become %s, which RunInstances does not have", f.Path, f.Param)
		}
	}
}

func TestRefusedLeavesAreNamed(t *testing.T) {
	for path, spec := range map[string]provider.RunInstancesSpec{
		"Hardware.CPUs":                 {Hardware: provider.Hardware{CPUs: 1}},
		"Hardware.MemoryMiB":            {Hardware: provider.Hardware{MemoryMiB: 1}},
		"Hardware.GPUs":                 {Hardware: provider.Hardware{GPUs: 1}},
		"Hardware.GPUType":              {Hardware: provider.Hardware{GPUType: "x"}},
		"CPUOptions.Sockets":            {CPUOptions: provider.CPUOptions{Sockets: 1}},
		"CPUOptions.Model":              {CPUOptions: provider.CPUOptions{Model: "x"}},
		"Network.VPCID":                 {Network: provider.Network{VPCID: "x"}},
		"Network.IPFamily":              {Network: provider.Network{IPFamily: provider.IPv4}},
		"SystemDisk.SnapshotID":         {SystemDisk: provider.Disk{SnapshotID: "x"}},
		"SystemDisk.VolumeID":           {SystemDisk: provider.Disk{VolumeID: "x"}},
		"SystemDisk.DeleteWithInstance": {SystemDisk: provider.Disk{DeleteWithInstance: new(false)}},
		"SystemDisk.Device":             {SystemDisk: provider.Disk{Device: "x"}},
		"DataDisks[].VolumeID":          {DataDisks: []provider.Disk{{VolumeID: "x"}}},
		"MonitorAgent":                  {MonitorAgent: new(false)},
	} {
		err := supportTable().Check(&spec)
		if err == nil {
			t.Errorf("%s is set: got no error, want one", path)
		} else if !strings.Contains(err.Error(), strings.ReplaceAll(path, "[]", "[0]")) {
			t.Errorf("%s is set: the error is %q, want it to contain %q",
				path, err.Error(), strings.ReplaceAll(path, "[]", "[0]"))
		}
		if supportTable().Field(path).Param != "" {
			t.Errorf("%s is mapped now: take it off this list", path)
		}
	}
}

func TestRefusedLeavesAreAllTested(t *testing.T) {
	refused := 0
	for _, f := range supportTable().Fields() {
		if f.Param == "" {
			refused++
		}
	}
	if refused != 14 {
		t.Errorf("%d leaves are refused, TestRefusedLeavesAreNamed knows 14", refused)
	}
}
