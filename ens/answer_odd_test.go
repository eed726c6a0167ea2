package ens

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yunfan-cloud/yunfan/provider"
)

// One odd field must not hide the others, nor other instances.
func TestOneOddFieldIsToldAndHidesNothing(t *testing.T) {
	for _, c := range []struct{ field, unread string }{
		{`"Cpu":2`, ""},
		{`"Cpu":2.0`, ""},
		{`"Cpu":"many"`, "Cpu"},
		{`"Cpu":{}`, "Cpu"},
		{`"Memory":"4096"`, ""},
		{`"Memory":"lots"`, "Memory"},
		{`"Memory":null`, ""},
		{`"InstanceName":7`, ""},
		{`"HostName":["h"]`, "HostName"},
		{`"ExpiredTime":5`, ""},
		{`"SystemDisk":""`, ""},
		{`"SystemDisk":"d-1"`, "SystemDisk"},
		{`"SystemDisk":{"Size":20480.0}`, ""},
		{`"SystemDisk":{"Size":"big"}`, "SystemDisk.Size"},
		{`"DataDisk":""`, ""},
		{`"DataDisk":[]`, ""},
		{`"DataDisk":[{"DiskId":"d-2","Size":"20480"}]`, ""},
		{`"DataDisk":{"DataDisk":{"DiskId":"d-2"}}`, ""},
		{`"DataDisk":{"DataDisk":["d-2"]}`, "DataDisk.DataDisk[]"},
		{`"DeletionProtection":"true"`, ""},
		{`"DeletionProtection":"perhaps"`, "DeletionProtection"},
		{`"Tags":""`, ""},
		{`"Tags":[]`, ""},
		{`"Tags":{"Tags":""}`, ""},
		{`"Tags":{"Tags":{"TagKey":"a","TagValue":"b"}}`, ""},
		{`"Tags":{"env":"prod"}`, "Tags"},
		{`"Tags" : { "Tags" : [ ] }`, ""},
		{`"Memory":"8GiB"`, "Memory"},
		{`"Memory":1e3`, ""},
		{`"Cpu":"2 vCPU"`, "Cpu"},
		{`"SystemDisk":{"Size":"40GiB"}`, "SystemDisk.Size"},
		{`"DataDisk":{"DataDisk":[{"DiskId":"d-2","Size":"20G"}]}`, "DataDisk.DataDisk[].Size"},
		{`"SecurityGroupIds":"sg-1"`, ""},
		{`"PublicIpAddress":"192.0.2.1"`, ""},
		{`"NetworkAttributes":{"PrivateIpAddress":"10.0.0.1"}`, ""},
		{`"Tags":"env"`, "Tags"},
		{`"SecurityGroupIds":["sg-1"]`, ""},
		{`"SecurityGroupIds":{"SecurityGroupId":"sg-1"}`, ""},
		{`"SecurityGroupIds":7`, "SecurityGroupIds"},
		{`"NetworkAttributes":""`, ""},
		{`"NetworkAttributes":{"PrivateIpAddress":{"IpAddress":"10.0.0.1"}}`, ""},
		{`"NetworkAttributes":{"PrivateIpAddress":["10.0.0.1"]}`, ""},
		{`"PublicIpAddress":""`, ""},
		{`"PublicIpAddresses":{"PublicIpAddress":["192.0.2.1"]}`, "PublicIpAddresses.PublicIpAddress[]"},
		{`"NetworkInterfaces":""`, ""},
		{`"NetworkInterfaces":{"NetworkInterfaces":[{"Type":{}}]}`, "NetworkInterfaces.NetworkInterfaces[].Type"},
		{
			`"NetworkInterfaces":{"NetworkInterfaces":[{"PrivateIpSets":{"PrivateIpSet":[{"Primary":"yes"}]}}]}`,
			"NetworkInterfaces.NetworkInterfaces[].PrivateIpSets.PrivateIpSet[].Primary",
		},
	} {
		d, _ := answering(t, 200, `{"RequestId":"r","Code":"0","TotalCount":"2","PageSize":"100","Instances":{"Instance":[
			{`+c.field+`,"InstanceId":"i-1","Status":"Running"},{"InstanceId":"i-2","Status":"Running","Cpu":"2"}]}}`)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatalf("%s: got error %v, want none", c.field, err)
		}
		want := ""
		if c.unread != "" {
			want = "Instances.Instance[]." + c.unread
		}
		if got := strings.Join(page.Unread, " "); got != want {
			t.Errorf("%s: Unread is %q, want %q", c.field, got, want)
		}
		if page.Short {
			t.Errorf("%s: the page is short, want a whole one", c.field)
		}
		if len(page.Instances) != 2 {
			t.Fatalf("%s: got %d instances, want 2", c.field, len(page.Instances))
		}
		if got := page.Instances[0]; got.ID != "i-1" || got.State != provider.StateRunning {
			t.Errorf("%s: got %s in state %s, want i-1, running", c.field, got.ID, got.State)
		}
		if got := page.Instances[1].CPUs; got != 2 {
			t.Errorf("%s: the other instance has %d CPUs, want 2", c.field, got)
		}
	}
}

// An instance without an ID that can be read is somebody: the page proves nothing.
func TestARowWithoutAReadableIDMakesThePageShort(t *testing.T) {
	for _, row := range []string{`{"Status":"Running"}`, `{"InstanceId":null}`, `{"InstanceId":{"a":1}}`, `"?"`, `7`, `null`} {
		d, _ := answering(t, 200, `{"RequestId":"r","Code":0,"Instances":{"Instance":[`+row+`,{"InstanceId":"i-2"}]}}`)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatalf("%s: got error %v, want none", row, err)
		}
		if !page.Short {
			t.Errorf("%s: Short is false, want true", row)
		}
		if len(page.Instances) != 1 {
			t.Errorf("%s: got %d instances, want 1", row, len(page.Instances))
		}
	}
}

func TestAStateThatCannotBeReadIsUnknown(t *testing.T) {
	for _, status := range []string{`{"a":1}`, `["Running"]`, `3`, `null`, `"Building"`, `""`} {
		d, _ := answering(t, 200, `{"RequestId":"r","Code":0,"Instances":{"Instance":[{"InstanceId":"i-1","Status":`+status+`}]}}`)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatalf("%s: got error %v, want none", status, err)
		}
		if got := page.Instances[0].State; got != provider.StateUnknown {
			t.Errorf("%s: State is %s, want unknown", status, got)
		}
	}
}

// Whatever is odd beside them, the IDs of a create are kept.
func TestIDsOfACreateAreKeptBesideOddFields(t *testing.T) {
	for _, body := range []string{
		`{"RequestId":"r","OrderId":{},"InstanceIds":["i-1"]}`,
		`{"RequestId":"r","OrderId":7,"InstanceIds":["i-1"]}`,
		`{"RequestId":{},"OrderId":"1","InstanceIds":["i-1"]}`,
		`{"RequestId":"r","Code":"0","InstanceIds":{"InstanceId":["i-1"]}}`,
		`{"RequestId":"r","Code":0,"InstanceIds":{"InstanceId":"[i-1]"}}`,
		`{"RequestId":"r","Code":[],"InstanceIds":["i-1"]}`,
		`{"RequestId":"r","Code":{"a":1},"InstanceIds":["i-1"]}`,
		`{"RequestId":"r","InstanceIds":[{"InstanceId":"i-1"}]}`,
	} {
		d, _ := answering(t, 200, body)
		got, err := d.RunInstances(t.Context(), secretSpec())
		if got == nil {
			t.Errorf("%s: got no result and error %v, want the instance", body, err)
		} else if fmt.Sprint(got.InstanceIDs) != "[i-1]" {
			t.Errorf("%s: InstanceIDs is %v, want [i-1]", body, got.InstanceIDs)
		}
		if e := (*provider.APIError)(nil); errors.As(err, &e) && e.Outcome != provider.OutcomeUnknown {
			t.Errorf("%s: Outcome is %v, want %v", body, e.Outcome, provider.OutcomeUnknown)
		}
	}
}

// An instance with IPv6 only has no other address.
func TestIPv6AddressesStandApart(t *testing.T) {
	for name, raw := range map[string]*RawInstance{
		"among the public ones": {PublicIPAddress: RawAddresses{[]string{"2001:db8::1"}}},
		"with a carrier":        {PublicIPAddresses: RawPublicIPs{[]RawCarrierAddress{{IP: "2001:db8::1"}}}},
		"among the private ones": {
			NetworkAttributes: RawNetworkAttributes{PrivateIPAddress: RawAddresses{[]string{"2001:db8::1"}}},
		},
	} {
		got := instanceOf(raw)
		if fmt.Sprint(got.IPv6Addresses) != "[2001:db8::1]" {
			t.Errorf("%s: IPv6Addresses is %v, want [2001:db8::1]", name, got.IPv6Addresses)
		}
		if n := len(got.PrivateIPs) + len(got.PublicIPs); n != 0 {
			t.Errorf("%s: got %d IPv4 addresses, want none", name, n)
		}
	}
	both := instanceOf(&RawInstance{PublicIPAddress: RawAddresses{[]string{"192.0.2.1", "2001:db8::1"}}})
	if fmt.Sprint(both.PublicIPs) != "[192.0.2.1]" {
		t.Errorf("beside IPv6: PublicIPs is %v, want [192.0.2.1]", both.PublicIPs)
	}
}

func TestAnExpiredInstanceSaysWhy(t *testing.T) {
	for _, c := range []struct {
		raw    RawInstance
		state  provider.State
		lock   provider.Lock
		reason string
	}{
		{RawInstance{Status: "Expired"}, provider.StateSuspended, provider.LockExpired, "Expired"},
		{RawInstance{Status: "Expired", StatusDescrip: "overdue"}, provider.StateSuspended, provider.LockExpired, "overdue"},
		{RawInstance{Status: "Expired", ServiceStatus: "Stop"}, provider.StateSuspended, provider.LockExpired, "Stop"},
		{RawInstance{Status: "Stopped", StatusDescrip: "by the user"}, provider.StateStopped, "", ""},
		{RawInstance{Status: "Running", ServiceStatus: "Normal"}, provider.StateRunning, "", ""},
		{RawInstance{Status: "Moving"}, provider.StateUnknown, "", ""},
	} {
		got := instanceOf(&c.raw)
		if got.State != c.state {
			t.Errorf("%+v: State is %s, want %s", c.raw.Status, got.State, c.state)
		}
		if got.Lock != c.lock {
			t.Errorf("%+v: Lock is %q, want %q", c.raw.Status, got.Lock, c.lock)
		}
		if got.Reason != c.reason {
			t.Errorf("%+v: Reason is %q, want %q", c.raw.Status, got.Reason, c.reason)
		}
	}
}

func TestPlatformOfADescribedInstance(t *testing.T) {
	for name, want := range map[string]provider.Platform{
		"CentOS 7.6 64位": provider.Linux, "centos_6_08_64_20G_alibase": provider.Linux, "Ubuntu 20.04": provider.Linux,
		"aliyun_3_x64_20G": provider.Linux, "openEuler 22.03": provider.Linux, "AlmaLinux 9": provider.Linux,
		"Alibaba Cloud Linux 3": provider.Linux, "Windows Server 2019": provider.Windows, "win2016_64": provider.Windows,
		"Android 9": "", "": "",
	} {
		if got := platformOf(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// No disk is smaller than a GiB, so that a small number is GiB already.
func TestSizesOfDisksAreGiB(t *testing.T) {
	for size, want := range map[int]int{20480: 20, 71680: 70, 40: 40, 0: 0, 1024: 1} {
		if got := diskOf(&RawDisk{Size: size}).SizeGiB; got != want {
			t.Errorf("%d: got %d GiB, want %d", size, got, want)
		}
	}
}

// The list of instances may come without its wrapping, and one instance without a list.
func TestAListInAnotherNestingIsRead(t *testing.T) {
	for _, list := range []string{
		`[{"InstanceId":"i-1","Status":"Running"}]`,
		`{"Instance":{"InstanceId":"i-1","Status":"Running"}}`,
	} {
		d, _ := answering(t, 200, `{"RequestId":"r","Code":0,"TotalCount":1,"Instances":`+list+`}`)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{IDs: []string{"i-1"}})
		if err != nil {
			t.Errorf("%s: got error %v, want none", list, err)
			continue
		}
		if len(page.Instances) != 1 {
			t.Errorf("%s: got %d instances, want 1", list, len(page.Instances))
		}
	}
}

// An empty value in place of the list is an empty list if the total says so.
func TestAnEmptyValueInPlaceOfTheList(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"RequestId":"r","Code":0,"TotalCount":0,"Instances":[]}`:                true,
		`{"RequestId":"r","Code":"0","TotalCount":"0","Instances":""}`:            true,
		`{"RequestId":"r","Code":0.0,"TotalCount":0,"Instances":null}`:            true,
		`{"RequestId":"r","Code":200,"TotalCount":0,"Instances":{"Instance":""}}`: true,
		`{"RequestId":"r","Code":0,"TotalCount":1,"Instances":[]}`:                false,
		`{"RequestId":"r","Code":0,"Instances":[]}`:                               false,
		`{"RequestId":"r","Code":500,"TotalCount":0,"Instances":[]}`:              false,
	} {
		d, _ := answering(t, 200, body)
		_, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if read := err == nil; read != ok {
			t.Errorf("%s: got error %v, want a page: %v", body, err, ok)
		}
	}
}

// ENS answers times in several forms.
func TestTheEndOfAPrepaidInstanceIsReadInAnyForm(t *testing.T) {
	for form, want := range map[string]string{
		`"2017-12-10T04:04Z"`: "2017-12-10T04:04:00Z", `"2017-12-10T12:04:05+08:00"`: "2017-12-10T04:04:05Z",
		`1512878645000`: "2017-12-10T04:04:05Z", `"soon"`: "0001-01-01T00:00:00Z", `{}`: "0001-01-01T00:00:00Z",
	} {
		d, _ := answering(t, 200, `{"RequestId":"r","Code":0,"Instances":{"Instance":[
			{"InstanceId":"i-1","InstanceResourceType":"EnsInstance","ExpiredTime":`+form+`}]}}`)
		page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
		if err != nil {
			t.Fatalf("%s: got error %v, want none", form, err)
		}
		if got := page.Instances[0].ExpiresAt.UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s: got %s, want %s", form, got, want)
		}
	}
}

func TestATextInPlaceOfAListOfAddressesIsRead(t *testing.T) {
	d, _ := answering(t, 200, `{"RequestId":"r","Code":0,"Instances":{"Instance":[{"InstanceId":"i-1","Status":"Running",
		"NetworkAttributes":{"PrivateIpAddress":"10.0.0.1"},"PublicIpAddress":"2001:db8::1","SecurityGroupIds":"sg-1"}]}}`)
	page, err := d.DescribeInstances(t.Context(), &provider.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	got := page.Instances[0]
	if text := fmt.Sprint(got.PrivateIPs, got.IPv6Addresses, got.SecurityGroupIDs); text != "[10.0.0.1] [2001:db8::1] [sg-1]" {
		t.Errorf("got %s, want the three texts", text)
	}
}
