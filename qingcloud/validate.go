package qingcloud

import (
	"encoding/base64"
	"fmt"
	"path"
	"strconv"

	"github.com/yunfan-cloud/yunfan/internal/adapter"
	"github.com/yunfan-cloud/yunfan/provider"
)

// ValidateRun implements [provider.RunValidator]. It checks what the cloud documents and what
// its request cannot carry. It has no list of types, images, networks or classes, because
// the cloud adds to them over time.
func (d *driver) ValidateRun(spec *provider.RunInstancesSpec) error {
	c := &provider.Checker{Driver: Name}
	checkBasics(c, spec)
	checkForeign(c, "Region", spec.Region, d.ownCloud)
	checkLogin(c, spec)
	checkNetwork(c, spec)
	checkDisks(c, spec)
	checkBilling(c, spec)
	checkPlacement(c, spec)
	checkExtras(c, spec)
	checkOptions(c, spec)
	checkAllBlanks(c, spec)
	checkRaw(c, spec, d.inputNames)
	checkPerInstance(c, spec)
	return c.Err()
}

func checkBasics(c *provider.Checker, spec *provider.RunInstancesSpec) {
	checkRegion(c, "Region", spec.Region)
	c.Require(spec.ImageID != "", "ImageID", nil, "is required")
	sized := spec.InstanceType != "" || spec.Hardware.CPUs > 0
	c.Require(sized, "InstanceType", nil, "is required, or Hardware.CPUs and MemoryMiB instead")
	if t := spec.Hardware.GPUType; t != "" {
		n, err := strconv.Atoi(t)
		c.Require(err == nil && n >= 0 && strconv.Itoa(n) == t, "Hardware.GPUType", t,
			"must be a number of gpu_class, like 0")
	}
	memory := spec.Hardware.MemoryMiB
	c.Require(memory%1024 == 0, "Hardware.MemoryMiB", memory, "must be whole GiB, in MiB")
	c.Require(!spec.UniqueSuffix || spec.HostName == "", "UniqueSuffix", nil,
		"numbers names only: the instances of a create share one HostName")
	c.Require(spec.HostName == "" || isHostName(spec.HostName), "HostName", spec.HostName,
		"must be letters, digits and hyphens, with dots between, at most 63 of them in a row")
	checkTopology(c, spec)
}

func checkTopology(c *provider.Checker, spec *provider.RunInstancesSpec) {
	o := spec.CPUOptions
	if o.Cores+o.ThreadsPerCore+o.Sockets == 0 {
		return
	}
	const rule = "cpu_topology needs Sockets, Cores and ThreadsPerCore together"
	c.Require(o.Cores > 0, "CPUOptions.Cores", nil, rule)
	c.Require(o.ThreadsPerCore > 0, "CPUOptions.ThreadsPerCore", nil, rule)
	c.Require(o.Sockets > 0, "CPUOptions.Sockets", nil, rule)
	product := o.Sockets * o.Cores * o.ThreadsPerCore
	if cpus := spec.Hardware.CPUs; cpus > 0 && product > 0 && product != cpus {
		const rule = "sockets, cores of a socket and threads of a core must multiply to Hardware.CPUs (%d)"
		c.Fail("CPUOptions", fmt.Sprintf("%d*%d*%d", o.Sockets, o.Cores, o.ThreadsPerCore), fmt.Sprintf(rule, cpus))
	}
}

func checkLogin(c *provider.Checker, spec *provider.RunInstancesSpec) {
	l := &spec.Login
	c.Require(l.Password != "" || len(l.KeyPairs) > 0, "Login", nil, "QingCloud needs a Password or a key pair")
	if len(l.KeyPairs) > 1 {
		c.Fail("Login.KeyPairs", l.KeyPairs, "QingCloud takes one key pair at create")
	}
}

func checkBilling(c *provider.Checker, spec *provider.RunInstancesSpec) {
	b := &spec.Billing
	c.Require(b.Mode != provider.Spot, "Billing.Mode", b.Mode, noSpot)
	c.Require(b.Mode != provider.DedicatedHost, "Billing.Mode", b.Mode, "QingCloud has no such mode; "+noHostRule)
	short := b.PeriodUnit == provider.Day || b.PeriodUnit == provider.Week
	c.Require(!short, "Billing.PeriodUnit", b.PeriodUnit, "QingCloud sells months")
	renews := b.AutoRenew != nil && *b.AutoRenew
	c.Require(!renews || b.AutoRenewPeriod > 0, "Billing.AutoRenewPeriod", nil,
		"is required with AutoRenew: auto_renew is a number of months")
}

func checkPlacement(c *provider.Checker, spec *provider.RunInstancesSpec) {
	if hosts := spec.Placement.DedicatedHostIDs; len(hosts) > 1 {
		c.Fail("Placement.DedicatedHostIDs", hosts, "QingCloud takes one dedicated host")
	}
}

// checkExtras checks user data, and the options that say what it is.
func checkExtras(c *provider.Checker, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	if len(spec.UserData) == 0 {
		const rule = "needs UserData"
		c.Require(o.UserDataType == "", "Vendor.UserDataType", o.UserDataType, rule)
		c.Require(o.UserDataPath == "", "Vendor.UserDataPath", o.UserDataPath, rule)
		c.Require(o.UserDataFile == "", "Vendor.UserDataFile", o.UserDataFile, rule)
		return
	}
	c.OneOf("Vendor.UserDataType", o.UserDataType, "plain", "exec", "tar")
	// The service takes its default in place of a directory that it does not accept.
	c.Require(o.UserDataPath == "" || path.IsAbs(o.UserDataPath), "Vendor.UserDataPath", o.UserDataPath,
		"must begin with /")
	c.Require(o.UserDataFile == "" || path.IsAbs(o.UserDataFile), "Vendor.UserDataFile", o.UserDataFile,
		"must begin with /")
	exec := o.UserDataType == "exec"
	c.Require(o.UserDataFile == "" || exec, "Vendor.UserDataFile", o.UserDataFile, "needs UserDataType exec")
	if o.UserDataType == "tar" {
		c.Require(attachmentForm.Match(spec.UserData), "UserData", nil,
			"must be the ID of an uploaded attachment with UserDataType tar, not the archive itself")
		return
	}
	encoded := base64.StdEncoding.EncodedLen(len(spec.UserData))
	c.Require(encoded <= maxUserData, "UserData", nil,
		"must be at most 4096 bytes in base64, that is 3072 bytes; upload more as an attachment (UserDataType tar)")
}

// checkOptions checks the options that have no field of the spec beside them.
func checkOptions(c *provider.Checker, spec *provider.RunInstancesSpec) {
	adapter.CheckKind[RunOptions](c, spec.Vendor)
	o := optionsOf(spec)
	if o.InstanceClass != nil && *o.InstanceClass < 0 {
		c.Fail("Vendor.InstanceClass", *o.InstanceClass, "must not be negative")
	}
	encrypts := spec.SystemDisk.Encrypted
	c.Require(o.CipherAlg == "" || encrypts, "Vendor.CipherAlg", o.CipherAlg, "needs SystemDisk.Encrypted")
	c.OneOf("Vendor.CipherAlg", o.CipherAlg, "aes256")
	c.OneOf("Vendor.Hypervisor", o.Hypervisor, "kvm", "bm")
	typed := spec.InstanceType != ""
	c.Require(o.Hypervisor != "bm" || typed, "Vendor.Hypervisor", o.Hypervisor, "bare metal needs an InstanceType")
	if o.NeedNewSID != nil && *o.NeedNewSID {
		checkWindows(c, spec)
	}
}

// checkWindows checks what is documented about Windows. The image does not tell Windows
// from Linux: only the option NeedNewSID does, which Windows alone has.
func checkWindows(c *provider.Checker, spec *provider.RunInstancesSpec) {
	c.Require(len(spec.Login.KeyPairs) == 0, "Vendor.NeedNewSID", true, "is for Windows, which takes no key pair")
	size := spec.SystemDisk.SizeGiB
	c.Require(size == 0 || size >= 50, "SystemDisk.SizeGiB", size,
		"must be 50 to 100 GiB with NeedNewSID, which is for Windows")
}

// checkAllBlanks refuses what the SDK's signer would change: it trims values, in the
// signature and in the request alike.
func checkAllBlanks(c *provider.Checker, spec *provider.RunInstancesSpec) {
	o := optionsOf(spec)
	checkBlanks(c, "ImageID", spec.ImageID)
	checkBlanks(c, "InstanceType", spec.InstanceType)
	checkBlanks(c, "CPUOptions.Model", spec.CPUOptions.Model)
	checkBlanks(c, "Name", spec.Name)
	checkBlanks(c, "HostName", spec.HostName)
	checkBlanks(c, "Login.Password", spec.Login.Password.Reveal())
	checkBlanks(c, "Login.KeyPairs", spec.Login.KeyPairs...)
	checkBlanks(c, "Network.SubnetID", spec.Network.SubnetID)
	checkBlanks(c, "Network.SecurityGroupIDs", spec.Network.SecurityGroupIDs...)
	for i := range spec.Network.Interfaces {
		checkBlanks(c.Item("Network.Interfaces", i), "SubnetID", spec.Network.Interfaces[i].SubnetID)
	}
	for i := range spec.DataDisks {
		checkBlanks(c.Item("DataDisks", i), "VolumeID", spec.DataDisks[i].VolumeID)
	}
	checkBlanks(c, "Placement.GroupID", spec.Placement.GroupID)
	checkBlanks(c, "Placement.DedicatedHostIDs", spec.Placement.DedicatedHostIDs...)
	checkBlanks(c, "Placement.DedicatedHostGroupID", spec.Placement.DedicatedHostGroupID)
	if o.UserDataType == "tar" {
		checkBlanks(c, "UserData", string(spec.UserData))
	}
	checkBlanks(c, "Vendor.Hypervisor", o.Hypervisor)
	checkBlanks(c, "Vendor.CipherAlg", o.CipherAlg)
	checkBlanks(c, "Vendor.UserDataType", o.UserDataType)
	checkBlanks(c, "Vendor.UserDataPath", o.UserDataPath)
	checkBlanks(c, "Vendor.UserDataFile", o.UserDataFile)
	checkBlanks(c, "Vendor.TargetUser", o.TargetUser)
}
