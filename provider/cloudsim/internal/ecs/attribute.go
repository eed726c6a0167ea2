package ecs

import (
	"slices"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeInstanceAttribute serves DescribeInstanceAttribute, which needs no region. Its answer is
// the instance itself, with fewer fields than in a list, and with IoOptimized as a word.
func (e *api) describeInstanceAttribute(k *core.Call) (alibaba.Object, *alibaba.Refusal) {
	p := e.params(k)
	id := p.Required("InstanceId")
	if p.Refusal != nil {
		return nil, p.Refusal
	}
	m := e.find(k, id, k.Region)
	if m == nil {
		return nil, noInstance()
	}
	const names = "Status SerialNumber CreationTime Description InstanceName InstanceNetworkType Memory ImageId ClusterId " +
		"VlanId StoppedMode HostName InstanceId InstanceType InternetMaxBandwidthIn InternetMaxBandwidthOut RegionId " +
		"InstanceChargeType Cpu ExpiredTime ZoneId InternetChargeType CreditSpecification SecurityGroupIds " +
		"PublicIpAddress InnerIpAddress VpcAttributes EipAddress DedicatedHostAttribute OperationLocks"
	known := strings.Fields(names)
	row := slices.DeleteFunc(e.instance(k, m), func(f alibaba.Field) bool { return !slices.Contains(known, f.Name()) })
	io := "optimized"
	if m.Params["IoOptimized"] == "none" {
		io = "none"
	}
	return append(row, alibaba.Field{"IoOptimized", io}, alibaba.Field{"EnableJumboFrame", false}), nil
}
