package cloudsim

import (
	"slices"
	"strconv"
	"strings"
)

// cvmFilter is one condition; several must all hold.
type cvmFilter struct {
	Name   *string
	Values []string // one of them must fit
}

func cvmCheckFilters(filters []cvmFilter) *tencentRefusal {
	if len(filters) > 10 {
		return tencentInvalidAs("InvalidParameterValue.LimitExceeded", "Filters")
	}
	known := cvmFilterValues()
	for _, f := range filters {
		name := tencentOr(f.Name, "")
		_, isTag := cvmTagFilter(name)
		if known[name] == nil && !isTag || len(f.Values) == 0 {
			return tencentRefuse("InvalidFilter", "A filter has an unknown name or no values.")
		}
		if len(f.Values) > 5 {
			return tencentInvalidAs("InvalidFilterValue.LimitExceeded", "Filters.Values")
		}
	}
	return nil
}

// cvmTagFilter reads the name tag:<key>.
func cvmTagFilter(name string) (key string, ok bool) {
	key, ok = strings.CutPrefix(name, "tag:")
	return key, ok && key != ""
}

// cvmFits returns the test for all of the filters, which are checked already.
func cvmFits(filters []cvmFilter) func(cvmInstance) bool {
	known := cvmFilterValues()
	has := func(i cvmInstance, f cvmFilter) []string {
		if key, ok := cvmTagFilter(*f.Name); ok {
			return i.tagValues(func(k string) bool { return k == key })
		}
		return known[*f.Name](i)
	}
	return func(i cvmInstance) bool {
		for _, f := range filters {
			fit := func(v string) bool { return slices.Contains(f.Values, v) }
			if !slices.ContainsFunc(has(i, f), fit) {
				return false
			}
		}
		return true
	}
}

func (i cvmInstance) tagValues(want func(key string) bool) (values []string) {
	for _, tag := range i.Tags {
		if want(*tag.Key) {
			values = append(values, *tag.Value)
		}
	}
	return values
}

// cvmFilterValues says which values of an instance a documented filter looks at. The
// two for the time of creation are documented as well, but not in which time
// zone, and are left out.
func cvmFilterValues() map[string]func(cvmInstance) []string {
	return map[string]func(cvmInstance) []string{
		"zone":                 func(i cvmInstance) []string { return cvmText(i.Placement.Zone) },
		"project-id":           func(i cvmInstance) []string { return []string{strconv.FormatInt(*i.Placement.ProjectId, 10)} },
		"host-id":              func(i cvmInstance) []string { return cvmText(i.Placement.HostId) },
		"dedicated-cluster-id": func(i cvmInstance) []string { return cvmText(i.DedicatedClusterId) },
		"vpc-id":               func(i cvmInstance) []string { return cvmText(i.VirtualPrivateCloud.VpcId) },
		"subnet-id":            func(i cvmInstance) []string { return cvmText(i.VirtualPrivateCloud.SubnetId) },
		"instance-id":          func(i cvmInstance) []string { return []string{i.InstanceId} },
		"uuid":                 func(i cvmInstance) []string { return []string{i.Uuid} },
		"security-group-id":    func(i cvmInstance) []string { return i.SecurityGroupIds },
		"instance-name":        func(i cvmInstance) []string { return []string{i.InstanceName} },
		"instance-charge-type": func(i cvmInstance) []string { return []string{i.InstanceChargeType} },
		"instance-state":       func(i cvmInstance) []string { return []string{i.InstanceState} },
		"private-ip-address":   func(i cvmInstance) []string { return i.PrivateIpAddresses },
		"public-ip-address":    func(i cvmInstance) []string { return i.PublicIpAddresses },
		"ipv6-address":         func(i cvmInstance) []string { return i.IPv6Addresses },
		"tag-key": func(i cvmInstance) (keys []string) {
			for _, tag := range i.Tags {
				keys = append(keys, *tag.Key)
			}
			return keys
		},
		"tag-value": func(i cvmInstance) []string { return i.tagValues(func(string) bool { return true }) },
	}
}

// cvmText is the list of a value that may be absent.
func cvmText(s *string) []string {
	if s == nil {
		return nil
	}
	return []string{*s}
}
