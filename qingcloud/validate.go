package qingcloud

import (
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/sorted"
	"github.com/yunfan-cloud/yunfan/provider"
)

// ValidateRun checks what this cloud documents and what its request cannot
// carry. It keeps no list of types, images, networks or classes: the cloud adds
// to them over time.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := &provider.Checker{Driver: Name}
	validateBasics(c, spec)
	validateLogin(c, &spec.Login)
	validateNetwork(c, spec)
	validateDisks(c, spec)
	validateBilling(c, &spec.Billing)
	if hosts := spec.Placement.DedicatedHostIDs; len(hosts) > 1 {
		c.Fail("Placement.DedicatedHostIDs", hosts, "QingCloud takes one dedicated host")
	}
	if o := validateVendor(c, spec); o != nil {
		validateUserData(c, spec.UserData, o)
		d.validateParams(c, spec, o)
		validateBlanks(c, spec, o)
	}
	return c.Err()
}

func validateBasics(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if spec.Region != "" {
		checkRegion(c, "Region", spec.Region)
	}
	c.Require(spec.ImageID != "", "ImageID", nil, "is required")
	c.Require(spec.InstanceType != "" || spec.Hardware.CPUs > 0, "InstanceType", nil, "is required, or Hardware.CPUs and MemoryMiB instead")
	if t := spec.Hardware.GPUType; t != "" {
		n, err := strconv.Atoi(t)
		c.Require(err == nil && n >= 0 && strconv.Itoa(n) == t, "Hardware.GPUType", t, "must be a number of gpu_class, like 0")
	}
	c.Require(!spec.UniqueSuffix || spec.HostName == "", "UniqueSuffix", nil, "numbers names only: the servers of a create share one HostName")
	c.Require(spec.Hardware.MemoryMiB%1024 == 0, "Hardware.MemoryMiB", spec.Hardware.MemoryMiB, "must be whole GiB, in MiB")
	c.Require(spec.HostName == "" || isHostName(spec.HostName), "HostName", spec.HostName, "must be letters, digits and hyphens, with dots between, at most 63 of them in a row")
	validateTopology(c, spec)
}

func validateTopology(c *provider.Checker, spec *provider.RunInstancesSpec) {
	o := spec.CPUOptions
	all := []struct {
		path string
		n    int
	}{{"Cores", o.Cores}, {"ThreadsPerCore", o.ThreadsPerCore}, {"Sockets", o.Sockets}}
	if o.Cores+o.ThreadsPerCore+o.Sockets == 0 {
		return
	}
	for _, v := range all {
		c.Require(v.n > 0, "CPUOptions."+v.path, nil, "cpu_topology needs Sockets, Cores and ThreadsPerCore together")
	}
	product := o.Sockets * o.Cores * o.ThreadsPerCore
	if cpus := spec.Hardware.CPUs; cpus > 0 && product > 0 && product != cpus {
		c.Fail("CPUOptions", fmt.Sprintf("%d*%d*%d", o.Sockets, o.Cores, o.ThreadsPerCore), fmt.Sprintf("sockets, cores of a socket and threads of a core must multiply to Hardware.CPUs (%d)", cpus))
	}
}

func validateLogin(c *provider.Checker, l *provider.Login) {
	c.Require(l.Password != "" || len(l.KeyPairs) > 0, "Login", nil, "QingCloud needs a Password or a key pair")
	if len(l.KeyPairs) > 1 {
		c.Fail("Login.KeyPairs", l.KeyPairs, "QingCloud takes one key pair at create")
	}
}

func validateNetwork(c *provider.Checker, spec *provider.RunInstancesSpec) {
	n := &spec.Network
	if len(n.SecurityGroupIDs) > 1 {
		c.Fail("Network.SecurityGroupIDs", n.SecurityGroupIDs, "QingCloud takes one security group")
	}
	validateVxNet(c, "Network.SubnetID", n.SubnetID, len(n.PrivateIPs) > 0)
	// One call makes all its servers alike, and an address stands for one.
	c.Require(len(n.PrivateIPs) <= 1, "Network.PrivateIPs", len(n.PrivateIPs), "QingCloud takes a fixed address for one server: Count must be 1")
	c.Require(len(n.PrivateIPs) == 0 || n.SubnetID != "", "Network.PrivateIPs", nil, "needs SubnetID")
	c.Require(len(n.Interfaces) == 0 || n.SubnetID != "", "Network.Interfaces", nil, "needs SubnetID for the primary interface")
	for i, f := range n.Interfaces {
		in := c.Item("Network.Interfaces", i)
		in.Require(f.SubnetID != "", "SubnetID", nil, "is required")
		validateVxNet(in, "SubnetID", f.SubnetID, f.PrivateIP.IsValid())
		if f.PrivateIP.IsValid() && !f.PrivateIP.Is4() {
			in.Fail("PrivateIP", f.PrivateIP, "must be an IPv4 address")
		}
	}
}

func validateDisks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	size := spec.SystemDisk.SizeGiB
	c.Require(size == 0 || size >= 20 && size <= 100, "SystemDisk.SizeGiB", size, "must be 20 to 100 GiB, and 50 at least for Windows")
	seen := map[string]bool{}
	for i, disk := range spec.DataDisks {
		in, id := c.Item("DataDisks", i), disk.VolumeID
		in.Require(id != "", "VolumeID", nil, "is required: "+noNewDisk)
		if id != "" && seen[id] {
			in.Fail("VolumeID", id, "is given twice")
		}
		seen[id] = true
	}
	c.Require(len(spec.DataDisks) == 0 || spec.Count <= 1, "DataDisks", len(spec.DataDisks), "existing volumes are attached to one server: Count must be 1")
}

func validateBilling(c *provider.Checker, b *provider.Billing) {
	c.Require(b.Mode != provider.Spot, "Billing.Mode", b.Mode, noSpot)
	c.Require(b.Mode != provider.DedicatedHost, "Billing.Mode", b.Mode, "QingCloud has no such mode; "+noHostRule)
	c.Require(b.PeriodUnit != provider.Day && b.PeriodUnit != provider.Week, "Billing.PeriodUnit", b.PeriodUnit, "QingCloud sells months")
	renew := b.AutoRenew != nil && *b.AutoRenew
	c.Require(!renew || b.AutoRenewPeriod > 0, "Billing.AutoRenewPeriod", nil, "is required with AutoRenew: auto_renew is a number of months")
}

// validateVendor returns the options of this cloud, or nil if they are unusable.
func validateVendor(c *provider.Checker, spec *provider.RunInstancesSpec) *RunOptions {
	o := runOptions(spec)
	if o == nil {
		c.Fail("Vendor", nil, "options for "+Name+" must be a qingcloud.RunOptions")
		return nil
	}
	c.Require(o.InstanceClass == nil || *o.InstanceClass >= 0, "Vendor.InstanceClass", o.class(), "must not be negative")
	c.Require(o.CipherAlg == "" || spec.SystemDisk.Encrypted, "Vendor.CipherAlg", o.CipherAlg, "needs SystemDisk.Encrypted")
	c.Require(slices.Contains([]string{"", "aes256"}, o.CipherAlg), "Vendor.CipherAlg", o.CipherAlg, "must be aes256")
	c.Require(slices.Contains([]string{"", "kvm", "bm"}, o.Hypervisor), "Vendor.Hypervisor", o.Hypervisor, "must be kvm or bm")
	c.Require(o.Hypervisor != "bm" || spec.InstanceType != "", "Vendor.Hypervisor", o.Hypervisor, "bare metal needs an InstanceType")
	if o.NeedNewSID != nil && *o.NeedNewSID {
		validateWindows(c, spec)
	}
	return o
}

// validateWindows checks what is documented of Windows. Only the option that it
// alone has tells it from Linux here: the image does not.
func validateWindows(c *provider.Checker, spec *provider.RunInstancesSpec) {
	c.Require(len(spec.Login.KeyPairs) == 0, "Vendor.NeedNewSID", true, "is for Windows, which takes no key pair")
	size := spec.SystemDisk.SizeGiB
	c.Require(size == 0 || size >= 50, "SystemDisk.SizeGiB", size, "must be 50 to 100 GiB with NeedNewSID, which is for Windows")
}

func validateUserData(c *provider.Checker, data provider.UserData, o *RunOptions) {
	if len(data) == 0 {
		const rule = "needs UserData"
		c.Require(o.UserDataType == "", "Vendor.UserDataType", o.UserDataType, rule)
		c.Require(o.UserDataPath == "", "Vendor.UserDataPath", o.UserDataPath, rule)
		c.Require(o.UserDataFile == "", "Vendor.UserDataFile", o.UserDataFile, rule)
		return
	}
	c.Require(slices.Contains([]string{"", "plain", "exec", "tar"}, o.UserDataType), "Vendor.UserDataType", o.UserDataType, "must be plain, exec or tar: the form of the data follows from it")
	// The service takes its default in place of a directory that will not do.
	c.Require(o.UserDataPath == "" || path.IsAbs(o.UserDataPath), "Vendor.UserDataPath", o.UserDataPath, "must begin with /")
	c.Require(o.UserDataFile == "" || path.IsAbs(o.UserDataFile), "Vendor.UserDataFile", o.UserDataFile, "must begin with /")
	c.Require(o.UserDataFile == "" || o.UserDataType == "exec", "Vendor.UserDataFile", o.UserDataFile, "needs UserDataType exec")
	if o.UserDataType == "tar" {
		c.Require(attachmentForm.Match(data), "UserData", nil, "must be the ID of an uploaded attachment with UserDataType tar, not the archive itself")
	} else {
		c.Require(base64.StdEncoding.EncodedLen(len(data)) <= maxUserData, "UserData", nil, "must be at most 4096 bytes in base64, that is 3072 bytes; upload more as an attachment (UserDataType tar)")
	}
}

// validateBlanks refuses what the SDK's signer would change: it trims values,
// in the signature and in the request alike.
func validateBlanks(c *provider.Checker, spec *provider.RunInstancesSpec, o *RunOptions) {
	check := func(path string, values ...string) { noBlanks(c, path, values...) }
	check("ImageID", spec.ImageID)
	check("InstanceType", spec.InstanceType)
	check("CPUOptions.Model", spec.CPUOptions.Model)
	check("Name", spec.Name)
	check("HostName", spec.HostName)
	check("Login.Password", spec.Login.Password.Reveal())
	check("Login.KeyPairs", spec.Login.KeyPairs...)
	check("Network.SubnetID", spec.Network.SubnetID)
	check("Network.SecurityGroupIDs", spec.Network.SecurityGroupIDs...)
	for i := range spec.Network.Interfaces {
		noBlanks(c.Item("Network.Interfaces", i), "SubnetID", spec.Network.Interfaces[i].SubnetID)
	}
	for i := range spec.DataDisks {
		noBlanks(c.Item("DataDisks", i), "VolumeID", spec.DataDisks[i].VolumeID)
	}
	check("Placement.GroupID", spec.Placement.GroupID)
	check("Placement.DedicatedHostIDs", spec.Placement.DedicatedHostIDs...)
	check("Placement.DedicatedHostGroupID", spec.Placement.DedicatedHostGroupID)
	if o.UserDataType == "tar" {
		check("UserData", string(spec.UserData))
	}
	check("Vendor.Hypervisor", o.Hypervisor)
	check("Vendor.CipherAlg", o.CipherAlg)
	check("Vendor.UserDataType", o.UserDataType)
	check("Vendor.UserDataPath", o.UserDataPath)
	check("Vendor.UserDataFile", o.UserDataFile)
	check("Vendor.TargetUser", o.TargetUser)
	if len(o.Params) == 0 {
		return
	}
	for _, k := range sorted.Keys(o.Params) {
		noBlanks(c.Entry("Vendor.Params", k), "", o.Params[k])
	}
}
