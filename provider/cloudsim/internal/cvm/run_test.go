package cvm_test

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// TestDocumentedExamples sends the five examples on the vendor's page about
// RunInstances unchanged.
func TestDocumentedExamples(t *testing.T) {
	common := map[string]string{
		"Action": "RunInstances", "Placement.Zone": "ap-guangzhou-2", "ImageId": "img-pmqg1cw7",
		"InstanceType":        "S2.SMALL1",
		"SystemDisk.DiskType": "LOCAL_BASIC", "SystemDisk.DiskSize": "50", "DataDisks.0.DiskType": "LOCAL_BASIC",
		"DataDisks.0.DiskSize":                       "100",
		"InternetAccessible.InternetChargeType":      "TRAFFIC_POSTPAID_BY_HOUR",
		"InternetAccessible.InternetMaxBandwidthOut": "10",
		"InternetAccessible.PublicIpAssigned":        "TRUE", "InstanceName": "QCLOUD-TEST",
		"LoginSettings.Password":                  "Qcloud@TestApi123++",
		"EnhancedService.SecurityService.Enabled": "TRUE", "EnhancedService.MonitorService.Enabled": "TRUE",
		"InstanceCount": "1",
	}
	with := func(more map[string]string) map[string]string {
		all := maps.Clone(common)
		maps.Copy(all, more)
		return all
	}
	for name, c := range map[string]struct {
		params map[string]string
		want   cloudsim.Instance
	}{
		"1 the least": {
			map[string]string{"Action": "RunInstances", "Placement.Zone": "ap-guangzhou-2", "ImageId": "img-pmqg1cw7"},
			cloudsim.Instance{
				Name: "未命名", Charge: cloudsim.Postpaid, CPUs: 2, MemoryMiB: 4096,
				PrivateIPs: []string{"10.1.0.1"},
			},
		},
		"2 prepaid": {
			with(map[string]string{
				"InstanceChargeType": "PREPAID", "InstanceChargePrepaid.Period": "1",
				"InstanceChargePrepaid.RenewFlag": "NOTIFY_AND_AUTO_RENEW",
			}),
			cloudsim.Instance{
				Name: "QCLOUD-TEST", Charge: cloudsim.Prepaid, CPUs: 1, MemoryMiB: 1024,
				PrivateIPs: []string{"10.1.0.1"},
			},
		},
		"3 by the hour": {
			with(map[string]string{"InstanceChargeType": "POSTPAID_BY_HOUR"}),
			cloudsim.Instance{
				Name: "QCLOUD-TEST", Charge: cloudsim.Postpaid, CPUs: 1, MemoryMiB: 1024,
				PrivateIPs: []string{"10.1.0.1"},
			},
		},
		"4 on a dedicated host": {
			with(map[string]string{
				"Placement.HostIds.0": "host-q88gab4i", "InstanceChargeType": "CDHPAID",
				"InstanceType": "CDH_1C1G",
			}),
			cloudsim.Instance{
				Name: "QCLOUD-TEST", Charge: cloudsim.Host, CPUs: 1, MemoryMiB: 1024,
				PrivateIPs: []string{"10.1.0.1"},
			},
		},
		"5 private addresses": {
			map[string]string{
				"Action": "RunInstances", "Region": "ap-hongkong", "Placement.Zone": "ap-hongkong-1",
				"ImageId": "img-dkwyg6sr", "InstanceType": "S1.SMALL2",
				"SystemDisk.DiskType": "CLOUD_BASIC", "SystemDisk.DiskSize": "50", "InstanceCount": "2",
				"VirtualPrivateCloud.SubnetId": "subnet-dcs9x3gz", "VirtualPrivateCloud.VpcId": "vpc-1urkhbj4",
				"VirtualPrivateCloud.PrivateIpAddresses.0": "10.0.0.18",
				"VirtualPrivateCloud.PrivateIpAddresses.1": "10.0.0.19",
			},
			cloudsim.Instance{
				Name: "未命名", Charge: cloudsim.Postpaid, CPUs: 1, MemoryMiB: 2048,
				PrivateIPs: []string{"10.0.0.18"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			sim := cloudsim.New(nil)
			if got := ask(t, sim, simtest.V1GET(c.params)); got.Error.Code != "" {
				t.Fatalf("refused with %+v", got.Error)
			}
			i := sim.Instances(cloudsim.CVM)[0]
			got := cloudsim.Instance{
				Name: i.Name, Charge: i.Charge, CPUs: i.CPUs, MemoryMiB: i.MemoryMiB,
				PrivateIPs: i.PrivateIPs,
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("instance is %+v, want %+v", got, c.want)
			}
			if public := c.params["InternetAccessible.PublicIpAssigned"] != ""; public != (len(i.PublicIPs) == 1) {
				t.Errorf("public addresses %v, asked for one: %v", i.PublicIPs, public)
			}
		})
	}
}

func TestInstancesBootAfterTheCreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		ids := c.Run(`{"InstanceCount":2}`)
		if got := c.States(ids...); !slices.Equal(got, []string{"PENDING", "PENDING"}) {
			t.Errorf("right after the create: %v", got)
		}
		if i := c.Instance(ids[0]); i["LatestOperation"] != "RunInstances" || i["LatestOperationState"] != "OPERATING" {
			t.Errorf("latest operation while booting: %v %v", i["LatestOperation"], i["LatestOperationState"])
		}
		time.Sleep(2 * time.Second)
		if got := c.States(ids...); !slices.Equal(got, []string{"RUNNING", "RUNNING"}) {
			t.Errorf("after the boot time: %v", got)
		}
		if i := c.Instance(ids[0]); i["LatestOperationState"] != "SUCCESS" {
			t.Errorf("latest operation of a running instance: %v", i["LatestOperationState"])
		}
	})
}

func TestNamesOfSeveralInstances(t *testing.T) {
	for pattern, want := range map[string]string{
		"web":              "web1 web2",
		"web_{R:3}":        "web_3 web_4",
		"web_{R:3,F:3}":    "web_003 web_004",
		"app_{R:99,F:2}":   "app_99 app_100",
		"{R:1}-{R:8,F:2}":  "1-08 2-09",
		"web_{}":           "web_{}1 web_{}2",
		"web_{R:1,F:9}":    "web_{R:1,F:9}1 web_{R:1,F:9}2",
		"node{IP}":         "node{IP}1 node{IP}2", // a pattern of host names alone
		"测试":               "测试1 测试2",
		"":                 "未命名 未命名",
		"web_{R:0,F:8}.eu": "web_00000000.eu web_00000001.eu",
	} {
		c := newClient(t, nil)
		c.Run(fmt.Sprintf(`{"InstanceName":%q,"InstanceCount":2}`, pattern))
		all := c.sim.Instances(cloudsim.CVM)
		if got := all[0].Name + " " + all[1].Name; got != want {
			t.Errorf("name %q makes %q, want %q", pattern, got, want)
		}
	}
}

func TestHostNames(t *testing.T) {
	for pattern, want := range map[string]string{
		"web":            "web1 web2",
		"web-{R:9}":      "web-9 web-10",
		"node-{IP}":      "node-10.1.0.1 node-10.1.0.2",
		"web-{IP}-{R:1}": "web-10.1.0.1-1 web-10.1.0.2-2",
	} {
		c := newClient(t, nil)
		c.Run(fmt.Sprintf(`{"HostName":%q,"InstanceCount":2}`, pattern))
		all := c.sim.Instances(cloudsim.CVM)
		if got := all[0].HostName + " " + all[1].HostName; got != want {
			t.Errorf("host name %q makes %q, want %q", pattern, got, want)
		}
	}
}

func TestClientTokenMakesOnce(t *testing.T) {
	c := newClient(t, nil)
	first := c.Run(`{"ClientToken":"op-1","InstanceCount":3}`)
	if again := c.Run(`{"InstanceCount":3,"ClientToken":"op-1"}`); !slices.Equal(first, again) {
		t.Errorf("same token, same parameters: %v, then %v", first, again)
	}
	flat := map[string]string{
		"Action": "RunInstances", "Placement.Zone": "ap-guangzhou-2", "ImageId": "img-pmqg1cw7",
		"InstanceCount": "3", "ClientToken": "op-1",
	}
	if again := ask(t, c.sim, simtest.V1POST(flat)); !slices.Equal(first, again.InstanceIdSet) {
		t.Errorf("same token and parameters as a form: %v, error %+v", again.InstanceIdSet, again.Error)
	}
	c.Refused("same token, other parameters", c.Call(
		"RunInstances", simtest.CVMCreate(t, `{"ClientToken":"op-1","InstanceCount":2}`)), "InvalidParameterValue")
	c.Run(`{"ClientToken":"op-2","InstanceCount":3}`)
	c.Run(`{}`)
	c.Run(`{}`)
	if n := len(c.sim.Instances(cloudsim.CVM)); n != 8 {
		t.Errorf("%d instances, want 3 + 3 with tokens and 2 without", n)
	}
}

func TestRefusedCreateLeavesTheTokenFree(t *testing.T) {
	c := newClient(t, nil)
	c.Refused("bad period", c.Call("RunInstances", simtest.CVMCreate(
		t, `{"ClientToken":"op-1","InstanceCount":501}`)), "InvalidParameterValue.Range")
	if ids := c.Run(`{"ClientToken":"op-1"}`); len(ids) != 1 {
		t.Errorf("corrected create with the same token made %d instances", len(ids))
	}
}

func TestDryRunMakesNothing(t *testing.T) {
	c := newClient(t, nil)
	got := c.Call("RunInstances", simtest.CVMCreate(t, `{"DryRun":true,"ClientToken":"op-1"}`))
	if got.Error.Code != "" || got.InstanceIdSet != nil || len(c.sim.Everything(cloudsim.CVM)) != 0 {
		t.Errorf("dry run: ids %v, error %+v, %d instances", got.InstanceIdSet, got.Error,
			len(c.sim.Everything(cloudsim.CVM)))
	}
	c.Refused("dry run of a bad create", c.Call(
		"RunInstances", simtest.CVMCreate(t, `{"DryRun":true,"InstanceCount":0}`)), "InvalidParameterValue.Range")
	if ids := c.Run(`{"ClientToken":"op-1"}`); len(ids) != 1 {
		t.Errorf("the dry run used up the token")
	}
}

func TestPrivateAddressesAreTakenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		vpc := func(subnet string) string {
			return `{"VirtualPrivateCloud":{"VpcId":"vpc-1","SubnetId":"` + subnet +
				`","PrivateIpAddresses":["10.0.0.18"]}}`
		}
		ids := c.Run(vpc("subnet-1"))
		c.Refused("the address again", c.Call("RunInstances", simtest.CVMCreate(t, vpc("subnet-1"))), "VpcIpIsUsed")
		c.Run(vpc("subnet-2"))
		time.Sleep(2 * time.Second)
		c.Call("TerminateInstances", simtest.CVMIDs(ids, ""))
		time.Sleep(time.Second)
		c.Run(vpc("subnet-1")) // free again
	})
}

func TestPublicAddress(t *testing.T) {
	for members, want := range map[string]int{
		`{}`: 0,
		`{"InternetAccessible":{"InternetMaxBandwidthOut":0}}`:                            0,
		`{"InternetAccessible":{"InternetMaxBandwidthOut":10}}`:                           1,
		`{"InternetAccessible":{"InternetMaxBandwidthOut":10,"PublicIpAssigned":true}}`:   1,
		`{"InternetAccessible":{"InternetMaxBandwidthOut":10,"PublicIpAssigned":false}}`:  0,
		`{"InternetAccessible":{"InternetChargeType":"TRAFFIC_POSTPAID_BY_HOUR"}}`:        0,
		`{"InternetAccessible":{"InternetMaxBandwidthOut":0,"PublicIpAssigned":false}}`:   0,
		`{"InternetAccessible":{"InternetMaxBandwidthOut":1,"IPv4AddressType":"WanIP"}}`:  1,
		`{"InternetAccessible":{"InternetMaxBandwidthOut":1,"IPv6AddressType":"EIPv6"}}`:  1,
		`{"InternetAccessible":{"InternetMaxBandwidthOut":9},"InstanceType":"S5.SMALL1"}`: 1,
	} {
		c := newClient(t, nil)
		c.Run(members)
		if got := c.sim.Instances(cloudsim.CVM)[0].PublicIPs; len(got) != want {
			t.Errorf("%s: public addresses %v, want %d", members, got, want)
		}
	}
}

func TestTimerDestroysTheInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, nil)
		at := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		ids := c.Run(`{"ActionTimer":{"TimerAction":"TerminateInstances","ActionTime":"` + at + `"}}`)
		time.Sleep(time.Hour - time.Second)
		if got := c.States(ids...); !slices.Equal(got, []string{"RUNNING"}) {
			t.Errorf("just before the timer: %v", got)
		}
		time.Sleep(3 * time.Second)
		if n := len(c.sim.Instances(cloudsim.CVM)); n != 0 {
			t.Errorf("after the timer %d instances exist, want none", n)
		}
	})
}

func TestSeedMakesTheSameInstances(t *testing.T) {
	make3 := func(polls int) string {
		c := newClient(t, &cloudsim.Options{Seed: 7})
		var all []string
		for range 3 {
			all = append(all, c.Run(`{"InternetAccessible":{"InternetMaxBandwidthOut":1}}`)...)
			for range polls {
				c.States(all...)
			}
		}
		return strings.Join(all, " ")
	}
	if a, b := make3(0), make3(5); a != b {
		t.Errorf("polling changed what a seed makes: %s, then %s", a, b)
	}
}

func TestRunsInTheMemoryTransport(t *testing.T) {
	sim := cloudsim.New(nil)
	r := simtest.TC3Request{}.Build()
	r.RequestURI, r.URL.Scheme, r.URL.Host = "", "https", "cvm.ap-guangzhou.tencentcloudapi.com"
	r.Host = "" // net/http then takes the URL's
	r.Header.Del("Authorization")
	q := simtest.TC3Request{Method: "POST", SignedHost: r.URL.Host}
	r.Header.Set("Authorization", q.Authorization(r, time.Now().UTC().Format(time.DateOnly)))
	res, err := (&http.Client{Transport: sim.Transport()}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if n := sim.Calls(cloudsim.CVM, "DescribeInstances"); n != 1 {
		t.Errorf("%d calls counted, want 1", n)
	}
}

// TestConcurrentCallers is for the race detector; it also counts instances.
func TestConcurrentCallers(t *testing.T) {
	c := newClient(t, nil)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			// each token is used twice
			body := simtest.CVMCreate(t, fmt.Sprintf(`{"InstanceCount":5,"ClientToken":"op-%d"}`, i/2))
			ids := c.Call("RunInstances", body).InstanceIdSet
			c.Call("DescribeInstances", simtest.CVMIDs(ids, ""))
			c.Call("DescribeInstances", `{"Filters":[{"Name":"zone","Values":["ap-guangzhou-2"]}]}`)
			ask(t, c.sim, simtest.V1GET(map[string]string{"Nonce": fmt.Sprint(i)}))
		})
	}
	wg.Wait()
	if n := len(c.sim.Instances(cloudsim.CVM)); n != 40 {
		t.Errorf("%d instances, want 8 tokens with 5 each", n)
	}
}
