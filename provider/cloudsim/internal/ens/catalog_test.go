package ens_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

// strict returns a simulator with an inventory.
func strict(change func(*cloudsim.Inventory)) *cloudsim.Sim {
	inventory := cloudsim.DefaultInventory(cloudsim.ENS)
	if change != nil {
		change(inventory)
	}
	return cloudsim.New(&cloudsim.Options{
		Inventories: map[cloudsim.Cloud]*cloudsim.Inventory{cloudsim.ENS: inventory},
	})
}

// column returns the values of one field of the rows of a list.
func column(r simtest.AlibabaAnswer, field, list, item string) string {
	rows, _ := r.At(list, item).([]any)
	var values []string
	for i := range rows {
		values = append(values, fmt.Sprint(r.At(list, item, i, field)))
	}
	return strings.Join(values, " ")
}

func TestListsAreSelected(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	for _, w := range []struct{ action, pairs, field, list, item, want string }{
		{"DescribeEnsRegions", "", "EnsRegionId", "EnsRegions", "EnsRegions", "cn-hangzhou cn-beijing-cmcc cn-suzhou-telecom cn-dalian-unicom"},
		{"DescribeEnsRegions", "EnsRegionId cn-dalian-unicom", "Area", "EnsRegions", "EnsRegions", "NorthEastChina"},
		{"DescribeInstanceTypes", "", "MemorySize", "InstanceTypes", "InstanceType", "2048 4096 8192 16384 16384"},
		{"DescribeImages", "ImageName centos_6_08", "ImageSize", "Images", "Image", "20"},
		{"DescribeImages", "EnsRegionId cn-hangzhou", "ImageOwnerAlias", "Images", "Image", "system system system system system self others"},
		{"DescribeImages", "ImageId m-5qm2r6xo7njrpdkx04q1o0002", "ImageId", "Images", "Image", ""},
		{"DescribeImageInfos", "OsType linux", "ComputeType", "Images", "Image", "ens_vm ens_vm ens_vm arm_vm"},
		{"DescribeImageInfos", "OsType windows", "OSName", "Images", "Image", "windows"},
		{"DescribeSelfImages", "ImageName web", "Status", "Images", "Image", "Available Creating"},
		{"DescribeSelfImages", "ImageId 0003", "ImageOwnerAlias", "Images", "Image", "others"},
		{"DescribeKeyPairs", "KeyPairName other", "KeyPairId", "KeyPairs", "KeyPair", "ssh-50cynkq42nqqapzwvlkmuzqzn"},
		{"DescribeSecurityGroups", "SecurityGroupName web", "InstanceCount", "SecurityGroups", "SecurityGroup", "0"},
		{"DescribeNetworks", "EnsRegionId cn-hangzhou", "NetworkId", "Networks", "Network", "n-5qj7ykuxmjn7pucft1ov9k2d1"},
		{"DescribeNetworks", "EnsRegionIds.1 cn-hangzhou EnsRegionIds.2 cn-beijing-cmcc", "CidrBlock", "Networks", "Network", "10.0.0.0/8 10.0.0.0/8"},
		{"DescribeNetworks", "NetworkIds.1 n-absent", "CidrBlock", "Networks", "Network", ""},
		{"DescribeVSwitches", "NetworkId n-5qj7ykuxmjn7pucft1ov9k2d1 VSwitchName data", "FreeIpCount", "VSwitches", "VSwitch", "252"},
		{"DescribeVSwitches", "EnsRegionId cn-beijing-cmcc", "VSwitchName", "VSwitches", "VSwitch", "web"},
	} {
		r := c.WantOK(c.Call(w.action, strings.Fields(w.pairs)...))
		if got := column(r, w.field, w.list, w.item); got != w.want {
			t.Errorf("%s %s: %s is %q, want %q", w.action, w.pairs, w.field, got, w.want)
		}
	}
}

// TestListsComeInPages: the default is 10 rows, and some numbers are texts.
func TestListsComeInPages(t *testing.T) {
	c := newClient(t, strict(func(i *cloudsim.Inventory) {
		for n := range 60 {
			i.Images = append(i.Images, cloudsim.InventoryImage{ID: fmt.Sprintf("m-many%02d", n), Owner: "own"})
			i.KeyPairs = append(i.KeyPairs, cloudsim.InventoryKeyPair{ID: fmt.Sprintf("ssh-many%02d", n)})
		}
	}))
	for _, w := range []struct {
		action, pairs, list, item string
		rows                      int
		total                     any
	}{
		{"DescribeSelfImages", "", "Images", "Image", 10, "63"},
		{"DescribeSelfImages", "PageSize 50 PageNumber 2", "Images", "Image", 13, "63"},
		{"DescribeImages", "PageSize 50", "Images", "Image", 50, 67.0},
		{"DescribeKeyPairs", "PageNumber 7", "KeyPairs", "KeyPair", 2, 62.0},
		{"DescribeKeyPairs", "PageNumber 8", "KeyPairs", "KeyPair", 0, 62.0},
	} {
		r := c.WantOK(c.Call(w.action, strings.Fields(w.pairs)...))
		if rows, _ := r.At(w.list, w.item).([]any); len(rows) != w.rows {
			t.Errorf("%s %s: %d rows, want %d", w.action, w.pairs, len(rows), w.rows)
		}
		if got := r.Body["TotalCount"]; got != w.total {
			t.Errorf("%s %s: the total is %#v, want %#v", w.action, w.pairs, got, w.total)
		}
	}
	for _, action := range strings.Fields("DescribeImages DescribeSelfImages DescribeKeyPairs DescribeNetworks DescribeVSwitches DescribeSecurityGroups") {
		c.WantCode(c.Call(action, "PageSize", "51"), 400, "InvalidParameter.PageSize")
	}
	c.WantCode(c.Call("DescribeImageInfos", "OsType", "plan9"), 400, "InvalidParameter.OsType")
	c.WantCode(c.Call("DescribeNetworks", "EnsRegionId", "cn-atlantis"), 400, "InvalidParameter.EnsRegionId")
}

// TestStockIsTold: every number is a text, and follows the instances.
func TestStockIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := strict(nil)
		c := newClient(t, sim)
		count := func(node, kind string) string {
			r := c.WantOK(c.Call("DescribeAvailableResource"))
			rows, _ := r.At("SupportResources", "SupportResource").([]any)
			for i := range rows {
				row, _ := rows[i].(map[string]any)
				if row["EnsRegionId"] == node && row["InstanceSpec"] == kind && row["SystemDiskSize"] == "20" {
					return fmt.Sprintf("%#v", row["SupportResourcesCount"])
				}
			}
			return "not offered"
		}
		for _, w := range []struct{ node, kind, want string }{
			{"cn-hangzhou", "ens.sn1.stiny", `"100"`},
			{"cn-hangzhou", "ens.sn1.small", `"0"`},
			{"cn-dalian-unicom", "ens.sn1.small", `"100"`},
			{"cn-beijing-cmcc", "ens.sn1.medium", `"9"`},
			{"cn-dalian-unicom", "ens.sn2.small", "not offered"},
		} {
			if got := count(w.node, w.kind); got != w.want {
				t.Errorf("%s has %s of %s, want %s", w.node, got, w.kind, w.want)
			}
		}
		for kind, want := range map[string]string{
			"ens.sn1.stiny": `"Cores":1,"Memory":2048,"SystemDiskSize":20,"DataDiskSize":20,"AvaliableCount":100,"ResourceGap":""`,
			"ens.sn1.small": `"Cores":4,"Memory":8192,"SystemDiskSize":20,"DataDiskSize":20,"AvaliableCount":0,"ResourceGap":"StockNotEnough"`,
		} {
			got := c.Call("DescribePrePaidInstanceStock", "EnsRegionId", "cn-hangzhou", "InstanceSpec", kind, "SystemDiskSize", "20", "DataDiskSize", "20")
			if !strings.Contains(c.WantOK(got).Raw, want) {
				t.Errorf("the stock of %s is %s, want %s", kind, got.Raw, want)
			}
		}
		create := []string{
			"EnsRegionId", "cn-beijing-cmcc", "InstanceType", "ens.sn1.medium",
			"ImageId", "ubuntu_22_04_x64_20G_alibase_20250603", "Amount",
		}
		ids := c.WantOK(c.Call("RunInstances", simtest.ENSCreate(append(create, "7")...)...)).Strings("InstanceIds")
		if got := count("cn-beijing-cmcc", "ens.sn1.medium"); got != `"2"` {
			t.Errorf("%s are left after 7 of 9, want 2", got)
		}
		c.WantCode(c.Call("RunInstances", simtest.ENSCreate(append(create, "3")...)...), 400, "StockNotEnough")
		time.Sleep(2 * time.Second)
		c.WantOK(c.Call("ReleasePostPaidInstance", "InstanceId", ids[0]))
		time.Sleep(time.Minute)
		c.WantOK(c.Call("RunInstances", simtest.ENSCreate(append(create, "3")...)...))
		if err := sim.SetStock(cloudsim.ENS, "cn-hangzhou", "ens.sn1.small", cloudsim.Unlimited); err != nil {
			t.Fatal(err)
		}
		if got := count("cn-hangzhou", "ens.sn1.small"); got != `"1000"` {
			t.Errorf("an unlimited stock is shown as %s, want 1000", got)
		}
	})
}

func TestPricesOfOrders(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	ask := func(pairs string) simtest.AlibabaAnswer {
		return c.Call("DescribePrice", append([]string{
			"EnsRegionId", "cn-hangzhou", "InstanceType", "ens.sn1.small", "InternetChargeType", "BandwidthByDay",
			"Period", "3", "Quantity", "2", "SystemDisk.Size", "20",
		}, strings.Fields(pairs)...)...)
	}
	for _, w := range []struct{ pairs, want string }{
		{"DataDisks null", `{"Currency":"CNY","OriginalPrice":1395,"DiscountPrice":0,"TradePrice":1395}`}, // 232.5 x 3 x 2
		{"InstanceType ens.sn1.tiny Period 1 Quantity 1 DataDisk.1.Size 50", `{"Currency":"CNY","OriginalPrice":118,"DiscountPrice":17.7,"TradePrice":100.3}`},
		{"PeriodUnit Day", `{"Currency":"CNY","OriginalPrice":46.5,"DiscountPrice":0,"TradePrice":46.5}`},
		{"InstanceType ens.sn2.small", `{"Currency":"CNY"}`},
	} {
		if got := c.WantOK(ask(w.pairs)).Raw; !strings.Contains(got, `"PriceInfo":{"Price":`+w.want+`}`) {
			t.Errorf("%s: %s, want the price %s", w.pairs, got, w.want)
		}
	}
	for _, w := range []struct{ pairs, code string }{
		{"InstanceType ens.absent", "InvalidParameter.InstanceType"},
		{"InternetChargeType Free", "InvalidParameter.Bandwidth"},
		{"Period 10", "InvalidParameter.Period"},
		{"PeriodUnit Day Period 1", "InvalidParameter.Period"},
		{"Quantity 101", "InvalidParameter.Quantity"},
		{"SystemDisk.Size 25", "InvalidDiskSize.ValueNotSupported"},
		{"DataDisk.1.Size 25", "InvalidDiskSize.ValueNotSupported"},
		{"DataDisks {", "InvalidParameter.DataDisks"},
	} {
		c.WantCode(ask(w.pairs), 400, w.code)
	}
	c.WantCode(c.Call("DescribePrice", "EnsRegionId", "cn-hangzhou"), 400, "MissingParameter")
}

// TestAnInventoryBindsCreates: with an inventory, creates accept only what the lists show.
func TestAnInventoryBindsCreates(t *testing.T) {
	sim := strict(func(i *cloudsim.Inventory) {
		i.Zones = append(i.Zones, cloudsim.InventoryZone{ID: "cn-own-1", Closed: true})
		i.Offers = append(i.Offers, cloudsim.Offer{Zone: "cn-own-1", Type: "ens.sn1.tiny", Charge: "postpaid", Stock: cloudsim.Unlimited})
	})
	c := newClient(t, sim)
	create := func(pairs string) simtest.AlibabaAnswer {
		return c.Call("RunInstances", simtest.ENSCreate(append([]string{
			"EnsRegionId", "cn-hangzhou", "InstanceType", "ens.sn1.tiny", "ImageId", "ubuntu_22_04_x64_20G_alibase_20250603",
		}, strings.Fields(pairs)...)...)...)
	}
	for _, w := range []struct{ pairs, code string }{
		{"InstanceType ens.absent", "InvalidParameter.InstanceType"},
		{"ImageId m-absent", "InvalidParameter.Image"},
		{"ImageId m-5qm2r6xo7njrpdkx04q1o0002", "InvalidParameter.Image"},
		{"KeyPairName absent", "ENS_OperationUnsupported_KeyPairName"},
		{"SecurityId sg-absent", "InvalidParameter.SecurityId"},
		{"NetWorkId n-5qj7ykuxmjn7pucft1ov9k2d2", "InvalidParameter.NetWorkId"},
		{"VSwitchId vsw-5qvdfx7vmdnoj3kuzf9cmrfry", "InvalidVSwitchId.NotFound"},
		{"EnsRegionId cn-hangzhou-44", "InvalidParameter.EnsRegionId"},
		{"InstanceType ens.sn1.small", "StockNotEnough"},
		{"Amount 100 InstanceType ens.sn1.medium EnsRegionId cn-beijing-cmcc", "StockNotEnough"},
		{"InstanceType ens.sn2.small EnsRegionId cn-dalian-unicom", "StockNotEnough"},
		{"EnsRegionId cn-own-1", "StockNotEnough"},
	} {
		c.WantCode(create(w.pairs), 400, w.code)
	}
	c.WantOK(create("KeyPairName demo SecurityId sg-5kyicq2kfcapxrdds6tar1234 NetWorkId n-5qj7ykuxmjn7pucft1ov9k2d1 VSwitchId vsw-5qvdfx7vmdnoj3kuzf9cmrfrw"))
	made := sim.Instances()
	if len(made) != 1 || made[0].CPUs != 2 || made[0].MemoryMiB != 4096 {
		t.Fatalf("instances are %+v, want one with the 2 CPUs and 4 GiB of its type", made)
	}
	free := c.Call("DescribeVSwitches", "VSwitchId", "vsw-5qvdfx7vmdnoj3kuzf9cmrfrw")
	if got := column(free, "FreeIpCount", "VSwitches", "VSwitch"); got != "251" {
		t.Errorf("%s addresses are free beside one instance, want 251", got)
	}
	// An area leaves the node to the cloud: the first one with room.
	c.WantOK(c.Call("RunInstances", simtest.ENSCreate("ScheduleAreaLevel", "Big", "NetDistrictCode", "100106", "Carrier", "telecom",
		"EnsRegionId", "", "InstanceType", "ens.sn1.small", "ImageId", "ubuntu_22_04_x64_20G_alibase_20250603")...))
	if got := sim.Instances()[1].Region; got != "cn-beijing-cmcc" {
		t.Errorf("the instance of an area is on %s, want cn-beijing-cmcc, the first node with room", got)
	}
}

// TestNodesOfTheOptions: the list has them beside those of the inventory, once.
func TestNodesOfTheOptions(t *testing.T) {
	sim := cloudsim.New(&cloudsim.Options{Regions: map[cloudsim.Cloud][]cloudsim.Region{
		cloudsim.ENS: {{ID: "lab-1"}, {ID: "cn-hangzhou"}},
	}})
	got := column(newClient(t, sim).Call("DescribeEnsRegions"), "EnsRegionId", "EnsRegions", "EnsRegions")
	if want := "cn-hangzhou cn-beijing-cmcc cn-suzhou-telecom cn-dalian-unicom lab-1"; got != want {
		t.Errorf("nodes are %q, want %q", got, want)
	}
}
