package aliyun

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// translateNewer sends the options that newer editions of the reference have.
func translateNewer(p params, o *RunOptions) {
	p.text("HttpEndpoint", o.HTTPEndpoint)
	p.text("HttpTokens", o.HTTPTokens)
	p.number("HttpPutResponseHopLimit", o.HTTPPutResponseHopLimit)
	p.text("PrivatePoolOptions.MatchCriteria", o.PrivatePoolMatch)
	p.text("PrivatePoolOptions.Id", o.PrivatePoolID)
	p.text("SecurityOptions.TrustedSystemMode", o.TrustedSystemMode)
	p.text("SecurityOptions.ConfidentialComputingMode", o.ConfidentialComputingMode)
	p.text("CpuOptions.TopologyType", o.CPUTopology)
	p.choice("ImageOptions.LoginAsNonRoot", o.LoginAsNonRoot)
	p.choice("HibernationOptions.Configured", o.Hibernation)
	p.choice("NetworkOptions.EnableJumboFrame", o.JumboFrames)
	p.choice("NetworkOptions.EnableNetworkEncryption", o.NetworkEncryption)
	p.text("NetworkOptions.BandwidthWeighting", o.BandwidthWeighting)
	p.number("NetworkInterfaceQueueNumber", o.QueueNumber)
	p.text("ClockOptions.PtpStatus", o.PTPStatus)
	p.text("Isp", o.ISP)
	p.list("HostNames", o.HostNames)
	translateDNS(p, o)
	translateDiskOptions(p, "SystemDisk.", &o.SystemDiskOptions)
	for i := range o.DataDiskOptions {
		translateDiskOptions(p, "DataDisk."+strconv.Itoa(i+1)+".", &o.DataDiskOptions[i])
	}
	for i := range o.NetworkInterfaceOptions {
		translateInterfaceOptions(p, "NetworkInterface."+strconv.Itoa(i+1)+".", &o.NetworkInterfaceOptions[i])
	}
}

func translateDNS(p params, o *RunOptions) {
	const at = "PrivateDnsNameOptions."
	p.text(at+"HostnameType", o.HostNameType)
	p.choice(at+"EnableInstanceIdDnsARecord", o.DNSOfInstanceID)
	p.choice(at+"EnableInstanceIdDnsAAAARecord", o.DNSIPv6OfInstanceID)
	p.choice(at+"EnableIpDnsARecord", o.DNSOfIP)
	p.choice(at+"EnableIpDnsPtrRecord", o.DNSReverseOfIP)
}

func translateDiskOptions(p params, at string, o *DiskOptions) {
	if *o == (DiskOptions{}) {
		return
	}
	p.choice(at+"BurstingEnabled", o.BurstingEnabled)
	p.text(at+"StorageClusterId", o.StorageClusterID)
	p.text(at+"EncryptAlgorithm", o.EncryptAlgorithm)
}

func translateInterfaceOptions(p params, at string, o *InterfaceOptions) {
	p.text(at+"InstanceType", o.Type)
	p.number(at+"Ipv6AddressCount", o.IPv6Count)
	p.list(at+"Ipv6Address", addrTexts(o.IPv6Addresses))
	p.text(at+"NetworkInterfaceId", o.ID)
	p.text(at+"NetworkInterfaceTrafficMode", o.TrafficMode)
	p.number(at+"QueueNumber", o.QueueNumber)
	p.number(at+"QueuePairNumber", o.QueuePairs)
	p.number(at+"RxQueueSize", o.RxQueueSize)
	p.number(at+"TxQueueSize", o.TxQueueSize)
	if o.NetworkCardIndex != nil {
		p[at+"NetworkCardIndex"] = strconv.Itoa(*o.NetworkCardIndex)
	}
	p.number(at+"SecondaryPrivateIpAddressCount", o.SecondaryPrivateIPs)
	p.choice(at+"DeleteOnRelease", o.DeleteOnRelease)
	p.choice(at+"SourceDestCheck", o.SourceDestCheck)
}

// newerParams are the parameters that translateNewer can set. "N" stands for an index.
func newerParams() []string {
	names := []string{
		"HttpEndpoint", "HttpTokens", "HttpPutResponseHopLimit",
		"PrivatePoolOptions.MatchCriteria", "PrivatePoolOptions.Id",
		"SecurityOptions.TrustedSystemMode", "SecurityOptions.ConfidentialComputingMode", "CpuOptions.TopologyType",
		"ImageOptions.LoginAsNonRoot", "HibernationOptions.Configured", "NetworkOptions.EnableJumboFrame",
		"NetworkOptions.EnableNetworkEncryption", "NetworkOptions.BandwidthWeighting", "NetworkInterfaceQueueNumber",
		"ClockOptions.PtpStatus", "Isp", "HostNames.N",
	}
	for _, name := range []string{
		"HostnameType", "EnableInstanceIdDnsARecord", "EnableInstanceIdDnsAAAARecord",
		"EnableIpDnsARecord", "EnableIpDnsPtrRecord",
	} {
		names = append(names, "PrivateDnsNameOptions."+name)
	}
	for _, name := range []string{"BurstingEnabled", "StorageClusterId", "EncryptAlgorithm"} {
		names = append(names, "SystemDisk."+name, "DataDisk.N."+name)
	}
	for _, name := range []string{
		"InstanceType", "Ipv6AddressCount", "Ipv6Address.N", "NetworkInterfaceId", "NetworkInterfaceTrafficMode",
		"QueueNumber", "QueuePairNumber", "RxQueueSize", "TxQueueSize", "NetworkCardIndex",
		"SecondaryPrivateIpAddressCount", "DeleteOnRelease", "SourceDestCheck",
	} {
		names = append(names, "NetworkInterface.N."+name)
	}
	return names
}

// checkNewer checks the options that newer editions of the reference have: words, and what the
// request cannot carry.
func checkNewer(c *provider.Checker, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	c.OneOf("Vendor.HTTPEndpoint", o.HTTPEndpoint, "enabled", "disabled")
	c.OneOf("Vendor.HTTPTokens", o.HTTPTokens, "optional", "required")
	n := o.HTTPPutResponseHopLimit
	c.Require(n >= 0 && n <= 64, "Vendor.HTTPPutResponseHopLimit", n, "must be 1 to 64")
	c.OneOf("Vendor.PrivatePoolMatch", o.PrivatePoolMatch, "Open", "Target", "None")
	target, named := o.PrivatePoolMatch == "Target", o.PrivatePoolID != ""
	c.Require(!target || named || spec.LaunchTemplate != nil, "Vendor.PrivatePoolID", nil, "Target needs one")
	c.OneOf("Vendor.HostNameType", o.HostNameType, "Custom", "IpBased", "InstanceIdBased")
	c.Require(o.QueueNumber >= 0, "Vendor.QueueNumber", o.QueueNumber, "must be at least 1")
	if disks, list := len(o.DataDiskOptions), len(spec.DataDisks); disks > list {
		c.Fail("Vendor.DataDiskOptions", disks, fmt.Sprintf("must not be more than DataDisks, which are %d", list))
	}
	c.Require(len(o.HostNames) <= max(spec.Count, 1), "Vendor.HostNames", len(o.HostNames), "must not be more than Count")
	if len(o.NetworkInterfaceOptions) > 0 {
		checkInterfaceOptions(c, spec, o.NetworkInterfaceOptions)
	}
}

func checkInterfaceOptions(c *provider.Checker, spec *provider.RunInstancesSpec, options []InterfaceOptions) {
	list := len(spec.Network.Interfaces)
	c.Require(len(options) <= list, "Vendor.NetworkInterfaceOptions", len(options),
		fmt.Sprintf("must not be more than Network.Interfaces, which are %d", list))
	primaries := 0
	for i := range options {
		o, in := &options[i], c.Item("Vendor.NetworkInterfaceOptions", i)
		in.OneOf("Type", o.Type, "Primary", "Secondary")
		in.OneOf("TrafficMode", o.TrafficMode, "Standard", "HighPerformance")
		primary := o.Type == "Primary"
		if primary {
			primaries++
		}
		v6 := o.IPv6Count != 0 || len(o.IPv6Addresses) > 0
		in.Require(primary || !v6, "IPv6Count", nil, "is for the primary interface")
		in.Require(o.ID == "" || spec.Count <= 1, "ID", o.ID, "an interface is for one instance: Count must be 1")
	}
	c.Require(primaries <= 1, "Vendor.NetworkInterfaceOptions", primaries, "must have one primary interface at most")
	subnet := spec.Network.SubnetID
	c.Require(primaries == 0 || subnet == "", "Network.SubnetID", subnet,
		"excludes a primary interface among the options, which names its own")
}

// describesInterface reports whether the options say anything about the i-th interface.
func (o *RunOptions) describesInterface(i int) bool {
	return i < len(o.NetworkInterfaceOptions) && !reflect.ValueOf(o.NetworkInterfaceOptions[i]).IsZero()
}

// checkNewerOfTemplate refuses the options that a template cannot hold: the cloud would drop them.
func checkNewerOfTemplate(c *provider.Checker, o *RunOptions) {
	p := params{}
	translateNewer(p, o)
	for _, name := range keptByTemplates(o) {
		delete(p, name)
	}
	for _, name := range sorted.Keys(p) {
		c.Fail("Vendor", nil, "a template has no "+name+": give it to RunInstances")
	}
}

// keptByTemplates are the parameters of translateNewer that templates hold.
func keptByTemplates(o *RunOptions) []string {
	names := []string{
		"HttpEndpoint", "HttpTokens", "HttpPutResponseHopLimit", "ImageOptions.LoginAsNonRoot",
		"SecurityOptions.TrustedSystemMode", "SystemDisk.BurstingEnabled",
	}
	for i := range o.DataDiskOptions {
		names = append(names, "DataDisk."+strconv.Itoa(i+1)+".BurstingEnabled")
	}
	for i := range o.NetworkInterfaceOptions {
		at := "NetworkInterface." + strconv.Itoa(i+1) + "."
		names = append(names, at+"InstanceType", at+"NetworkInterfaceTrafficMode", at+"DeleteOnRelease")
	}
	return names
}
