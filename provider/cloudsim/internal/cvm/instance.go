package cvm

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/core"
)

// instance is the documented data type Instance with all its members. Nil pointers and
// lists are JSON null, which the documents allow for most members.
type instance struct {
	Placement                placement
	InstanceId               string
	InstanceType             string
	CPU, Memory              int // cores, GiB
	RestrictState            string
	InstanceName             string
	InstanceChargeType       string
	SystemDisk               systemDisk
	DataDisks                []dataDisk
	PrivateIpAddresses       []string
	PublicIpAddresses        []string
	InternetAccessible       internet
	VirtualPrivateCloud      vpcSpec
	ImageId                  string
	RenewFlag                *string
	CreatedTime              string
	ExpiredTime              *string
	OsName                   string
	SecurityGroupIds         []string
	LoginSettings            login
	InstanceState            string
	Tags                     []tag
	StopChargingMode         string
	Uuid                     string
	LatestOperation          string
	LatestOperationState     string
	LatestOperationRequestId string
	LatestOperationErrorMsg  *string
	DisasterRecoverGroupId   *string
	DisasterRecoverGroupIds  []string
	PartitionNumber          *int64
	IPv6Addresses            []string
	PublicIPv6Addresses      []string
	CamRoleName              *string
	HpcClusterId             *string
	RdmaIpAddresses          []string
	DedicatedClusterId       *string
	IsolatedSource           string
	GPUInfo                  *gpuInfo
	LicenseType              string
	DisableApiTermination    bool
	DefaultLoginUser         string
	DefaultLoginPort         int
	Metadata                 *metadata
	CpuTopology              *cpuTopology
	HostName                 string // this and the next since 1.3.183 of the vendor's SDK for Go
	EnableJumboFrame         bool
}

// gpuInfo is the documented data type GPUInfo.
type gpuInfo struct {
	GPUCount float64
	GPUId    []string
	GPUType  string
}

// gpuOf returns the GPU of a type of one of the families with GPUs. How many a type has is
// [unverified]; here it has one.
func gpuOf(instanceType string) *gpuInfo {
	family, _, _ := strings.Cut(instanceType, ".")
	if !strings.HasPrefix(family, "GN") && !strings.HasPrefix(family, "GT") {
		return nil
	}
	return &gpuInfo{GPUCount: 1, GPUId: []string{"gpu-" + strings.ToLower(family)}, GPUType: "GPU of " + family}
}

// instance describes an instance. The login password is left out: the API returns only
// key pairs.
func (c *api) instance(m *core.Instance, now time.Time) instance {
	more := c.details[m.ID]
	r, phase := more.request, m.PhaseAt(now)
	i := instance{
		Placement:                placed(r),
		InstanceId:               m.ID,
		InstanceType:             m.InstanceType,
		CPU:                      m.CPUs,
		Memory:                   m.MemoryMiB >> 10,
		RestrictState:            "NORMAL",
		InstanceName:             m.Name,
		InstanceChargeType:       r.chargeType(),
		SystemDisk:               more.systemDisk,
		DataDisks:                more.dataDisks,
		PrivateIpAddresses:       m.PrivateIPs,
		PublicIpAddresses:        m.PublicIPs,
		InternetAccessible:       r.internet(),
		VirtualPrivateCloud:      vpcSpec{VpcId: &m.VPCID, SubnetId: &m.SubnetID, AsVpcGateway: new(false)},
		ImageId:                  m.ImageID,
		CreatedTime:              formatTime(m.Created),
		OsName:                   c.osName(m),
		SecurityGroupIds:         m.Groups,
		LoginSettings:            login{KeyIds: m.KeyPairs},
		InstanceState:            c.state(m, now),
		Tags:                     tagsOf(m.Tags),
		StopChargingMode:         notApplicable,
		Uuid:                     more.uuid,
		LatestOperation:          more.operation,
		LatestOperationState:     more.operationState(phase, now),
		LatestOperationRequestId: more.operationID,
		DisasterRecoverGroupIds:  more.groups(),
		PartitionNumber:          more.partition,
		IPv6Addresses:            r.ipv6(m.PrivateIPs[0]),
		PublicIPv6Addresses:      r.publicIPv6(m.PrivateIPs[0]),
		CamRoleName:              r.CamRoleName,
		HpcClusterId:             r.HpcClusterId,
		DedicatedClusterId:       r.DedicatedClusterId,
		IsolatedSource:           "NOTISOLATED",
		GPUInfo:                  c.gpu(m),
		LicenseType:              "TencentCloud",
		DisableApiTermination:    more.protected,
		DefaultLoginUser:         "root",
		DefaultLoginPort:         22,
		Metadata:                 r.Metadata,
		CpuTopology:              r.CpuTopology,
		HostName:                 m.HostName,
		EnableJumboFrame:         valueOr(r.EnableJumboFrame, false),
	}
	if more.group != "" { // under its deprecated name too
		i.DisasterRecoverGroupId = &more.group
	}
	i.addPhase(m, more, phase)
	i.addLocks(m.LocksAt(now))
	return i
}

// addPhase sets the fields that depend on the charge type and the phase.
func (i *instance) addPhase(m *core.Instance, more *details, phase core.Phase) {
	if m.Charge == core.Prepaid {
		i.RenewFlag = new(more.renewal())
		i.ExpiredTime = new(formatTime(expiry(m, more)))
	}
	switch phase {
	case core.Failed:
		i.LatestOperationErrorMsg = &m.Reason
	case core.Recycled:
		i.IsolatedSource = "MANMADE"
	case core.Stopped:
		i.StopChargingMode = more.stoppedMode
	default: // no more fields
	}
}

// state returns the vendor's word for the state of an instance.
func (c *api) state(m *core.Instance, now time.Time) string {
	phase := m.PhaseAt(now)
	if phase == core.Starting && c.details[m.ID].operation == reboot {
		return "REBOOTING"
	}
	return stateOf(phase)
}

// stateOf returns the vendor's word for a phase. An instance that is gone has none,
// because the API does not list it.
func stateOf(p core.Phase) string {
	switch p {
	case core.Pending:
		return "PENDING"
	case core.Running:
		return "RUNNING"
	case core.Starting:
		return "STARTING"
	case core.Stopping:
		return "STOPPING"
	case core.Stopped:
		return "STOPPED"
	case core.Failed:
		return "LAUNCH_FAILED"
	case core.Recycled:
		return "SHUTDOWN"
	default:
		return "TERMINATING"
	}
}

func (m *details) operationState(p core.Phase, now time.Time) string {
	switch {
	case p == core.Failed:
		return "FAILED"
	case p == core.Pending, p == core.Starting, p == core.Stopping, p == core.Terminating, now.Before(m.busyUntil):
		return "OPERATING"
	default:
		return "SUCCESS"
	}
}

func placed(r *runRequest) placement {
	p := *r.Placement
	p.ProjectId = new(valueOr(p.ProjectId, 0))
	if len(p.HostIds) > 0 { // the vendor picks one of them
		p.HostId, p.HostIds = &p.HostIds[0], nil
	}
	return p
}

// internet repeats the request's members except those that only requests have.
func (r *runRequest) internet() internet {
	charge := "TRAFFIC_POSTPAID_BY_HOUR"
	if r.InternetAccessible != nil {
		charge = valueOr(r.InternetAccessible.InternetChargeType, charge)
	}
	return internet{InternetChargeType: &charge, InternetMaxBandwidthOut: new(r.bandwidth())}
}

// ipv6 derives documentation addresses (RFC 3849) from the private address.
func (r *runRequest) ipv6(private string) []string {
	if r.VirtualPrivateCloud == nil {
		return nil
	}
	var ips []string
	ip := netip.MustParseAddr(private).As4() // our own, or checked before
	for i := range min(valueOr(r.VirtualPrivateCloud.Ipv6AddressCount, 0), 100) {
		ips = append(ips, fmt.Sprintf("2001:db8:%x:%x::%x", int(ip[0])<<8|int(ip[1]), int(ip[2])<<8|int(ip[3]), i+1))
	}
	return ips
}

func tagsOf(tags map[string]string) []tag {
	list := []tag{}
	for key, value := range maps.All(tags) {
		list = append(list, tag{&key, &value})
	}
	slices.SortFunc(list, func(a, b tag) int { return cmp.Compare(*a.Key, *b.Key) })
	return list
}
