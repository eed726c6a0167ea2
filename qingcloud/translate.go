package qingcloud

import (
	"encoding/base64"
	"net/netip"
	"reflect"
	"strconv"
	"time"

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

// inputNames are the wire names of the fields of runInput, in order.
func inputNames() []string {
	t := reflect.TypeFor[runInput]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("name")
	}
	return names
}

// taken returns those of the raw parameters that the create sends by itself, as
// the SDK's builder and signer name them. Names are [inputNames].
func (r *runRequest) taken(names []string, raw map[string]string) map[string]bool {
	taken := map[string]bool{}
	look := func(name string) {
		if _, ok := raw[name]; ok {
			taken[name] = true
		}
	}
	look("action")
	look("zone")
	for name := range r.secrets {
		look(name)
	}
	in := reflect.ValueOf(&r.runInput).Elem()
	for i, name := range names {
		f := in.Field(i)
		if f.IsNil() {
			continue
		}
		if f.Kind() != reflect.Slice {
			look(name)
			continue
		}
		for j := range f.Len() {
			if !f.Index(j).IsNil() {
				look(name + "." + strconv.Itoa(j+1))
			}
		}
	}
	return taken
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

// topology joins the three numbers in their documented order; the documentation
// does not name the separator.
func topology(o *provider.CPUOptions) *string {
	if o.Sockets == 0 {
		return nil
	}
	return text(strconv.Itoa(o.Sockets) + "," + strconv.Itoa(o.Cores) + "," + strconv.Itoa(o.ThreadsPerCore))
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

// vxnet is a network, with the server's address in it if that is fixed.
func vxnet(id string, ip netip.Addr) *string {
	if ip.IsValid() {
		id += "|" + ip.String()
	}
	return &id
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

func months(n int, unit provider.PeriodUnit) int {
	if unit == provider.Year {
		return 12 * n
	}
	return n
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

func userDataType(o *RunOptions) string {
	if o.UserDataType == "" {
		return "plain"
	}
	return o.UserDataType
}

// userDataValue encodes the data. A tar is uploaded beforehand, and its value
// is the ID of the attachment.
func userDataValue(data provider.UserData, o *RunOptions) string {
	if o.UserDataType == "tar" {
		return string(data)
	}
	return base64.StdEncoding.EncodeToString(data)
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

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func number(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// onOff is 1 or 0: the SDK drops booleans silently.
func onOff(b *bool) *int {
	if b == nil {
		return nil
	}
	n := 0
	if *b {
		n = 1
	}
	return &n
}

// instanceOf says a server in neutral words. The answer tells neither the host
// name nor how the server is paid for.
func instanceOf(raw *Instance, region string) provider.Instance {
	i := provider.Instance{
		ID:           raw.ID,
		Name:         raw.Name,
		State:        stateOf(raw.Status, raw.Transition, raw.addressed()),
		RawState:     raw.rawState(),
		Region:       region,
		Zone:         raw.ZoneID,
		ImageID:      raw.Image.ID,
		InstanceType: raw.InstanceType,
		CPUs:         int(raw.CPUs),
		MemoryMiB:    int(raw.MemoryMiB),
		CreatedAt:    moment(raw.CreateTime),
	}
	if len(raw.VxNets) > 0 {
		i.SubnetID = raw.VxNets[0].ID
	}
	if raw.SecurityGroup.ID != "" {
		i.SecurityGroupIDs = []string{raw.SecurityGroup.ID}
	}
	for _, v := range raw.VxNets {
		i.PrivateIPs = appendAddr(i.PrivateIPs, v.PrivateIP)
	}
	for _, e := range append([]EIP{raw.EIP}, raw.EIPs...) {
		i.PublicIPs = appendAddr(i.PublicIPs, e.Address)
	}
	return i.WithSys(raw)
}

// appendAddr adds an address once; what is none is left to Instance.Sys.
func appendAddr(list []netip.Addr, s string) []netip.Addr {
	a, err := netip.ParseAddr(s)
	for _, b := range list {
		if a == b {
			return list
		}
	}
	if err != nil {
		return list
	}
	return append(list, a)
}

func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
