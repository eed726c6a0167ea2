package qingcloud_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/qingcloud"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// strictClient is a client of a simulator with an inventory.
func strictClient(t *testing.T, change func(*cloudsim.Inventory)) *client {
	t.Helper()
	inventory := cloudsim.DefaultInventory(cloudsim.QingCloud)
	if change != nil {
		change(inventory)
	}
	return newClient(t, &cloudsim.Options{
		Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.QingCloud: inventory},
	})
}

// rows returns the rows of a list, and its total.
func (c *client) rows(action, set string, pairs ...string) (list []map[string]any, total int) {
	c.T.Helper()
	a := c.Must(action, pairs...)
	var out map[string]json.RawMessage
	if err := json.Unmarshal([]byte(a.Raw), &out); err != nil {
		c.T.Fatal(err)
	}
	if err := json.Unmarshal(out[set], &list); err != nil {
		c.T.Fatalf("%s: %s: %v", action, a.Raw, err)
	}
	return list, a.Total
}

// column returns the values of one field of the rows of a list.
func (c *client) column(field, action, set string, pairs ...string) string {
	c.T.Helper()
	list, _ := c.rows(action, set, pairs...)
	var values []string
	for _, row := range list {
		values = append(values, fmt.Sprint(row[field]))
	}
	return strings.Join(values, " ")
}

func TestListsAreSelected(t *testing.T) {
	c := newClient(t, nil)
	for _, w := range []struct{ field, action, set, pairs, want string }{
		{"instance_type_id", "DescribeInstanceTypes", "instance_type_set", "instance_types.1=c1m1 instance_types.2=absent", "c1m1"},
		{"memory_current", "DescribeInstanceTypes", "instance_type_set", "instance_types.1=c1m2", "2048"},
		{"status", "DescribeInstanceTypes", "instance_type_set", "instance_types.1=small_b", "deprecated"},
		{"instance_type_id", "DescribeInstanceTypes", "instance_type_set", "zone=pek3b instance_types.1=p1.large.r4", ""},
		{"instance_type_id", "DescribeInstanceTypes", "instance_type_set", "baremetal=1", ""},
		// Without a filter about whose an image is, it is the account's own ones.
		{"image_id", "DescribeImages", "image_set", "", "img-web01abc img-web02abc"},
		{"image_id", "DescribeImages", "image_set", "status.1=available", "img-web01abc"},
		{"status", "DescribeImages", "image_set", "images.1=centos63x64", "deprecated"},
		{"image_id", "DescribeImages", "image_set", "provider=self", "img-web01abc img-web02abc img-shared01"},
		{"image_id", "DescribeImages", "image_set", "provider=self owner=usr-cloudsim", "img-web01abc img-web02abc"},
		{"image_id", "DescribeImages", "image_set", "visibility=public os_family=windows", "win2k19dtc"},
		{"image_id", "DescribeImages", "image_set", "provider=system search_word=jammy", "jammyx64 jammyx64a jammyarm64"},
		{"image_id", "DescribeImages", "image_set", "provider=system limit=1 offset=1", "centos63x64"},
		{"image_id", "DescribeImages", "image_set", "tags.1=tag-web", "img-web01abc"},
		{"image_id", "DescribeImages", "image_set", "provider=system processor_type=32bit", ""},
		{"keypair_id", "DescribeKeyPairs", "keypair_set", "search_word=2", "kp-bn2n77ow kp-b2ivaf15"},
		{"keypair_name", "DescribeKeyPairs", "keypair_set", "keypairs.1=kp-b2ivaf15", "kp 2"},
		{"keypair_name", "DescribeKeyPairs", "keypair_set", "encrypt_method=ssh-dss", ""},
		{"security_group_id", "DescribeSecurityGroups", "security_group_set", "zone=pek3b", "sg-defaultpek3b sg-webpek3b"},
		{"is_default", "DescribeSecurityGroups", "security_group_set", "", "1 0"},
		{"router_id", "DescribeRouters", "router_set", "vxnet=vxnet-ytuyg2q", "rtr-b0u6sdj6"},
		{"router_id", "DescribeRouters", "router_set", "vxnet=vxnet-0", ""},
		{"vpc_network", "DescribeRouters", "router_set", "zone=pek3b status.1=active", "172.16.0.0/16"},
		{"router_id", "DescribeRouters", "router_set", "status.1=deleted", ""},
		{"vxnet_id", "DescribeVxnets", "vxnet_set", "vxnet_type=0", "vxnet-self1"},
		{"vxnet_id", "DescribeVxnets", "vxnet_set", "search_word=data", "vxnet-q8f2bu7"},
		{"available_ip_count", "DescribeVxnets", "vxnet_set", "vxnets.1=vxnet-ytuyg2q", "253"},
		{"router", "DescribeVxnets", "vxnet_set", "vxnets.1=vxnet-0", "map[]"},
		{"left", "GetQuotaLeft", "quota_left_set", "resource_types.1=instance resource_types.2=cpu resource_types.3=memory", "50 500 204800"},
		{"left", "GetQuotaLeft", "quota_left_set", "resource_types.1=absent", ""},
	} {
		if got := c.column(w.field, w.action, w.set, strings.Fields(w.pairs)...); got != w.want {
			t.Errorf("%s %s: %s is %q, want %q", w.action, w.pairs, w.field, got, w.want)
		}
	}
}

// TestListsAreCutSilently: a limit that is too large is no error, and the default is small.
func TestListsAreCutSilently(t *testing.T) {
	c := strictClient(t, func(i *cloudsim.Inventory) {
		for n := range 250 {
			image := i.Images[0]
			image.ID = fmt.Sprintf("many%03dx64", n)
			i.Images = append(i.Images, image)
		}
	})
	for limit, want := range map[string]int{"": 20, "100": 100, "1000": 100, "7": 7} {
		list, total := c.rows("DescribeImages", "image_set", "provider=system", "limit="+limit)
		if len(list) != want {
			t.Errorf("limit %q: %d rows, want %d", limit, len(list), want)
		}
		if total != 257 {
			t.Errorf("limit %q: the total is %d, want 257", limit, total)
		}
	}
}

func TestListsAreRefused(t *testing.T) {
	c := newClient(t, nil)
	for _, w := range []struct {
		action, pairs string
		want          int
		names         string
	}{
		{"DescribeImages", "images.1=img-unknown", 2100, "img-unknown"},
		{"DescribeKeyPairs", "keypairs.1=kp-unknown", 2100, "kp-unknown"},
		{"DescribeRouters", "routers.1=rtr-c1v7tek7", 2100, "rtr-c1v7tek7"}, // of another zone
		{"DescribeSecurityGroups", "security_groups.1=sg-unknown", 2100, "sg-unknown"},
		{"DescribeVxnets", "vxnet_type=9", 1101, "vxnet_type"},
		{"DescribeInstanceTypes", "baremetal=x", 1100, "baremetal"},
		{"DescribeImages", "zone=-", 1100, "zone"},
		{"GetQuotaLeft", "zone=PEK3A", 1100, "zone"},
	} {
		a := c.Call(w.action, strings.Fields(w.pairs)...)
		if a.Code() != w.want || !strings.Contains(a.Message, w.names) {
			t.Errorf("%s %s: %s, want %d about %s", w.action, w.pairs, a.Raw, w.want, w.names)
		}
	}
}

// TestListsAreWhole compares single rows with the samples of the documents and of the vendor's client.
func TestListsAreWhole(t *testing.T) {
	c := newClient(t, nil)
	for _, w := range []struct{ action, pairs, want string }{
		{
			"DescribeInstanceTypes", "instance_types.1=c1m1",
			`{"action":"DescribeInstanceTypesResponse","instance_type_set":[{"instance_type_id":"c1m1","instance_type_name":"c1m1",` +
				`"description":"","vcpus_current":1,"memory_current":1024,"status":"available","zone_id":"pek3a"}],"ret_code":0,"total_count":1}`,
		},
		{
			"GetQuotaLeft", "resource_types.1=instance",
			`{"action":"GetQuotaLeftResponse","quota_left_set":[{"left":50,"resource_type":"instance"}],"ret_code":0}`,
		},
		{
			"DescribeKeyPairs", "keypairs.1=kp-bn2n77ow verbose=1",
			`{"action":"DescribeKeyPairsResponse","keypair_set":[{"keypair_id":"kp-bn2n77ow","keypair_name":"kp 1","description":null,` +
				`"encrypt_method":"ssh-rsa","pub_key":"AAAAB3NzaC1yc2EAAAADAQABAAAAgQ","create_time":"2024-08-30T12:00:00Z",` +
				`"owner":"usr-cloudsim","tags":[],"instance_ids":[]}],"ret_code":0,"total_count":1}`,
		},
		{
			"DescribeVxnets", "vxnets.1=vxnet-ytuyg2q",
			`{"action":"DescribeVxnetsResponse","ret_code":0,"total_count":1,"vxnet_set":[{"vxnet_id":"vxnet-ytuyg2q","vxnet_name":"web",` +
				`"vxnet_type":1,"description":null,"create_time":"2024-05-06T12:00:00Z","owner":"usr-cloudsim","zone_id":"pek3a",` +
				`"router":{"router_id":"rtr-b0u6sdj6","router_name":"demo","manager_ip":"192.168.100.1","ip_network":"192.168.100.0/24",` +
				`"dyn_ip_start":"192.168.100.2","dyn_ip_end":"192.168.100.254","mode":1},"vpc_router_id":"rtr-b0u6sdj6",` +
				`"available_ip_count":253,"tags":[{"tag_id":"tag-web","tag_name":"web"}]}]}`,
		},
	} {
		if got := c.Must(w.action, strings.Fields(w.pairs)...).Raw; got != w.want {
			t.Errorf("%s answers\n%s\nwant\n%s", w.action, got, w.want)
		}
	}
}

// TestAnInventoryBindsCreates: with an inventory, creates accept only what the lists show.
func TestAnInventoryBindsCreates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := strictClient(t, func(i *cloudsim.Inventory) { // a zone that is closed sells nothing
			i.Offers = append(i.Offers, cloudsim.Offer{Zone: "gd1", Type: "e2.large.r2", Charge: "postpaid", Stock: cloudsim.Unlimited})
		})
		create := func(pairs string) []string {
			return append([]string{
				"image_id=jammyx64", "instance_type=e2.large.r2", "login_mode=passwd", "login_passwd=Secret-Word-1",
			}, strings.Fields(pairs)...)
		}
		for _, w := range []struct {
			pairs string
			want  int
			names string
		}{
			{"instance_type=e9.large.r2", 1101, "instance_type"},
			{"instance_type=small_b", 1400, "small_b"},
			{"instance_type= cpu=3 memory=1024", 1101, "instance_type"},
			{"image_id=absentx64", 2100, "absentx64"},
			{"image_id=img-web02abc", 1400, "img-web02abc"},
			{"image_id=centos63x64", 1400, "centos63x64"},
			{"login_mode=keypair login_keypair=kp-absent", 2100, "kp-absent"},
			{"vxnets.1=vxnet-absent", 2100, "vxnet-absent"},
			{"vxnets.1=vxnet-k3pek3b", 2100, "vxnet-k3pek3b"},
			{"security_group=sg-webpek3b vxnets.1=vxnet-0", 2100, "sg-webpek3b"},
			{"instance_type=e1.large.r2", 5200, "capacity"},
			{"instance_type=p1.large.r4 zone=pek3b", 5200, "capacity"},
			{"zone=gd1", 5200, "capacity"},
			{"count=51", 2500, "instance"},
			{"zone=gd2", 1101, "zone"},
		} {
			a := c.Call("RunInstances", create(w.pairs)...)
			if a.Code() != w.want || !strings.Contains(a.Message, w.names) {
				t.Errorf("%s: %s, want %d about %s", w.pairs, a.Raw, w.want, w.names)
			}
		}
		if n := len(c.sim.Everything()); n != 0 {
			t.Fatalf("%d instances exist after refusals, want none", n)
		}
		id := c.Must("RunInstances", create("vxnets.1=vxnet-ytuyg2q login_mode=keypair login_keypair=kp-bn2n77ow")...).Instances[0]
		if m := c.Show(id); m.VCPUs != 4 || m.Memory != 8192 {
			t.Errorf("the instance has %d CPUs and %d MiB, want those of its type: 4 and 8192", m.VCPUs, m.Memory)
		}
		sized := c.Must("RunInstances", create("instance_type= cpu=4 memory=8192 vxnets.1=vxnet-0")...).Instances[0]
		if m := c.Show(sized, "verbose=1"); m.Type != "c4m8" || m.SecurityGroup.ID != "sg-defaultpek3a" {
			t.Errorf("an instance by numbers is of type %q in group %q, want c4m8 and sg-defaultpek3a", m.Type, m.SecurityGroup.ID)
		}
		if raw := c.Must("DescribeInstances", "instances.1="+sized).Raw; !strings.Contains(raw, `"security_group_name":"default","is_default":1`) {
			t.Errorf("the default group of an instance is shown in %s, want its name and is_default 1", raw)
		}
		if got := c.column("left", "GetQuotaLeft", "quota_left_set", "resource_types.1=cpu"); got != "492" {
			t.Errorf("%s CPUs are left of the quota of 500, want 492 beside two instances of 4", got)
		}
		if got := c.column("available_ip_count", "DescribeVxnets", "vxnet_set", "vxnets.1=vxnet-ytuyg2q"); got != "252" {
			t.Errorf("%s addresses are free in the network of one instance, want 252", got)
		}
		if got := c.column("status", "DescribeZones", "zone_set", "zones.1=gd1"); got != "faulty" {
			t.Errorf("the closed zone is %q, want faulty", got)
		}
	})
}

// TestStockGoesDownAndUp: a zone sells as many as it has, all of an order or none.
func TestStockGoesDownAndUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := strictClient(t, nil)
		c.Zone = "pek3b"
		order := func(count string) simtest.QingCloudAnswer {
			return c.Call("RunInstances", "image_id=jammyx64", "instance_type=e2.xlarge.r2", "login_mode=passwd",
				"login_passwd=Secret-Word-1", "count="+count)
		}
		if a := order("5"); a.Code() != 5200 {
			t.Errorf("5 of 4: %s, want 5200", a.Raw)
		}
		first := order("3")
		if len(first.Instances) != 3 {
			t.Fatalf("3 of 4: %s, want 3 instances", first.Raw)
		}
		if a := order("2"); a.Code() != 5200 {
			t.Errorf("2 of 1: %s, want 5200", a.Raw)
		}
		time.Sleep(upTime)
		c.Must("TerminateInstances", "instances.1="+first.Instances[0], "direct_cease=1")
		time.Sleep(qingcloud.EndTime)
		if a := order("2"); a.Code() != 0 {
			t.Errorf("2 of 2 after a release: %s, want success", a.Raw)
		}
		if err := c.sim.SetStock(cloudsim.QingCloud, "pek3b", "e2.xlarge.r2", cloudsim.Unlimited); err != nil {
			t.Fatal(err)
		}
		if a := order("5"); a.Code() != 0 {
			t.Errorf("5 of an unlimited stock: %s, want success", a.Raw)
		}
	})
}

// TestZonesOfTheOptionsAndOfTheInventory: both are listed and accepted, and others are not.
func TestZonesOfTheOptionsAndOfTheInventory(t *testing.T) {
	inventory := cloudsim.DefaultInventory(cloudsim.QingCloud)
	inventory.Zones = append(inventory.Zones, cloudsim.InventoryZone{ID: "own1a"})
	c := newClient(t, &cloudsim.Options{
		Regions:     map[cloudsim.Cloud][]cloudsim.Region{cloudsim.QingCloud: {{ID: "lab1"}}},
		Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.QingCloud: inventory},
	})
	got := strings.Fields(c.column("zone_id", "DescribeZones", "zone_set"))
	slices.Sort(got)
	if want := "gd1 lab1 own1a pek3a pek3b sh1a"; strings.Join(got, " ") != want {
		t.Errorf("zones are %v, want %s", got, want)
	}
	for _, zone := range []string{"lab1", "own1a"} {
		if a := c.Call("DescribeInstances", "zone="+zone); a.Code() != 0 {
			t.Errorf("zone %s: %s, want success", zone, a.Raw)
		}
	}
}
