package ecs

import (
	"strconv"
	"strings"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/alibaba"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// describeRegions serves DescribeRegions with a few of the regions that have endpoints
// in the reference. Instances can be created in any region.
func (e *api) describeRegions(*core.Call) (alibaba.Object, *alibaba.Refusal) {
	var regions []any
	for _, r := range [][2]string{
		{"cn-qingdao", "华北1（青岛）"},
		{"cn-beijing", "华北2（北京）"},
		{"cn-zhangjiakou", "华北3（张家口）"},
		{"cn-hangzhou", "华东1（杭州）"},
		{"cn-shenzhen", "华南1（深圳）"},
		{"ap-southeast-1", "新加坡"},
		{"us-west-1", "美国（硅谷）"},
	} {
		regions = append(regions, alibaba.Object{
			{"RegionId", r[0]},
			{"LocalName", r[1]},
			{"RegionEndpoint", "ecs." + r[0] + ".aliyuncs.com"},
		})
	}
	return alibaba.Object{{"Regions", alibaba.List("Region", regions)}}, nil
}

// zoneOf returns the zone that the cloud chooses: cn-hangzhou-a, us-west-1a.
func zoneOf(region string) string {
	if last := region[len(region)-1]; last >= '0' && last <= '9' {
		return region + "a"
	}
	return region + "-a"
}

// vpcOf returns the network of a vSwitch: vsw-x belongs to vpc-x.
func vpcOf(vswitch string) string {
	return "vpc-" + strings.TrimPrefix(vswitch, "vsw-")
}

// shapeOf returns the processors and memory of an instance type. Some families have a
// fixed ratio; others count as general purpose.
func shapeOf(instanceType string) (cpus, memoryMiB int) {
	parts := strings.Split(instanceType, ".")
	cpus = 2
	switch size := parts[len(parts)-1]; {
	case size == "small":
		cpus = 1
	case size == "xlarge":
		cpus = 4
	default:
		if n, err := strconv.Atoi(strings.TrimSuffix(size, "xlarge")); err == nil && strings.HasSuffix(size, "xlarge") {
			cpus = 4 * n
		}
	}
	perCPU := 4
	if len(parts) > 1 {
		switch {
		case strings.HasPrefix(parts[1], "c"):
			perCPU = 2
		case strings.HasPrefix(parts[1], "r"):
			perCPU = 8
		}
	}
	return cpus, cpus * perCPU * 1024
}

// familyOf returns the family of an instance type: ecs.g5 for ecs.g5.large.
func familyOf(instanceType string) string {
	if i := strings.LastIndexByte(instanceType, '.'); i > 0 {
		return instanceType[:i]
	}
	return instanceType
}
