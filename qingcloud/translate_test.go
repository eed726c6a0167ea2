package qingcloud

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/yunfan-cloud/yunfan/internal/overhead"
	"github.com/yunfan-cloud/yunfan/provider"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata/run")

// fullSpecs have a different value in every field, so that a swap shows.
func fullSpecs() map[string]*provider.RunInstancesSpec {
	yes, no, class, classZero := true, false, 201, 0
	everything := &provider.RunInstancesSpec{
		Region:       "sh1a",
		Count:        1,
		ImageID:      "img-1",
		InstanceType: "e1.large.r2",
		Hardware:     provider.Hardware{GPUs: 3, GPUType: "0"},
		CPUOptions:   provider.CPUOptions{Sockets: 2, Cores: 5, ThreadsPerCore: 1, Model: "Broadwell"},
		Name:         "网站 web-1",
		HostName:     "host-1",
		Login:        provider.Login{KeyPairs: []string{"kp-1"}},
		Network: provider.Network{
			SubnetID:         "vxnet-1",
			SecurityGroupIDs: []string{"sg-1"},
			PrivateIPs:       addrs("192.168.1.11"),
			Interfaces:       []provider.NetworkInterface{{SubnetID: "vxnet-2", PrivateIP: netip.MustParseAddr("192.168.2.12")}, {SubnetID: "vxnet-3"}},
		},
		SystemDisk: provider.Disk{SizeGiB: 41, Encrypted: true},
		DataDisks:  []provider.Disk{{VolumeID: "vol-1"}, {VolumeID: "vol-2"}},
		Billing:    provider.Billing{Mode: provider.OnDemand},
		Placement:  provider.Placement{GroupID: "ig-1"},
		UserData:   []byte("#!/bin/sh\necho 1\n"),
		Vendor: []provider.VendorOption{elsewhere{}, &RunOptions{
			InstanceClass: &class,
			Hypervisor:    "kvm",
			CipherAlg:     "aes256",
			NICMultiQueue: &yes,
			NeedNewSID:    &no,
			UserDataType:  "exec",
			UserDataPath:  "/etc/path-1",
			UserDataFile:  "/etc/file-1",
			TargetUser:    "usr-1",
			Params:        map[string]string{"raw.1": "raw value-1", "raw_2": ""},
		}},
	}
	sized := &provider.RunInstancesSpec{
		Region:     "pek3a",
		Count:      7,
		ImageID:    "img-2",
		Hardware:   provider.Hardware{CPUs: 12, MemoryMiB: 49152},
		CPUOptions: provider.CPUOptions{Sockets: 2, Cores: 3, ThreadsPerCore: 2},
		Name:       "batch",
		Login:      provider.Login{Password: testPass},
		Network:    provider.Network{SubnetID: "vxnet-0", SecurityGroupIDs: []string{"sg-2"}},
		UserData:   []byte("plain"),
		Vendor:     []provider.VendorOption{RunOptions{InstanceClass: &classZero, NICMultiQueue: &no, NeedNewSID: &yes}},
	}
	prepaid := minimalSpec()
	prepaid.Billing = provider.Billing{Mode: provider.Prepaid, Period: 3, PeriodUnit: provider.Month, AutoRenew: &yes, AutoRenewPeriod: 2}
	years := minimalSpec()
	years.Billing = provider.Billing{Mode: provider.Prepaid, Period: 2, PeriodUnit: provider.Year, AutoRenew: &yes, AutoRenewPeriod: 1}
	ending := minimalSpec()
	ending.Billing = provider.Billing{Mode: provider.Prepaid, Period: 5, AutoRenew: &no}
	host := minimalSpec()
	host.Placement = provider.Placement{DedicatedHostIDs: []string{"dh-1"}, DedicatedHostGroupID: "dhg-1"}
	tar := minimalSpec()
	tar.UserData = []byte("uda-1")
	tar.Vendor = []provider.VendorOption{RunOptions{UserDataType: "tar"}}
	return map[string]*provider.RunInstancesSpec{
		"everything": everything, "sized": sized, "minimal": minimalSpec(), "prepaid": prepaid, "prepaid-years": years,
		"prepaid-ending": ending, "dedicated-host": host, "userdata-tar": tar,
	}
}

type golden struct {
	Method string            `json:"method"`
	Host   string            `json:"host"`
	Path   string            `json:"path"`
	Action string            `json:"action"`
	Params map[string]string `json:"params"`
}

// wireOf is the request as it was sent, without what the signature adds.
func wireOf(t *testing.T, spec *provider.RunInstancesSpec) golden {
	t.Helper()
	m := saying(200, `{"ret_code":0,"instances":["i-1","i-2","i-3","i-4","i-5","i-6","i-7"]}`)
	if _, err := mustDriver(t, testConfig(m)).RunInstances(t.Context(), spec); err != nil {
		t.Fatalf("%v", err)
	}
	r := m.sent[0]
	g := golden{Method: r.Method, Host: r.URL.Host, Path: r.URL.Path, Action: r.URL.Query().Get("action"), Params: map[string]string{}}
	for k, v := range r.URL.Query() {
		if len(v) != 1 {
			t.Errorf("parameter %s is sent %d times", k, len(v))
		}
		own := isOwnParam(k) || k == "action"
		if !own || k == "instance_name" {
			g.Params[k] = v[0]
		}
	}
	return g
}

func TestRequestsMatchTheGoldens(t *testing.T) {
	for name, spec := range fullSpecs() {
		got, err := json.MarshalIndent(wireOf(t, spec), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "run", name+".json")
		got = append(got, '\n')
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is sent as\n%swant\n%s", name, got, want)
		}
	}
}

// The SDK's own inputs would send cpu=1 and memory=1024 beside the type, and
// the cloud lets those win.
func TestATypeIsSentAlone(t *testing.T) {
	got := slices.Sorted(maps.Keys(wireOf(t, minimalSpec()).Params))
	if want := []string{"count", "image_id", "instance_type", "login_mode", "login_passwd", "zone"}; !slices.Equal(got, want) {
		t.Errorf("a minimal create sends %q, want %q", got, want)
	}
}

func TestSecretsReachTheWireUnchanged(t *testing.T) {
	spec := minimalSpec()
	spec.UserData = []byte{0, 0xff, '\n', '+'}
	got := wireOf(t, spec).Params
	if got["login_passwd"] != testPass {
		t.Error("the password is not the one given")
	}
	if data, err := base64.StdEncoding.DecodeString(got["userdata_value"]); err != nil {
		t.Errorf("got error %v, want none", err)
	} else if !bytes.Equal(data, spec.UserData) {
		t.Errorf("data is %v, want %v", data, spec.UserData)
	}
}

func TestACountOfZeroIsOne(t *testing.T) {
	spec := minimalSpec()
	spec.Count = 0
	if got := wireOf(t, spec).Params["count"]; got != "1" {
		t.Errorf("count = %q, want 1", got)
	}
}

// BenchmarkTranslate checks a spec as the client does before each create and
// translates it.
func BenchmarkTranslate(b *testing.B) {
	d, err := newDriver(Config{Region: "pek3a"})
	if err != nil {
		b.Fatal(err)
	}
	overhead.Specs(b, fullSpecs(), d, func(spec *provider.RunInstancesSpec) error {
		_ = d.runRequest(spec)
		return nil
	})
}
