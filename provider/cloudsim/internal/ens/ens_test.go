package ens_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim/internal/simtest"
)

func TestCreateInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := cloudsim.New(nil)
		c := newClient(t, sim)
		reply := c.WantOK(c.Call("CreateInstance", simtest.ENSCreateOld("Quantity", "2", "ImageId", "m-1",
			"SystemDisk.Size", "40",
			"DataDisk.1.Size", "50", "InstanceName", "test:Instance_Name.1-2", "UniqueSuffix", "true",
			"AutoRenew", "True",
			"AutoRenewPeriod", "12", "InternetChargeType", "95BandwidthByMonth", "PaymentType", "Subscription",
			"PublicIpIdentification", "true")...))
		if code, ok := reply.Body["Code"].(float64); !ok || code != 0 {
			t.Errorf("Code is %#v, want the number 0", reply.Body["Code"])
		}
		ids := reply.Strings("InstanceIds", "InstanceId")
		if len(ids) != 2 {
			t.Fatalf("answered %v, want two IDs", ids)
		}
		time.Sleep(2 * time.Second)
		list := c.WantOK(c.Call("DescribeInstances", "InstanceIds", simtest.IDList(ids)))
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
			if got := list.At(append([]any{"Instances", "Instance", 1}, w.path...)...); got != w.want {
				t.Errorf("%v is %v, want %v", w.path, got, w.want)
			}
		}
		if list.At("Instances", "Instance", 1, "PublicIpAddress", "IpAddress", 0) == nil {
			t.Error("a public address was asked for and is not there")
		}
	})
}

func TestCreateInstanceRefusals(t *testing.T) {
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
		{
			"UserData=" + base64.StdEncoding.EncodeToString(append([]byte("#!"), make([]byte, 16<<10)...)),
			"InvalidParameter.UserData",
		},
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
		sim := cloudsim.New(nil)
		client := newClient(t, sim)
		pairs := simtest.ENSCreateOld()
		for _, change := range strings.Fields(c.change) {
			name, value, _ := strings.Cut(change, "=")
			pairs = append(pairs, name, value)
		}
		if reply := client.Call("CreateInstance", pairs...); reply.Status != 400 || reply.Code() != c.code {
			t.Errorf("%.60s: answered %d %s, want 400 %s", c.change, reply.Status, reply.Code(), c.code)
		}
		if len(sim.Instances()) != 0 {
			t.Errorf("%.60s: refused, but made an instance", c.change)
		}
	}
}

func TestLoginChoices(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	c.WantOK(c.Call("CreateInstance", simtest.ENSCreateOld("Password", "", "KeyPairName", "kp")...))
	c.WantOK(c.Call("CreateInstance", simtest.ENSCreateOld("Password", "", "PasswordInherit", "true")...))
}

func TestDuplicatedAddress(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	pairs := simtest.ENSCreate("VSwitchId", "vsw-1", "PrivateIpAddress", "10.0.0.120")
	c.WantOK(c.Call("RunInstances", pairs...))
	c.WantCode(c.Call("RunInstances", pairs...), 400, "InvalidPrivateIpAddress.Duplicated")
}

// TestRunInstances: disks may be flat or JSON text, sizes may be numbers or strings,
// and null means none.
func TestRunInstances(t *testing.T) {
	for _, c := range []struct {
		name   string
		pairs  []string
		system any
		data   []any
	}{
		{
			"flat",
			[]string{"SystemDisk.Size", "40", "DataDisk.1.Size", "20", "DataDisk.2.Size", "30"},
			40960.0,
			[]any{20480.0, 30720.0},
		},
		{"JSON", []string{
			"SystemDisk", `{"Size":40,"Category":"cloud_ssd"}`, "DataDisk",
			`[{"Size":20},{"Size":"30"}]`,
		}, 40960.0, []any{20480.0, 30720.0}},
		{"null", []string{"DataDisk", "null"}, 20480.0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := newClient(t, cloudsim.New(nil))
			reply := client.WantOK(client.Call("RunInstances", simtest.ENSCreate(c.pairs...)...))
			ids := reply.Strings("InstanceIds")
			if _, hasCode := reply.Body["Code"]; hasCode || reply.Body["OrderId"] == nil || len(ids) != 1 {
				t.Fatalf("answered %s, want an order, one flat ID and no Code", reply.Raw)
			}
			list := client.WantOK(client.Call("DescribeInstances", "InstanceId", ids[0]))
			if got := list.At("Instances", "Instance", 0, "SystemDisk", "Size"); got != c.system {
				t.Errorf("system disk of %v MiB, want %v", got, c.system)
			}
			for i, want := range c.data {
				if got := list.At("Instances", "Instance", 0, "DataDisk", "DataDisk", i, "Size"); got != want {
					t.Errorf("data disk %d of %v MiB, want %v", i, got, want)
				}
			}
		})
	}
}

func TestRunInstancesRefusals(t *testing.T) {
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
		client := newClient(t, cloudsim.New(nil))
		pairs := simtest.ENSCreate()
		for _, change := range strings.Fields(c.change) {
			name, value, _ := strings.Cut(change, "=")
			pairs = append(pairs, name, value)
		}
		if reply := client.Call("RunInstances", pairs...); reply.Status != 400 || reply.Code() != c.code {
			t.Errorf("%s: answered %d %s, want 400 %s", c.change, reply.Status, reply.Code(), c.code)
		}
	}
}

func TestAreaScheduling(t *testing.T) {
	sim := cloudsim.New(nil)
	c := newClient(t, sim)
	c.WantOK(c.Call("RunInstances", simtest.ENSCreate("ScheduleAreaLevel", "Big", "EnsRegionId", "",
		"NetDistrictCode", "350000", "Carrier", "cmcc")...))
	if got := sim.Instances(cloudsim.ENS)[0].Region; got != "cn-350000-cmcc" {
		t.Errorf("the cloud chose node %q", got)
	}
}

func TestDescribeInstances(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	first := c.WantOK(c.Call("RunInstances", simtest.ENSCreate("Amount", "12", "InstanceName", "web",
		"Tag.1.Key", "k", "Tag.1.Value", "v")...)).Strings("InstanceIds")
	second := c.WantOK(c.Call("CreateInstance", simtest.ENSCreateOld("InstanceName", "web2")...)).Strings(
		"InstanceIds", "InstanceId")
	list := func(pairs ...string) []string {
		return c.WantOK(c.Call("DescribeInstances", pairs...)).Names("InstanceId")
	}
	all := slices.Concat(first, second)
	for _, f := range []struct {
		filter, want []string
	}{
		{nil, all[:10]},
		{[]string{"PageSize", "100"}, all},
		{[]string{"PageNumber", "2"}, all[10:]},
		{[]string{"InstanceIds", simtest.IDList(second)}, second},
		{[]string{"InstanceIds", "[]"}, nil},
		{[]string{"InstanceId", second[0]}, second},
		{[]string{"InstanceName", "web2"}, second},
		{[]string{"SearchKey", "web2"}, second},
		{[]string{"EnsRegionId", "cn-hangzhou"}, second},
		{[]string{"EnsRegionIds", `["cn-hangzhou","cn-shanghai"]`}, second},
		{[]string{"InstanceResourceType", "EnsPostPaidInstance", "PageSize", "100"}, first},
		{[]string{"Tags", `[{"Key":"k","Value":"v"}]`, "PageSize", "100"}, first},
		{[]string{"Tags", "null", "ServiceStatus", "null", "PageSize", "100"}, all},
	} {
		if got := list(f.filter...); !slices.Equal(got, f.want) {
			t.Errorf("filter %v lists %d: %v, want %d", f.filter, len(got), got, len(f.want))
		}
	}
	c.WantCode(c.Call("DescribeInstances", "PageSize", "101"), 400, "InvalidParameter.PageSize")
	c.WantCode(c.Call("DescribeInstances", "EnsServiceId", "ens-1"), 400, "UnsupportedParameter")
}

// TestRelease: each billing mode has its own action.
func TestRelease(t *testing.T) {
	c := newClient(t, cloudsim.New(nil))
	post := c.WantOK(c.Call("RunInstances", simtest.ENSCreate()...)).Strings("InstanceIds")[0]
	pre := c.WantOK(c.Call("CreateInstance", simtest.ENSCreateOld()...)).Strings("InstanceIds", "InstanceId")[0]
	c.WantCode(c.Call("ReleasePrePaidInstance", "InstanceId", post), 400, "InvalidParameter.InstanceId")
	c.WantCode(c.Call("ReleasePostPaidInstance", "InstanceId", pre), 400, "InvalidParameter.InstanceId")
	c.WantCode(c.Call("ReleasePostPaidInstance"), 400, "MissingParameter")
	c.WantOK(c.Call("ReleasePrePaidInstance", "InstanceId", pre))
	c.WantOK(c.Call("ReleasePostPaidInstance", "InstanceId", post))
	c.WantCode(c.Call("ReleasePostPaidInstance", "InstanceId", post), 400, "InstanceIdNotFound")
	if got := c.WantOK(c.Call("DescribeInstances")).At("TotalCount"); got != 0.0 {
		t.Errorf("%v instances are left, want none", got)
	}
}

func TestPrepaidExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, cloudsim.New(nil))
		c.WantOK(c.Call("CreateInstance", simtest.ENSCreateOld("Period", "1")...))
		time.Sleep(32 * 24 * time.Hour)
		if got := c.WantOK(c.Call("DescribeInstances", "Status", "Expired")).At("TotalCount"); got != 1.0 {
			t.Errorf("a month later %v instances have expired, want 1", got)
		}
	})
}
