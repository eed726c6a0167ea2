package tencent

import (
	"reflect"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunOptions are settings that only CVM has. Put one, or a pointer to one, into
// [provider.RunInstancesSpec.Vendor]. A zero field lets the cloud decide.
type RunOptions struct {
	// InstanceChargeType is a way to pay that Billing.Mode has no word for:
	// "CDCPAID", for instances of a dedicated cluster. It excludes Billing.Mode.
	InstanceChargeType string

	// NoExpiryNotice is for prepaid instances that are not renewed: no notice
	// says that their period ends. It excludes Billing.AutoRenew.
	NoExpiryNotice bool

	// BandwidthPackageID is the shared package that Network.PublicIP draws on.
	BandwidthPackageID string

	// InternetServiceProvider is the line of Network.PublicIP: BGP, CMCC, ...
	InternetServiceProvider string

	// IPv4AddressType is the kind of address of Network.PublicIP: "WanIP",
	// "HighQualityEIP" or "AntiDDoSEIP", which needs AntiDDoSPackageID.
	// IPv6AddressType asks for a public IPv6 address too: "EIPv6" or
	// "HighQualityEIPv6".
	IPv4AddressType   string
	IPv6AddressType   string
	AntiDDoSPackageID string

	// AsVPCGateway makes the instances gateways of their private network. They need
	// a public address to be of use as such.
	AsVPCGateway bool

	// AutomationAgent installs the agent of the automation tools, or does not.
	AutomationAgent *bool

	// PartitionNumber is the partition of a partition placement group.
	PartitionNumber int

	// DedicatedClusterID is the dedicated cluster (CDC) to create in.
	DedicatedClusterID string

	// DedicatedResourcePackTenancy is "ResourcePool" to take resources that were
	// reserved, from the packs of DedicatedResourcePackIDs if those are named.
	DedicatedResourcePackTenancy string
	DedicatedResourcePackIDs     []string

	// CHCIDs are the physical machines (CHC) to create on.
	CHCIDs []string

	// JumboFrame switches jumbo frames on or off, for types that have them.
	JumboFrame *bool

	// Metadata are key-value pairs that the instances can read about themselves.
	// Values are treated as secrets.
	Metadata map[string]string

	// PrimaryIPv4Count is how many private IPv4 addresses the primary interface gets, 1 to 50.
	// Interfaces say more about the interfaces of the spec; the first of them belongs to
	// the first of Network.Interfaces. Both are open in some regions only.
	PrimaryIPv4Count int
	Interfaces       []InterfaceOptions

	// SystemDisk and DataDisks say more about the disks of the spec; the first of
	// DataDisks belongs to the first data disk.
	SystemDisk SystemDiskOptions
	DataDisks  []DataDiskOptions

	// SendFalse sends false for each yes-or-no parameter that the spec leaves false:
	// DisableApiTermination, DryRun, Encrypt of every disk of the spec, AsVpcGateway
	// of its network. Otherwise the parameter is left out, and a
	// launch template can make it true. A template sends those that it can hold.
	SendFalse bool

	// Params are raw parameters of RunInstances by their documented names, for
	// what has no field here: "HpcRoceTag", or "Placement.RackId". A value that is JSON is sent as that JSON
	// (100 is a number, true a boolean, "100" in quotes a string); everything
	// else is sent as a string. A parameter that the spec sets already, or that
	// has a field of the spec which the library itself must know, is an error.
	// Values are treated as secrets.
	Params map[string]string
}

// VendorName returns "tencent".
func (RunOptions) VendorName() string { return Name }

// InterfaceOptions are settings of a secondary network interface that only CVM has.
type InterfaceOptions struct {
	ID        string // an interface that exists already and is attached; for one instance only
	IPv4Count int    // private IPv4 addresses, 1 to 50; 0 means one

	// DeleteWithInstance releases the interface together with the instance. Nil means true for
	// an interface that the create makes, and the cloud's default, which is false, for one
	// that exists already.
	DeleteWithInstance *bool
}

// SystemDiskOptions are settings of a system disk that only CVM has.
type SystemDiskOptions struct {
	CDCID string // the dedicated disk cluster to make the disk in
}

// DataDiskOptions are settings of a data disk that only CVM has.
type DataDiskOptions struct {
	CDCID            string // the dedicated disk cluster to make the disk in
	ThroughputMiBps  int    // throughput bought beyond that of the disk's size, MiB/s; for CLOUD_TSSD and CLOUD_HSSD
	BurstPerformance *bool  // bursts beyond the disk's own performance
}

// disk returns the options of a data disk, or zero options when it has none.
func (o *RunOptions) disk(i int) DataDiskOptions {
	if i < len(o.DataDisks) {
		return o.DataDisks[i]
	}
	return DataDiskOptions{}
}

// nic returns the options of a secondary interface, or zero options when it has none.
func (o *RunOptions) nic(i int) InterfaceOptions {
	if i < len(o.Interfaces) {
		return o.Interfaces[i]
	}
	return InterfaceOptions{}
}

// set reports whether any option is set.
func (o *RunOptions) set() bool { return !reflect.ValueOf(*o).IsZero() }

// optionsOf returns the spec's options for this cloud. It returns zero options when there
// are none.
func optionsOf(spec *provider.RunInstancesSpec) RunOptions {
	return adapter.OptionsOf[RunOptions](spec.Vendor)
}
