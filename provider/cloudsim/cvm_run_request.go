package cloudsim

// cvmRunRequest is the schema of RunInstances. Structures that also stand in
// answers have, like the vendor's data types, members that only answers fill.
type cvmRunRequest struct {
	cvmTemplateData
	MinCount           *int64
	ClientToken        *string
	PartitionNumber    *int64
	DryRun             *bool
	CpuTopology        *cvmCPUTopology
	LaunchTemplate     *cvmTemplateRef
	DedicatedClusterId *string
	ChcIds             []string
}

// cvmTemplateData is what a launch template can hold of a create.
type cvmTemplateData struct {
	InstanceChargeType      *string
	InstanceChargePrepaid   *cvmPrepaid
	Placement               *cvmPlacement
	InstanceType            *string
	ImageId                 *string
	SystemDisk              *cvmSystemDisk
	DataDisks               []cvmDataDisk
	VirtualPrivateCloud     *cvmVPC
	InternetAccessible      *cvmInternet
	InstanceCount           *int64
	InstanceName            *string
	LoginSettings           *cvmLogin
	SecurityGroupIds        []string
	EnhancedService         *cvmEnhancedService
	HostName                *string
	ActionTimer             *cvmActionTimer
	DisasterRecoverGroupIds []string
	TagSpecification        []cvmTagSpecification
	InstanceMarketOptions   *cvmMarketOptions
	UserData                *string
	Metadata                *cvmMetadata
	CamRoleName             *string
	HpcClusterId            *string
	DisableApiTermination   *bool
	EnableJumboFrame        *bool
}

// count is how many machines are asked for.
func (r *cvmRunRequest) count() int { return int(tencentOr(r.InstanceCount, 1)) }

func (r *cvmRunRequest) chargeType() string { return tencentOr(r.InstanceChargeType, cvmPostpaid) }

// bandwidth is the outbound limit in Mbps; 0 means no public address.
func (r *cvmRunRequest) bandwidth() int64 {
	if r.InternetAccessible == nil {
		return 0
	}
	return tencentOr(r.InternetAccessible.InternetMaxBandwidthOut, 0)
}

// public tells whether a public address is asked for.
func (r *cvmRunRequest) public() bool {
	return r.bandwidth() > 0 && tencentOr(r.InternetAccessible.PublicIpAssigned, true)
}

// Charge types, as documented for the parameter.
const (
	cvmPrepaidType = "PREPAID"
	cvmPostpaid    = "POSTPAID_BY_HOUR"
	cvmOnHost      = "CDHPAID"
	cvmSpot        = "SPOTPAID"
	cvmOnCluster   = "CDCPAID"
)

type cvmPrepaid struct {
	Period    *int64
	RenewFlag *string
}

type cvmPlacement struct {
	Zone                         *string
	ProjectId                    *int64
	HostIds                      []string
	HostId                       *string
	DedicatedResourcePackTenancy *string
	DedicatedResourcePackIds     []string
	RackId                       *string
}

type cvmSystemDisk struct {
	DiskType *string
	DiskId   *string
	DiskSize *int64
	CdcId    *string
	DiskName *string
	Encrypt  *bool
	KmsKeyId *string
}

type cvmDataDisk struct {
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

type cvmVPC struct {
	VpcId              *string
	SubnetId           *string
	AsVpcGateway       *bool
	PrivateIpAddresses []string
	Ipv6AddressCount   *uint64
}

type cvmInternet struct {
	InternetChargeType      *string
	InternetMaxBandwidthOut *int64
	PublicIpAssigned        *bool
	BandwidthPackageId      *string
	InternetServiceProvider *string
	IPv4AddressType         *string
	IPv6AddressType         *string
	AntiDDoSPackageId       *string
}

type cvmLogin struct {
	Password       *string
	KeyIds         []string
	KeepImageLogin *string // a string, unlike every other switch
}

type cvmEnabled struct{ Enabled *bool }

type cvmEnhancedService struct {
	SecurityService   *cvmEnabled
	MonitorService    *cvmEnabled
	AutomationService *cvmEnabled
}

type cvmActionTimer struct {
	TimerAction   *string
	ActionTime    *string
	Externals     *cvmExternals
	ActionTimerId *string
	Status        *string
	InstanceId    *string
}

type cvmExternals struct {
	ReleaseAddress    *bool
	UnsupportNetworks []string
	StorageBlockAttr  *cvmStorageBlock
}

type cvmStorageBlock struct {
	Type    *string
	MinSize *int64
	MaxSize *int64
}

type cvmTagSpecification struct {
	ResourceType *string
	Tags         []cvmTag
}

type cvmTag struct{ Key, Value *string }

type cvmMarketOptions struct {
	SpotOptions *cvmSpotOptions
	MarketType  *string
}

type cvmSpotOptions struct {
	MaxPrice         *string
	SpotInstanceType *string
}

type cvmMetadata struct{ Items []cvmMetadataItem }

type cvmMetadataItem struct{ Key, Value *string }

type cvmCPUTopology struct{ CoreCount, ThreadPerCore *int64 }

type cvmTemplateRef struct {
	LaunchTemplateId      *string
	LaunchTemplateVersion *uint64
}

// tencentOr returns what a parameter says, or the default where it is absent.
func tencentOr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
