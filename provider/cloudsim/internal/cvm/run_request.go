package cvm

// runRequest is the schema of RunInstances. Structures that answers use too have, like
// the vendor's data types, members that only answers fill.
type runRequest struct {
	templateData
	MinCount           *int64
	ClientToken        *string
	PartitionNumber    *int64
	DryRun             *bool
	CpuTopology        *cpuTopology
	LaunchTemplate     *templateRef
	DedicatedClusterId *string
	ChcIds             []string
	NetworkInterfaces  []networkInterface
}

// templateData are the create parameters that a launch template can hold.
type templateData struct {
	InstanceChargeType      *string
	InstanceChargePrepaid   *prepaid
	Placement               *placement
	InstanceType            *string
	ImageId                 *string
	SystemDisk              *systemDisk
	DataDisks               []dataDisk
	VirtualPrivateCloud     *vpcSpec
	InternetAccessible      *internet
	InstanceCount           *int64
	InstanceName            *string
	LoginSettings           *login
	SecurityGroupIds        []string
	EnhancedService         *enhancedService
	HostName                *string
	ActionTimer             *actionTimer
	DisasterRecoverGroupIds []string
	TagSpecification        []tagSpecification
	InstanceMarketOptions   *marketOptions
	UserData                *string
	Metadata                *metadata
	CamRoleName             *string
	HpcClusterId            *string
	DisableApiTermination   *bool
	EnableJumboFrame        *bool
}

// count returns the requested number of instances.
func (r *runRequest) count() int { return int(valueOr(r.InstanceCount, 1)) }

func (r *runRequest) chargeType() string { return valueOr(r.InstanceChargeType, postpaid) }

// bandwidth returns the outbound limit in Mbps; 0 means no public address.
func (r *runRequest) bandwidth() int64 {
	if r.InternetAccessible == nil {
		return 0
	}
	return valueOr(r.InternetAccessible.InternetMaxBandwidthOut, 0)
}

// public reports whether a public address is requested.
func (r *runRequest) public() bool {
	return r.bandwidth() > 0 && valueOr(r.InternetAccessible.PublicIpAssigned, true)
}

// Charge types, as documented for the parameter.
const (
	prepaidType = "PREPAID"
	postpaid    = "POSTPAID_BY_HOUR"
	onHost      = "CDHPAID"
	spot        = "SPOTPAID"
	onCluster   = "CDCPAID"
)

type prepaid struct {
	Period    *int64
	RenewFlag *string
}

type placement struct {
	Zone                         *string
	ProjectId                    *int64
	HostIds                      []string
	HostId                       *string
	DedicatedResourcePackTenancy *string
	DedicatedResourcePackIds     []string
	RackId                       *string
}

type systemDisk struct {
	DiskType *string
	DiskId   *string
	DiskSize *int64
	CdcId    *string
	DiskName *string
	Encrypt  *bool
	KmsKeyId *string
}

type dataDisk struct {
	DiskSize              *int64
	DiskType              *string
	DiskId                *string
	DeleteWithInstance    *bool
	SnapshotId            *string
	Encrypt               *bool
	KmsKeyId              *string
	ThroughputPerformance *int64
	CdcId                 *string
	BurstPerformance      *bool
	DiskName              *string
}

type vpcSpec struct {
	VpcId              *string
	SubnetId           *string
	AsVpcGateway       *bool
	PrivateIpAddresses []string
	Ipv6AddressCount   *uint64
}

type internet struct {
	InternetChargeType      *string
	InternetMaxBandwidthOut *int64
	PublicIpAssigned        *bool
	BandwidthPackageId      *string
	InternetServiceProvider *string
	IPv4AddressType         *string
	IPv6AddressType         *string
	AntiDDoSPackageId       *string
}

type login struct {
	Password       *string
	KeyIds         []string
	KeepImageLogin *string // a string, unlike all other switches
}

type enabled struct{ Enabled *bool }

type enhancedService struct {
	SecurityService   *enabled
	MonitorService    *enabled
	AutomationService *enabled
}

type actionTimer struct {
	TimerAction   *string
	ActionTime    *string
	Externals     *externals
	ActionTimerId *string
	Status        *string
	InstanceId    *string
}

type externals struct {
	ReleaseAddress    *bool
	UnsupportNetworks []string
	StorageBlockAttr  *storageBlock
}

type storageBlock struct {
	Type    *string
	MinSize *int64
	MaxSize *int64
}

type tagSpecification struct {
	ResourceType *string
	Tags         []tag
}

type tag struct{ Key, Value *string }

type marketOptions struct {
	SpotOptions *spotOptions
	MarketType  *string
}

type spotOptions struct {
	MaxPrice         *string
	SpotInstanceType *string
}

type metadata struct{ Items []metadataItem }

type metadataItem struct{ Key, Value *string }

type cpuTopology struct{ CoreCount, ThreadPerCore *int64 }

type templateRef struct {
	LaunchTemplateId      *string
	LaunchTemplateVersion *uint64
}

// valueOr returns the value of a parameter, or a default if it is absent.
func valueOr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
