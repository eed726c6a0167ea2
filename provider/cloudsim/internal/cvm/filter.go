package cvm

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// filter is one condition; several must all hold.
type filter struct {
	Name   *string
	Values []string // one of them must match
}

// filterSet maps the name of a documented filter to the values that it compares, for
// one kind of resource. Tags have their own filters.
type filterSet[T any] struct {
	values map[string]func(T) []string
	tags   func(T) []tag // nil: there are no filters for tags

	parts   []string // filters that look for a part of a value
	most    int      // how many values a filter may have; 0 means 5
	unknown string   // the code for an unknown filter; "" means InvalidFilter
}

func (s filterSet[T]) check(filters []filter) *refusal {
	if len(filters) > 10 {
		return invalidAs("InvalidParameterValue.LimitExceeded", "Filters")
	}
	for _, f := range filters {
		if s.reader(valueOr(f.Name, "")) == nil || len(f.Values) == 0 {
			return refuse(cmp.Or(s.unknown, "InvalidFilter"), "A filter has an unknown name or no values.")
		}
		if len(f.Values) > cmp.Or(s.most, 5) {
			return invalidAs("InvalidFilterValue.LimitExceeded", "Filters.Values")
		}
	}
	return nil
}

// fit reports whether a resource passes all filters, which have been checked.
func (s filterSet[T]) fit(filters []filter, resource T) bool {
	for _, f := range filters {
		fits := func(v string) bool { return slices.Contains(f.Values, v) }
		if slices.Contains(s.parts, *f.Name) {
			fits = func(v string) bool {
				return slices.ContainsFunc(f.Values, func(part string) bool { return strings.Contains(v, part) })
			}
		}
		if !slices.ContainsFunc(s.reader(*f.Name)(resource), fits) {
			return false
		}
	}
	return true
}

// reader returns the function that reads the values for a filter; nil for an unknown
// filter.
func (s filterSet[T]) reader(name string) func(T) []string {
	if s.tags == nil {
		return s.values[name]
	}
	if key, ok := strings.CutPrefix(name, "tag:"); ok && key != "" {
		return s.tag(func(t tag) *string {
			if *t.Key != key {
				return nil
			}
			return t.Value
		})
	}
	switch name {
	case "tag-key":
		return s.tag(func(t tag) *string { return t.Key })
	case "tag-value":
		return s.tag(func(t tag) *string { return t.Value })
	default:
		return s.values[name]
	}
}

func (s filterSet[T]) tag(part func(tag) *string) func(T) []string {
	return func(resource T) (values []string) {
		for _, tag := range s.tags(resource) {
			values = append(values, optionalText(part(tag))...)
		}
		return values
	}
}

// instanceFilters are the filters of instances. The two filters for the time of
// creation are left out: their time zone is not documented.
func instanceFilters() filterSet[instance] {
	return filterSet[instance]{
		tags: func(i instance) []tag { return i.Tags },
		values: map[string]func(instance) []string{
			"zone": func(i instance) []string { return optionalText(i.Placement.Zone) },
			"project-id": func(i instance) []string {
				return []string{strconv.FormatInt(*i.Placement.ProjectId, 10)}
			},
			"host-id":              func(i instance) []string { return optionalText(i.Placement.HostId) },
			"dedicated-cluster-id": func(i instance) []string { return optionalText(i.DedicatedClusterId) },
			"vpc-id":               func(i instance) []string { return optionalText(i.VirtualPrivateCloud.VpcId) },
			"subnet-id":            func(i instance) []string { return optionalText(i.VirtualPrivateCloud.SubnetId) },
			"instance-id":          func(i instance) []string { return []string{i.InstanceId} },
			"uuid":                 func(i instance) []string { return []string{i.Uuid} },
			"security-group-id":    func(i instance) []string { return i.SecurityGroupIds },
			"instance-name":        func(i instance) []string { return []string{i.InstanceName} },
			"instance-charge-type": func(i instance) []string { return []string{i.InstanceChargeType} },
			"instance-state":       func(i instance) []string { return []string{i.InstanceState} },
			"private-ip-address":   func(i instance) []string { return i.PrivateIpAddresses },
			"public-ip-address":    func(i instance) []string { return i.PublicIpAddresses },
			"ipv6-address":         func(i instance) []string { return i.IPv6Addresses },
		},
	}
}

// optionalText returns a list of one value, or of none if it is absent.
func optionalText(s *string) []string {
	if s == nil {
		return nil
	}
	return []string{*s}
}
