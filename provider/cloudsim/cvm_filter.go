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

// cvmFilters says for one kind of resource which of its values a documented
// filter looks at, by the name of the filter. Tags have filters of their own.
type cvmFilters[T any] struct {
	values map[string]func(T) []string
	tags   func(T) []cvmTag
}

func (s cvmFilters[T]) check(filters []cvmFilter) *tencentRefusal {
	if len(filters) > 10 {
		return tencentInvalidAs("InvalidParameterValue.LimitExceeded", "Filters")
	}
	for _, f := range filters {
		if s.reader(tencentOr(f.Name, "")) == nil || len(f.Values) == 0 {
			return tencentRefuse("InvalidFilter", "A filter has an unknown name or no values.")
		}
		if len(f.Values) > 5 {
			return tencentInvalidAs("InvalidFilterValue.LimitExceeded", "Filters.Values")
		}
	}
	return nil
}

// fit tells whether a resource passes all of the filters, which are checked already.
func (s cvmFilters[T]) fit(filters []cvmFilter, resource T) bool {
	for _, f := range filters {
		fits := func(v string) bool { return slices.Contains(f.Values, v) }
		if !slices.ContainsFunc(s.reader(*f.Name)(resource), fits) {
			return false
		}
	}
	return true
}

// reader returns what reads the values that a filter looks at, nil for a filter
// that does not exist.
func (s cvmFilters[T]) reader(name string) func(T) []string {
	if key, ok := strings.CutPrefix(name, "tag:"); ok && key != "" {
		return s.tag(func(t cvmTag) *string {
			if *t.Key != key {
				return nil
			}
			return t.Value
		})
	}
	switch name {
	case "tag-key":
		return s.tag(func(t cvmTag) *string { return t.Key })
	case "tag-value":
		return s.tag(func(t cvmTag) *string { return t.Value })
	default:
		return s.values[name]
	}
}

func (s cvmFilters[T]) tag(part func(cvmTag) *string) func(T) []string {
	return func(resource T) (values []string) {
		for _, tag := range s.tags(resource) {
			values = append(values, cvmText(part(tag))...)
		}
		return values
	}
}

// cvmInstanceFilters are the filters of machines. The two for the time of
// creation are documented as well, but not in which time zone, and are left out.
func cvmInstanceFilters() cvmFilters[cvmInstance] {
	return cvmFilters[cvmInstance]{
		tags: func(i cvmInstance) []cvmTag { return i.Tags },
		values: map[string]func(cvmInstance) []string{
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
		},
	}
}

// cvmText is the list of a value that may be absent.
func cvmText(s *string) []string {
	if s == nil {
		return nil
	}
	return []string{*s}
}
