package aliyun

import (
	"fmt"
	"maps"
	"testing"

	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"

	"github.com/yunfan-cloud/yunfan/provider/catalog"
)

// typeRow returns an answer with one instance type.
func typeRow(fields string) string {
	return `{"RequestId":"r","NextToken":"","InstanceTypes":{"InstanceType":[{` + fields + `}]}}`
}

// The fields and units are those of the vendor's reference.
func TestAnInstanceTypeOfTheSampleAnswer(t *testing.T) {
	var got wire
	types := all(t, answered(t, &got, typeRow(`"MemorySize":8,"InstancePpsTx":300000,"EniIpv6AddressQuantity":1,
		"CpuCoreCount":2,"EniTotalQuantity":2,"EniTrunkSupported":false,"InstanceTypeFamily":"ecs.g6","InstancePpsRx":300000,
		"EniQuantity":2,"InstanceBandwidthRx":1024000,"GPUAmount":0,"InstanceBandwidthTx":1024000,"DiskQuantity":17,
		"LocalStorageCategory":"","GPUSpec":"","InstanceTypeId":"ecs.g6.large","EniPrivateIpAddressQuantity":6,
		"CpuArchitecture":"X86","PhysicalProcessorModel":"Intel Xeon(Ice Lake) Platinum 8369B"`)).
		InstanceTypes(t.Context(), catalog.InstanceTypeQuery{}))
	if len(types) != 1 {
		t.Fatalf("%d types, want one", len(types))
	}
	same(t, "type", fmt.Sprintf("%+v", types[0]), "{ID:ecs.g6.large Family:ecs.g6 CPUs:2 MemoryMiB:8192 Arch:x86_64 "+
		"CPUModel:Intel Xeon(Ice Lake) Platinum 8369B GPUs:0 GPUsKnown:true GPUModel: GPUMemoryMiB:0 LocalDisks:[] "+
		"Network:{ReceiveMbps:1000 SendMbps:1000 PacketsPerSecond:300000 Interfaces:2 AddressesPerInterface:6 AttachableDisks:17} "+
		"Zones:[] Retired:false}")
	checkTyped(t, ecs.DescribeInstanceTypesRequest{}, got.Params)
}

func TestOddInstanceTypes(t *testing.T) {
	for fields, want := range map[string]string{
		`"MemorySize":0.5`:   "512 MiB, 0 GPUs , [] x86? ",
		`"MemorySize":"0.5"`: "512 MiB, 0 GPUs , [] x86? ",
		`"MemorySize":"much","GPUAmount":"","InstanceBandwidthRx":null`: "0 MiB, 0 GPUs , [] x86? ",
		`"GPUAmount":2,"GPUSpec":"NVIDIA V100"`:                         "0 MiB, 2 GPUs NVIDIA V100, [] x86? ",
		`"GPUAmount":1,"GPUSpec":"NVIDIA T4/8"`:                         "0 MiB, 0.125 GPUs NVIDIA T4, [] x86? ",
		`"GPUAmount":0,"GPUSpec":"NVIDIA T4/8"`:                         "0 MiB, 0.125 GPUs NVIDIA T4, [] x86? ",
		`"GPUAmount":4,"GPUSpec":"A/B"`:                                 "0 MiB, 4 GPUs A/B, [] x86? ",
		`"CpuArchitecture":"ARM"`:                                       "0 MiB, 0 GPUs , [] x86? arm64",
		`"CpuArchitecture":"RISC-V"`:                                    "0 MiB, 0 GPUs , [] x86? RISC-V",
		`"LocalStorageAmount":2,"LocalStorageCapacity":894,"LocalStorageCategory":"local_ssd_pro"`: "0 MiB, 0 GPUs , " +
			"[{local_ssd_pro 2 894 0 false false}] x86? ",
		`"LocalStorageAmount":null,"LocalStorageCategory":""`: "0 MiB, 0 GPUs , [] x86? ",
	} {
		var got wire
		k := answered(t, &got, typeRow(`"InstanceTypeId":"ecs.a.b",`+fields))
		types := all(t, k.InstanceTypes(t.Context(), catalog.InstanceTypeQuery{}))
		if len(types) != 1 {
			t.Fatalf("%s: %d types, want one", fields, len(types))
		}
		it := types[0]
		text := fmt.Sprintf("%d MiB, %v GPUs %s, %v x86? %s", it.MemoryMiB, it.GPUs, it.GPUModel, it.LocalDisks, it.Arch)
		same(t, fields, text, want)
	}
}

func TestInstanceTypeQueriesNarrowAtTheCloud(t *testing.T) {
	var got wire
	k := answered(t, &got, `{"RequestId":"r","InstanceTypes":{"InstanceType":[]}}`)
	q := catalog.InstanceTypeQuery{
		Region: "cn-test-2", Zone: "cn-test-2a", IDs: []string{"ecs.g6.large", "ecs.g6.xlarge"}, Family: "ecs.g6",
		MinCPUs: 2, MaxCPUs: 8, MinMemoryMiB: 512, MaxMemoryMiB: 16384, MinGPUs: 1.5, Arch: catalog.ARM, GPUModel: "NVIDIA T4",
	}
	all(t, k.InstanceTypes(t.Context(), q))
	want := map[string]string{
		"RegionId": "cn-test-2", "InstanceTypes.1": "ecs.g6.large", "InstanceTypes.2": "ecs.g6.xlarge",
		"InstanceTypeFamily": "ecs.g6", "MinimumCpuCoreCount": "2", "MaximumCpuCoreCount": "8", "MinimumMemorySize": "0.5",
		"MaximumMemorySize": "16", "MinimumGPUAmount": "1", "CpuArchitecture": "ARM", "GPUSpec": "NVIDIA T4", "MaxResults": "100",
	}
	if !maps.Equal(got.Params, want) {
		t.Errorf("sent %v, want %v", got.Params, want)
	}
	checkTyped(t, ecs.DescribeInstanceTypesRequest{}, got.Params)
	many := catalog.InstanceTypeQuery{MinGPUs: 0.25, Arch: "RISC-V"}
	for range 11 {
		many.IDs = append(many.IDs, "ecs.a.b")
	}
	all(t, k.InstanceTypes(t.Context(), many))
	if want := map[string]string{"RegionId": "cn-test-1", "MaxResults": "100"}; !maps.Equal(got.Params, want) {
		t.Errorf("what the cloud cannot say: sent %v, want %v", got.Params, want)
	}
}

func TestInstanceTypesOfTheSimulator(t *testing.T) {
	_, k := bound(t, nil)
	ids := func(q catalog.InstanceTypeQuery) string {
		return texts(all(t, k.InstanceTypes(t.Context(), q)), func(it catalog.InstanceType) string { return it.ID })
	}
	same(t, "ARM", ids(catalog.InstanceTypeQuery{Arch: catalog.ARM}), "ecs.g8y.large")
	same(t, "half a GiB", ids(catalog.InstanceTypeQuery{MaxMemoryMiB: 512}), "ecs.t5-lc2m1.nano")
	same(t, "a whole GPU", ids(catalog.InstanceTypeQuery{MinGPUs: 1}), "ecs.gn6i-c4g1.xlarge")
	same(t, "a part of one", ids(catalog.InstanceTypeQuery{MinGPUs: 0.2, GPUModel: "NVIDIA T4"}), "ecs.gn6i-c4g1.xlarge ecs.vgn6i-m4-vws.xlarge")
	same(t, "a family", ids(catalog.InstanceTypeQuery{Family: "ecs.g6", MinCPUs: 3}), "ecs.g6.xlarge")
	local := all(t, k.InstanceTypes(t.Context(), catalog.InstanceTypeQuery{IDs: []string{"ecs.i2.xlarge"}}))
	same(t, "a local disk", fmt.Sprint(local[0].LocalDisks), "[{local_ssd_pro 1 894 0 false false}]")
	same(t, "Mbit/s", local[0].Network.SendMbps, "1000")
}
