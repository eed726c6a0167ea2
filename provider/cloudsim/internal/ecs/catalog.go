package ecs

import (
	"strconv"
	"strings"
)

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
