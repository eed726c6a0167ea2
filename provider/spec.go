package provider

import (
	"net/netip"
	"time"
)

// RunInstancesSpec says which instances to create, in words that mean the same on every cloud.
// It is a value: copy it, change a field, send it to another cloud.
//
// A zero field lets the cloud decide. A field that a cloud cannot express is an error that
// names it, before any call; FIELDS.md lists what each cloud maps. Limits of only one cloud
// (name forms, sizes, steps) are checked by that cloud's adapter, also before any call.
//
// A spec can be stored as JSON, except its secrets. Login.Password and UserData marshal as
// "[redacted]", which neither decodes nor is accepted as a secret. Clear them before encoding,
// and set them again after decoding. Vendor options are decoded one by one, each into a value
// of its own type, and then put into Vendor.
type RunInstancesSpec struct {
	// Region is where to create. Empty means the region of the client. On ENS it is the edge
	// node (EnsRegionId), and on QingCloud the zone (pek3a): both clouds have only this one
	// level of location.
	Region string

	// Zone is the availability zone within the region. Empty lets the cloud choose on ECS. CVM
	// needs it unless a launch template sets one. ENS and QingCloud have no such level and
	// refuse it.
	Zone string

	// Count is how many instances to create; 0 means 1, and 100,000 is the maximum. A Count
	// above the cloud's limit per call is split into several calls.
	Count int

	// MinCount is how many instances are enough: with less stock than Count the cloud may
	// create fewer, down to MinCount. 0 means all of Count. When Count takes several creates,
	// MinCount is for all of them together.
	MinCount int

	// ImageID is the image to boot, by the cloud's own ID.
	ImageID string

	// InstanceType is the cloud's own name of the instance type (ecs.g5.large, S5.MEDIUM4,
	// e1.large.r2). QingCloud also accepts Hardware instead. Empty is refused, unless a launch
	// template gives the type. CVM alone takes it, and then chooses a type by what is in stock,
	// at that type's price (cloud.tencent.com/document/api/213/15730).
	InstanceType string

	// Hardware describes the instance where the cloud sells it by size.
	Hardware Hardware

	// CPUOptions tune the CPU of the instance type.
	CPUOptions CPUOptions

	// Name is the display name of the instances. Clouds number the instances of a batch only
	// when UniqueSuffix is set, except CVM, which always does.
	Name string

	// HostName is the name the operating system gets. Rules differ between
	// clouds and between Windows and Linux.
	HostName string

	// Description is a free text about the instances.
	Description string

	// UniqueSuffix numbers Name and HostName within the batch, from 001.
	UniqueSuffix bool

	// Login says how users log in. The zero value leaves it to the cloud: a random password by
	// message on CVM, no login on ECS, an error on QingCloud.
	Login Login

	// Network places the instances in a network.
	Network Network

	// SystemDisk is the disk the image is written to.
	SystemDisk Disk

	// DataDisks are further disks, in order.
	DataDisks []Disk

	// Billing says how the instances are paid for.
	Billing Billing

	// Placement says where in the region's hardware the instances go.
	Placement Placement

	// Tags are key-value labels of the instances. Keys that begin with "yunfan:" are reserved.
	// QingCloud's labels are a different concept, so Tags are refused there. Tags beside a
	// launch template replace all of its tags.
	Tags map[string]string

	// UserData is passed to the instance at first boot: raw bytes, which the adapter encodes
	// as the cloud needs. It is treated as a secret.
	UserData UserData

	// RoleName is the cloud identity of the instance (RAM role on ECS, CAM role on CVM).
	RoleName string

	// ProjectID is the account's own grouping of resources: resource group on
	// ECS, numeric project on CVM.
	ProjectID string

	// LaunchTemplate fills the fields that this spec leaves zero. Nil means none.
	LaunchTemplate *LaunchTemplateRef

	// SecurityAgent says whether the cloud installs its host security agent. Nil lets the
	// cloud decide, and clouds decide differently.
	SecurityAgent *bool

	// MonitorAgent says the same about the monitoring agent.
	MonitorAgent *bool

	// DeletionProtection keeps the instances from being released until it is removed.
	DeletionProtection bool

	// AutoReleaseTime is when the cloud releases the instances by itself. Zero means never.
	// Clouds round it to whole minutes or seconds.
	AutoReleaseTime time.Time

	// DryRun asks the cloud to check the request without creating anything. A successful dry
	// run is a nil error and an operation without IDs.
	DryRun bool

	// ClientToken makes the create idempotent on clouds that have such a token (ECS, CVM): at
	// most 64 printable ASCII characters. When it is empty, the client makes a token and keeps
	// it across retries. A token of your own works only while the create fits in one call.
	ClientToken string

	// Vendor holds options that only one cloud has, for example aliyun.RunOptions. Options for
	// other clouds are ignored, so that one spec can serve several clouds. Two for the same
	// cloud are an error.
	Vendor []VendorOption
}

// VendorOption is a set of options that only one cloud has. The adapters'
// RunOptions types implement it.
type VendorOption interface {
	// VendorName returns the driver that the options are for, as [Driver.Name] returns it.
	VendorName() string
}

// Hardware describes an instance by its size instead of by a type name.
type Hardware struct {
	CPUs      int    // virtual CPUs; with MemoryMiB, both or neither
	MemoryMiB int    // memory, MiB
	GPUs      int    // number of GPUs
	GPUType   string // the cloud's own name or number of the GPU model
}

// CPUOptions tune the CPU of an instance type.
type CPUOptions struct {
	Cores          int    // physical cores to enable
	ThreadsPerCore int    // 1 turns hyper-threading off, 2 on; 0 lets the cloud decide
	Sockets        int    // CPU sockets the guest sees
	NUMANodes      int    // NUMA nodes the guest sees
	Model          string // CPU model, in the cloud's own words
}

// Login says how users log in to the instances. At most one of its three ways may be chosen,
// because clouds treat combinations differently.
type Login struct {
	// Password is the administrator's password. Complexity rules differ between clouds.
	Password Secret

	// KeyPairs are the cloud's names (ECS, ENS) or IDs (CVM, QingCloud) of SSH
	// key pairs. Only CVM takes more than one.
	KeyPairs []string

	// KeepImageLogin keeps the user accounts of the image.
	KeepImageLogin bool
}

// IPFamily is the kind of addresses the instances get.
type IPFamily string

// IP families. The zero value lets the cloud decide, which means IPv4.
const (
	IPv4      IPFamily = "ipv4"
	IPv6      IPFamily = "ipv6"
	DualStack IPFamily = "dual-stack"
)

// Network places instances in a network.
type Network struct {
	// VPCID is the private network. ECS derives it from the subnet and refuses the field; CVM
	// needs both.
	VPCID string

	// SubnetID is the subnet: vSwitch on ECS and ENS, subnet on CVM, vxnet on
	// QingCloud.
	SubnetID string

	// SecurityGroupIDs are the firewalls of the primary interface. ENS and
	// QingCloud take one.
	SecurityGroupIDs []string

	// PrivateIPs are fixed addresses, one for each instance of Count.
	PrivateIPs []netip.Addr

	// IPv6Count is how many IPv6 addresses each instance gets. It cannot be combined with
	// IPv6Addresses.
	IPv6Count int

	// IPv6Addresses are fixed IPv6 addresses, for one instance.
	IPv6Addresses []netip.Addr

	// IPFamily is the kind of addresses the instances get.
	IPFamily IPFamily

	// PublicIP gives each instance a public address. Nil means none. A zero PublicIP means an
	// address with the default bandwidth of the cloud, where the cloud has one.
	PublicIP *PublicIP

	// Interfaces are secondary network interfaces.
	Interfaces []NetworkInterface
}

// BandwidthCharge is how public traffic is paid for.
type BandwidthCharge string

// Ways to pay for public traffic. The zero value lets the cloud decide.
const (
	PayByTraffic     BandwidthCharge = "by-traffic"      // per GB
	PayByBandwidth   BandwidthCharge = "by-bandwidth"    // per hour of fixed bandwidth
	PrepaidBandwidth BandwidthCharge = "prepaid"         // fixed bandwidth bought ahead
	BandwidthPackage BandwidthCharge = "package"         // from a shared package
	PayByDailyPeak   BandwidthCharge = "by-daily-peak"   // by each day's peak
	PayBy95th        BandwidthCharge = "by-95th-monthly" // by the month's 95th percentile
)

// PublicIP is a public address that is created and released with its instance.
type PublicIP struct {
	BandwidthMbps int // outbound, Mbit/s
	InboundMbps   int // inbound, Mbit/s; 0 lets the cloud decide
	ChargeType    BandwidthCharge
}

// NetworkInterface is a secondary network interface.
type NetworkInterface struct {
	SubnetID         string
	SecurityGroupIDs []string
	PrivateIP        netip.Addr // zero lets the cloud choose
	Name             string
	Description      string
}

// Disk is a system or data disk.
type Disk struct {
	Type                 string // the cloud's own name of the kind of disk
	SizeGiB              int    // size, GiB; 0 lets the cloud decide, often by image or snapshot
	Name                 string
	Description          string
	PerformanceLevel     string // the cloud's own name, for example PL1
	IOPS                 int    // provisioned I/O operations a second
	SnapshotID           string // fill the disk from this snapshot
	VolumeID             string // attach this existing volume instead of creating one
	Encrypted            bool
	KMSKeyID             string // key for Encrypted; empty means the cloud's default key
	DeleteWithInstance   *bool  // nil lets the cloud decide, usually true
	AutoSnapshotPolicyID string
	Device               string // device name inside the instance
}

// BillingMode is how instances are paid for.
type BillingMode string

// Billing modes. The zero value lets the cloud decide, which means OnDemand,
// except on ENS: see package ens.
const (
	OnDemand      BillingMode = "on-demand"      // by the hour or second, afterwards
	Prepaid       BillingMode = "prepaid"        // a period bought ahead
	Spot          BillingMode = "spot"           // on demand from spare capacity; may be taken away
	DedicatedHost BillingMode = "dedicated-host" // on a host that is itself paid for
)

// PeriodUnit is the unit of a prepaid period.
type PeriodUnit string

// Period units. The zero value means Month.
const (
	Day   PeriodUnit = "day"
	Week  PeriodUnit = "week"
	Month PeriodUnit = "month"
	Year  PeriodUnit = "year"
)

// Billing says how instances are paid for.
type Billing struct {
	Mode BillingMode

	// Period is the length of the prepaid period in PeriodUnits. Required with
	// Prepaid, refused otherwise.
	Period     int
	PeriodUnit PeriodUnit

	// AutoRenew renews the prepaid period at its end. Nil lets the cloud
	// decide, which means no.
	AutoRenew *bool

	// AutoRenewPeriod is how long each renewal is, in PeriodUnits. 0 lets the
	// cloud decide; ENS needs it with AutoRenew.
	AutoRenewPeriod int

	// Spot is only for Mode Spot.
	Spot SpotOptions
}

// SpotStrategy is how a spot bid is made.
type SpotStrategy string

// Spot strategies. The zero value means SpotPriceLimit when MaxPrice is set,
// and SpotMarketPrice otherwise.
const (
	SpotMarketPrice SpotStrategy = "market-price" // follow the market, up to the on-demand price
	SpotPriceLimit  SpotStrategy = "price-limit"  // follow it up to MaxPrice
)

// SpotInterruption is what happens when the cloud takes a spot instance back.
type SpotInterruption string

// Spot interruptions. The zero value lets the cloud decide, which means
// terminate.
const (
	SpotTerminate SpotInterruption = "terminate"
	SpotStop      SpotInterruption = "stop"
)

// SpotOptions are the details of a spot instance.
type SpotOptions struct {
	Strategy SpotStrategy

	// MaxPrice is the highest price for one instance and hour, in the account's currency, as a
	// decimal number. It is a string, so that no digit changes.
	MaxPrice string

	// DurationHours is how long the cloud does not take the instance back. Nil lets the cloud
	// decide; 0 is a real choice.
	DurationHours *int

	Interruption SpotInterruption
}

// Tenancy says which other instances may use the same hardware.
type Tenancy string

// Tenancies. The zero value lets the cloud decide, which means shared.
const (
	SharedTenancy Tenancy = "shared" // any customer's instances
	HostTenancy   Tenancy = "host"   // a dedicated host
)

// Affinity is whether an instance returns to the same dedicated host after a stop.
type Affinity string

// Affinities. The zero value lets the cloud decide, which means none.
const (
	NoAffinity   Affinity = "none"
	HostAffinity Affinity = "host"
)

// Placement says where in a region's hardware instances go.
type Placement struct {
	// GroupID is the placement group: deployment set on ECS, disaster-recover
	// group on CVM, instance group on QingCloud. Package placement manages them.
	GroupID string

	// DedicatedHostIDs are the dedicated hosts to use. ECS and QingCloud take
	// one.
	DedicatedHostIDs []string

	// DedicatedHostGroupID is the group of dedicated hosts to use.
	DedicatedHostGroupID string

	Tenancy      Tenancy
	Affinity     Affinity
	HPCClusterID string
}

// LaunchTemplateRef names a launch template: by ID or by Name, not both. Package
// launchtemplate manages them.
type LaunchTemplateRef struct {
	ID   string
	Name string // CVM addresses templates by ID only

	// Version is the number of the version. 0 means the template's default.
	Version int
}
