package qingcloud_test

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestRunAnswersIDsAndOneJob(t *testing.T) {
	c := newClient(t, nil)
	a := c.Must("RunInstances", simtest.QingCloudCreate("count=3")...)
	if len(a.Instances) != 3 || !regexp.MustCompile(`^j-[0-9a-z]{8}$`).MatchString(a.JobID) {
		t.Fatalf("3 instances are answered with %s", a.Raw)
	}
	for _, id := range a.Instances {
		if !regexp.MustCompile(`^i-[0-9a-z]{8}$`).MatchString(id) {
			t.Errorf("instance is called %q, want the form i-rtyv0968", id)
		}
	}
	if n := len(c.Run()); n != 1 {
		t.Errorf("without a count %d instances are made, want 1", n)
	}
}

func TestRunUnderstandsEveryParameter(t *testing.T) {
	c := newClient(t, nil)
	group := c.newGroup("relation=repel")
	id := c.Run(
		"image_id=img-12345678", "instance_type=e1.large.r2", "cpu=8", "memory=16384", "os_disk_size=41", "count=1",
		"instance_name=web 1", "login_mode=keypair", "login_keypair=kp-1", "login_passwd=-",
		"vxnets.1=vxnet-0", "vxnets.2=vxnet-abcd123|192.168.1.2", "security_group=sg-1", "volumes.1=vol-1",
		"volumes.2=vol-2",
		"hostname=web-1", "need_newsid=1", "instance_class=202", "cpu_model=CascadeLake", "cpu_topology=2,2,2", "gpu=1",
		"gpu_class=1", "nic_mqueue=1", "need_userdata=1", "userdata_type=exec", "userdata_value=IyEvYmluL3No",
		"userdata_path=/etc/x", "userdata_file=/etc/rc.x", "target_user=usr-1", "dedicated_host_group_id=dhg-1",
		"dedicated_host_id=dh-1", "instance_group="+group, "hypervisor=kvm", "os_disk_encryption=1",
		"cipher_alg=aes256",
		"months=3", "auto_renew=1",
	)[0]
	i := c.sim.Instances(cloudsim.QingCloud)[0]
	got := []string{
		i.ID, i.Name, i.HostName, i.Region, i.Zone, i.ImageID, i.SubnetID, string(i.Charge),
		strings.Join(i.Groups, ","), strings.Join(i.KeyPairs, ","), i.PrivateIPs[1],
	}
	want := []string{
		id, "web 1", "web-1", "pek3a", "pek3a", "img-12345678", "vxnet-0", "prepaid", "sg-1", "kp-1",
		"192.168.1.2",
	}
	if !slices.Equal(got, want) || len(i.PrivateIPs) != 2 || i.CPUs != 8 || i.MemoryMiB != 16384 {
		t.Errorf("the instance is %q with %d cores, %d MiB, %v\nwant %q, 8, 16384, two addresses", got, i.CPUs,
			i.MemoryMiB, i.PrivateIPs, want)
	}
	for name, value := range map[string]string{
		"os_disk_size": "41", "cpu_topology": "2,2,2", "userdata_file": "/etc/rc.x", "auto_renew": "1",
		"instance_group": group,
	} {
		if i.Params[name] != value {
			t.Errorf("parameter %s reads %q, want %q", name, i.Params[name], value)
		}
	}
	for _, name := range []string{"signature", "access_key_id", "action", "zone"} {
		if _, ok := i.Params[name]; ok {
			t.Errorf("common parameter %s is among those of the create", name)
		}
	}
}

func TestRunAcceptsUnlistedTypes(t *testing.T) {
	for _, pairs := range [][]string{
		{"instance_class=1002"},
		{"cpu_model=SapphireRapids"},
		{"instance_type=bmc1.small"},
		{"cpu=64", "memory=262144"},
		{"instance_type=-", "cpu=2", "memory=2048"},
		{"vxnets.1=vxnet-a", "vxnets.3=vxnet-b"},
		{"cipher_alg=aes256"},
		{"os_disk_encryption=true"},
		{"image_id=winsrv2016", "os_disk_size=50"},
		{"hypervisor=bm"},
		{"instance_type=small_a", "cpu_topology=2,4,2"}, // a type of unknown size
		{"hostname=web-1.example.com"},
		{"hostname=" + strings.Repeat("a", 63), "count=2"},
		{"need_userdata=1", "userdata_type=tar", "userdata_value=uda-12345678"},
		{"userdata_value=ignored when switched off"},
	} {
		if a := newClient(t, nil).Call("RunInstances", simtest.QingCloudCreate(pairs...)...); a.Code() != 0 {
			t.Errorf("%v is refused: %s", pairs, a.Raw)
		}
	}
}

func TestUserDataLimitIsOnTheEncodedText(t *testing.T) {
	for size, want := range map[int]int{3072: 0, 3073: 1100} {
		value := base64.StdEncoding.EncodeToString(make([]byte, size))
		a := newClient(t, nil).Call("RunInstances", simtest.QingCloudCreate("need_userdata=1", "userdata_type=plain",
			"userdata_value="+value)...)
		if a.Code() != want {
			t.Errorf("%d bytes, %d encoded: %s, want %d", size, len(value), a.Raw, want)
		}
	}
}

func TestUserDataIsIgnoredUnlessSwitchedOn(t *testing.T) {
	c := newClient(t, nil)
	c.Run("userdata_type=plain", "userdata_value=YQ==")
	c.Run("userdata_type=plain", "userdata_value=YQ==", "need_userdata=1")
	off, on := c.sim.Instances()[0].Params, c.sim.Instances()[1].Params
	if off["userdata_value"] != "" || on["userdata_value"] != "YQ==" {
		t.Errorf("user data is %q without need_userdata and %q with it, want none and YQ==", off["userdata_value"],
			on["userdata_value"])
	}
}

// TestUserDataDefaults: the place of user data is optional, and an unsuitable directory
// is no error.
func TestUserDataDefaults(t *testing.T) {
	tests := []struct {
		pairs      []string
		path, file string
	}{
		{[]string{"userdata_type=plain"}, "/etc/qingcloud/userdata", ""},
		{[]string{"userdata_type=exec"}, "/etc/qingcloud/userdata", "/etc/rc.local"},
		{[]string{"userdata_type=exec", "userdata_path=/var/x", "userdata_file=/etc/rc.x"}, "/var/x", "/etc/rc.x"},
		{
			[]string{"userdata_type=plain", "userdata_path=var/x", "userdata_file=/etc/rc.x"},
			"/etc/qingcloud/userdata", "",
		},
		{[]string{"userdata_type=plain", "userdata_path=/var/x", "need_userdata=0"}, "", ""},
	}
	for _, tt := range tests {
		c := newClient(t, nil)
		c.Run(append([]string{"need_userdata=1", "userdata_value=YQ=="}, tt.pairs...)...)
		if p := c.sim.Instances()[0].Params; p["userdata_path"] != tt.path || p["userdata_file"] != tt.file {
			t.Errorf("%v goes to %q and %q, want %q and %q", tt.pairs, p["userdata_path"], p["userdata_file"],
				tt.path, tt.file)
		}
	}
}

// TestVolumesAndAddressesAreHeld: no other instance can get the volume or address of an
// instance until it is gone.
func TestVolumesAndAddressesAreHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		id := c.Run("volumes.1=vol-1", "vxnets.1=vxnet-a|192.168.1.2")[0]
		order := func(pair string, want int) {
			t.Helper()
			if a := c.Call("RunInstances", simtest.QingCloudCreate(pair)...); a.Code() != want {
				t.Errorf("%s: %s, want %d", pair, a.Raw, want)
			}
		}
		order("volumes.1=vol-1", 1400)
		order("vxnets.1=vxnet-a|192.168.1.2", 1400)
		order("vxnets.1=vxnet-b|192.168.1.2", 0)
		order("vxnets.1=vxnet-a|192.168.1.3", 0)
		time.Sleep(upTime)
		c.Must("TerminateInstances", "instances.1="+id)
		order("volumes.1=vol-1", 1400)
		time.Sleep(qingcloud.EndTime)
		order("volumes.1=vol-1", 0)
		order("vxnets.1=vxnet-a|192.168.1.2", 0)
	})
}

func TestNumbersBeatTheType(t *testing.T) {
	tests := []struct {
		pairs        []string
		cpus, memory int
	}{
		{[]string{"instance_type=c1m2"}, 1, 2048},
		{[]string{"instance_type=e1.large.r2"}, 4, 8192},
		{[]string{"instance_type=s1.2xlarge.r4"}, 16, 65536},
		{[]string{"instance_type=s1.small.r1"}, 1, 1024},
		{[]string{"instance_type=s1.medium.r1"}, 2, 2048},
		{[]string{"instance_type=s1.xlarge.r1"}, 8, 8192},
		{[]string{"instance_type=bm.odd.r1"}, 2, 4096},
		{[]string{"instance_type=small_a"}, 2, 4096},
		{[]string{"instance_type=e1.large.r2", "cpu=1", "memory=1024"}, 1, 1024},
		{[]string{"instance_type=e1.large.r2", "cpu=2"}, 2, 8192},
		{[]string{"instance_type=e1.large.r2", "memory=4096"}, 4, 4096},
		{[]string{"instance_type=-", "cpu=8", "memory=16384"}, 8, 16384},
	}
	for _, tt := range tests {
		c := newClient(t, nil)
		m := c.Show(c.Run(tt.pairs...)[0])
		if m.VCPUs != tt.cpus || m.Memory != tt.memory {
			t.Errorf("%v makes %d cores and %d MiB, want %d and %d", tt.pairs, m.VCPUs, m.Memory, tt.cpus, tt.memory)
		}
	}
}

func TestSecurityGroup(t *testing.T) {
	tests := []struct {
		pairs []string
		want  string
	}{
		{[]string{"vxnets.1=vxnet-0", "security_group=sg-7"}, "sg-7"},
		{[]string{"vxnets.1=vxnet-0"}, "sg-default"},
		{[]string{"vxnets.1=vxnet-a"}, ""},
	}
	for _, tt := range tests {
		c := newClient(t, nil)
		if got := c.Show(c.Run(tt.pairs...)[0]).SecurityGroup.ID; got != tt.want {
			t.Errorf("%v: security group is %q, want %q", tt.pairs, got, tt.want)
		}
	}
}

func TestCharge(t *testing.T) {
	for pair, want := range map[string]cloudsim.Charge{
		"months=1":               cloudsim.Prepaid,
		"dedicated_host_id=dh-1": cloudsim.Host, "gpu=0": cloudsim.Postpaid,
	} {
		c := newClient(t, nil)
		c.Run(pair)
		if got := c.sim.Instances()[0].Charge; got != want {
			t.Errorf("%s: paid as %s, want %s", pair, got, want)
		}
	}
}
