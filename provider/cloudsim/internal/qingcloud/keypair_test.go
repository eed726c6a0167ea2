package qingcloud_test

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunify/qingcloud-sdk-go/service"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// newKeyPair creates a key pair.
func (c *client) newKeyPair(pairs ...string) (id, private string) {
	c.T.Helper()
	var out struct {
		ID      string `json:"keypair_id"`
		Private string `json:"private_key"`
	}
	if err := json.Unmarshal([]byte(c.Must("CreateKeyPair", pairs...).Raw), &out); err != nil {
		c.T.Fatal(err)
	}
	return out.ID, out.Private
}

func TestKeyPairsAreCreated(t *testing.T) {
	c := newClient(t, nil)
	id, private := c.newKeyPair("keypair_name=mine")
	block, _ := pem.Decode([]byte(private))
	if block == nil {
		t.Fatalf("the private key of %s is no PEM", id)
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
		t.Errorf("the private key can not be read: %v", err)
	}
	ed, private := c.newKeyPair("encrypt_method=ssh-ed25519")
	block, _ = pem.Decode([]byte(private))
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		t.Errorf("the private key can not be read: %v", err)
	}
	own, private := c.newKeyPair("mode=user", "public_key=ssh-rsa QUJD me@here")
	if private != "" {
		t.Error("a key pair of a given public key has a private key")
	}
	shown := c.Must("DescribeKeyPairs", "keypairs.1="+id, "keypairs.2="+ed, "keypairs.3="+own).Raw
	for _, want := range []string{`"keypair_name":"mine"`, `"pub_key":"AAAAB3NzaC1yc2E`, `"ssh-ed25519","pub_key":"AAAAC3NzaC1lZDI1NTE5`, `"pub_key":"QUJD"`} {
		if !strings.Contains(shown, want) {
			t.Errorf("the key pairs are shown without %s: %s", want, shown)
		}
	}
	if strings.Contains(shown, "PRIVATE KEY") {
		t.Error("a list shows a private key")
	}
}

func TestKeyPairsAreAttached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		key, _ := c.newKeyPair("mode=user", "public_key=QUJD")
		ids := c.Run("count=2")
		time.Sleep(upTime)
		c.Must("AttachKeyPairs", "keypairs.1="+key, "keypairs.2=kp-bn2n77ow", "instances.1="+ids[0], "instances.2="+ids[1])
		if got, want := c.Show(ids[1], "verbose=1").KeyPairIDs, []string{key, "kp-bn2n77ow"}; !slices.Equal(got, want) {
			t.Errorf("the instance has key pairs %v, want %v", got, want)
		}
		if got := c.column("instance_ids", "DescribeKeyPairs", "keypair_set", "keypairs.1="+key, "verbose=1"); got != "["+ids[0]+" "+ids[1]+"]" {
			t.Errorf("the key pair is in %s, want both instances", got)
		}
		if a := c.Call("DeleteKeyPairs", "keypairs.1="+key); a.Code() != 5400 {
			t.Errorf("deleting a key pair in use: %s, want 5400", a.Raw)
		}
		c.Must("DetachKeyPairs", "keypairs.1="+key, "instances.1="+ids[0], "instances.2="+ids[1])
		c.Must("DeleteKeyPairs", "keypairs.1="+key)
		if a := c.Call("DescribeKeyPairs", "keypairs.1="+key); a.Code() != 2100 {
			t.Errorf("a deleted key pair: %s, want 2100", a.Raw)
		}
	})
}

func TestKeyPairsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := strictClient(t, nil)
		id := c.Must("RunInstances", simtest.QingCloudCreate("image_id=jammyx64")...).Instances[0]
		for _, w := range []struct {
			action, pairs string
			want          int
		}{
			{"CreateKeyPair", "mode=other", 1101},
			{"CreateKeyPair", "encrypt_method=rsa", 1101},
			{"CreateKeyPair", "encrypt_method=ssh-dss", 1101},
			{"CreateKeyPair", "mode=user", 1100},
			{"CreateKeyPair", "mode=user public_key=!", 1100},
			{"DeleteKeyPairs", "", 1100},
			{"DeleteKeyPairs", "keypairs.1=kp-absent", 2100},
			{"AttachKeyPairs", "keypairs.1=kp-bn2n77ow instances.1=" + id, 1400}, // it is still being created
			{"AttachKeyPairs", "keypairs.1=kp-absent instances.1=i-absent", 2100},
			{"DetachKeyPairs", "instances.1=" + id, 1100},
		} {
			if a := c.Call(w.action, strings.Fields(w.pairs)...); a.Code() != w.want {
				t.Errorf("%s %s: %s, want %d", w.action, w.pairs, a.Raw, w.want)
			}
		}
		time.Sleep(upTime)
		if a := c.Call("AttachKeyPairs", "keypairs.1=kp-absent", "instances.1="+id); a.Code() != 2100 {
			t.Errorf("an unknown key pair: %s, want 2100", a.Raw)
		}
	})
}

func TestInstancesJoinNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := strictClient(t, nil)
		create := func(pairs ...string) []string {
			return c.Must("RunInstances", simtest.QingCloudCreate(append(pairs, "image_id=jammyx64")...)...).Instances
		}
		ids, inside := create("count=2"), create("vxnets.1=vxnet-ytuyg2q|192.168.100.9")
		time.Sleep(upTime)
		c.Must("JoinVxnet", "vxnet=vxnet-q8f2bu7|192.168.101.7", "instances.1="+ids[0])
		if n := len(c.Show(ids[0]).VxNets); n != 0 {
			t.Errorf("the instance is in %d networks before the job has ended, want none", n)
		}
		time.Sleep(qingcloud.PowerTime)
		if nets := c.Show(ids[0]).VxNets; len(nets) != 1 || nets[0].PrivateIP != "192.168.101.7" {
			t.Errorf("the instance is in %+v, want the network with its address", nets)
		}
		c.Must("JoinVxnet", "vxnet=vxnet-self1", "instances.1="+ids[0], "instances.2="+ids[1])
		time.Sleep(qingcloud.PowerTime)
		if nets := c.Show(ids[1]).VxNets; len(nets) != 1 || nets[0].PrivateIP != "" {
			t.Errorf("the instance is in %+v, want a network without an address", nets)
		}
		c.Must("LeaveVxnet", "vxnet=vxnet-ytuyg2q", "instances.1="+inside[0])
		if n := len(c.Show(inside[0]).VxNets); n != 0 {
			t.Errorf("the instance is in %d networks after it left the only one, want none", n)
		}
		if a := c.Call("LeaveVxnet", "vxnet=vxnet-ytuyg2q", "instances.1="+inside[0]); a.Code() != 1400 {
			t.Errorf("leaving a network twice: %s, want 1400", a.Raw)
		}
		c.Must("JoinVxnet", "vxnet=vxnet-ytuyg2q|192.168.100.9", "instances.1="+inside[0]) // the address is free again
		for pairs, want := range map[string]int{
			"vxnet=vxnet-ytuyg2q":                          1100,
			"instances.1=" + ids[1]:                        1100,
			"vxnet=vxnet-absent instances.1=" + ids[1]:     2100,
			"vxnet=vxnet-q8f2bu7|x instances.1=" + ids[1]:  1100,
			"vxnet=vxnet-0|10.0.0.1 instances.1=" + ids[1]: 1101,
			"vxnet=vxnet-q8f2bu7|192.168.101.9 instances.1=" + ids[1] + " instances.2=" + inside[0]: 1101,
			"vxnet=vxnet-q8f2bu7|192.168.101.7 instances.1=" + ids[1]:                               1400, // in use
			"vxnet=vxnet-self1 instances.1=" + ids[1]:                                               1400, // is in it
			"vxnet=vxnet-q8f2bu7 instances.1=" + inside[0]:                                          1400, // is in another managed one
		} {
			if a := c.Call("JoinVxnet", strings.Fields(pairs)...); a.Code() != want {
				t.Errorf("%s: %s, want %d", pairs, a.Raw, want)
			}
		}
	})
}

// TestServesTheVendorsCatalogClient: its decoding is strict.
func TestServesTheVendorsCatalogClient(t *testing.T) {
	c := newClient(t, nil)
	sdk := c.sdk()
	defer sdk.Config.Connection.CloseIdleConnections()
	zone := "pek3a"
	types, err := sdk.DescribeInstanceTypes(&service.DescribeInstanceTypesInput{})
	if err != nil || len(types.InstanceTypeSet) != 10 {
		t.Errorf("DescribeInstanceTypes: %v, %+v", err, types)
	}
	images := &service.ImageService{Config: sdk.Config, Properties: &service.ImageServiceProperties{Zone: &zone}}
	shown, err := images.DescribeImages(&service.DescribeImagesInput{Provider: new("system")})
	if err != nil || len(shown.ImageSet) != 7 || *shown.ImageSet[0].OSFamily != "centos" {
		t.Errorf("DescribeImages: %v, %+v", err, shown)
	}
	vxnets := &service.VxNetService{Config: sdk.Config, Properties: &service.VxNetServiceProperties{Zone: &zone}}
	nets, err := vxnets.DescribeVxNets(&service.DescribeVxNetsInput{Verbose: new(1), Zone: &zone})
	if err != nil || len(nets.VxNetSet) != 4 || *nets.VxNetSet[1].Router.IPNetwork != "192.168.100.0/24" {
		t.Errorf("DescribeVxNets: %v, %+v", err, nets)
	}
	routers := &service.RouterService{Config: sdk.Config, Properties: &service.RouterServiceProperties{Zone: &zone}}
	vpcs, err := routers.DescribeRouters(&service.DescribeRoutersInput{Verbose: new(1)})
	if err != nil || len(vpcs.RouterSet) != 1 || len(vpcs.RouterSet[0].VxNets) != 2 {
		t.Errorf("DescribeRouters: %v, %+v", err, vpcs)
	}
	groups := &service.SecurityGroupService{Config: sdk.Config, Properties: &service.SecurityGroupServiceProperties{Zone: &zone}}
	firewalls, err := groups.DescribeSecurityGroups(&service.DescribeSecurityGroupsInput{Verbose: new(1)})
	if err != nil || len(firewalls.SecurityGroupSet) != 2 {
		t.Errorf("DescribeSecurityGroups: %v, %+v", err, firewalls)
	}
	keys := &service.KeyPairService{Config: sdk.Config, Properties: &service.KeyPairServiceProperties{Zone: &zone}}
	made, err := keys.CreateKeyPair(&service.CreateKeyPairInput{Mode: new("user"), PublicKey: new("ssh-rsa QUJD")})
	if err != nil || *made.KeyPairID == "" {
		t.Fatalf("CreateKeyPair: %v, %+v", err, made)
	}
	listed, err := keys.DescribeKeyPairs(&service.DescribeKeyPairsInput{Verbose: new(1)})
	if err != nil || len(listed.KeyPairSet) != 3 {
		t.Errorf("DescribeKeyPairs: %v, %+v", err, listed)
	}
	misc := &service.MiscService{Config: sdk.Config, Properties: &service.MiscServiceProperties{}}
	left, err := misc.GetQuotaLeft(&service.GetQuotaLeftInput{Zone: &zone})
	if err != nil || *left.QuotaLeftSet[0].Left != 50 {
		t.Errorf("GetQuotaLeft: %v, %+v", err, left)
	}
}
