package aliyun

import (
	"net/netip"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// RunOptions are settings that only ECS has. Put one, or a pointer to one, into
// [provider.RunInstancesSpec.Vendor]. A zero field lets the cloud decide.
type RunOptions struct {
	IoOptimized               string // "none" or "optimized"
	CreditSpecification       string // "Standard" or "Unlimited", for burstable types
	StorageSetID              string
	StorageSetPartitionNumber int
	DeploymentSetGroupNo      int    // partition of the deployment set in Placement.GroupID
	ImageFamily               string // newest image of the family; excludes ImageID

	// HTTPEndpoint ("enabled", "disabled"), HTTPTokens ("optional", "required") and
	// HTTPPutResponseHopLimit (1 to 64) are about the metadata service inside the instance.
	HTTPEndpoint            string
	HTTPTokens              string
	HTTPPutResponseHopLimit int

	// PrivatePoolMatch is "Open", "Target", which needs PrivatePoolID, or "None": whether
	// capacity that was reserved is used.
	PrivatePoolMatch string
	PrivatePoolID    string

	TrustedSystemMode         string // "vTPM"
	ConfidentialComputingMode string // "Enclave" or "TDX"
	CPUTopology               string // "ContinuousCoreToHTMapping" or "DiscreteCoreToHTMapping"
	LoginAsNonRoot            *bool  // whether the image's user ecs-user may log in
	Hibernation               *bool  // whether the instance can hibernate
	JumboFrames               *bool
	NetworkEncryption         *bool
	BandwidthWeighting        string // how bandwidth is shared between network and disks
	QueueNumber               int    // queues of the primary interface
	PTPStatus                 string // of the precise clock
	ISP                       string // in invitational preview

	// HostNames are the host names of the instances of one create, in place of HostName.
	HostNames []string

	// HostNameType is "Custom", "IpBased" or "InstanceIdBased". The four others are about
	// the records that the private DNS of the VPC gets.
	HostNameType            string
	DNSOfInstanceID         *bool // an A record for the host name made of the instance's ID
	DNSIPv6OfInstanceID     *bool // an AAAA record for it
	DNSOfIP                 *bool // an A record for the host name made of the address
	DNSReverseOfIP          *bool // a PTR record for it
	SystemDiskOptions       DiskOptions
	DataDiskOptions         []DiskOptions      // in the order of DataDisks
	NetworkInterfaceOptions []InterfaceOptions // in the order of Network.Interfaces

	// SecurityGroupID and InterfaceSecurityGroupIDs name one group by the older
	// parameters SecurityGroupId and NetworkInterface.N.SecurityGroupId, the latter in
	// the order of Network.Interfaces, "" for an interface without one. They exclude
	// SecurityGroupIDs of the same interface, which say the same by a list.
	SecurityGroupID           string
	InterfaceSecurityGroupIDs []string

	// SendFalse sends "false" for each yes-or-no field that the spec leaves false:
	// PasswordInherit, UniqueSuffix, DeletionProtection, DryRun and Encrypted of every
	// disk. Otherwise the parameter is left out, and a launch template, or encryption by
	// default of the account, can make it true. A template
	// sends those that it can hold.
	SendFalse bool

	// AutoPay false leaves a prepaid order unpaid, to be paid in the console: the create
	// then names the order and no instance. The cloud's default is to pay at once.
	AutoPay *bool

	// Params are raw parameters by their documented wire names ("Arn.1.Rolearn"), for what
	// has no field here. One that is set elsewhere
	// already is an error. Values are treated as secrets.
	Params map[string]string
}

// DiskOptions are settings of a disk that only ECS has. A zero field lets the cloud decide.
type DiskOptions struct {
	BurstingEnabled  *bool  // bursts of cloud_auto disks
	StorageClusterID string // dedicated block storage cluster
	EncryptAlgorithm string // not publicly available
}

// InterfaceOptions are settings of a network interface that only ECS has. A zero field lets the
// cloud decide.
type InterfaceOptions struct {
	// Type is "Primary" or "Secondary". With "Primary" the interface is the primary one
	// itself, described here in place of Network.SubnetID and Network.SecurityGroupIDs. It
	// may have IPv6 addresses.
	Type          string
	IPv6Count     int
	IPv6Addresses []netip.Addr

	ID                  string // attach this existing interface, for one instance
	TrafficMode         string // "Standard" or "HighPerformance"
	QueueNumber         int
	QueuePairs          int // of an RDMA interface
	RxQueueSize         int // invitational preview
	TxQueueSize         int // invitational preview
	NetworkCardIndex    *int
	SecondaryPrivateIPs int   // how many further private addresses
	DeleteOnRelease     *bool // whether a secondary interface ends with the instance: the default
	SourceDestCheck     *bool
}

// VendorName returns "aliyun".
func (RunOptions) VendorName() string { return Name }

// TemplateOptions are settings that only launch templates of ECS have, for
// [launchtemplate.Spec.Vendor]. A zero field lets the cloud decide. A
// version that is read has them in [RunOptions.Params], by their wire names.
type TemplateOptions struct {
	NetworkType      string // "classic" or "vpc"
	ImageOwnerAlias  string // the owner of the image: "system", "self", "others" or "marketplace"
	EnableVMOSConfig *bool  // whether the cloud configures the operating system

	// ResourceGroupID is that of the template itself. That of its instances is
	// Spec.ProjectID. A new version takes none.
	ResourceGroupID string

	// Params are raw parameters of CreateLaunchTemplate by their documented wire names
	// ("SystemDisk.BurstingEnabled"). One that is set elsewhere already is an error. Values
	// are treated as secrets.
	Params map[string]string
}

// VendorName returns "aliyun".
func (TemplateOptions) VendorName() string { return Name }

// PlacementOptions are settings that only deployment sets of ECS have, for
// [placement.Spec.Vendor]. A zero field lets the cloud decide.
type PlacementOptions struct {
	// OnUnableToRedeployFailedInstance says what happens to an instance whose host failed,
	// when no other host keeps it apart: "CancelMembershipAndStart", the default, starts it
	// outside the set, perhaps as another type; "KeepStopped" waits.
	OnUnableToRedeployFailedInstance string

	// Params are raw parameters of CreateDeploymentSet by their documented wire names. One
	// that is set elsewhere already is an error. Values are treated as secrets.
	Params map[string]string
}

// VendorName returns "aliyun".
func (PlacementOptions) VendorName() string { return Name }

// optionsOf returns the spec's options for this cloud. It returns zero options when there are none.
func optionsOf(spec *provider.RunInstancesSpec) RunOptions {
	return adapter.OptionsOf[RunOptions](spec.Vendor)
}
