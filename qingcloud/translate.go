package qingcloud

import (
	"cmp"
	"net/netip"

	"github.com/yunfan-cloud/yunfan/provider"
)

// runInput is a create as the SDK's builder reads it. It is not the SDK's own struct: that
// one sends cpu=1 and memory=1024 beside every instance type, and the cloud follows those.
// Only *string, *int and []*string reach the wire. No field has a "default" tag, so nil is
// not sent.
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

// runRequest is a create in parts, because the SDK logs what its builder gets.
type runRequest struct {
	runInput
	secrets map[string]string // login_passwd and userdata_value
	params  map[string]string // RunOptions.Params
}

// translateRun turns a valid spec into a create.
func translateRun(spec *provider.RunInstancesSpec) *runRequest {
	r := &runRequest{secrets: map[string]string{}}
	translateBasics(r, spec)
	translateLogin(r, spec)
	translateNetwork(r, spec)
	translateDisks(r, spec)
	translateBilling(r, spec)
	translatePlacement(r, spec)
	translateExtras(r, spec)
	translateOptions(r, spec)
	return r
}

func translateBasics(r *runRequest, spec *provider.RunInstancesSpec) {
	r.Count = number(max(spec.Count, 1))
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

func translateLogin(r *runRequest, spec *provider.RunInstancesSpec) {
	l := &spec.Login
	if len(l.KeyPairs) > 0 {
		r.LoginMode = text("keypair")
		r.LoginKeyPair = text(first(l.KeyPairs)) // validation refuses more than one
		return
	}
	r.LoginMode = text("passwd")
	r.secrets["login_passwd"] = l.Password.Reveal()
}

func translateNetwork(r *runRequest, spec *provider.RunInstancesSpec) {
	n := &spec.Network
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
	r.SecurityGroup = text(first(n.SecurityGroupIDs))
}

// translateDisks sends sizes in the service's GB, which are GiB.
func translateDisks(r *runRequest, spec *provider.RunInstancesSpec) {
	r.OSDiskSize = number(spec.SystemDisk.SizeGiB)
	r.OSDiskEncryption = yes(spec.SystemDisk.Encrypted)
	for i := range spec.DataDisks {
		r.Volumes = append(r.Volumes, text(spec.DataDisks[i].VolumeID))
	}
}

func translateBilling(r *runRequest, spec *provider.RunInstancesSpec) {
	b := &spec.Billing
	if b.Mode != provider.Prepaid {
		return
	}
	r.Months = number(months(b.Period, b.PeriodUnit))
	// Without auto_renew the contract is documented to end, so that false is not sent.
	if b.AutoRenew != nil && *b.AutoRenew {
		r.AutoRenew = number(months(b.AutoRenewPeriod, b.PeriodUnit))
	}
}

func translatePlacement(r *runRequest, spec *provider.RunInstancesSpec) {
	p := &spec.Placement
	r.InstanceGroup = text(p.GroupID)
	r.DedicatedHostID = text(first(p.DedicatedHostIDs))
	r.DedicatedHostGroupID = text(p.DedicatedHostGroupID)
}

func translateExtras(r *runRequest, spec *provider.RunInstancesSpec) {
	if len(spec.UserData) == 0 {
		return
	}
	o := optionsOf(spec)
	r.NeedUserData = yes(true)
	r.UserDataType = text(cmp.Or(o.UserDataType, "plain"))
	r.UserDataPath = text(o.UserDataPath)
	r.UserDataFile = text(o.UserDataFile)
	r.secrets["userdata_value"] = userDataValue(spec.UserData, o.UserDataType)
}

func translateOptions(r *runRequest, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	r.InstanceClass = o.InstanceClass
	r.Hypervisor = text(o.Hypervisor)
	r.CipherAlg = text(o.CipherAlg)
	r.NICMultiQueue = choice(o.NICMultiQueue)
	r.NeedNewSID = choice(o.NeedNewSID)
	r.TargetUser = text(o.TargetUser)
	r.params = o.Params
}

// describeInput is a request of DescribeInstances.
type describeInput struct {
	Instances  []*string `name:"instances" location:"params"`
	SearchWord *string   `name:"search_word" location:"params"`
	Owner      *string   `name:"owner" location:"params"`
	Verbose    *int      `name:"verbose" location:"params"`
	Offset     *int      `name:"offset" location:"params"`
	Limit      *int      `name:"limit" location:"params"`
}

// translateDescribe always sends a limit: without it the service answers 20 rows. Only the
// verbose form has the security group, the volumes and the key pairs. Of the conditions it
// sends the IDs, or all others.
func translateDescribe(req *provider.DescribeRequest, offset int) *describeInput {
	in := &describeInput{Verbose: yes(true), Limit: number(perCall)}
	if len(req.IDs) > 0 {
		in.Instances = list(req.IDs)
		return in
	}
	in.SearchWord = text(req.Name)
	if req.For != nil { // without an owner the service lists the account's own instances
		in.Owner = text(optionsOf(req.For).TargetUser)
	}
	in.Offset = number(offset)
	return in
}

// terminateInput is a request of TerminateInstances. It has direct_cease, which no struct
// of the SDK has.
type terminateInput struct {
	Instances   []*string `name:"instances" location:"params"`
	DirectCease *int      `name:"direct_cease" location:"params"`
}

// ceaseInput is a request of CeaseInstances.
type ceaseInput struct {
	Instances []*string `name:"instances" location:"params"`
}

// translateTerminate returns the call, without its zone. Instances in the recycle bin have
// an action of their own.
func translateTerminate(req *provider.TerminateRequest) *call {
	if req.Recycled {
		return &call{action: actionCease, in: &ceaseInput{Instances: list(req.IDs)}}
	}
	return &call{action: actionTerminate, in: &terminateInput{Instances: list(req.IDs), DirectCease: yes(true)}}
}
