package cloudsim

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestENSCreateInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := New(nil)
		c := newENSTestClient(t, sim)
		reply := c.wantOK(c.call("CreateInstance", ensOld("Quantity", "2", "ImageId", "m-1", "SystemDisk.Size", "40",
			"DataDisk.1.Size", "50", "InstanceName", "test:Instance_Name.1-2", "UniqueSuffix", "true", "AutoRenew", "True",
			"AutoRenewPeriod", "12", "InternetChargeType", "95BandwidthByMonth", "PaymentType", "Subscription",
			"PublicIpIdentification", "true")...))
		if code, ok := reply.body["Code"].(float64); !ok || code != 0 {
			t.Errorf("Code is %#v, want the number 0", reply.body["Code"])
		}
		ids := reply.strings("InstanceIds", "InstanceId")
		if len(ids) != 2 {
			t.Fatalf("answered %v, want two IDs", ids)
		}
		time.Sleep(2 * time.Second)
		list := c.wantOK(c.call("DescribeInstances", "InstanceIds", aliIDs(ids)))
		for _, w := range []struct {
			path []any
			want any
		}{
			{[]any{"InstanceId"}, ids[1]},
			{[]any{"InstanceName"}, "test:Instance_Name.1-2002"},
			{[]any{"Status"}, "Running"},
			{[]any{"EnsRegionId"}, "cn-hangzhou"},
			{[]any{"InstanceResourceType"}, "EnsInstance"},
			{[]any{"Cpu"}, "2"},
			{[]any{"Memory"}, 4096.0},
			{[]any{"SystemDisk", "Size"}, 40960.0},
			{[]any{"DataDisk", "DataDisk", 0, "Size"}, 51200.0},
			{[]any{"CreationTime"}, "2000-01-01T00:00:00Z"},
			{[]any{"ExpiredTime"}, "2001-01-01T00:00:00Z"},
		} {
			if got := list.at(append([]any{"Instances", "Instance", 1}, w.path...)...); got != w.want {
				t.Errorf("%v is %v, want %v", w.path, got, w.want)
			}
		}
		if list.at("Instances", "Instance", 1, "PublicIpAddress", "IpAddress", 0) == nil {
			t.Error("a public address was asked for and is not there")
		}
	})
}

func TestENSCreateInstanceRefusals(t *testing.T) {
	for _, c := range []struct{ change, code string }{
		{"InstanceType=", "MissingParameter"},
		{"EnsRegionId=", "MissingParameter"},
		{"Period=", "MissingParameter"},
		{"Quantity=", "MissingParameter"},
		{"InstanceType=~", "InvalidParameter.InstanceType"},
		{"Period=10", "InvalidParameter.Period"},
		{"Quantity=101", "InvalidParameter.Quantity"},
		{"ImageId=~", "InvalidParameter.Image"},
		{"SystemDisk.Size=30", "InvalidDiskSize.ValueNotSupported"},
		{"DataDisk.1.Size=10", "InvalidDiskSize.ValueNotSupported"},
		{"DataDisk.1.Size=25", "InvalidDiskSize.ValueNotSupported"},
		{"InternetChargeType=Free", "InvalidParameter.Bandwidth"},
		{"AutoRenew=True", "MissingParameter"},
		{"AutoRenew=perhaps", "InvalidParameter.AutoRenew"},
		{"AutoRenew=True AutoRenewPeriod=13", "InvalidParameter.AutoRenewPeriod"},
		{"IpType=ipx", "InvalidParameter.IpType"},
		{"KeyPairName=a,b", "ENS_OperationUnsupported_KeyPairName"},
		{"UserData=!", "InvalidParameter.UserData"},
		{"UserData=" + base64.StdEncoding.EncodeToString([]byte("echo")), "InvalidParameter.UserData"},
		{"UserData=" + base64.StdEncoding.EncodeToString(append([]byte("#!"), make([]byte, 16<<10)...)), "InvalidParameter.UserData"},
		{"PrivateIpAddress=10.10.10.10", "MissingParameter"},
		{"PrivateIpAddress=ten VSwitchId=vsw-1", "InvalidPrivateIpAddress"},
		{"VSwitchId=~", "InvalidVSwitchId.NotFound"},
		{"PaymentType=PayAsYouGo", "InvalidParameter.PaymentType"},
		{"InstanceName=1st", "InvalidParameter.InstanceName"},
		{"InstanceName=a/b", "InvalidParameter.InstanceName"},
		{"HostName=a--b", "InvalidParameter.HostName"},
		{"UniqueSuffix=perhaps", "InvalidParameter.UniqueSuffix"},
		{"Password=weakweak", "InvalidParameter.Password"},
		{"Password=", "ENS_PASSWORDORKEYPAIRNAME_MODULE_NOT_CHOOSEN"},
		{"PasswordInherit=true", "InvalidPasswordParam.Mismatch"},
		{"ImageId=win2016_64 KeyPairName=kp", "ENS_DependencyViolation_WindowsInstance"},
		{"ImageId=win2016_64 HostName=a.b", "InvalidParameter.HostName"},
	} {
		sim := New(nil)
		client := newENSTestClient(t, sim)
		pairs := ensOld()
		for _, change := range strings.Fields(c.change) {
			name, value, _ := strings.Cut(change, "=")
			pairs = append(pairs, name, value)
		}
		if reply := client.call("CreateInstance", pairs...); reply.status != 400 || reply.code() != c.code {
			t.Errorf("%.60s: answered %d %s, want 400 %s", c.change, reply.status, reply.code(), c.code)
		}
		if len(sim.Instances()) != 0 {
			t.Errorf("%.60s: refused, but made a machine", c.change)
		}
	}
}

func TestENSLoginChoices(t *testing.T) {
	c := newENSTestClient(t, New(nil))
	c.wantOK(c.call("CreateInstance", ensOld("Password", "", "KeyPairName", "kp")...))
	c.wantOK(c.call("CreateInstance", ensOld("Password", "", "PasswordInherit", "true")...))
}

func TestENSDuplicatedAddress(t *testing.T) {
	c := newENSTestClient(t, New(nil))
	pairs := ensBase("VSwitchId", "vsw-1", "PrivateIpAddress", "10.0.0.120")
	c.wantOK(c.call("RunInstances", pairs...))
	c.wantCode(c.call("RunInstances", pairs...), 400, "InvalidPrivateIpAddress.Duplicated")
}

// TestENSRunInstances: disks come flat or as JSON text, sizes as numbers or
// strings, and null means none.
func TestENSRunInstances(t *testing.T) {
	for _, c := range []struct {
		name   string
		pairs  []string
		system any
		data   []any
	}{
		{"flat", []string{"SystemDisk.Size", "40", "DataDisk.1.Size", "20", "DataDisk.2.Size", "30"}, 40960.0, []any{20480.0, 30720.0}},
		{"JSON", []string{"SystemDisk", `{"Size":40,"Category":"cloud_ssd"}`, "DataDisk", `[{"Size":20},{"Size":"30"}]`}, 40960.0, []any{20480.0, 30720.0}},
		{"null", []string{"DataDisk", "null"}, 20480.0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := newENSTestClient(t, New(nil))
			reply := client.wantOK(client.call("RunInstances", ensBase(c.pairs...)...))
			ids := reply.strings("InstanceIds")
			if _, hasCode := reply.body["Code"]; hasCode || reply.body["OrderId"] == nil || len(ids) != 1 {
				t.Fatalf("answered %s, want an order, one flat ID and no Code", reply.raw)
			}
			list := client.wantOK(client.call("DescribeInstances", "InstanceId", ids[0]))
			if got := list.at("Instances", "Instance", 0, "SystemDisk", "Size"); got != c.system {
				t.Errorf("system disk of %v MiB, want %v", got, c.system)
			}
			for i, want := range c.data {
				if got := list.at("Instances", "Instance", 0, "DataDisk", "DataDisk", i, "Size"); got != want {
					t.Errorf("data disk %d of %v MiB, want %v", i, got, want)
				}
			}
		})
	}
}

func TestENSRunInstancesRefusals(t *testing.T) {
	for _, c := range []struct{ change, code string }{
		{"Amount=", "MissingParameter"},
		{"InstanceChargeType=", "MissingParameter"},
		{"ScheduleAreaLevel=", "MissingParameter"},
		{"EnsRegionId=", "MissingParameter"},
		{"Amount=0", "InvalidParameter.Amount"},
		{"InstanceChargeType=PrePaid", "MissingParameter"},
		{"InstanceChargeType=PrePaid Period=11", "InvalidParameter.Period"},
		{"InstanceChargeType=PrePaid Period=1 PeriodUnit=Day", "InvalidParameter.Period"},
		{"ScheduleAreaLevel=Big", "MissingParameter"},
		{"ScheduleAreaLevel=Big NetDistrictCode=350000", "MissingParameter"},
		{"ScheduleAreaLevel=Big NetDistrictCode=350000 Carrier=telecom", "InvalidParameter.EnsRegionId"},
		{"SchedulingStrategy=Disperse", "InvalidParameter.SchedulingStrategy"},
		{"ScheduleAreaLevel=Planet", "InvalidParameter.ScheduleAreaLevel"},
		{"SystemDisk=40", "InvalidParameter.SystemDisk"},
		{"SystemDisk={\"Size\":45}", "InvalidDiskSize.ValueNotSupported"},
		{"DataDisk=[{\"Size\":5}]", "InvalidDiskSize.ValueNotSupported"},
		{"DataDisk=[{\"Category\":\"cloud_ssd\"}]", "MissingParameter"},
		{"AutoReleaseTime=soon", "InvalidParameter.AutoReleaseTime"},
		{"Tag.1.Value=v", "MissingParameter"},
	} {
		client := newENSTestClient(t, New(nil))
		pairs := ensBase()
		for _, change := range strings.Fields(c.change) {
			name, value, _ := strings.Cut(change, "=")
			pairs = append(pairs, name, value)
		}
		if reply := client.call("RunInstances", pairs...); reply.status != 400 || reply.code() != c.code {
			t.Errorf("%s: answered %d %s, want 400 %s", c.change, reply.status, reply.code(), c.code)
		}
	}
}

func TestENSAreaScheduling(t *testing.T) {
	sim := New(nil)
	c := newENSTestClient(t, sim)
	c.wantOK(c.call("RunInstances", ensBase("ScheduleAreaLevel", "Big", "EnsRegionId", "", "NetDistrictCode", "350000", "Carrier", "cmcc")...))
	if got := sim.Instances(ENS)[0].Region; got != "cn-350000-cmcc" {
		t.Errorf("the cloud chose node %q", got)
	}
}

func TestENSDescribeInstances(t *testing.T) {
	c := newENSTestClient(t, New(nil))
	first := c.wantOK(c.call("RunInstances", ensBase("Amount", "12", "InstanceName", "web", "Tag.1.Key", "k", "Tag.1.Value", "v")...)).strings("InstanceIds")
	second := c.wantOK(c.call("CreateInstance", ensOld("InstanceName", "web2")...)).strings("InstanceIds", "InstanceId")
	list := func(pairs ...string) []string {
		return c.wantOK(c.call("DescribeInstances", pairs...)).names("InstanceId")
	}
	all := slices.Concat(first, second)
	for _, f := range []struct {
		filter, want []string
	}{
		{nil, all[:10]},
		{[]string{"PageSize", "100"}, all},
		{[]string{"PageNumber", "2"}, all[10:]},
		{[]string{"InstanceIds", aliIDs(second)}, second},
		{[]string{"InstanceIds", "[]"}, nil},
		{[]string{"InstanceId", second[0]}, second},
		{[]string{"InstanceName", "web2"}, second},
		{[]string{"SearchKey", "web2"}, second},
		{[]string{"EnsRegionId", "cn-hangzhou"}, second},
		{[]string{"EnsRegionIds", `["cn-hangzhou","cn-x"]`}, second},
		{[]string{"InstanceResourceType", "EnsPostPaidInstance", "PageSize", "100"}, first},
		{[]string{"Tags", `[{"Key":"k","Value":"v"}]`, "PageSize", "100"}, first},
		{[]string{"Tags", "null", "ServiceStatus", "null", "PageSize", "100"}, all},
	} {
		if got := list(f.filter...); !slices.Equal(got, f.want) {
			t.Errorf("filter %v lists %d: %v, want %d", f.filter, len(got), got, len(f.want))
		}
	}
	c.wantCode(c.call("DescribeInstances", "PageSize", "101"), 400, "InvalidParameter.PageSize")
	c.wantCode(c.call("DescribeInstances", "EnsServiceId", "ens-1"), 400, "UnsupportedParameter")
}

// TestENSRelease: each way of paying has its own action.
func TestENSRelease(t *testing.T) {
	c := newENSTestClient(t, New(nil))
	post := c.wantOK(c.call("RunInstances", ensBase()...)).strings("InstanceIds")[0]
	pre := c.wantOK(c.call("CreateInstance", ensOld()...)).strings("InstanceIds", "InstanceId")[0]
	c.wantCode(c.call("ReleasePrePaidInstance", "InstanceId", post), 400, "InvalidParameter.InstanceId")
	c.wantCode(c.call("ReleasePostPaidInstance", "InstanceId", pre), 400, "InvalidParameter.InstanceId")
	c.wantCode(c.call("ReleasePostPaidInstance"), 400, "MissingParameter")
	c.wantOK(c.call("ReleasePrePaidInstance", "InstanceId", pre))
	c.wantOK(c.call("ReleasePostPaidInstance", "InstanceId", post))
	c.wantCode(c.call("ReleasePostPaidInstance", "InstanceId", post), 400, "InstanceIdNotFound")
	if got := c.wantOK(c.call("DescribeInstances")).at("TotalCount"); got != 0.0 {
		t.Errorf("%v machines are left, want none", got)
	}
}

func TestENSPrepaidExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newENSTestClient(t, New(nil))
		c.wantOK(c.call("CreateInstance", ensOld("Period", "1")...))
		time.Sleep(32 * 24 * time.Hour)
		if got := c.wantOK(c.call("DescribeInstances", "Status", "Expired")).at("TotalCount"); got != 1.0 {
			t.Errorf("a month later %v machines have expired, want 1", got)
		}
	})
}
