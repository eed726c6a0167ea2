package provider

import (
	"maps"
	"slices"
)

// clone returns a copy that shares only the vendor options with the original. An operation
// continues after its caller may change the spec.
func (s *RunInstancesSpec) clone() *RunInstancesSpec {
	c := *s
	c.Login.KeyPairs = slices.Clone(s.Login.KeyPairs)
	c.Network = s.Network.clone()
	c.SystemDisk = s.SystemDisk.clone()
	c.DataDisks = slices.Clone(s.DataDisks)
	for i := range c.DataDisks {
		c.DataDisks[i] = c.DataDisks[i].clone()
	}
	c.Billing.AutoRenew = copied(s.Billing.AutoRenew)
	c.Billing.Spot.DurationHours = copied(s.Billing.Spot.DurationHours)
	c.Placement.DedicatedHostIDs = slices.Clone(s.Placement.DedicatedHostIDs)
	c.Tags = maps.Clone(s.Tags)
	c.UserData = slices.Clone(s.UserData)
	c.LaunchTemplate = copied(s.LaunchTemplate)
	c.SecurityAgent, c.MonitorAgent = copied(s.SecurityAgent), copied(s.MonitorAgent)
	c.Vendor = slices.Clone(s.Vendor)
	return &c
}

func (n Network) clone() Network {
	n.SecurityGroupIDs = slices.Clone(n.SecurityGroupIDs)
	n.PrivateIPs = slices.Clone(n.PrivateIPs)
	n.IPv6Addresses = slices.Clone(n.IPv6Addresses)
	n.PublicIP = copied(n.PublicIP)
	n.Interfaces = slices.Clone(n.Interfaces)
	for i := range n.Interfaces {
		n.Interfaces[i].SecurityGroupIDs = slices.Clone(n.Interfaces[i].SecurityGroupIDs)
	}
	return n
}

func (d Disk) clone() Disk {
	d.DeleteWithInstance = copied(d.DeleteWithInstance)
	return d
}

// clone returns a copy that shares only [Instance.Sys] with the original.
func (i *Instance) clone() Instance {
	c := *i
	c.SecurityGroupIDs = slices.Clone(i.SecurityGroupIDs)
	c.PrivateIPs = slices.Clone(i.PrivateIPs)
	c.PublicIPs = slices.Clone(i.PublicIPs)
	c.IPv6Addresses = slices.Clone(i.IPv6Addresses)
	c.Interfaces = slices.Clone(i.Interfaces)
	for n := range c.Interfaces {
		c.Interfaces[n] = c.Interfaces[n].clone()
	}
	c.Disks = slices.Clone(i.Disks)
	for n := range c.Disks {
		c.Disks[n].DeleteWithInstance = copied(c.Disks[n].DeleteWithInstance)
	}
	c.KeyPairs = slices.Clone(i.KeyPairs)
	c.AutoRenew, c.DeletionProtection = copied(i.AutoRenew), copied(i.DeletionProtection)
	c.Tags = maps.Clone(i.Tags)
	return c
}

func (n InstanceInterface) clone() InstanceInterface {
	n.PrivateIPs = slices.Clone(n.PrivateIPs)
	n.IPv6Addresses = slices.Clone(n.IPv6Addresses)
	n.SecurityGroupIDs = slices.Clone(n.SecurityGroupIDs)
	return n
}

// copied returns a pointer to a copy, or nil.
func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}
