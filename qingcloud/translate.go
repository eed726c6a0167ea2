package qingcloud

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/yunfan-cloud/yunfan/provider"
)

// runInput is a create as the SDK's builder reads it. It is not the SDK's own
// struct: that one sends cpu=1 and memory=1024 beside every instance type, and
// they win. Only *string, *int and []*string reach the wire; there is no
// "default" tag, so nil is absent.
type runInput struct {
	ImageID              *string   `name:"image_id" location:"params"`
	InstanceType         *string   `name:"instance_type" location:"params"`
	CPU                  *int      `name:"cpu" location:"params"`
	Memory               *int      `name:"memory" location:"params"`
	OSDiskSize           *int      `name:"os_disk_size" location:"params"`
	Count                *int      `name:"count" location:"params"`
	InstanceName         *string   `name:"instance_name" location:"params"`
	LoginMode            *string   `name:"login_mode" location:"params"`
	LoginKeyPair         *string   `name:"login_keypair" location:"params"`
	VxNets               []*string `name:"vxnets" location:"params"`
	SecurityGroup        *string   `name:"security_group" location:"params"`
	Volumes              []*string `name:"volumes" location:"params"`
	HostName             *string   `name:"hostname" location:"params"`
	NeedNewSID           *int      `name:"need_newsid" location:"params"`
	InstanceClass        *int      `name:"instance_class" location:"params"`
	CPUModel             *string   `name:"cpu_model" location:"params"`
	CPUTopology          *string   `name:"cpu_topology" location:"params"`
	GPU                  *int      `name:"gpu" location:"params"`
	GPUClass             *string   `name:"gpu_class" location:"params"`
	NICMultiQueue        *int      `name:"nic_mqueue" location:"params"`
	NeedUserData         *int      `name:"need_userdata" location:"params"`
	UserDataType         *string   `name:"userdata_type" location:"params"`
	UserDataPath         *string   `name:"userdata_path" location:"params"`
	UserDataFile         *string   `name:"userdata_file" location:"params"`
	TargetUser           *string   `name:"target_user" location:"params"`
	DedicatedHostGroupID *string   `name:"dedicated_host_group_id" location:"params"`
	DedicatedHostID      *string   `name:"dedicated_host_id" location:"params"`
	InstanceGroup        *string   `name:"instance_group" location:"params"`
	Hypervisor           *string   `name:"hypervisor" location:"params"`
	OSDiskEncryption     *int      `name:"os_disk_encryption" location:"params"`
	CipherAlg            *string   `name:"cipher_alg" location:"params"`
	Months               *int      `name:"months" location:"params"`
	AutoRenew            *int      `name:"auto_renew" location:"params"`
}

// runRequest is a create in two parts, because the SDK logs what its builder
// gets.
type runRequest struct {
	runInput
	secrets map[string]string // login_passwd and userdata_value
	params  map[string]string // RunOptions.Params
}

// translateRun says a spec in the words of RunInstances. The spec is valid.
func translateRun(spec *provider.RunInstancesSpec) *runRequest {
	o := runOptions(spec)
	if o == nil {
		o = &RunOptions{}
	}
	r := &runRequest{secrets: map[string]string{}}
	translateBasics(r, spec)
	translateLogin(r, &spec.Login)
	translateNetwork(r, &spec.Network)
	translateDisks(r, spec)
	translateBilling(r, &spec.Billing)
	translatePlacement(r, &spec.Placement)
	translateUserData(r, spec.UserData, o)
	translateExtras(r, o)
	return r
}

func translateBasics(r *runRequest, spec *provider.RunInstancesSpec) {
	count := max(spec.Count, 1)
	r.Count = &count
	r.ImageID = text(spec.ImageID)
	r.InstanceType = text(spec.InstanceType)
	r.CPU = number(spec.Hardware.CPUs)
	r.Memory = number(spec.Hardware.MemoryMiB)
	r.GPU = number(spec.Hardware.GPUs)
	r.GPUClass = text(spec.Hardware.GPUType)
	r.CPUTopology = topology(&spec.CPUOptions)
	r.CPUModel = text(spec.CPUOptions.Model)
	r.InstanceName = text(spec.Name)
	r.HostName = text(spec.HostName)
}

func translateLogin(r *runRequest, l *provider.Login) {
	if len(l.KeyPairs) > 0 {
		r.LoginMode = text("keypair")
		r.LoginKeyPair = text(l.KeyPairs[0])
		return
	}
	r.LoginMode = text("passwd")
	r.secrets["login_passwd"] = l.Password.Reveal()
}

func translateNetwork(r *runRequest, n *provider.Network) {
	if n.SubnetID != "" {
		var ip netip.Addr
		if len(n.PrivateIPs) > 0 {
			ip = n.PrivateIPs[0]
		}
		r.VxNets = append(r.VxNets, vxnet(n.SubnetID, ip))
	}
	for i := range n.Interfaces {
		r.VxNets = append(r.VxNets, vxnet(n.Interfaces[i].SubnetID, n.Interfaces[i].PrivateIP))
	}
	if len(n.SecurityGroupIDs) > 0 {
		r.SecurityGroup = text(n.SecurityGroupIDs[0])
	}
}

// translateDisks sends sizes in the service's GB, which are GiB.
func translateDisks(r *runRequest, spec *provider.RunInstancesSpec) {
	r.OSDiskSize = number(spec.SystemDisk.SizeGiB)
	if spec.SystemDisk.Encrypted {
		r.OSDiskEncryption = number(1)
	}
	for i := range spec.DataDisks {
		r.Volumes = append(r.Volumes, text(spec.DataDisks[i].VolumeID))
	}
}

func translateBilling(r *runRequest, b *provider.Billing) {
	if b.Mode != provider.Prepaid {
		return
	}
	r.Months = number(months(b.Period, b.PeriodUnit))
	// Without auto_renew the contract is documented to end, so "no" is absent.
	if b.AutoRenew != nil && *b.AutoRenew {
		r.AutoRenew = number(months(b.AutoRenewPeriod, b.PeriodUnit))
	}
}

func translatePlacement(r *runRequest, p *provider.Placement) {
	r.InstanceGroup = text(p.GroupID)
	if len(p.DedicatedHostIDs) > 0 {
		r.DedicatedHostID = text(p.DedicatedHostIDs[0])
	}
	r.DedicatedHostGroupID = text(p.DedicatedHostGroupID)
}

func translateUserData(r *runRequest, data provider.UserData, o *RunOptions) {
	if len(data) == 0 {
		return
	}
	r.NeedUserData = number(1)
	r.UserDataType = text(userDataType(o))
	r.UserDataPath = text(o.UserDataPath)
	r.UserDataFile = text(o.UserDataFile)
	r.secrets["userdata_value"] = userDataValue(data, o)
}

func translateExtras(r *runRequest, o *RunOptions) {
	r.InstanceClass = o.InstanceClass
	r.Hypervisor = text(o.Hypervisor)
	r.CipherAlg = text(o.CipherAlg)
	r.NICMultiQueue = onOff(o.NICMultiQueue)
	r.NeedNewSID = onOff(o.NeedNewSID)
	r.TargetUser = text(o.TargetUser)
	r.params = o.Params
}

type describeInput struct {
	Instances  []*string `name:"instances" location:"params"`
	SearchWord *string   `name:"search_word" location:"params"`
	Owner      *string   `name:"owner" location:"params"`
	Offset     *int      `name:"offset" location:"params"`
	Limit      *int      `name:"limit" location:"params"`
}

// describeInputOf always sends a limit: without it the service answers 20.
func describeInputOf(r *provider.DescribeRequest) (*describeInput, error) {
	switch {
	case len(r.IDs) > perCall:
		return nil, fieldError("IDs", fmt.Sprintf("must be at most %d IDs", perCall))
	case len(r.Tags) > 0:
		return nil, &provider.FieldError{Driver: Name, Path: "Tags", Reason: "QingCloud's labels are no key-value pairs", Unsupported: true}
	}
	in := &describeInput{Limit: number(perCall)}
	if len(r.IDs) > 0 {
		in.Instances = pointers(r.IDs)
		return in, nil
	}
	in.SearchWord = text(r.Name)
	if r.For != nil { // without an owner the service lists one's own servers
		in.Owner = text(runOptions(r.For).TargetUser)
	}
	if r.PageToken != "" {
		offset, err := strconv.Atoi(r.PageToken)
		if err != nil || offset < 1 {
			return nil, fieldError("PageToken", "is not one of this driver")
		}
		in.Offset = number(offset)
	}
	return in, nil
}

// terminateInput has direct_cease, which no struct of the SDK has.
type terminateInput struct {
	Instances   []*string `name:"instances" location:"params"`
	DirectCease *int      `name:"direct_cease" location:"params"`
}

type ceaseInput struct {
	Instances []*string `name:"instances" location:"params"`
}
