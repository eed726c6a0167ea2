package qingcloud

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
)

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

// refusedPaths lists the fields that an error names.
func refusedPaths(t *testing.T, err error) []string {
	t.Helper()
	var all provider.FieldErrors
	if err != nil && !errors.As(err, &all) {
		t.Fatalf("error is %T, want provider.FieldErrors: %v", err, err)
	}
	var out []string
	for _, f := range all {
		out = append(out, f.Path)
	}
	return out
}

// indexed turns the path of a leaf into that of the first element.
func indexed(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(path, "[].", "[0]."), "[]", "")
}

func TestValidSpecsPass(t *testing.T) {
	d := mustDriver(t, testConfig(nil))
	for name, spec := range fullSpecs() {
		if err := spec.Validate(); err != nil {
			t.Errorf("%s is not a valid spec: %v", name, err)
		}
		if err := supportTable().Check(spec); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := d.ValidateRun(spec); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatThisCloudCannotDoIsNamed(t *testing.T) {
	yes := true
	type specT = provider.RunInstancesSpec
	vendor := func(o RunOptions) func(*specT) {
		return func(s *specT) { s.Vendor = []provider.VendorOption{o} }
	}
	prepaid := provider.Billing{Mode: provider.Prepaid, Period: 1}
	for _, c := range []struct {
		name string
		set  func(*specT)
		want string // path that the error names; "" means none
	}{
		{"upper-case zone", func(s *specT) { s.Region = "PEK3A" }, "Region"},
		{"zone of the client", func(s *specT) { s.Region = "" }, ""},
		{"no image", func(s *specT) { s.ImageID = "" }, "ImageID"},
		{"neither type nor size", func(s *specT) { s.InstanceType = "" }, "InstanceType"},
		{"size instead of type", func(s *specT) { s.InstanceType, s.Hardware = "", provider.Hardware{CPUs: 2, MemoryMiB: 2048} }, ""},
		{"numbered names", func(s *specT) { s.Name, s.UniqueSuffix = "web", true }, ""},
		{"numbered host names", func(s *specT) { s.Name, s.HostName, s.UniqueSuffix = "web", "web", true }, "UniqueSuffix"},
		{"GPU by name", func(s *specT) { s.Hardware.GPUType = "P100" }, "Hardware.GPUType"},
		{"GPU with sign", func(s *specT) { s.Hardware.GPUType = "+1" }, "Hardware.GPUType"},
		{"half a topology", func(s *specT) { s.CPUOptions.Cores = 2 }, "CPUOptions.Sockets"},
		{"topology without threads", func(s *specT) { s.CPUOptions.Cores, s.CPUOptions.Sockets = 2, 1 }, "CPUOptions.ThreadsPerCore"},
		{"topology without cores", func(s *specT) { s.CPUOptions.ThreadsPerCore, s.CPUOptions.Sockets = 2, 1 }, "CPUOptions.Cores"},
		{"topology of another size", func(s *specT) {
			s.InstanceType, s.Hardware = "", provider.Hardware{CPUs: 4, MemoryMiB: 2048}
			s.CPUOptions = provider.CPUOptions{Sockets: 2, Cores: 4, ThreadsPerCore: 2}
		}, "CPUOptions"},
		{"no login", func(s *specT) { s.Login = provider.Login{} }, "Login"},
		{"two key pairs", func(s *specT) { s.Login = provider.Login{KeyPairs: []string{"kp-1", "kp-2"}} }, "Login.KeyPairs"},
		{"half a GiB of memory", func(s *specT) { s.InstanceType, s.Hardware = "", provider.Hardware{CPUs: 2, MemoryMiB: 1536} }, "Hardware.MemoryMiB"},
		{"host name with dots", func(s *specT) { s.HostName = "web-1.Example.com" }, ""},
		{"long host name", func(s *specT) { s.HostName = strings.Repeat("a", 63) }, ""},
		{"host name too long", func(s *specT) { s.HostName = strings.Repeat("a", 64) }, "HostName"},
		{"host name with a blank", func(s *specT) { s.HostName = "web 1" }, "HostName"},
		{"host name with an underscore", func(s *specT) { s.HostName = "web_1" }, "HostName"},
		{"host name with an empty part", func(s *specT) { s.HostName = "web..example" }, "HostName"},
		{"host name that ends in a hyphen", func(s *specT) { s.HostName = "web-" }, "HostName"},
		{"system disk too small", func(s *specT) { s.SystemDisk.SizeGiB = 19 }, "SystemDisk.SizeGiB"},
		{"system disk too large", func(s *specT) { s.SystemDisk.SizeGiB = 101 }, "SystemDisk.SizeGiB"},
		{"smallest system disk", func(s *specT) { s.SystemDisk.SizeGiB = 20 }, ""},
		{"largest system disk", func(s *specT) { s.SystemDisk.SizeGiB = 100 }, ""},
		{"a volume twice", func(s *specT) { s.DataDisks = []provider.Disk{{VolumeID: "vol-1"}, {VolumeID: "vol-1"}} }, "DataDisks[1].VolumeID"},
		{"unknown kind of user data", func(s *specT) {
			s.UserData = []byte("x")
			s.Vendor = []provider.VendorOption{RunOptions{UserDataType: "cloud-config"}}
		}, "Vendor.UserDataType"},
		{"directory the service would replace", func(s *specT) {
			s.UserData = []byte("x")
			s.Vendor = []provider.VendorOption{RunOptions{UserDataPath: "etc/x"}}
		}, "Vendor.UserDataPath"},
		{"relative file", func(s *specT) {
			s.UserData = []byte("x")
			s.Vendor = []provider.VendorOption{RunOptions{UserDataType: "exec", UserDataFile: "rc.local"}}
		}, "Vendor.UserDataFile"},
		{"two security groups", func(s *specT) { s.Network.SecurityGroupIDs = []string{"a", "b"} }, "Network.SecurityGroupIDs"},
		{"address without network", func(s *specT) { s.Network.PrivateIPs = addrs("10.0.0.1") }, "Network.PrivateIPs"},
		{"two addresses", func(s *specT) { s.Network.SubnetID, s.Network.PrivateIPs = "vxnet-1", addrs("10.0.0.1", "10.0.0.2") }, "Network.PrivateIPs"},
		{"address in the basic network", func(s *specT) { s.Network.SubnetID, s.Network.PrivateIPs = "vxnet-0", addrs("10.0.0.1") }, "Network.SubnetID"},
		{"the basic network", func(s *specT) { s.Network.SubnetID = "vxnet-0" }, ""},
		{"address inside the network's ID", func(s *specT) { s.Network.SubnetID = "vxnet-1|10.0.0.1" }, "Network.SubnetID"},
		{"second network without first", func(s *specT) { s.Network.Interfaces = []provider.NetworkInterface{{SubnetID: "vxnet-2"}} }, "Network.Interfaces"},
		{"second network without ID", func(s *specT) {
			s.Network.SubnetID, s.Network.Interfaces = "vxnet-1", make([]provider.NetworkInterface, 1)
		}, "Network.Interfaces[0].SubnetID"},
		{"second network with IPv6", func(s *specT) {
			s.Network.SubnetID, s.Network.Interfaces = "vxnet-1", []provider.NetworkInterface{{SubnetID: "vxnet-2", PrivateIP: netip.IPv6Loopback()}}
		}, "Network.Interfaces[0].PrivateIP"},
		{"address of a second network inside its ID", func(s *specT) {
			s.Network.SubnetID, s.Network.Interfaces = "vxnet-1", []provider.NetworkInterface{{SubnetID: "vxnet-2|10.0.0.1"}}
		}, "Network.Interfaces[0].SubnetID"},
		{"new data disk", func(s *specT) { s.DataDisks = []provider.Disk{{}} }, "DataDisks[0].VolumeID"},
		{"volume for two instances", func(s *specT) { s.Count, s.DataDisks = 2, []provider.Disk{{VolumeID: "vol-1"}} }, "DataDisks"},
		{"spot", func(s *specT) { s.Billing.Mode = provider.Spot }, "Billing.Mode"},
		{"dedicated host as a way to pay", func(s *specT) { s.Billing.Mode = provider.DedicatedHost }, "Billing.Mode"},
		{"on demand", func(s *specT) { s.Billing.Mode = provider.OnDemand }, ""},
		{"days", func(s *specT) { s.Billing = prepaid; s.Billing.PeriodUnit = provider.Day }, "Billing.PeriodUnit"},
		{"weeks", func(s *specT) { s.Billing = prepaid; s.Billing.PeriodUnit = provider.Week }, "Billing.PeriodUnit"},
		{"renewal for an unknown time", func(s *specT) { s.Billing = prepaid; s.Billing.AutoRenew = &yes }, "Billing.AutoRenewPeriod"},
		{"two dedicated hosts", func(s *specT) { s.Placement.DedicatedHostIDs = []string{"a", "b"} }, "Placement.DedicatedHostIDs"},
		{"user data too long", func(s *specT) { s.UserData = bytes.Repeat([]byte("x"), 3073) }, "UserData"},
		{"user data just fits", func(s *specT) { s.UserData = bytes.Repeat([]byte("x"), 3072) }, ""},
		{"kind of no user data", vendor(RunOptions{UserDataType: "exec"}), "Vendor.UserDataType"},
		{"place of no user data", vendor(RunOptions{UserDataPath: "/etc"}), "Vendor.UserDataPath"},
		{"file of no user data", vendor(RunOptions{UserDataFile: "/etc/x"}), "Vendor.UserDataFile"},
		{"file of plain user data", func(s *specT) {
			s.UserData = []byte("x")
			s.Vendor = []provider.VendorOption{RunOptions{UserDataFile: "/etc/x"}}
		}, "Vendor.UserDataFile"},
		{"archive in place of its ID", func(s *specT) {
			s.UserData = []byte("PK\x03\x04 hunter2")
			s.Vendor = []provider.VendorOption{RunOptions{UserDataType: "tar"}}
		}, "UserData"},
		{"class below zero", vendor(RunOptions{InstanceClass: number(-1)}), "Vendor.InstanceClass"},
		{"class the document does not list", vendor(RunOptions{InstanceClass: number(203)}), ""},
		{"GPU below zero", func(s *specT) { s.Hardware.GPUType = "-1" }, "Hardware.GPUType"},
		{"GPU the document does not list", func(s *specT) { s.Hardware.GPUType = "2" }, ""},
		{"unknown hypervisor", vendor(RunOptions{Hypervisor: "xen"}), "Vendor.Hypervisor"},
		{"unknown cipher", func(s *specT) {
			s.SystemDisk.Encrypted, s.Vendor = true, []provider.VendorOption{RunOptions{CipherAlg: "des"}}
		}, "Vendor.CipherAlg"},
		{"new SID with a key pair", func(s *specT) {
			s.Login, s.Vendor = provider.Login{KeyPairs: []string{"kp-1"}}, []provider.VendorOption{RunOptions{NeedNewSID: &yes}}
		}, "Vendor.NeedNewSID"},
		{"no new SID with a key pair", func(s *specT) {
			s.Login, s.Vendor = provider.Login{KeyPairs: []string{"kp-1"}}, []provider.VendorOption{RunOptions{NeedNewSID: new(bool)}}
		}, ""},
		{"new SID on a small disk", func(s *specT) {
			s.SystemDisk.SizeGiB, s.Vendor = 49, []provider.VendorOption{RunOptions{NeedNewSID: &yes}}
		}, "SystemDisk.SizeGiB"},
		{"new SID on a disk for Windows", func(s *specT) {
			s.SystemDisk.SizeGiB, s.Vendor = 50, []provider.VendorOption{RunOptions{NeedNewSID: &yes}}
		}, ""},
		{"name that is no text", func(s *specT) { s.Name = "web\xff" }, "Name"},
		{"name in Chinese", func(s *specT) { s.Name = "测试 1" }, ""},
		{"password that is no text", func(s *specT) { s.Login.Password = "hunter2\xff" }, "Login.Password"},
		{"cipher of a plain disk", vendor(RunOptions{CipherAlg: "aes256"}), "Vendor.CipherAlg"},
		{"bare metal by size", func(s *specT) {
			s.InstanceType, s.Hardware = "", provider.Hardware{CPUs: 2, MemoryMiB: 2048}
			s.Vendor = []provider.VendorOption{RunOptions{Hypervisor: "bm"}}
		}, "Vendor.Hypervisor"},
		{"raw parameter of the translator", vendor(RunOptions{Params: map[string]string{"image_id": "x"}}), `Vendor.Params["image_id"]`},
		{"raw name", vendor(RunOptions{Params: map[string]string{"instance_name": "x"}}), `Vendor.Params["instance_name"]`},
		{"raw password", vendor(RunOptions{Params: map[string]string{"login_passwd": "x"}}), `Vendor.Params["login_passwd"]`},
		{"raw action", vendor(RunOptions{Params: map[string]string{"action": "x"}}), `Vendor.Params["action"]`},
		{"raw zone", vendor(RunOptions{Params: map[string]string{"zone": "x"}}), `Vendor.Params["zone"]`},
		{"raw key", vendor(RunOptions{Params: map[string]string{"access_key_id": "x"}}), `Vendor.Params["access_key_id"]`},
		{"raw signature", vendor(RunOptions{Params: map[string]string{"signature": "x"}}), `Vendor.Params["signature"]`},
		{"raw time", vendor(RunOptions{Params: map[string]string{"time_stamp": "x"}}), `Vendor.Params["time_stamp"]`},
		{"raw signature method", vendor(RunOptions{Params: map[string]string{"signature_method": "x"}}), `Vendor.Params["signature_method"]`},
		{"raw signature version", vendor(RunOptions{Params: map[string]string{"signature_version": "x"}}), `Vendor.Params["signature_version"]`},
		{"raw parameter with a bad name", vendor(RunOptions{Params: map[string]string{"a b": "x"}}), `Vendor.Params["a b"]`},
		{"raw parameter of its own", vendor(RunOptions{Params: map[string]string{"eip_ids.1": "x"}}), ""},
		{"nil options", func(s *specT) { s.Vendor = []provider.VendorOption{(*RunOptions)(nil)} }, "Vendor[0]"},
		{"options of a stranger", func(s *specT) { s.Vendor = []provider.VendorOption{stranger{}} }, "Vendor[0]"},
		{"options for another cloud", func(s *specT) { s.Vendor = []provider.VendorOption{elsewhere{}} }, ""},
	} {
		spec := minimalSpec()
		c.set(spec)
		got := refusedPaths(t, mustDriver(t, testConfig(nil)).ValidateRun(spec))
		accepted := c.want == ""
		if accepted && len(got) > 0 {
			t.Errorf("%s: the error names %q, want no error", c.name, got)
		}
		if !accepted && !slices.Contains(got, c.want) {
			t.Errorf("%s: the error names %q, want %q", c.name, got, c.want)
		}
	}
}

// The signer trims values: a password with a blank at its end would be set
// without it, and nobody could log in.
func TestBlanksAroundValuesAreRefusedAndNotShown(t *testing.T) {
	type specT = provider.RunInstancesSpec
	vendor := func(s *specT, f func(*RunOptions)) {
		o := RunOptions{}
		f(&o)
		s.Vendor = []provider.VendorOption{&o}
	}
	for path, set := range map[string]func(*specT, string){
		"ImageID":                        func(s *specT, v string) { s.ImageID = v },
		"InstanceType":                   func(s *specT, v string) { s.InstanceType = v },
		"CPUOptions.Model":               func(s *specT, v string) { s.CPUOptions.Model = v },
		"Name":                           func(s *specT, v string) { s.Name = v },
		"HostName":                       func(s *specT, v string) { s.HostName = v },
		"Login.Password":                 func(s *specT, v string) { s.Login.Password = provider.Secret(v) },
		"Login.KeyPairs":                 func(s *specT, v string) { s.Login = provider.Login{KeyPairs: []string{v}} },
		"Network.SubnetID":               func(s *specT, v string) { s.Network.SubnetID = v },
		"Network.SecurityGroupIDs":       func(s *specT, v string) { s.Network.SecurityGroupIDs = []string{v} },
		"Network.Interfaces[0].SubnetID": func(s *specT, v string) { s.Network.Interfaces = []provider.NetworkInterface{{SubnetID: v}} },
		"DataDisks[0].VolumeID":          func(s *specT, v string) { s.DataDisks = []provider.Disk{{VolumeID: v}} },
		"Placement.GroupID":              func(s *specT, v string) { s.Placement.GroupID = v },
		"Placement.DedicatedHostIDs":     func(s *specT, v string) { s.Placement.DedicatedHostIDs = []string{v} },
		"Placement.DedicatedHostGroupID": func(s *specT, v string) { s.Placement.DedicatedHostGroupID = v },
		"UserData": func(s *specT, v string) {
			s.UserData = []byte(v)
			vendor(s, func(o *RunOptions) { o.UserDataType = "tar" })
		},
		"Vendor.Hypervisor":       func(s *specT, v string) { vendor(s, func(o *RunOptions) { o.Hypervisor = v }) },
		"Vendor.CipherAlg":        func(s *specT, v string) { vendor(s, func(o *RunOptions) { o.CipherAlg = v }) },
		"Vendor.UserDataType":     func(s *specT, v string) { vendor(s, func(o *RunOptions) { o.UserDataType = v }) },
		"Vendor.UserDataPath":     func(s *specT, v string) { vendor(s, func(o *RunOptions) { o.UserDataPath = v }) },
		"Vendor.UserDataFile":     func(s *specT, v string) { vendor(s, func(o *RunOptions) { o.UserDataFile = v }) },
		"Vendor.TargetUser":       func(s *specT, v string) { vendor(s, func(o *RunOptions) { o.TargetUser = v }) },
		`Vendor.Params["my.raw"]`: func(s *specT, v string) { vendor(s, func(o *RunOptions) { o.Params = map[string]string{"my.raw": v} }) },
	} {
		for _, v := range []string{" hunter2", "hunter2 ", "hunter2\n"} {
			spec := minimalSpec()
			set(spec, v)
			err := mustDriver(t, testConfig(nil)).ValidateRun(spec)
			blanks := slices.ContainsFunc(fieldErrors(err), func(f *provider.FieldError) bool {
				return f.Path == path && strings.Contains(f.Reason, "blank")
			})
			if !blanks {
				t.Errorf("%s = %q is not refused for its blank: %v", path, v, err)
			}
			secret := path == "Login.Password" || path == "UserData" || strings.HasPrefix(path, "Vendor.Params")
			if secret && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: the error shows the value", path)
			}
		}
	}
}

func fieldErrors(err error) provider.FieldErrors {
	var all provider.FieldErrors
	errors.As(err, &all)
	return all
}

func TestUploadedUserDataHasNoLengthLimit(t *testing.T) {
	spec := minimalSpec()
	spec.UserData = []byte("uda-" + strings.Repeat("x", 5000))
	spec.Vendor = []provider.VendorOption{RunOptions{UserDataType: "tar"}}
	if err := mustDriver(t, testConfig(nil)).ValidateRun(spec); err != nil {
		t.Errorf("the ID of an attachment is measured as if it were the data: %v", err)
	}
}

func TestTheInputIsCheckedOnceForAllProblems(t *testing.T) {
	spec := &provider.RunInstancesSpec{Region: "PEK"}
	got := refusedPaths(t, mustDriver(t, testConfig(nil)).ValidateRun(spec))
	for _, want := range []string{"Region", "ImageID", "InstanceType", "Login"} {
		if !slices.Contains(got, want) {
			t.Errorf("the error names %q and leaves out %s", got, want)
		}
	}
}

// Through the public API all problems come together, and nothing is sent.
func TestAllProblemsOfASpecAreToldAtOnce(t *testing.T) {
	m := saying(200, `{"ret_code":0,"instances":["i-1"]}`)
	c, err := New(testConfig(m))
	if err != nil {
		t.Fatal(err)
	}
	spec := *minimalSpec()
	spec.Count, spec.ImageID, spec.HostName, spec.SystemDisk.SizeGiB = -1, "", "a_b", 19
	spec.Tags, spec.Billing = map[string]string{"k": "v"}, provider.Billing{Mode: provider.Spot}
	spec.Login = provider.Login{Password: testPass, KeyPairs: []string{"kp-1"}}
	spec.Network.PublicIP = &provider.PublicIP{BandwidthMbps: 5}
	spec.Vendor = []provider.VendorOption{RunOptions{Hypervisor: "xen", UserDataType: "exec"}}
	_, err = c.RunInstances(t.Context(), spec, nil)
	got := refusedPaths(t, err)
	for _, want := range []string{
		"Count", "ImageID", "HostName", "SystemDisk.SizeGiB", "Tags", "Billing.Mode", "Login", "Network.PublicIP", "Vendor.Hypervisor", "Vendor.UserDataType",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %q", want, got)
		}
	}
	if len(m.sent) != 0 {
		t.Errorf("len(m.sent) is %d, want 0", len(m.sent))
	}
	if strings.Contains(err.Error(), testPass) {
		t.Error("the error shows a secret")
	}
}
