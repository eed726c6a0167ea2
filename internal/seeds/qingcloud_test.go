package seeds_test

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/qingcloud"
)

// row is one documented value of a parameter, and what sets it.
type row struct {
	param, value string
	set          func(*provider.RunInstancesSpec, *qingcloud.RunOptions)
}

// rows are the values that the document of RunInstances names: every one of a
// closed list, both ends of a range, and every form.
func rows() []row {
	type spec = provider.RunInstancesSpec
	type options = qingcloud.RunOptions
	var out []row
	each := func(param, values string, set func(*spec, *options, string)) {
		for v := range strings.FieldsSeq(values) {
			out = append(out, row{param, v, func(s *spec, o *options) { set(s, o, v) }})
		}
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	address := netip.MustParseAddr("192.168.1.2")
	sized := func(s *spec, cpus, memory int) {
		s.InstanceType, s.Hardware.CPUs, s.Hardware.MemoryMiB = "", cpus, memory
	}
	each("cpu", "1 2 4 8 16", func(s *spec, _ *options, v string) { sized(s, number(v), 1024) })
	each("memory", "1024 2048 4096 6144 8192 12288 16384 24576 32768", func(s *spec, _ *options, v string) { sized(s, 1, number(v)) })
	each("os_disk_size", "20 50 100", func(s *spec, _ *options, v string) { s.SystemDisk.SizeGiB = number(v) })
	each("count", "1 2 100", func(s *spec, _ *options, v string) { s.Count = number(v) })
	each("login_mode", "passwd", func(s *spec, _ *options, _ string) { s.Login = provider.Login{Password: "Base-pass1"} })
	each("login_mode", "keypair", func(s *spec, _ *options, _ string) { s.Login = provider.Login{KeyPairs: []string{"kp-1"}} })
	each("vxnets.1", "vxnet-0 vxnet-abcd123", func(s *spec, _ *options, v string) { s.Network.SubnetID = v })
	each("vxnets.1", "vxnet-abcd123|192.168.1.2", func(s *spec, _ *options, v string) {
		s.Network.SubnetID, s.Network.PrivateIPs = v[:13], []netip.Addr{address}
	})
	each("vxnets.2", "vxnet-abcd123|192.168.1.2", func(s *spec, _ *options, v string) {
		s.Network.SubnetID, s.Network.Interfaces = "vxnet-0", []provider.NetworkInterface{{SubnetID: v[:13], PrivateIP: address}}
	})
	each("volumes.2", "vol-2", func(s *spec, _ *options, v string) { s.DataDisks = []provider.Disk{{VolumeID: "vol-1"}, {VolumeID: v}} })
	each("need_newsid", "0 1", func(_ *spec, o *options, v string) { b := v == "1"; o.NeedNewSID = &b })
	each("nic_mqueue", "0 1", func(_ *spec, o *options, v string) { b := v == "1"; o.NICMultiQueue = &b })
	each("instance_class", "0 1 101 201", func(_ *spec, o *options, v string) { n := number(v); o.InstanceClass = &n })
	each("cpu_model", "Westmere SandyBridge IvyBridge Haswell Broadwell", func(s *spec, _ *options, v string) { s.CPUOptions.Model = v })
	each("cpu_topology", "2,4,2", func(s *spec, _ *options, _ string) {
		sized(s, 16, 32768)
		s.CPUOptions = provider.CPUOptions{Sockets: 2, Cores: 4, ThreadsPerCore: 2}
	})
	each("gpu_class", "0 1", func(s *spec, _ *options, v string) { s.Hardware.GPUs, s.Hardware.GPUType = 1, v })
	each("need_userdata", "1", func(s *spec, _ *options, _ string) { s.UserData = []byte("x") })
	each("userdata_type", "plain exec tar", func(s *spec, o *options, v string) { s.UserData, o.UserDataType = []byte("uda-1"), v })
	each("userdata_value", base64.StdEncoding.EncodeToString(make([]byte, 3072)), func(s *spec, _ *options, _ string) { s.UserData = make([]byte, 3072) })
	each("userdata_value", "uda-1", func(s *spec, o *options, v string) { s.UserData, o.UserDataType = []byte(v), "tar" })
	each("userdata_path", "/etc/qingcloud/userdata", func(s *spec, o *options, v string) { s.UserData, o.UserDataPath = []byte("x"), v })
	each("userdata_file", "/etc/rc.local", func(s *spec, o *options, v string) {
		s.UserData, o.UserDataType, o.UserDataFile = []byte("x"), "exec", v
	})
	each("hypervisor", "kvm bm", func(_ *spec, o *options, v string) { o.Hypervisor = v })
	each("os_disk_encryption", "1", func(s *spec, _ *options, _ string) { s.SystemDisk.Encrypted = true })
	each("cipher_alg", "aes256", func(s *spec, o *options, v string) { s.SystemDisk.Encrypted, o.CipherAlg = true, v })
	prepaid := func(s *spec, months int) { s.Billing.Mode, s.Billing.Period = provider.Prepaid, months }
	each("months", "1 12 36", func(s *spec, _ *options, v string) { prepaid(s, number(v)) })
	each("months", "24", func(s *spec, _ *options, _ string) { prepaid(s, 2); s.Billing.PeriodUnit = provider.Year })
	each("auto_renew", "1 12", func(s *spec, _ *options, v string) {
		yes := true
		prepaid(s, 1)
		s.Billing.AutoRenew, s.Billing.AutoRenewPeriod = &yes, number(v)
	})
	each("zone", "pek3a pek3 sh1a gd2 ap2a", func(s *spec, _ *options, v string) { s.Region = v })
	return out
}

// Every value that the document of QingCloud names is taken, and reaches the
// cloud as it is written there, without raw parameters.
func TestEveryDocumentedValueOfQingCloud(t *testing.T) {
	v := vendors()["qingcloud"]
	for _, r := range rows() {
		t.Run(r.param+"="+r.value[:min(len(r.value), 40)], func(t *testing.T) {
			spec, options := v.build(t, v.base), qingcloud.RunOptions{}
			r.set(&spec, &options)
			spec.Vendor = []provider.VendorOption{options}
			if got := v.send(t, spec).Params; got[r.param] != r.value {
				t.Errorf("the cloud gets %s = %q", r.param, got[r.param])
			}
		})
	}
}

// What is not set is not sent: defaults are the cloud's.
func TestQingCloudSendsNothingUnasked(t *testing.T) {
	v := vendors()["qingcloud"]
	want := map[string]string{
		"image_id": "trustysrvx64", "instance_type": "c1m1", "count": "1", "login_mode": "passwd", "login_passwd": "Base-pass1", "zone": "sh1a",
	}
	got := v.send(t, v.build(t, v.base)).Params
	for name, value := range got {
		if want[name] != value {
			t.Errorf("the cloud gets %s = %q unasked", name, value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the cloud gets %v, want %v", got, want)
	}
}
